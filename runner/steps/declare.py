"""From steps as they were read to steps that can run: everything is checked before anything runs (decision D12).

`compile_steps` and `compile_env` give compiled plain data and all problems; commands and workflows use both.
"""

from __future__ import annotations

from runner.errors import Problem, Where, nearest
from runner.steps import rules
from runner.steps.conditions import compile_condition
from runner.steps.fields import OUTPUT_MODES, Reader, kind_of, place, text_of, weak_text
from runner.steps.types import ALIASES, TYPES, row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.steps.fields import Text

__all__ = ["COMMON", "FIELDS", "compile_condition", "compile_env", "compile_steps"]

# Fields that every type takes
COMMON = (
    "name", "type", "command", "description", "stack", "identity", "env", "working_directory", "retry", "timeout", "when",
    "continue", "needs", "inputs", "artifacts", "preconditions", "outputs", "output", "show", "viewport", "interactive",
    "tty", "with", "container", "background", "tags",
)  # fmt: skip

# How each field is read: a method of `Reader`
FIELDS = {
    "name": "trimmed", "type": "trimmed", "command": "trimmed", "description": "text", "stack": "trimmed",
    "identity": "trimmed", "working_directory": "trimmed", "retry": "retry", "timeout": "duration", "needs": "texts",
    "inputs": "freshness", "artifacts": "freshness", "preconditions": "freshness", "outputs": "text_map", "show": "show",
    "viewport": "viewport", "interactive": "boolean", "tty": "boolean", "with": "anything", "container": "anything",
    "interpreter": "trimmed", "script": "text", "max_concurrency": "integer", "fail": "fail", "export": "boolean",
    "code": "integer", "content": "text", "tools": "texts", "files": "texts", "dirs": "texts", "hint": "text",
    "prompt": "text", "default": "text", "placeholder": "text", "password": "boolean", "options": "texts",
    "multiple": "boolean", "limit": "integer", "path": "text", "extensions": "texts", "height": "integer", "level": "trimmed",
    "fields": "text_map", "separator": "text", "data": "anything", "columns": "texts", "title": "text",
    "foreground": "text", "border": "trimmed", "border_foreground": "text", "border_background": "text",
    "padding": "text", "margin": "text", "width": "integer", "align": "trimmed", "bold": "boolean",
    "italic": "boolean", "underline": "boolean", "strikethrough": "boolean", "faint": "boolean", "markdown": "boolean",
    "count": "integer", "url": "text", "method": "trimmed", "headers": "text_map", "query": "text_map", "body": "text",
    "form": "text_map", "expect": "expect", "action": "trimmed", "component": "trimmed", "source": "anything",
    "reset": "boolean", "destination": "text", "format": "trimmed", "subpath": "text", "include": "texts",
    "exclude": "texts", "mtime": "trimmed", "args": "texts", "executor": "trimmed", "tags": "texts",
}  # fmt: skip
ENTRY_KEYS = ("key", "value", "valueCommand")  # of an entry of `env`
SPECIAL = ("env", "when", "continue", "output", "steps", "matrix", "vars", "for", "background")
ALL_FIELDS = tuple(
    dict.fromkeys([*COMMON, *FIELDS, *SPECIAL, *(f for r in TYPES.values() for f in (*r.required, *r.optional))])
)


