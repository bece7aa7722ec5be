"""Conditions: `when` and `continue`. Compiling checks them; evaluating a plain predicate needs no expression library.

A compiled condition is plain data: ["is", word], ["value", bool], ["all"|"any", [conditions]], ["not", condition],
["cel", text]. `Facts` is what an expression may look at.
"""

from __future__ import annotations

import os
import sys

from runner.errors import AtmosError, Problem, Where, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREDICATES = ("ci", "local", "always", "never", "success", "failure")
SUCCESS, FAILURE = "success", "failure"
TEXTS = ("status", "stack", "component", "workflow", "step", "hook", "event", "os", "arch", "platform")
MAPS = ("env", "matrix", "answers", "steps")
FRESHNESS = {"checksum": {"changed": True}, "timestamp": {"changed": True}, "preconditions": {"success": True}}
LISTS = ("sources", "artifacts")
VARIABLES = ("ci", *TEXTS, *MAPS, *FRESHNESS, *LISTS)
_SYSTEMS = {"linux": "linux", "darwin": "darwin", "win32": "windows"}
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "i686": "386", "i386": "386", "armv7l": "arm", "armv6l": "arm"}
FUNCTIONS = (
    "size", "contains", "startsWith", "endsWith", "matches", "has", "max", "min", "getDate", "getDayOfMonth",
    "getDayOfWeek", "getDayOfYear", "getFullYear", "getHours", "getMilliseconds", "getMinutes", "getMonth", "getSeconds",
)  # fmt: skip
CONVERSIONS = ("bool", "bytes", "double", "duration", "int", "string", "timestamp", "type", "uint", "dyn")


# -- compiling -----------------------------------------------------------------------------------------


def compile_condition(raw: object, *, field: str = "when", where: Where | None = None) -> tuple[object, list[Problem]]:
    """A condition as it was read → compiled, or None where it is not set. Problems carry the place of their part."""
    problems: list[Problem] = []
    compiled = _compile(raw, field, where, problems)
    return (None if problems else compiled), problems


def _compile(raw: object, field: str, where: Where | None, problems: list[Problem]) -> object:
    if raw is None or raw == "":
        return None
    if isinstance(raw, tuple):
        tag, text = str(raw[0]), str(raw[1])
        place = Where(*raw[2:4]) if len(raw) >= 4 else where
        if tag == "!cel":
            return _expression(text, field, place, problems)
        problems.append(Problem(f"invalid {field} condition: `{tag}` cannot stand here", place,
                                hint=f"Write an expression, as in `{field}: env.NAME == 'value'`"))  # fmt: skip
        return None
    if isinstance(raw, bool):
        return ["value", raw]
    if isinstance(raw, str):
        word = raw.strip().lower()
        if not word:
            return None
        if word in PREDICATES:
            return ["is", word]
        if word in ("true", "false"):
            return ["value", word == "true"]
        return _expression(raw, field, where, problems)
    if isinstance(raw, list):
        parts = [_compile(item, field, _item_where(raw, index, where), problems) for index, item in enumerate(raw)]
        return ["all", [part for part in parts if part is not None]]
    if isinstance(raw, dict):
        return _combine(raw, field, where, problems)
    problems.append(
        Problem(f"invalid {field} condition: expected string, list, or map, got {type(raw).__name__}", where)
    )
    return None


def _combine(raw: dict[str, object], field: str, where: Where | None, problems: list[Problem]) -> object:
    if len(raw) != 1 or next(iter(raw)) not in ("all", "any", "not"):
        problems.append(Problem(
            f"invalid {field} condition: a mapping has exactly one of the keys `all`, `any`, `not`", where,
            hint=f"It has: {', '.join(map(str, raw)) or 'none'}",
        ))  # fmt: skip
        return None
    key, value = next(iter(raw.items()))
    finder = getattr(raw, "key_where", None)
    place = finder(key) if finder is not None else where
    if key == "not":
        part = _compile(value, field, place, problems)
        if part is None and not problems:
            problems.append(Problem(f"invalid {field} condition: `not` needs a condition", place))
        return ["not", part]
    items = value if isinstance(value, list) else [value]
    parts = [_compile(item, field, _item_where(items, index, place), problems) for index, item in enumerate(items)]
    return [key, [part for part in parts if part is not None]]


def _item_where(items: list[object], index: int, fallback: Where | None) -> Where | None:
    finder = getattr(items, "item_where", None)
    return finder(index) if finder is not None else fallback


def _expression(text: str, field: str, where: Where | None, problems: list[Problem]) -> object:
    import cel

    source = text.strip()

    def problem(message: str, hint: str = "") -> None:
        problems.append(Problem(f"invalid {field} condition: {message}", where, hint=hint))

    try:
        program = cel.compile(source)
    except ValueError as error:
        problem(_syntax(source, str(error)))
        return None
    unknown = set(program.variables()) - set(VARIABLES) - set(CONVERSIONS) - _macro_variables(source)
    unknown |= {name for name in program.functions() if name.isidentifier()} - set(FUNCTIONS) - set(CONVERSIONS)
    for name in sorted(unknown):
        close = nearest(name, [*VARIABLES, *PREDICATES], 1)
        problem(f"undeclared reference to '{name}'\n{_caret(source, source.find(name))}",
                f"Did you mean `{close[0]}`?" if close else "Known names: " + ", ".join(VARIABLES))  # fmt: skip
        return None
    message = _trial(program)
    if message:
        problem(f"{message}: `{source}`", "A condition has to give true or false")
        return None
    return ["cel", source]


def _macro_variables(source: str) -> set[str]:
    """The variables that `exists`, `all`, `map` and `filter` bring along."""
    import re

    return set(re.findall(r"\.\s*(?:exists_one|exists|all|map|filter)\s*\(\s*(\w+)\s*,", source))


