"""`coll.`: lists and maps; the collection is the last operand."""

from __future__ import annotations

import re
from functools import cmp_to_key

from ..errors import Failure
from ..kinds import Strings
from ..numbers import to_int64
from ..values import any_text, bounded, type_name
from . import lists
from .dicts import _merge, deep_copy
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("coll", "Collections")
add = FAMILY.add


@add("coll.Append", "any any", "{{ coll.Append 3 (list 1 2) }}", "[1 2 3]")
def coll_append(item: Any, value: Any) -> list[Any]:
    """The list with an item at its end."""
    return lists.append(value, item)


@add("coll.Prepend", "any any", "{{ coll.Prepend 0 (list 1) }}", "[0 1]")
def coll_prepend(item: Any, value: Any) -> list[Any]:
    """The list with an item at its start."""
    return lists.prepend(value, item)


@add("coll.Reverse", "any", "{{ coll.Reverse (list 1 2) }}", "[2 1]")
def coll_reverse(value: Any) -> list[Any]:
    """The items in reverse order."""
    return lists.reverse(value)


@add("coll.Uniq", "any", "{{ coll.Uniq (list 1 1 2) }}", "[1 2]")
def coll_uniq(value: Any) -> list[Any]:
    """The items without repetitions."""
    return lists.uniq(value)


@add(
    "coll.Flatten flatten",
    "any any...",
    "{{ coll.Flatten (list 1 (list 2 (list 3))) }} {{ coll.Flatten 1 (list (list 2 (list 3))) }}",
    "[1 2 3] [2 [3]]",
)
def coll_flatten(*values: Any) -> list[Any]:
    """Lists within a list opened, all the way or to a depth: [depth,] list."""
    if len(values) > 2:
        raise Failure(f"wrong number of args: wanted 1 or 2, got {len(values)}")
    return _flat(bounded(lists.items_of(values[-1], "flatten")), to_int64(values[0]) if len(values) == 2 else -1)


def _flat(items: list[Any], depth: int) -> list[Any]:
    if depth == 0:
        return items
    out: list[Any] = []
    for item in items:
        out += _flat(list(item), depth - 1) if isinstance(item, list | tuple) else [item]
    return out


@add("coll.Keys", "dict...", '{{ coll.Keys (dict "b" 1 "a" 2) }}', "[a b]")
def coll_keys(*values: dict[str, Any]) -> Strings:
    """The sorted keys of maps."""
    if not values:
        raise Failure("need at least one argument")
    return Strings([key for value in values for key in sorted(value)])


@add("coll.Values", "dict...", '{{ coll.Values (dict "b" 1 "a" 2) }}', "[2 1]")
def coll_values(*values: dict[str, Any]) -> list[Any]:
    """The values of maps, in the order of their keys."""
    if not values:
        raise Failure("need at least one argument")
    return [value[key] for value in values for key in sorted(value)]


@add("coll.Merge", "dict dict...", '{{ coll.Merge (dict "a" 1) (dict "a" 2 "b" 3) }}', "map[a:1 b:3]")
def coll_merge(*values: dict[str, Any]) -> dict[str, Any]:
    """Maps merged deeply into a new one; the left one wins."""
    merged: dict[str, Any] = {}
    for value in reversed(values):
        _merge(merged, deep_copy(value), True)
    return merged


def _keys_and_map(values: tuple[Any, ...]) -> tuple[list[str], dict[str, Any]]:
    if len(values) < 2:
        raise Failure(f"wrong number of args: wanted 2 or more, got {len(values)}")
    for key in values[:-1]:
        if not isinstance(key, str):
            raise Failure(f"wrong key type: must be string, got {type_name(key)} ({any_text(key)})")
    if not isinstance(values[-1], dict):
        raise Failure(f"wrong map type: must be map[string]interface{{}}, got {type_name(values[-1])}")
    return list(values[:-1]), values[-1]


@add("coll.Pick", "any...", '{{ coll.Pick "a" (dict "a" 1 "b" 2) }}', "map[a:1]")
def coll_pick(*values: Any) -> dict[str, Any]:
    """A new map with only these keys."""
    keys, value = _keys_and_map(values)
    return {key: value[key] for key in keys if key in value}


@add("coll.Omit", "any...", '{{ coll.Omit "a" (dict "a" 1 "b" 2) }}', "map[b:2]")
def coll_omit(*values: Any) -> dict[str, Any]:
    """A new map without these keys."""
    keys, value = _keys_and_map(values)
    return {key: item for key, item in value.items() if key not in keys}


