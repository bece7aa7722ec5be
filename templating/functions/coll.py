"""`coll.`: lists and maps; the collection is the last operand."""

from __future__ import annotations

import re

from ..errors import Failure
from ..numbers import to_int64
from ..values import bounded, text_of, type_name
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


def as_map(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Failure(f"{name}: expected a map, got {type_name(value)}")
    return value


@add("coll.Keys", "any...", '{{ coll.Keys (dict "b" 1 "a" 2) }}', "[a b]")
def coll_keys(*values: Any) -> list[str]:
    """The sorted keys of maps."""
    return [key for value in values for key in sorted(as_map(value, "keys"))]


@add("coll.Values", "any...", '{{ coll.Values (dict "b" 1 "a" 2) }}', "[2 1]")
def coll_values(*values: Any) -> list[Any]:
    """The values of maps, in the order of their keys."""
    return [value[key] for value in values for key in sorted(as_map(value, "values"))]


@add("coll.Merge", "any any...", '{{ coll.Merge (dict "a" 1) (dict "a" 2 "b" 3) }}', "map[a:1 b:3]")
def coll_merge(*values: Any) -> dict[str, Any]:
    """Maps merged deeply into a new one; the left one wins."""
    merged: dict[str, Any] = {}
    for value in reversed(values):
        _merge(merged, deep_copy(as_map(value, "merge")), True)
    return merged


def _keys_and_map(values: tuple[Any, ...], name: str) -> tuple[list[str], dict[str, Any]]:
    if len(values) < 2:
        raise Failure(f"wrong number of args: wanted 2 or more, got {len(values)}")
    return [text_of(key) for key in _flat(list(values[:-1]), -1)], as_map(values[-1], name)


@add("coll.Pick", "any...", '{{ coll.Pick "a" (dict "a" 1 "b" 2) }}', "map[a:1]")
def coll_pick(*values: Any) -> dict[str, Any]:
    """A new map with only these keys."""
    keys, value = _keys_and_map(values, "pick")
    return {key: value[key] for key in keys if key in value}


@add("coll.Omit", "any...", '{{ coll.Omit "a" (dict "a" 1 "b" 2) }}', "map[b:2]")
def coll_omit(*values: Any) -> dict[str, Any]:
    """A new map without these keys."""
    keys, value = _keys_and_map(values, "omit")
    return {key: item for key, item in value.items() if key not in keys}


@add(
    "coll.Sort sort",
    "any any...",
    '{{ coll.Sort (list "b" "a") }} {{ coll.Sort "k" (list (dict "k" 2) (dict "k" 1)) }}',
    "[a b] [map[k:1] map[k:2]]",
)
def coll_sort(*values: Any) -> list[Any]:
    """A list in order, maps by a key: [key,] list."""
    if len(values) > 2:
        raise Failure(f"wrong number of args: wanted 1 or 2, got {len(values)}")
    key = text_of(values[0]) if len(values) == 2 else ""
    items = lists.items_of(values[-1], "sort")

    def rank(item: Any) -> tuple[int, Any]:
        for part in key.split(".") if key else ():
            item = item.get(part) if isinstance(item, dict) else None
        if isinstance(item, bool):
            return (1, item)
        if isinstance(item, int | float):
            return (2, item)
        if isinstance(item, str):
            return (3, item)
        return (0 if item is None else 4, 0)

    return sorted(items, key=rank)


# --- JSONPath -----------------------------------------------------------------------------------------

_step = re.compile(
    r"(?P<deep>\.\.)?\.?(?:(?P<name>[\w-]+)|(?P<star>\*)|\[\s*(?:'(?P<single>[^']*)'|\"(?P<double>[^\"]*)\"|(?P<all>\*)"
    r"|\?\(\s*@\.(?P<key>[\w.-]+)\s*(?:(?P<op>==|!=|<=|>=|<|>)\s*(?P<value>'[^']*'|\"[^\"]*\"|[-\w.]+))?\s*\)"
    r"|(?P<slice>-?\d*:-?\d*)|(?P<index>-?\d+))\s*\])"
)


@add("coll.JSONPath jsonpath", "any any", '{{ coll.JSONPath ".a[0].b" (dict "a" (list (dict "b" 5))) }}', "5")
def coll_jsonpath(path: Any, value: Any) -> Any:
    """What a JSONPath finds: names, `[n]`, `[a:b]`, `*`, `..name`, `[?(@.k == "v")]`; several results are a list."""
    text = text_of(path).strip()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1].strip()
    text = text.removeprefix("$").removeprefix("@")
    if text in ("", "."):
        return value
    found = [value]
    several = False
    at = 0
    while at < len(text):
        match = _step.match(text, at)
        if match is None or match.end() == at:
            raise Failure(f"unable to parse JSONPath {text_of(path)}")
        at = match.end()
        several = several or bool(match["deep"] or match["star"] or match["all"] or match["slice"] or match["key"])
        if match["deep"]:
            bounded(found)
            found = [inner for item in found for inner in _descendants(item)]
        found = [inner for item in found for inner in _children(item, match)]
    if several:
        return found
    if not found:
        raise Failure(f"executing JSONPath {text_of(path)} failed: no match")
    return found[0]


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
