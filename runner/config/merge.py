"""Put configuration trees together (spec: config §1.3, §1.4). Nothing that goes in is changed; places go along.

Maps merge deep; everything else is replaced; a map stays a map. `commands` is the one list with a rule of its own:
entries are matched by name, a name with blanks is a path, and fields of the stronger one replace those of the weaker.
"""

from __future__ import annotations

from runner.config import scalars
from runner.config.reader import Map, Mark, Seq
from runner.errors import Problem, Where

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Notes = list[Problem]


class Owned(Map):
    """A map made by one accumulation (`owner`), which may change it in place. folded: its names by their folded spelling."""

    __slots__ = ("folded", "owner")

    folded: dict[str, str] | None
    owner: object


class Appended(Seq):
    """A list tagged `!append`: its items follow those of the weaker layers instead of replacing them."""

    __slots__ = ()


def merge(low: Map, high: Map, path: tuple[str, ...] = (), owner: object = None) -> Map:
    """`high` over `low`. Keys that differ only in case are one key, except names of environment variables.

    owner: who gathers many maps, one over the other; what it made itself is changed in place, so that the time of each
    depends on `high` alone.
    """
    mark = high.mark if high.mark[0] else low.mark
    if owner is not None and isinstance(low, Owned) and low.owner is owner:
        result = low
        result.mark = mark
    else:
        result = Owned(mark)
        result.take(low)
        result.owner, result.folded = owner, None
    exact = bool(path) and path[-1] == "env"
    fresh = [] if exact else [key for key in high if key not in result]
    if fresh and result.folded is None:
        result.folded = {name.casefold(): name for name in result}
    names = result.folded or {}  # as they are before anything is put
    for key, value in high.items():
        known = key if exact or key in result else names.get(key.casefold(), key)
        _put(result, known, key, value, high, (*path, known), owner)
    if result.folded is not None:
        result.folded |= {key.casefold(): key for key in fresh if key in result}
    return result


def _put(result: Owned, known: str, key: str, value: object, high: Map, path: tuple[str, ...], owner: object) -> None:
    """One key of the stronger map over what is there."""
    mark, literal = high.marks.get(key, high.mark), high.literals.get(key)
    if known not in result:
        if not (isinstance(value, Map) and not value):
            result.put(key, value, mark, literal)
        return
    current = result[known]
    if isinstance(current, Map):
        if isinstance(value, dict):
            if value:
                merged = merge(current, value if isinstance(value, Map) else as_map(value, mark), path, owner)
                _replace(result, known, key, merged, result.marks[known])
        elif isinstance(value, tuple):
            _replace(result, known, key, value, mark)
        return  # a map is never replaced by a scalar, a list or nothing
    if value is None and not _keeps_null(path):
        del result[known]  # the default comes back
        result.folded = None
        result.marks.pop(known, None)
        result.literals.pop(known, None)
        return
    if isinstance(value, Appended) and isinstance(current, list):
        joined = type(value)(value.mark) if isinstance(current, Appended) else Seq(value.mark)
        for source in (current, value):
            for index, item in enumerate(source):
                place = source.marks[index] if isinstance(source, Seq) and index < len(source.marks) else mark
                joined.add(item, place, source.literals.get(index) if isinstance(source, Seq) else None)
        value = joined
    _replace(result, known, key, value, mark, literal)


def _replace(result: Map, known: str, key: str, value: object, mark: Mark, literal: str | None = None) -> None:
    """Set a key's value; where its spelling changes, the stronger spelling takes the old one's position."""
    if known == key:
        result.put(key, value, mark, literal)
        return
    items = [
        (name, item, result.marks.get(name, result.mark), result.literals.get(name)) for name, item in result.items()
    ]
    result.clear()
    result.marks.clear()
    result.literals.clear()
    for name, item, place, text in items:
        if name == known:
            result.put(key, value, mark, literal)
        else:
            result.put(name, item, place, text)


def _keeps_null(path: tuple[str, ...]) -> bool:
    """In an `env` map null says something: the variable is to be unset (decision D46)."""
    return len(path) > 1 and path[-2] == "env"


def as_map(value: dict[str, object], mark: Mark) -> Map:
    """A plain mapping (of an included file) with one place for all its keys."""
    result = Map(mark)
    for key, item in value.items():
        result.put(str(key), placed(item, mark), mark)
    return result


def placed(value: object, mark: Mark) -> object:
    """Plain data as a tree in which everything stands at one place."""
    if isinstance(value, dict) and not isinstance(value, Map):
        return as_map(value, mark)
    if isinstance(value, list) and not isinstance(value, Seq):
        result = Seq(mark)
        for item in value:
            result.add(placed(item, mark), mark)
        return result
    return value


# -- commands ---------------------------------------------------------------------------------------


def fold(items: object, notes: Notes, compute: Callable[[object], object] = lambda value: value) -> list[Map]:
    """The entries of one `commands` list as a tree: path names become nested ones, equal names one entry.

    compute: gives the value of a name that comes from a function.
    """
    groups: dict[str, list[Map]] = {}
    if not isinstance(items, list):
        return []
    for index, item in enumerate(items):
        mark = items.marks[index] if isinstance(items, Seq) and index < len(items.marks) else ("", 0, 0)
        if not isinstance(item, dict):
            notes.append(Problem("an entry of `commands` is no mapping and is left out", Where(*mark),
                                 path=f"commands[{index}]", severity="note"))  # fmt: skip
            continue
        entry = item if isinstance(item, Map) else as_map(item, mark)
        key = field(entry, "name")
        name = compute(entry.get(key))
        words = [] if isinstance(name, dict | list | tuple) else scalars.as_text(name).split()
        if not words:
            notes.append(Problem("a command without a `name` is left out", entry.where if entry.mark[0] else Where(*mark),
                                 path=f"commands[{index}]", severity="note"))  # fmt: skip
            continue
        groups.setdefault(words[0], []).append(_nested(entry, words, key, notes, compute))
    return [united(group, notes, peers=True) for group in groups.values()]