@add(
    "coll.Sort sort",
    "any any...",
    '{{ coll.Sort (list "b" "a") }} {{ coll.Sort "k" (list (dict "k" 2) (dict "k" 1)) }}',
    "[a b] [map[k:1] map[k:2]]",
)
def coll_sort(*values: Any) -> list[Any]:
    """A list of numbers or of texts in order, or maps by a key: [key,] list; kinds that do not compare stay put."""
    if len(values) > 2:
        raise Failure(f"wrong number of args: wanted 1 or 2, got {len(values)}")
    key = any_text(values[0]) if len(values) == 2 else ""
    items = [] if values[-1] is None else lists.items_of(values[-1], "sort")

    def compare(first: Any, other: Any) -> int:
        if key:
            absent = [not isinstance(item, dict) or key not in item for item in (first, other)]
            if any(absent):
                return int(absent[0]) - int(absent[1])
            first, other = first[key], other[key]
        if type_name(first) != type_name(other) or isinstance(first, bool) or not isinstance(first, str | int | float):
            return 0
        return int(first > other) - int(first < other)

    return sorted(items, key=cmp_to_key(compare))


# --- JSONPath -----------------------------------------------------------------------------------------

_step = re.compile(
    r"(?P<deep>\.\.)?\.?(?:(?P<name>[\w-]+)|(?P<star>\*)|\[\s*(?:'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<all>\*)"
    r"|\?\(\s*@\.(?P<key>[\w.-]+)\s*(?:(?P<op>==|!=|<=|>=|<|>)\s*(?P<value>'[^']*'|\"[^\"]*\"|[-\w.]+))?\s*\)"
    r"|(?P<slice>-?\d*:-?\d*)|(?P<index>-?\d+))\s*\])"
)


@add("coll.JSONPath jsonpath", "string any", '{{ coll.JSONPath ".a[0].b" (dict "a" (list (dict "b" 5))) }}', "5")
def coll_jsonpath(path: str, value: Any) -> Any:
    """What a JSONPath finds: names, `[n]`, `[a:b]`, `*`, `..name`, `[?(@.k == "v")]`; several results are a list."""
    text = path.strip().removeprefix("$").removeprefix("@")
    if text in ("", "."):
        return value
    found = [value]
    at = 0
    while at < len(text):
        match = _step.match(text, at)
        if match is None or match.end() == at or (at == 0 and text[0] not in ".["):
            raise Failure(f"couldn't parse JSONPath {path}: it goes wrong at `{text[at : at + 20]}`")
        at = match.end()
        if match["deep"]:
            bounded(found)
            found = [inner for item in found for inner in _descendants(item)]
        found = [inner for item in found for inner in _children(item, match)]
        name = match["name"] or match["single"] or match["double"]
        if not found and name and not match["deep"]:
            raise Failure(f"executing JSONPath failed: {name} is not found")
    return found[0] if len(found) == 1 else found


def _descendants(value: Any) -> list[Any]:
    found = [value]
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        found += _descendants(item)
    return found


def _children(value: Any, step: re.Match[str]) -> list[Any]:
    name = step["name"] or step["single"] or step["double"]
    if name is not None:
        return [value[name]] if isinstance(value, dict) and name in value else []
    items = list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, list | tuple) else []
    if step["star"] or step["all"]:
        return items
    if not isinstance(value, list | tuple):
        return []
    if step["index"]:
        position = int(step["index"])
        return [items[position]] if -len(items) <= position < len(items) else []
    if step["slice"]:
        start, _, end = step["slice"].partition(":")
        return items[int(start) if start else None : int(end) if end else None]
    return [item for item in items if _passes(item, step)]


def _passes(item: Any, step: re.Match[str]) -> bool:
    for part in step["key"].split("."):
        if not isinstance(item, dict) or part not in item:
            return False
        item = item[part]
    if not step["op"]:
        return True
    wanted: Any = step["value"]
    if wanted[0] in "'\"":
        wanted = wanted[1:-1]
    elif wanted in ("true", "false"):
        wanted = wanted == "true"
    else:
        wanted = float(wanted)
    if isinstance(wanted, str) != isinstance(item, str):
        return bool(step["op"] == "!=")
    try:
        return bool(
            {
                "==": item == wanted,
                "!=": item != wanted,
                "<": item < wanted,
                "<=": item <= wanted,
                ">": item > wanted,
                ">=": item >= wanted,
            }[step["op"]]
        )
    except TypeError:
        return False
