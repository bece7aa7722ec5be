"""Bring a file's tree into the shape of the schema: the known spelling of keys, dotted keys taken apart, values typed.

Keys of free maps (identities, providers, env, aliases, stores …) are left exactly as they are written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, get_args, get_origin

from runner.config.reader import Map
from runner.errors import AtmosError, Problem, Where, nearest

if TYPE_CHECKING:
    from typing import Any

    from runner.config.schema import Section

MAX_UNKNOWN = 50  # more unknown keys than that are no typing mistakes
MISTYPED = 0.8  # how alike an unknown section and a known one are when it is said on every run

_fields_cache: dict[type, dict[str, object]] = {}


def fields(model: type[Section]) -> dict[str, object]:
    """The known keys of a section, each with the section below it or None."""
    known = _fields_cache.get(model)
    if known is None:
        known = {}
        for name, info in model.model_fields.items():
            known[info.alias or name] = _section(info.annotation)
        _fields_cache[model] = known
    return known


def _section(annotation: Any) -> object:
    from runner.config.schema import Section

    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    for choice in get_args(annotation) or (annotation,):
        if isinstance(choice, type) and issubclass(choice, Section):
            return choice
    return None


def canonical(tree: Map, model: Any = None) -> Map:
    """A tree with the schema's spelling of its keys. Returns the same object when nothing differs."""
    if model is None:
        from runner.config.schema import Configuration

        model = Configuration
    known = fields(model)
    changed: list[tuple[str, str, object]] = []
    differs = False
    for key, value in tree.items():
        name, item = _known(key, value, known, tree)
        below = known.get(name)
        if below is not None and isinstance(item, Map):
            item = canonical(item, below)
        differs = differs or name != key or item is not value
        changed.append((name, key, item))
    if not differs:
        return tree
    from runner.config import merge

    result = Map(tree.mark)
    for name, key, item in changed:
        mark = tree.marks.get(key, tree.mark)
        if name in result:
            single = Map(tree.mark)
            single.put(name, item, mark, tree.literals.get(key))
            result = merge.merge(result, single)
        else:
            result.put(name, item, mark, tree.literals.get(key))
    return result


def _known(key: str, value: object, known: dict[str, object], tree: Map) -> tuple[str, object]:
    """The schema's name of a key; `a.b: 1` below a known section becomes `a: {b: 1}`."""
    if key in known:
        return key, value
    lower = key.lower()
    if lower in known:
        return lower, value
    if "." in key:
        first, rest = key.split(".", 1)
        name = first.lower()
        if rest and name in known and (known[name] is not None):
            inner = Map(tree.marks.get(key, tree.mark))
            inner.put(rest, value, tree.marks.get(key, tree.mark), tree.literals.get(key))
            return name, inner
    return key, value


class Typed:
    """A checked tree: plain data with deferred values in place; `later`: kinds of deferred values in typed settings."""

    __slots__ = ("data", "later", "problems")

    def __init__(self, data: dict[str, Any], later: dict[tuple[str, ...], str], problems: list[Problem]) -> None:
        self.data, self.later, self.problems = data, later, problems


def check(tree: Map) -> Typed:
    """Type the settings of a merged tree. Wrong types are one AtmosError that lists them all."""
    from pydantic import ValidationError

    from runner.config.schema import Configuration

    deferred: list[tuple[tuple[str, ...], object]] = []
    plain = _plain(tree, (), deferred)
    errors: list[tuple[str, str, Where | None]] = []
    try:
        data = Configuration.model_validate(plain).model_dump(exclude_unset=True, by_alias=True)
    except ValidationError as error:
        seen = set()
        for item in error.errors(include_url=False, include_context=False):
            path = tuple(str(part) for part in item["loc"] if not str(part).startswith("function-"))
            if path not in seen:
                seen.add(path)
                errors.append((dotted(path), item["msg"], position(tree, path)))
        raise wrong(errors) from None
    later: dict[tuple[str, ...], str] = {}
    for path, value in deferred:
        _insert(data, path, value)
        kind = _kind(path)
        if kind:
            later[path] = kind
    return Typed(data, later, unknown_keys(tree))


class DecodingError(AtmosError):
    """Settings that do not decode. findings: each of them, for `atmos validate`."""

    findings: list[Problem]


