"""The rules that steps have to keep, each with the message users know (spec: workflows §5). Used when files are read."""

from __future__ import annotations

from runner.errors import Problem, Where
from runner.steps.fields import GROUP_MODES, ORDERS, Reader
from runner.steps.types import CHILD_TYPES, Row, row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CONTROL = "invalid workflow control step: "
EXEC_FORBIDS = ("tty", "interactive", "retry", "timeout", "output")


def label(step: dict[str, Any]) -> str:
    """`step "NAME" (index I)`, as messages name a step."""
    return f'step "{step["name"] or "step-" + str(step["index"])}" (index {step["index"]})'


def check_step(step: dict[str, Any], reader: Reader, entry: Row) -> None:
    """What one step needs, by itself."""
    kind = step["type"]
    if kind == "script":
        for field in entry.required:
            if _empty(step, field):
                reader.add(f'script step requires field: {label(step)} missing "{field}"')
        if not _empty(step, "command"):
            reader.add(f'field is not supported on script steps: {label(step)} sets "command"; use "script" for type "script"',
                       "command")  # fmt: skip
    elif "script" in reader.raw and not _empty(step, "script") and not _empty(step, "command"):
        reader.add(f'{label(step)} sets both "command" and "script"', "script", hint='"script" is for type "script"')
    elif kind == "exec":
        for field in EXEC_FORBIDS:
            if step.get(field) not in (None, False, "", {}):
                reader.add(
                    f'field is not supported on exec steps (the process is replaced): {label(step)} sets "{field}"',
                    field,
                )
                break
    if kind not in ("script", "parallel", "matrix", "wait", "cancel"):
        for field in entry.required:
            if (field not in reader.raw and not _present(step, field)) or (
                field in reader.raw and _empty(step, field) and field != "command" and field != "content"
            ):
                _missing(step, reader, field)
    _check_choices(step, reader)
    if step.get("background") is True:
        if kind != "container":
            reader.add(f"{CONTROL}step \"{step['name']}\" sets `background: true` but is type \"{kind}\"; only container steps run in "
                       f"the background", "background", hint="Start it with `&` in a shell step, or make it a child of a parallel step")  # fmt: skip
        elif step.get("tty") or step.get("interactive"):
            reader.add(f'{CONTROL}background step "{step["name"]}" cannot set tty or interactive', "background")
    if kind == "container":
        _check_container(step, reader)
    if kind in ("parallel", "matrix"):
        _check_group(step, reader)
    elif step.get("steps"):
        reader.add(f'{CONTROL}step "{step["name"]}" has nested steps but is type "{kind}"', "steps",
                   hint="Nested steps need `type: parallel` or `type: matrix`")  # fmt: skip
    if step.get("container") not in (None, False):
        reader.add("running a step in a container is not supported", "container",
                   hint="Call your container runtime from a shell step; `container: false` is accepted")  # fmt: skip


def _check_container(step: dict[str, Any], reader: Reader) -> None:
    from runner.steps import containers

    if "with" not in reader.raw or reader.raw["with"] is None:
        return  # it has been said
    given = reader.mapping("with", containers.WITH)
    if given is None:
        return
    for field in ("image", "user", "entrypoint", "workdir", "network", "platform", "pull", "action"):
        if given.raw.get(field) is not None:
            given.text(field)
    for field in ("ports", "volumes", "args"):
        if given.raw.get(field) is not None:
            given.texts(field, one=True)
    if given.raw.get("image") in (None, ""):
        _missing(step, reader, "with.image")
    for field, words in (("action", ("run",)), ("pull", containers.PULLS)):
        value = given.raw.get(field)
        if isinstance(value, str) and "{{" not in value and value not in words:
            given.add(f"`{field}` is `{value}`; it can be {', '.join(words)}", field)
    if given.raw.get("health") is not None:
        health = given.mapping("health", containers.HEALTH)
        if health is not None:
            found = {
                name: health.duration(name) for name in ("interval", "timeout") if health.raw.get(name) is not None
            }
            if health.raw.get("command") is not None:
                found["command"] = health.text("command")
            step["with"] = {**step["with"], "health": found}


def _present(step: dict[str, Any], field: str) -> bool:
    return step.get(field) is not None


def _empty(step: dict[str, Any], field: str) -> bool:
    return step.get(field) in (None, "", [], {})


