"""Bring a file's tree into the shape of the schema: the known spelling of keys, dotted keys taken apart, values typed.

Keys of free maps (identities, providers, env, aliases, stores …) are left exactly as they are written.
"""

from __future__ import annotations

from runner.config import kinds, mistakes
from runner.config.reader import Map
from runner.config.schema import ALSO_KNOWN, CONFIGURATION, Section
from runner.errors import AtmosError, Problem, Where, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Later = dict[tuple[str, ...], str]

MAX_UNKNOWN = 50  # more unknown keys than that are no typing mistakes
MISTYPED = 0.8  # how alike an unknown key and a known one are when it is said on every run
_CONVERTED_LATER = (kinds.SWITCH, kinds.WHOLE, kinds.WORDS)  # text needs no conversion, free maps have none


def canonical(tree: Map, section: Section = CONFIGURATION) -> Map:
    """A tree with the schema's spelling of its keys. Returns the same object when nothing differs."""
    known = section.keys
    changed: list[tuple[str, str, object]] = []
    differs = False
    for key, value in tree.items():
        name, item = _known(key, value, known, tree)
        below = known.get(name)
        if isinstance(below, Section) and isinstance(item, Map):
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


def _known(key: str, value: object, known: dict[str, kinds.Kind | Section], tree: Map) -> tuple[str, object]:
    """The schema's name of a key; `a.b: 1` below a known section becomes `a: {b: 1}`."""
    if key in known:
        return key, value
    lower = key.lower()
    if lower in known:
        return lower, value
    if "." in key:
        first, rest = key.split(".", 1)
        name = first.lower()
        if rest and isinstance(known.get(name), Section):
            inner = Map(tree.marks.get(key, tree.mark))
            inner.put(rest, value, tree.marks.get(key, tree.mark), tree.literals.get(key))
            return name, inner
    return key, value


class Typed:
    """A checked tree: plain data with deferred values in place; `later`: kinds of deferred values in typed settings."""

    __slots__ = ("data", "later", "problems")

    def __init__(self, data: dict[str, Any], later: Later, problems: list[Problem]) -> None:
        self.data, self.later, self.problems = data, later, problems


def check(tree: Map) -> Typed:
    """Type the settings of a merged tree. Wrong types are one AtmosError that lists them all."""
    later: Later = {}
    try:
        data = fit(tree, CONFIGURATION, (), later)
    except kinds.Unfit:
        raise wrong(misfits(tree)) from None
    return Typed(data, later, unknown_keys(tree))


def fit(tree: dict[str, Any], section: Section, path: tuple[str, ...], later: Later) -> dict[str, Any]:
    """The typed settings of a section; `later` gets the kinds of deferred ones. Unfit where one does not fit."""
    known = section.keys
    data: dict[str, Any] = {}
    for key, value in tree.items():
        below = known.get(key)
        if isinstance(value, tuple):
            data[key] = value
            if below in _CONVERTED_LATER:
                later[*path, key] = below.name
        elif isinstance(below, Section):
            data[key] = fit(kinds.FREE.convert(value), below, (*path, key), later)
        else:
            data[key] = _plain(value) if below is None else below.convert(_plain(value))
    return data


def misfits(tree: Map) -> list[tuple[str, str, Where | None]]:
    """All settings that do not fit: (dotted path, message, place)."""
    from runner.config import validation

    found: dict[tuple[str, ...], tuple[str, str, Where | None]] = {}
    for path, message in validation.mistakes(_written(tree)):
        found.setdefault(path, (dotted(path), message, position(tree, path)))
    return list(found.values())


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
                              title="Configuration Error", explanation=mistakes.quoted(where))  # fmt: skip
    error.findings = [Problem(f"'{path}' {message}", place, path=path) for path, message, place in errors]
    return error


def _plain(value: Any) -> Any:
    """Plain dicts and lists; deferred values stay."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _written(value: Any) -> Any:
    """Plain data without deferred values: what they will be is not known."""
    if isinstance(value, dict):
        return {key: _written(item) for key, item in value.items() if not isinstance(item, tuple)}
    if isinstance(value, list):
        return [None if isinstance(item, tuple) else _written(item) for item in value]
    return value


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
    """Keys that nothing knows: a warning where it surely is a known one mistyped, else a note for `validate`."""
    problems: list[Problem] = []
    pending: list[tuple[Map, Section, tuple[str, ...]]] = [(tree, CONFIGURATION, ())]
    while pending and len(problems) < MAX_UNKNOWN:
        current, section, path = pending.pop()
        known = section.keys
        for key, value in current.items():
            below = known.get(key)
            if isinstance(below, Section) and isinstance(value, Map):
                pending.append((value, below, (*path, key)))
            if key in known or key.startswith(("x-", ".", "_")) or (not path and key.lower() in ALSO_KNOWN):
                continue
            if path == ("workflows",):
                continue  # a workflow
            if len(problems) >= MAX_UNKNOWN:
                break
            near = nearest(key, known, 1)
            problems.append(Problem(
                f"unknown key `{dotted((*path, key))}`" + (f"; did you mean `{near[0]}`?" if near else ""),
                current.key_where(key), path=dotted((*path, key)), hint=near[0] if near else "",
                severity="warning" if near and _alike(key, near[0]) else "note",
            ))  # fmt: skip
    return sorted(problems, key=lambda one: one.where.plain() if one.where else ("", 0, 0))


def _alike(key: str, known: str) -> bool:
    from difflib import SequenceMatcher

    return SequenceMatcher(None, key.lower(), known).ratio() >= MISTYPED