def wrong(errors: list[tuple[str, str, Where | None]]) -> DecodingError:
    """The error of settings that do not decode: one line for each, with its place and the line in the file."""
    where = errors[0][2] if errors else None
    if len(errors) == 1 and "log level" in errors[0][1]:
        error = DecodingError("invalid log level", explanation=errors[0][1], where=where, title="Configuration Error")
    else:
        lines = [f"'{path}' {message}" + (f" ({place})" if place else "") for path, message, place in errors]
        error = DecodingError("decoding failed due to the following error(s): " + "; ".join(lines), where=where,
                              title="Configuration Error", explanation=quote_line(where))  # fmt: skip
    error.findings = [Problem(f"'{path}' {message}", place, path=path) for path, message, place in errors]
    return error


def quote_line(where: Where | None) -> str:
    """The line of a place, as it stands in its file now."""
    if where is None or not where.line:
        return ""
    from runner.config import mistakes, reader

    try:
        return mistakes.excerpt(reader.read_text(where.file), where.line, where.column)
    except AtmosError:
        return ""


def _plain(value: object, path: tuple[str, ...], deferred: list[tuple[tuple[str, ...], object]]) -> Any:
    """Plain dicts and lists without the deferred values, which are noted with their paths."""
    if isinstance(value, dict):
        result = {}
        for key, item in value.items():
            if isinstance(item, tuple):
                deferred.append(((*path, key), item))
            else:
                result[key] = _plain(item, (*path, key), deferred)
        return result
    if isinstance(value, list):
        return [
            item if isinstance(item, tuple) else _plain(item, (*path, str(index)), deferred)
            for index, item in enumerate(value)
        ]
    return value


def _insert(data: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    holder: Any = data
    for key in path[:-1]:
        holder = holder[int(key)] if isinstance(holder, list) else holder.setdefault(key, {})
        if not isinstance(holder, dict | list):
            return
    holder[path[-1]] = value


def _kind(path: tuple[str, ...]) -> str:
    """The kind of a typed setting: bool, int, words or "" (text needs no conversion, free maps have none)."""
    from runner.config import kinds
    from runner.config.schema import Configuration

    model: Any = Configuration
    for key in path[:-1]:
        model = fields(model).get(key)
        if model is None:
            return ""
    for name, info in model.model_fields.items():
        if (info.alias or name) == path[-1]:
            for kind, word in ((kinds.Switch, "bool"), (kinds.Whole, "int"), (kinds.Words, "words")):
                if get_args(kind)[1] in info.metadata:
                    return word
    return ""


def position(tree: object, path: tuple[str, ...]) -> Where | None:
    """Where a path of a tree stands: its last key that the file has."""
    where: Where | None = None
    for key in path:
        if isinstance(tree, Map):
            if key not in tree:
                break
            where = tree.key_where(key)
            tree = tree[key]
        elif isinstance(tree, list) and key.isdigit() and int(key) < len(tree):
            marks = getattr(tree, "marks", None)
            if marks:
                where = Where(*marks[int(key)])
            tree = tree[int(key)]
        else:
            break
    return where


def dotted(path: tuple[str, ...]) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if part.isdigit() else f".{part}" if text else part
    return text


def unknown_keys(tree: Map) -> list[Problem]:
    """Keys that nothing knows: a warning with the nearest known key where one is near, else a note for `validate`."""
    from difflib import SequenceMatcher

    from runner.config.schema import ALSO_KNOWN, Configuration

    problems: list[Problem] = []
    pending: list[tuple[Map, Any, tuple[str, ...]]] = [(tree, Configuration, ())]
    while pending:
        current, model, path = pending.pop()
        known = fields(model)
        for key, value in current.items():
            below = known.get(key)
            if below is not None and isinstance(value, Map):
                pending.append((value, below, (*path, key)))
            if key in known or key.startswith(("x-", ".", "_")) or (not path and key.lower() in ALSO_KNOWN):
                continue
            if path == ("workflows",):
                continue  # a workflow
            if len(problems) >= MAX_UNKNOWN:
                return problems
            near = nearest(key, known, 1)
            mistyped = bool(near) and not path and SequenceMatcher(None, key.lower(), near[0]).ratio() >= MISTYPED
            problems.append(Problem(
                f"unknown key `{dotted((*path, key))}`" + (f"; did you mean `{near[0]}`?" if near else ""),
                current.key_where(key), path=dotted((*path, key)), hint=near[0] if near else "",
                severity="warning" if mistyped else "note",
            ))  # fmt: skip
    return problems
