"""Maps. `set`, `unset` and the merging functions change their first operand and return it."""

from __future__ import annotations

from ..errors import Failure
from ..kinds import Strings, TypedList
from ..values import bounded, deep_equal, text_of, truth, type_name
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("dicts", "Maps")
add = FAMILY.add


@add("dict", "any...", '{{ dict "a" 1 "b" }}', "map[a:1 b:]")
def dict_(*values: Any) -> dict[str, Any]:
    """A map of keys and values in turn; keys become strings, a missing last value is "" ."""
    made: dict[str, Any] = {}
    for at in range(0, len(values), 2):
        made[text_of(values[at])] = values[at + 1] if at + 1 < len(values) else ""
    return made


@add("get", "dict string", '{{ get (dict "a" 1) "a" }}[{{ get (dict) "a" }}]', "1[]")
def get(value: dict[str, Any], key: str) -> Any:
    """The value of a key; "" when it is absent."""
    return value.get(key, "")


@add("set", "dict string any", '{{ set (dict "a" 1) "b" 2 }}', "map[a:1 b:2]")
def set_(value: dict[str, Any], key: str, item: Any) -> dict[str, Any]:
    """The map with a key set."""
    value[key] = item
    return value


@add("unset", "dict string", '{{ unset (dict "a" 1 "b" 2) "a" }}', "map[b:2]")
def unset(value: dict[str, Any], key: str) -> dict[str, Any]:
    """The map without a key."""
    value.pop(key, None)
    return value


@add("hasKey", "dict string", '{{ hasKey (dict "a" nil) "a" }}', "true")
def has_key(value: dict[str, Any], key: str) -> bool:
    """Whether the map has the key, whatever its value."""
    return key in value


@add("pluck", "string dict...", '{{ pluck "a" (dict "a" 1) (dict "b" 0) (dict "a" 3) }}', "[1 3]")
def pluck(key: str, *values: dict[str, Any]) -> list[Any]:
    """The values of a key in all maps that have it."""
    return [value[key] for value in values if key in value]


@add("keys", "dict...", '{{ keys (dict "b" 1 "a" 2) | sortAlpha }}', "[a b]")
def keys(*values: dict[str, Any]) -> Strings:
    """The keys of all maps, sorted within each."""
    return Strings([key for value in values for key in sorted(value)])


@add("values", "dict", '{{ values (dict "a" 1 "b" 2) }}', "[1 2]")
def values_(value: dict[str, Any]) -> list[Any]:
    """The values of a map, in the order of its keys."""
    return [value[key] for key in sorted(value)]


@add("pick", "dict string...", '{{ pick (dict "a" 1 "b" 2) "a" "z" }}', "map[a:1]")
def pick(value: dict[str, Any], *wanted: str) -> dict[str, Any]:
    """A new map with only these keys."""
    return {key: value[key] for key in wanted if key in value}


@add("omit", "dict string...", '{{ omit (dict "a" 1 "b" 2) "a" }}', "map[b:2]")
def omit(value: dict[str, Any], *unwanted: str) -> dict[str, Any]:
    """A new map without these keys."""
    return {key: item for key, item in value.items() if key not in unwanted}


@add("merge mustMerge", "dict dict...", '{{ merge (dict "a" 1) (dict "a" 2 "b" 3) }}', "map[a:1 b:3]")
def merge(into: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    """Maps merged deeply into the first one; an earlier value wins unless it is empty."""
    for other in others:
        _merge(into, bounded(other), False)
    return into


@add(
    "mergeOverwrite mustMergeOverwrite",
    "dict dict...",
    '{{ mergeOverwrite (dict "a" 1) (dict "a" 2 "b" 3) }}',
    "map[a:2 b:3]",
)
def merge_overwrite(into: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    """Maps merged deeply into the first one; a later value wins."""
    for other in others:
        _merge(into, bounded(other), True)
    return into


def _merge(into: dict[str, Any], other: dict[str, Any], overwrite: bool) -> None:
    for key, item in list(other.items()):
        known = into.get(key)
        if isinstance(known, dict) and isinstance(item, dict):
            if known is not item:
                _merge(known, item, overwrite)
        elif overwrite or (item is not None if key not in into else not truth(known) and truth(item)):
            into[key] = item


@add("dig", "any any...", '{{ dig "a" "b" "none" (dict "a" (dict "b" 1)) }} {{ dig "z" "none" (dict) }}', "1 none")
def dig(*values: Any) -> Any:
    """A value deep in a map: keys, then the default for when one is absent, then the map."""
    if len(values) < 3:
        raise Failure("dig needs at least three arguments")
    *path, default, value = values
    for key in path:
        if isinstance(value, dict) and not isinstance(key, str):
            raise Failure(f"interface conversion: interface {{}} is {type_name(key)}, not string")
        if not isinstance(value, dict):
            raise Failure(f"interface conversion: interface {{}} is {type_name(value)}, not map[string]interface {{}}")
        if key not in value:
            return default
        value = value[key]
    return value


@add("deepCopy mustDeepCopy", "any", '{{ deepCopy (dict "a" (list 1)) }}', "map[a:[1]]")
def deep_copy(value: Any) -> Any:
    """A copy that shares nothing with the original."""
    return _copy(bounded(value))


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        made = {key: _copy(item) for key, item in value.items()}
        return made if type(value) is dict else type(value)(made)
    if isinstance(value, list | tuple):
        items = [_copy(item) for item in value]
        if isinstance(value, TypedList):
            return TypedList(value.go_type, items)
        return items if type(value) in (list, tuple) else type(value)(items)
    return value


@add("deepEqual", "any any", "{{ deepEqual (list 1 2) (list 1 2) }} {{ deepEqual 1 1.0 }}", "true false")
def deep_equal_(first: Any, other: Any) -> bool:
    """Whether type and content are the same."""
    return deep_equal(first, other)