def field(entry: Map, name: str) -> str:
    """How a known field is spelled in an entry: field names are compared without regard to case."""
    if name in entry:
        return name
    return next((key for key in entry if key.lower() == name), name)


def _nested(entry: Map, words: list[str], key: str, notes: Notes, compute: Callable[[object], object]) -> Map:
    """An entry with its children folded, below the parents that its name spells."""
    leaf = Map(entry.mark)
    for name, value in entry.items():
        mark = entry.marks.get(name, entry.mark)
        if name == key:
            leaf.put("name", words[-1], mark)
        elif name.lower() == "commands" and isinstance(value, list):
            children = Seq(value.mark if isinstance(value, Seq) else mark)
            for child in fold(value, notes, compute):
                children.add(child, child.mark)
            leaf.put("commands", children, mark)
        else:
            leaf.put(name, _told(name.lower(), value, compute), mark, entry.literals.get(name))
    for word in reversed(words[:-1]):
        parent = Map(entry.mark)
        parent.put("name", word, entry.marks.get(key, entry.mark))
        children = Seq(entry.mark)
        children.add(leaf, entry.mark)
        parent.put("commands", children, entry.mark)
        leaf = parent
    return leaf


def _told(name: str, value: object, compute: Callable[[object], object]) -> object:
    """A command's field; what help and lists tell of it is taken from the environment now, for they call nothing."""
    if name in ("description", "usage"):
        return compute(value) if isinstance(value, tuple) and value[0] in ("!env", "!literal") else value
    if not isinstance(value, list) or name not in ("aliases", "arguments", "flags") or not _has_deferred(value):
        return value
    result = Seq(value.mark if isinstance(value, Seq) else ("", 0, 0))
    for index, item in enumerate(value):
        told: object = item
        if isinstance(item, Map):
            told = Map(item.mark)
            for key, field_value in item.items():
                told.put(key, _told(key.lower(), field_value, compute), item.marks.get(key, item.mark),
                         item.literals.get(key))  # fmt: skip
        elif name == "aliases" and isinstance(item, tuple) and item[0] == "!env":
            told = compute(item)
        mark = value.marks[index] if isinstance(value, Seq) and index < len(value.marks) else result.mark
        result.add(told, mark, value.literals.get(index) if isinstance(value, Seq) else None)
    return result


def _has_deferred(items: list[object]) -> bool:
    return any(isinstance(item, tuple) or (isinstance(item, dict) and any(isinstance(field, tuple) for field in item.values()))
               for item in items)  # fmt: skip


def united(definitions: list[Map], notes: Notes, *, peers: bool = False) -> Map:
    """Definitions of one command, each over those before it: field by field, children by name.

    peers: none is meant to lie over another (two of a list, or of a folder): that steps replace steps is no
    intention then, and worth a warning.
    """
    first, *rest = definitions
    if not rest:
        return first
    result = Map(rest[-1].mark)
    result.take(first)
    children = _entries(first.get("commands"))
    for high in rest:
        for key, value in high.items():
            known = field(result, key.lower()) if key not in result else key
            mark = high.marks.get(key, high.mark)
            if known == "commands" and isinstance(value, list):
                children += _entries(value)
            elif known == "steps" and result.get("steps") and value:
                older = Where(*result.marks.get("steps", first.mark))
                notes.append(Problem(
                    f"the steps of command `{high.get('name')}` replace those defined at {older}",
                    Where(*mark), path=f"commands.{high.get('name')}", severity="warning" if peers else "note",
                ))  # fmt: skip
            result.put(known if known in result else key, value, mark, high.literals.get(key))
    if children:
        groups: dict[str, list[Map]] = {}
        for child in children:
            groups.setdefault(str(child["name"]), []).append(child)
        below = Seq(result.marks.get("commands", result.mark))
        for group in groups.values():
            child = united(group, notes, peers=peers)
            below.add(child, child.mark)
        result.put("commands", below, below.mark)
    return result


def _entries(items: object) -> list[Map]:
    return [item for item in items if isinstance(item, Map)] if isinstance(items, list) else []


def named(entries: Iterable[Map]) -> dict[str, Map]:
    return {str(entry["name"]): entry for entry in entries}


def put_over(low: dict[str, Map], high: dict[str, Map], notes: Notes, *, peers: bool = False) -> dict[str, Map]:
    """Folded commands over others, which are changed: field by field, new entries follow."""
    for name, entry in high.items():
        known = low.get(name)
        low[name] = entry if known is None else united([known, entry], notes, peers=peers)
    return low


# -- layers -----------------------------------------------------------------------------------------


class Layer:
    """What sources contribute: their tree without `commands`, and their commands by name."""

    __slots__ = ("commands", "tree")

    def __init__(self, tree: Map | None = None, commands: Iterable[Map] = ()) -> None:
        self.tree = Map() if tree is None else tree
        self.commands = named(commands)

    def put(self, high: Layer, notes: Notes, *, peers: bool = False) -> Layer:
        """Lay another one over this one; new commands follow those that are there."""
        self.tree = merge(self.tree, high.tree, owner=self)
        put_over(self.commands, high.commands, notes, peers=peers)
        return self

    def put_under(self, low: Layer, notes: Notes) -> Layer:
        """Lay this one over another; its own commands come first."""
        self.tree = merge(low.tree, self.tree)
        below = dict(low.commands)
        for name, entry in self.commands.items():
            known = below.pop(name, None)
            if known is not None:
                self.commands[name] = united([known, entry], notes)
        self.commands |= below
        return self
