"""`atmos terraform plan-diff`: what differs between two saved plans, or between one and what would be planned now."""

from __future__ import annotations

import json
import os

from runner.errors import AtmosError
from runner.terraform import lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.terraform.execute import Run

    Map = dict[str, Any]

DIFFERENT = 2
_LATER = "(known after apply)"
_ABSENT = object()


class _Secret:
    """A value that is compared but never shown."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Secret) and self._value == other._value

    def __repr__(self) -> str:
        return "(sensitive value)"

    __hash__ = None  # type: ignore[assignment]


def run(run_: Run) -> int:
    """Print the differences; 0 when there are none, else 2."""
    original = run_.invocation.text("orig")
    if not original:
        raise AtmosError(
            "`--orig` is required.", hints=["atmos terraform plan-diff <component> -s <stack> --orig PLAN [--new PLAN]"]
        )
    run_.authenticate()
    target = run_.target
    old = _existing(run_, original)
    given = run_.invocation.text("new")
    new = _existing(run_, given) if given else ""
    with lock.held(target.folder, run_.app.env, lambda: None) as holding:
        if holding:
            run_.env[lock.VARIABLE] = holding
        run_.write_files()
        run_.before()
        fresh = "" if new else target.path(f".{os.getpid()}-{target.planfile}")
        try:
            if fresh:
                words = ["plan", "-var-file", target.varfile, "-out", os.path.basename(fresh), *run_.invocation.extra]
                run_.call(words, stdout=2)
            before, after = _facts(run_, old), _facts(run_, new or fresh)
        finally:
            if fresh and os.path.exists(fresh):
                os.unlink(fresh)
    lines = differences(before, after)
    run_.app.out("\n".join(lines) + "\n" if lines else "The plans do not differ.\n")
    return DIFFERENT if lines else 0


def _existing(run_: Run, path: str) -> str:
    """A plan below the working directory or in the component's folder."""
    for folder in (run_.app.cwd, run_.target.folder):
        found = os.path.normpath(os.path.join(folder, path))
        if os.path.isfile(found):
            return found
    raise AtmosError(f"there is no plan file {path}",
                     hints=["Paths are relative to the working directory or the component's folder"])  # fmt: skip


def _facts(run_: Run, path: str) -> Map:
    """A plan in the three parts that are compared: part -> name -> value."""
    from runner.terraform import reading

    return facts(reading.mapping(run_, ["show", "-json", path]), run_.secrets)


def facts(plan: Map, secret_variables: set[str]) -> Map:
    """What a plan in terraform's JSON form says, without what is secret."""
    variables = {
        name: _Secret(item.get("value")) if name in secret_variables else item.get("value")
        for name, item in (plan.get("variables") or {}).items()
    }
    resources: Map = {}
    for item in plan.get("resource_changes") or []:
        actions = item["change"]["actions"]
        if actions not in (["no-op"], ["read"]):
            resources[item["address"]] = {"action": "/".join(actions), **_flat(_after(item["change"]))}
    outputs = {
        name: _after(change) for name, change in (plan.get("output_changes") or {}).items()
        if change.get("actions") != ["delete"]
    }  # fmt: skip
    return {"Variables": variables, "Resources": resources, "Outputs": outputs}


def _after(change: Map) -> Any:
    return _known(change.get("after"), change.get("after_unknown"), change.get("after_sensitive"))


def _known(value: Any, unknown: Any, sensitive: Any) -> Any:
    """A planned value with what is not known yet or secret replaced."""
    if sensitive is True:
        return _Secret(value)
    if unknown is True:
        return _LATER
    if isinstance(value, dict) or isinstance(unknown, dict):
        maps = [part if isinstance(part, dict) else {} for part in (value, unknown, sensitive)]
        names = sorted({*maps[0], *(name for name, later in maps[1].items() if later)})
        return {name: _known(*(part.get(name) for part in maps)) for name in names}
    if isinstance(value, list):
        parts = [part if isinstance(part, list) else [] for part in (unknown, sensitive)]
        return [_known(item, *(part[index] if index < len(part) else None for part in parts))
                for index, item in enumerate(value)]  # fmt: skip
    return value


def _flat(value: Any, path: str = "") -> Map:
    """Maps as one with dotted names."""
    if not isinstance(value, dict) or not value:
        return {path: value} if path else {}
    result: Map = {}
    for name, item in value.items():
        result.update(_flat(item, f"{path}.{name}" if path else str(name)))
    return result


def differences(before: Map, after: Map) -> list[str]:
    """The lines that tell two plans apart: `+` only in the new one, `-` only in the old one, `~` changed."""
    lines: list[str] = []
    for part in before:
        changed = _changes(before[part], after[part], "  ")
        if changed:
            lines += [*([""] if lines else []), f"{part}:", *changed]
    return lines


def _changes(before: Map, after: Map, indent: str) -> list[str]:
    lines: list[str] = []
    for name in sorted({*before, *after}):
        old, new = before.get(name, _ABSENT), after.get(name, _ABSENT)
        if old == new:
            continue
        if isinstance(old, dict) and isinstance(new, dict) and indent == "  ":
            lines += [f"{indent}~ {name}", *_changes(_flat(old), _flat(new), indent + "    ")]
        elif old is _ABSENT:
            lines.append(f"{indent}+ {name}{_said(new)}")
        elif new is _ABSENT:
            lines.append(f"{indent}- {name}{_said(old)}")
        else:
            lines.append(f"{indent}~ {name}: {_text(old)} -> {_text(new)}")
    return lines


def _said(value: Any) -> str:
    return f" ({value['action']})" if isinstance(value, dict) and "action" in value else f": {_text(value)}"


def _text(value: Any) -> str:
    if value == _LATER:
        return _LATER
    if isinstance(value, _Secret):
        return repr(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=repr)