def _missing(step: dict[str, Any], reader: Reader, field: str) -> None:
    if field == "options":
        reader.add(f"options is required for step: {label(step)}")
        return
    reader.add(f"required field missing for step: Step `{step['name'] or 'step-' + str(step['index'])}` "
               f"(type `{step['type']}`) is missing required field `{field}`")  # fmt: skip


def _check_choices(step: dict[str, Any], reader: Reader) -> None:
    kind = step["type"]
    one_of = {
        "join": (("content", "options"), "either content or options is required for step"),
        "table": (("data", "content"), "either data or content is required for step"),
        "pager": (("content", "path"), "either content or path is required for step"),
        "require": (("tools", "files", "dirs"), "require step must specify at least one of tools, files, or dirs"),
    }.get(kind)
    if one_of is not None and all(field not in reader.raw for field in one_of[0]):
        reader.add(one_of[1])
    if kind == "http":
        if not _empty(step, "body") and not _empty(step, "form"):
            reader.add("http step cannot set both body and form", "form")
        method = str(step.get("method") or "GET")
        if "{{" not in method and method.upper() not in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
            reader.add(f"invalid HTTP method for http step `{method}`", "method")
    if kind == "store":
        given = step.get("with")
        given = given if isinstance(given, dict) else {}
        for field in ("store", "key", "value"):
            if given.get(field) in (None, ""):
                _missing(step, reader, f"with.{field}")
        if str(step.get("action") or "write") != "write":
            reader.add(f"a store step can only `write`, not `{step['action']}`", "action")
    if kind == "archive":
        _one(step, reader, "action", ("create", "replace", "update", "extract"))
        _one(step, reader, "mtime", ("filesystem", "epoch", "git"))
    if kind == "junit":
        _one(step, reader, "action", ("summary", "annotate", "all"))


def _one(step: dict[str, Any], reader: Reader, field: str, words: tuple[str, ...]) -> None:
    value = step.get(field)
    if isinstance(value, str) and value and "{{" not in value and value not in words:
        reader.add(f"`{field}` is `{value}`; it can be {', '.join(words)}", field)


def _check_group(step: dict[str, Any], reader: Reader) -> None:
    name = step["name"] or f"step-{step['index']}"

    def wrong(message: str, key: str = "", where: Where | None = None) -> None:
        at = where or (reader.at(key) if key else reader.where)
        reader.problems.append(Problem(CONTROL + message, at, path=f"{reader.path}.{key}" if key else reader.path))

    children = step.get("steps") or []
    if not children and not isinstance(reader.raw.get("steps"), dict | str):
        wrong(f'step "{name}" requires at least one nested step', "steps")
    limit = step.get("max_concurrency")
    if isinstance(limit, int) and limit < 0:
        wrong(f'step "{name}" sets negative max_concurrency', "max_concurrency")
    output = step.get("output") or {}
    if output.get("mode") and output["mode"] not in GROUP_MODES:
        wrong(f'step "{name}" sets unsupported output mode "{output["mode"]}"', "output")
    if output.get("order") and output["order"] not in ORDERS:
        wrong(f'step "{name}" sets unsupported output.order "{output["order"]}"', "output")
    _one(step, reader, "executor", ("local", "dask"))
    if step["type"] == "matrix":
        axes = step.get("matrix") or {}
        if not axes and not isinstance(reader.raw.get("matrix"), list | str):
            wrong(f'step "{name}" requires at least one matrix axis', "matrix")
        for axis, values in axes.items():
            if not axis.strip():
                wrong(f'step "{name}" contains an empty matrix axis name', "matrix")
            elif not values:
                wrong(f'step "{name}" matrix axis "{axis}" must contain at least one value', "matrix")
    names: dict[str, int] = {}
    for child in children:
        _check_child(child, name, wrong)
        at = Where(*child["where"]) if child["where"] else None
        if child["name"] in names:
            wrong(f'duplicate step name "{child["name"]}" in control step "{name}" (indexes {names[child["name"]]} and '
                  f'{child["index"]})', where=at)  # fmt: skip
        names.setdefault(child["name"], child["index"])
    _check_needs(children, name, names, wrong)


