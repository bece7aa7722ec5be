"""`locals` of a manifest: names for values inside one file (never imported, never part of a component)."""

from __future__ import annotations

import re

from runner.errors import AtmosError, Where
from runner.stacks import rendering
from runner.stacks.values import SCOPED, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Map = dict[str, Any]

_REFERENCE = re.compile(r"\.locals\.([A-Za-z_][\w-]*)")
_ANY_REFERENCE = re.compile(r"\.((?:locals|vars|settings|env)(?:\.[A-Za-z_][\w-]*)+)")
_TYPES = ("terraform", "helmfile", "packer")
_CONTEXT = ("settings", "vars", "env")


class Unresolved(Exception):
    """A text needs values that are known only when a component is described."""


class FileLocals:
    """The locals of one file, resolved on demand against what is known so far."""

    def __init__(self, raw: Map, own: Map, file: str) -> None:
        self.raw = raw
        self.own = own
        self.file = file

    def __repr__(self) -> str:
        return f"FileLocals({self.file!r}, {sorted(self.raw)})"

    def resolve(self, data: Map, evaluate: Callable[[Any], Any] | None = None) -> tuple[Map, set[str]]:
        """(values, names that could not be resolved yet). `data`: everything else a local may refer to.

        evaluate: runs the YAML functions among the values; without it they stay for later.
        """
        done: Map = {}
        late: set[str] = set()
        path: list[str] = []

        def one(name: str) -> None:
            if name in done or name in late:
                return
            if name in path:
                circle = [*path[path.index(name) :], name]
                raise AtmosError(
                    f"circular dependency between locals in {self.file}: {' -> '.join(circle)}",
                    where=self._where(name), hints=["Break the circle: a local cannot need itself"],
                )  # fmt: skip
            path.append(name)
            needed = sorted(_references(self.raw[name]))
            for other in needed:
                if other not in self.raw:
                    raise AtmosError(
                        f"the local `{name}` in {self.file} refers to `.locals.{other}`, which is not defined there",
                        where=self._where(name), hints=[f"Locals of this file: {', '.join(sorted(self.raw))}"],
                    )  # fmt: skip
                one(other)
            path.pop()
            if late.intersection(needed):
                late.add(name)
                return
            try:
                value = rendering.walk(self.raw[name], lambda leaf: _strictly(leaf, {**data, "locals": done}))
                done[name] = rendering.walk(value, evaluate) if evaluate else value
            except Unresolved:
                late.add(name)

        for name in self.raw:
            one(name)
        return done, late

    def data(self, more: Map | None = None) -> Map:
        """What templates of the file see: its locals and its own settings, vars and env."""
        own = {name: self.own[name] for name in _CONTEXT if isinstance(self.own.get(name), dict)}
        values, _ = self.resolve({**own, **(more or {})})
        return {**own, "locals": values}

    def _where(self, name: str) -> Where | None:
        for holder in (self.own, *(self.own.get(kind) for kind in _TYPES)):
            found = holder.get("locals") if isinstance(holder, dict) else None
            if found is not None and name in found and hasattr(found, "key_where"):
                return found.key_where(name)  # type: ignore[no-any-return]
        return None


def _references(value: Any) -> set[str]:
    if isinstance(value, str):
        return set(_REFERENCE.findall(value)) if "{{" in value else set()
    if isinstance(value, dict):
        return {name for item in value.values() for name in _references(item)}
    if isinstance(value, list):
        return {name for item in value for name in _references(item)}
    if type(value) is tuple:
        return _references(value[1])
    return set()


def _strictly(leaf: Any, data: Map) -> Any:
    """A leaf rendered with nothing missing, else Unresolved."""
    if type(leaf) is tuple:
        if isinstance(leaf[1], str) and "{{" in leaf[1] and leaf[0] != "!literal":
            return (leaf[0], str(_strictly(leaf[1], data)), *leaf[2:])
        return leaf
    if not isinstance(leaf, str) or "{{" not in leaf:
        return leaf
    path = rendering.whole_reference(leaf)
    if path is not None:
        value = rendering.lookup(data, path)
        if value is rendering.MISSING or _pending(value):
            raise Unresolved(leaf)
        return value
    for reference in _ANY_REFERENCE.findall(leaf):
        value = rendering.lookup(data, reference.split("."))
        if value is not rendering.MISSING and _waits(value):
            raise Unresolved(leaf)
    try:
        return rendering.render(leaf, plain(data), strict=True)
    except Exception as error:
        raise Unresolved(leaf) from error


def _waits(value: Any) -> bool:
    """Whether a value holds functions that have not run yet."""
    if isinstance(value, dict):
        return any(_waits(item) for item in value.values())
    if isinstance(value, list):
        return any(_waits(item) for item in value)
    return type(value) is tuple


def _pending(value: Any) -> bool:
    return isinstance(value, str) and "{{" in value


def file_locals(own: Map, file: str) -> FileLocals | None:
    """The locals that a file declares, the type sections' over the root's; None when it has none."""
    raw: Map = {}
    for holder in (own, *(own.get(kind) for kind in _TYPES)):
        if isinstance(holder, dict) and "locals" in holder:
            section = holder["locals"]
            if not isinstance(section, dict):
                where = holder.key_where("locals") if hasattr(holder, "key_where") else None
                raise AtmosError(f"invalid locals section in file '{file}'", where=where)
            raw.update(section)
    return FileLocals(raw, own, file) if raw else None


def known(own: Map, file: str) -> Map:
    """The values of a file's locals, as far as the file alone tells them."""
    found = file_locals(own, file)
    values: Map = plain(found.data()["locals"]) if found is not None else {}
    return values


def apply(own: Map, file: str) -> Map:
    """A file's content with its locals filled in. Texts that need more than the file knows keep it at hand."""
    found = file_locals(own, file)
    if found is None:
        return own
    data = found.data()

    def leaf(value: Any) -> Any:
        if type(value) is tuple:
            text = value[1]
            if value[0] == "!literal" or not isinstance(text, str) or "{{" not in text:
                return value
            try:
                return (value[0], str(_strictly(text, data)), *value[2:])
            except Unresolved:
                return value
        try:
            return _strictly(value, data)
        except Unresolved:
            return (SCOPED, value, found.file, 0, found)

    result = dict(own)
    for name in _CONTEXT:  # first what other texts may refer to
        if isinstance(own.get(name), dict):
            data[name] = result[name] = rendering.walk(own[name], leaf)
    for name, value in own.items():
        if name not in (*_CONTEXT, "import", "locals"):
            result[name] = rendering.walk(value, leaf)
    result.pop("locals", None)
    for kind in _TYPES:
        if isinstance(result.get(kind), dict):
            result[kind] = {key: value for key, value in result[kind].items() if key != "locals"}
    return result