def _trial(program: object) -> str:
    """Evaluate with values of the right types: what is wrong with the types, "" when nothing is known to be."""
    facts: dict[str, object] = dict.fromkeys(TEXTS, "")
    facts |= {name: {} for name in MAPS} | dict(FRESHNESS) | {name: [] for name in LISTS}
    facts |= {"ci": True, "status": SUCCESS}
    try:
        value = program.execute(facts)  # type: ignore[attr-defined]
    except KeyError:
        return ""
    except TypeError as error:
        return str(error).split(":", 1)[0].lower() if "overload" in str(error) else str(error)
    except RuntimeError as error:
        text = str(error).split(". Check", 1)[0]
        return "" if "key" in text.lower() else text
    except Exception as error:  # noqa: BLE001  (whatever the library raises concerns the expression)
        return str(error)
    return "" if isinstance(value, bool) else f"it gives {type(value).__name__}, not true or false"


def _syntax(source: str, message: str) -> str:
    """The library's message, with the expression and a caret below the place."""
    line = column = 0
    detail = message
    if "<input>:" in message:
        rest = message.split("<input>:", 1)[1]
        numbers = rest.split(":", 2)
        if len(numbers) == 3 and numbers[0].isdigit() and numbers[1].isdigit():
            line, column = int(numbers[0]), int(numbers[1])
            detail = numbers[2].strip().split("\n", 1)[0].split(" expecting {", 1)[0]
    at = sum(len(part) + 1 for part in source.split("\n")[: max(line - 1, 0)]) + max(column - 1, 0)
    return f"{detail}\n{_caret(source, at)}"


def _caret(source: str, at: int) -> str:
    begin = source.rfind("\n", 0, max(at, 0)) + 1
    end = source.find("\n", begin)
    line = source[begin : end if end >= 0 else len(source)]
    return f"  {line}\n  {' ' * max(at - begin, 0)}^"


# -- looking at compiled conditions -----------------------------------------------------------------------


def mentions_status(condition: object) -> bool:
    """Whether a condition says itself what is to happen after a failure."""
    return _mentions(condition, (SUCCESS, FAILURE, "always"), ("status",))


def mentions_freshness(condition: object) -> bool:
    """Whether a condition asks what changed."""
    return _mentions(condition, (), (*FRESHNESS, *LISTS))


def _mentions(condition: object, words: tuple[str, ...], names: tuple[str, ...]) -> bool:
    if not isinstance(condition, list):
        return False
    kind, value = condition
    if kind == "is":
        return value in words
    if kind == "cel":
        return any(_has_name(value, name) for name in names)
    if kind == "not":
        return _mentions(value, words, names)
    return kind in ("all", "any") and any(_mentions(part, words, names) for part in value)


def _has_name(text: str, name: str) -> bool:
    """Whether an expression has an identifier, outside of quotes and not as a member of something."""
    index, size, quote = 0, len(text), ""
    while index < size:
        char = text[index]
        if quote:
            if char == "\\":
                index += 1
            elif char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        elif char.isalpha() or char == "_":
            end = index
            while end < size and (text[end].isalnum() or text[end] == "_"):
                end += 1
            if text[index:end] == name and (index == 0 or text[:index].rstrip()[-1:] != "."):
                return True
            index = end
            continue
        index += 1
    return False


def written(compiled: object) -> object:
    """A compiled condition as one writes it: a word, an expression, a list, a mapping of `any` or `not`."""
    if not isinstance(compiled, list | tuple):
        return compiled
    kind, value = compiled
    if kind == "all":
        return [written(part) for part in value]
    if kind == "any":
        return {kind: [written(part) for part in value]}
    return {kind: written(value)} if kind == "not" else value


# -- evaluating ---------------------------------------------------------------------------------------------


def evaluate(condition: object, *, status: str, ci: bool, facts: Callable[[], Mapping[str, object]]) -> bool:
    """Whether a compiled condition holds. facts: asked only for expressions. AtmosError when one cannot be evaluated."""
    if not isinstance(condition, list):
        return True
    kind, value = condition
    if kind == "is":
        if value == "ci":
            return ci
        if value == "local":
            return not ci
        if value in (SUCCESS, FAILURE):
            return bool(status == value)
        return bool(value == "always")
    if kind == "value":
        return bool(value)
    if kind == "not":
        return not evaluate(value, status=status, ci=ci, facts=facts)
    if kind == "all":
        return all(evaluate(part, status=status, ci=ci, facts=facts) for part in value)
    if kind == "any":
        return any(evaluate(part, status=status, ci=ci, facts=facts) for part in value)
    return _run(value, {"ci": ci, "status": status, **facts()})


def _run(source: str, facts: dict[str, object]) -> bool:
    import cel

    try:
        value = cel.compile(source).execute(facts)
    except KeyError as error:
        key = str(error.args[0]) if error.args else "?"
        raise AtmosError(
            f"no such key: {key} in the condition `{source}`",
            hints=[f'Ask first whether it is there: `"{key}" in env && …`'],
        ) from error
    except Exception as error:
        raise AtmosError(
            f"the condition `{source}` cannot be evaluated: {str(error).split('. Check', 1)[0]}"
        ) from error
    if not isinstance(value, bool):
        raise AtmosError(f"the condition `{source}` gave {value!r}, not true or false")
    return value


def platform_facts() -> dict[str, object]:
    """`os`, `arch` and `platform` by the names conditions use."""
    system = _SYSTEMS.get(sys.platform, sys.platform)
    machine = os.uname().machine
    arch = _MACHINES.get(machine, machine)
    return {"os": system, "arch": arch, "platform": f"{system}/{arch}"}