def _check_child(child: dict[str, Any], parent: str, wrong: Any) -> None:
    at = Where(*child["where"]) if child["where"] else None
    name, kind = child["name"], child["type"]
    entry = row(kind)
    if entry is not None and not entry.child:
        allowed = ", ".join(CHILD_TYPES[:-1]) + f", and {CHILD_TYPES[-1]}"
        wrong(f'step "{name}" cannot run inside concurrent step "{parent}"; allowed types are {allowed}', where=at)
    if child.get("tty") or child.get("interactive"):
        wrong(f'step "{name}" cannot set tty or interactive inside concurrent step "{parent}"', where=at)
    mode = (child.get("output") or {}).get("mode", "")
    if mode not in ("", "log", "none"):
        wrong(f'step "{name}" cannot set child output mode "{mode}" inside concurrent step "{parent}"', where=at)
    if child.get("steps"):
        wrong(f'step "{name}" cannot declare nested steps inside concurrent step "{parent}"', where=at)


def _check_needs(children: list[dict[str, Any]], parent: str, names: dict[str, int], wrong: Any) -> None:
    needs: dict[str, list[str]] = {}
    for child in children:
        wanted = [need for need in child.get("needs") or [] if isinstance(need, str)]
        at = Where(*child["where"]) if child["where"] else None
        for need in wanted:
            if need not in names:
                wrong(f'step "{child["name"]}" in control step "{parent}" needs unknown step "{need}"', where=at)
        needs[child["name"]] = [need for need in wanted if need in names]
    cycle = find_cycle(needs)
    if cycle:
        wrong(
            f'cyclic needs dependency involving step "{cycle[0]}" in control step "{parent}" ({" → ".join([*cycle, cycle[0]])})'
        )


def find_cycle(needs: dict[str, list[str]]) -> list[str]:
    """The names of one cycle, in order; empty when there is none. Deep graphs need no deep recursion."""
    state: dict[str, int] = {}
    for root in needs:
        if state.get(root):
            continue
        stack = [(root, iter(needs[root]))]
        state[root] = 1
        while stack:
            name, rest = stack[-1]
            for need in rest:
                if state.get(need) == 1:
                    path = [entry[0] for entry in stack]
                    return path[path.index(need) :]
                if not state.get(need):
                    state[need] = 1
                    stack.append((need, iter(needs.get(need, []))))
                    break
            else:
                state[name] = 2
                stack.pop()
    return []


def check_all(steps: list[dict[str, Any]], problems: list[Problem]) -> None:
    """What steps need from each other: `exec` is last, `needs` stands in groups only, `wait` names what runs."""
    live: set[str] = set()
    for position, step in enumerate(steps):
        at = Where(*step["where"]) if step["where"] else None
        if step["type"] == "exec" and position != len(steps) - 1:
            problems.append(Problem(
                f"exec step must be the last step (the process is replaced; later steps would never run): {label(step)}", at,
                path=f"steps[{position}]",
            ))  # fmt: skip
        if step.get("needs"):
            problems.append(Problem(f'{CONTROL}step "{step["name"] or position}" sets needs outside a concurrent control step', at,
                                    path=f"steps[{position}].needs"))  # fmt: skip
        if step["type"] in ("wait", "cancel"):
            _check_wait(step, live, at, problems, position)
        if step.get("background") is True and step["type"] == "container":
            name = step["name"] or f"step-{step['index']}"
            if name in live:
                problems.append(Problem(f'{CONTROL}step "{name}" reuses the name of a still-running background step (index {position})',
                                        at, path=f"steps[{position}].name", hint="Cancel the first one before, or name it differently"))  # fmt: skip
            live.add(name)


def _check_wait(step: dict[str, Any], live: set[str], at: Where | None, problems: list[Problem], position: int) -> None:
    kind, name = step["type"], step["name"] or str(position)
    targets = step.get("for") or []
    if not targets:
        verb = "wait" if kind == "wait" else "cancel"
        problems.append(Problem(f'{CONTROL}{kind} step "{name}" requires `for:` naming the background step(s) to {verb}', at,
                                path=f"steps[{position}].for"))  # fmt: skip
    problems += [
        Problem(f'{CONTROL}{kind} step "{name}" references unknown or already-stopped background step "{target}" in `for:`', at,
                path=f"steps[{position}].for")
        for target in targets
        if isinstance(target, str) and "{{" not in target and target not in live
    ]  # fmt: skip
    if kind == "cancel":
        live.difference_update(target for target in targets if isinstance(target, str))