def compile_steps(
    raw: list[Any], *, kind: str, where: Where | None = None
) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The steps of a command or a workflow. kind: "command" or "workflow", which decides the default type (D1)."""
    problems: list[Problem] = []
    steps = [
        _step(item, index, kind, place(raw, index, where), problems, f"steps[{index}]")
        for index, item in enumerate(raw)
    ]
    rules.check_all(steps, problems)
    return steps, problems


def _step(
    item: Any, index: int, kind: str, where: Where | None, problems: list[Problem], path: str,
    parent: dict[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    step: dict[str, Any] = {"index": index, "where": where.plain() if where else None}
    if isinstance(item, str | tuple):
        step |= {"type": "shell", "command": item}
        _name(step, index, kind, parent)
        return step
    if not isinstance(item, dict):
        step |= {"type": "shell", "command": "", "broken": True}
        _name(step, index, kind, parent)
        problems.append(
            Problem(f"a step has to be text or a mapping, not {kind_of(item)}: {rules.label(step)}", where, path=path)
        )
        problems[-1].unreadable = True
        return step
    if kind == "command":
        item = _in_lower_case(item)
    default = "shell" if kind == "command" else "atmos"
    raw_name = item.get("name")
    step["name"] = (
        "" if raw_name is None or isinstance(raw_name, dict | list | tuple) else str(text_of(item, "name")).strip()
    )
    _name(step, index, kind, parent)
    reader = Reader(item, rules.label(step), problems, where, path)
    raw_type = item.get("type")
    if raw_type is not None and not isinstance(raw_type, str):
        reader.wrong("type", "the name of a step type")
        raw_type = None
    type_name = (raw_type or "").strip() or default
    step["type"] = ALIASES.get(type_name, type_name)
    _read_fields(step, reader, kind)
    entry = row(type_name)
    if entry is None:
        _unknown_type(reader, type_name, kind, step)
        step["broken"] = True
    else:
        if entry.missing:
            reader.add(f"step type `{type_name}` is not supported here", "type", hint=entry.missing)
        rules.check_step(step, reader, entry)
    return step


def _in_lower_case(item: dict[str, Any]) -> dict[str, Any]:
    """A step of `atmos.yaml` with its fields as they are named: there, keys may be written in any case."""
    from runner.config.reader import Map

    if not isinstance(item, Map) or all(key in ALL_FIELDS or key.lower() not in ALL_FIELDS for key in item):
        return item
    found = Map(item.mark)
    for key, value in item.items():
        name = key.lower() if key.lower() in ALL_FIELDS else key
        found.put(name, value, item.key_where(key).plain(), item.literals.get(key))
    return found


def _name(step: dict[str, Any], index: int, kind: str, parent: dict[str, Any] | None) -> None:
    """Unnamed steps of workflows and of groups get names; unnamed steps of commands keep none, and no result."""
    step.setdefault("name", "")
    if step["name"]:
        return
    if parent is not None:
        step["name"] = f"{parent['name'] or 'step-' + str(parent['index'])}_step{index + 1}"
    elif kind == "workflow":
        step["name"] = f"step{index + 1}"


def _unknown_type(reader: Reader, name: str, kind: str, step: dict[str, Any]) -> None:
    close = nearest(name, [*TYPES, *ALIASES], 1)
    if kind == "command":
        detail = f'unsupported step type "{name}" for custom command step {step["name"] or step["index"]}'
    else:
        detail = f"step {step['name']} uses unsupported type {name}"
    reader.problems.append(Problem(
        f"invalid workflow step type: {detail}", reader.at("type"),
        path=f"{reader.path}.type",
        hint=f"Did you mean `{close[0]}`?" if close else
        "Each step must specify a valid type: 'atmos', 'shell', 'script', 'exec', or an interactive type like 'input', "
        "'confirm', 'choose'",
    ))  # fmt: skip


def _read_fields(step: dict[str, Any], reader: Reader, kind: str) -> None:
    reader.unknown(ALL_FIELDS, "a step")
    for key, value in reader.raw.items():
        if value is None or key in ("name", "type") or key not in ALL_FIELDS:
            continue
        if key in FIELDS:
            found = getattr(reader, FIELDS[key])(key)
            if found is not None:
                step[key] = found
        elif key in ("when", "continue"):
            found, more = compile_condition(value, field=key, where=reader.at(key))
            for problem in more:
                problem.unreadable = True
                problem.message += f": {reader.label}" if "\n" not in problem.message else f"\n  in {reader.label}"
            reader.problems += more
            if found is not None:
                step[key] = found
        elif key == "env":
            text = text_of if kind == "workflow" else weak_text
            step["env"], more = compile_env(value, where=reader.at(key), label=reader.label, in_map=text, in_list=text)
            reader.problems += more
        elif key == "vars":
            found, more = compile_env(value, where=reader.at(key), label=reader.label)
            reader.problems += more
            step["vars"] = found
        elif key == "output":
            _output(step, reader)
        elif key == "for":
            step["for"] = reader.texts("for", one=True) or []
        elif key == "background":
            # true or false marks a background step; any other text is a colour of a `style` step
            step["background"] = value if isinstance(value, bool) else reader.text("background")
        elif key == "matrix":
            _matrix(step, reader)
        elif key == "steps":
            _children(step, reader, kind)


def _children(step: dict[str, Any], reader: Reader, kind: str) -> None:
    raw = reader.raw["steps"]
    if not isinstance(raw, list):
        reader.wrong("steps", "a list of steps")
        return
    at = reader.at("steps")
    step["steps"] = [
        _step(item, index, kind, place(raw, index, at), reader.problems, f"{reader.path}.steps[{index}]", parent=step)
        for index, item in enumerate(raw)
    ]


def _matrix(step: dict[str, Any], reader: Reader) -> None:
    if not isinstance(reader.raw["matrix"], dict):
        reader.wrong("matrix", "a mapping of axes to lists of values")
        return
    below = reader.below("matrix")
    step["matrix"] = {str(axis): below.texts(axis) or [] for axis in below.raw}


def _output(step: dict[str, Any], reader: Reader) -> None:
    value = reader.raw["output"]
    if not isinstance(value, dict):
        step["output"] = {"mode": reader.trimmed("output")}
        return
    below = reader.mapping("output", ("mode", "order", "prefix", "show_summary"))
    assert below is not None
    readers = {"mode": below.trimmed, "order": below.trimmed, "prefix": below.text, "show_summary": below.boolean}
    step["output"] = {key: read(key) for key, read in readers.items() if below.raw.get(key) is not None}


def compile_env(
    raw: Any, *, where: Where | None = None, label: str = "", in_map: Text = text_of, in_list: Text = text_of
) -> tuple[list[list[Any]], list[Problem]]:
    """`env` in any of its forms → entries [key, value, command]. value None unsets (decision D46).

    A list keeps its order; a mapping is taken in the order of its keys. in_map, in_list: how a scalar becomes text:
    as it was written in workflow files, as `atmos.yaml` reads it elsewhere in commands (spec: custom commands §1.6).
    """
    problems: list[Problem] = []
    entries: list[list[Any]] = []
    suffix = f": {label}" if label else ""

    def problem(message: str, at: Where | None, hint: str = "") -> None:
        problems.append(Problem(f"{message}{suffix}", at, path="env", hint=hint))

    if raw is None:
        return entries, problems
    if isinstance(raw, dict):
        for key in sorted(raw):
            at = place(raw, key, where)
            value = raw[key]
            if isinstance(value, dict) and value and set(_spellings(value)) <= {"value", "valueCommand"}:
                _entry(str(key).strip(), value, at, entries, problem, in_list)
            elif isinstance(value, dict | list):
                problem(f"unsupported command env value: `{key}` in `env` has to be text, not {kind_of(value)}", at)
            else:
                entries.append([str(key).strip(), None if value is None else in_map(raw, key), None])
        return entries, problems
    if not isinstance(raw, list):
        problem(f"`env` has to be a mapping or a list, not {kind_of(raw)}", where)
        return entries, problems
    for index, item in enumerate(raw):
        at = place(raw, index, where)
        if isinstance(item, str) and "=" in item:
            key, _, value = item.partition("=")
            entries.append([key.strip(), value, None])
        elif (
            isinstance(item, dict) and len(item) == 1 and not isinstance(next(iter(item.values())), dict | list)
            and next(iter(item)) not in ENTRY_KEYS
        ):  # fmt: skip
            key = next(iter(item))
            entries.append([str(key).strip(), None if item[key] is None else in_list(item, key), None])
        elif isinstance(item, dict) and item.get(_spellings(item).get("key", "key")) not in (None, ""):
            known = _spellings(item)
            for key in known:
                if key not in ENTRY_KEYS:
                    close = nearest(key, ENTRY_KEYS, 1)
                    problem(
                        f"unknown key `{key}` in `env`",
                        place(item, known[key], at),
                        f"Did you mean `{close[0]}`?" if close else "",
                    )
            _entry(str(text_of(item, known["key"])).strip(), item, at, entries, problem, in_list)
        else:
            problem(f"entry {index + 1} of `env` has to be `key` with `value` or `valueCommand`, or `NAME=value`", at)
    return entries, problems


def _spellings(item: dict[str, Any]) -> dict[str, str]:
    """The keys of an entry of `env`, by their names: any case will do, and `value_command`."""
    names = {"key": "key", "value": "value", "valuecommand": "valueCommand", "value_command": "valueCommand"}
    return {names.get(str(key).lower(), str(key)): key for key in item}


def _entry(key: str, item: Any, at: Where | None, entries: list[list[Any]], problem: Any, in_list: Text) -> None:
    written = _spellings(item)
    given = {name: item[written[name]] for name in ("value", "valueCommand") if name in written}
    for name, content in given.items():
        if isinstance(content, dict | list):
            problem(
                f"unsupported command env value: `{name}` of `{key}` in `env` has to be text, not {kind_of(content)}",
                place(item, written[name], at),
            )
            return
    value = given.get("value")
    command = text_of(item, written["valueCommand"]) if given.get("valueCommand") is not None else None
    if value is None and "value" in given and not command:
        entries.append([key, None, None])
        return
    text = in_list(item, written["value"]) if value is not None else ""
    entries.append([key, text, command or None])


def check_output_mode(mode: str) -> bool:
    """Whether a mode of showing output is one of ours; other text means `log`."""
    return mode in OUTPUT_MODES
