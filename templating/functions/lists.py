"""Lists. None of these changes its operands; equality is that of type and content (1 is not 1.0)."""

from __future__ import annotations

from ..errors import Failure
from ..kinds import StringMap, TypedList
from ..numbers import to_int64
from ..values import deep_equal, kind_name, truth, type_name
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("lists", "Lists")
add = FAMILY.add


def items_of(value: Any, action: str) -> list[Any]:
    """The items of a list; Failure for anything else."""
    if isinstance(value, list | tuple):
        return list(value)
    if value is None:
        raise Failure(f"{action} of nil: a list is needed")
    raise Failure(f"Cannot {action} on type {kind_name(value)}")


class Unique:
    """A growing set of values by type and content; hashable ones are found without a search."""

    def __init__(self) -> None:
        self._quick: set[Any] = set()
        self._slow: list[Any] = []

    def add(self, value: Any) -> bool:
        """True when the value is new."""
        if value in self:
            return False
        key = _key(value)
        if key is None:
            self._slow.append(value)
        else:
            self._quick.add(key)
        return True

    def __contains__(self, value: object) -> bool:
        key = _key(value)
        if key is not None:
            return key in self._quick
        return any(deep_equal(value, known) for known in self._slow)


def _key(value: Any) -> Any:
    if isinstance(value, str | int | float) or value is None:
        return type_name(value), value
    return None


@add("list tuple", "any...", '{{ list 1 "a" true }}', "[1 a true]")
def list_(*values: Any) -> list[Any]:
    """A list of the operands."""
    return list(values)


@add("first mustFirst", "any", '{{ first (list "a" "b") }}', "a")
def first(value: Any) -> Any:
    """The first item; nil when there is none."""
    items = items_of(value, "find first")
    return items[0] if items else None


@add("last mustLast", "any", '{{ last (list "a" "b") }}', "b")
def last(value: Any) -> Any:
    """The last item; nil when there is none."""
    items = items_of(value, "find last")
    return items[-1] if items else None


@add("rest mustRest", "any", "{{ rest (list 1 2 3) }}", "[2 3]")
def rest(value: Any) -> list[Any]:
    """All but the first item."""
    return items_of(value, "find rest")[1:]


@add("initial mustInitial", "any", "{{ initial (list 1 2 3) }}", "[1 2]")
def initial(value: Any) -> list[Any]:
    """All but the last item."""
    return items_of(value, "find initial")[:-1]


@add("append push mustAppend mustPush", "any any", "{{ append (list 1 2) 3 }}", "[1 2 3]")
def append(value: Any, item: Any) -> list[Any]:
    """The list with one more item at its end."""
    return [*items_of(value, "push"), item]


@add("prepend mustPrepend", "any any", "{{ prepend (list 1 2) 0 }}", "[0 1 2]")
def prepend(value: Any, item: Any) -> list[Any]:
    """The list with one more item at its start."""
    return [item, *items_of(value, "prepend")]


@add("concat", "any...", "{{ concat (list 1) (list 2 3) }}", "[1 2 3]")
def concat(*values: Any) -> list[Any]:
    """Several lists as one."""
    found: list[Any] = []
    for value in values:
        if not isinstance(value, list | tuple):
            raise Failure(f"Cannot concat type {kind_name(value)} as list")
        found += value
    return found


@add("reverse mustReverse", "any", "{{ reverse (list 1 2 3) }}", "[3 2 1]")
def reverse(value: Any) -> list[Any]:
    """The items in reverse order."""
    return items_of(value, "find reverse")[::-1]


@add("uniq mustUniq", "any", "{{ uniq (list 1 2 1) }}", "[1 2]")
def uniq(value: Any) -> list[Any]:
    """The items without repetitions."""
    seen = Unique()
    return [item for item in items_of(value, "find uniq") if seen.add(item)]


@add("without mustWithout", "any any...", "{{ without (list 1 2 3) 2 }}", "[1 3]")
def without(value: Any, *unwanted: Any) -> list[Any]:
    """The items that are none of the other operands."""
    out = Unique()
    for item in unwanted:
        out.add(item)
    return [item for item in items_of(value, "find without") if item not in out]


@add("has mustHas", "any any", "{{ has 2 (list 1 2) }}", "true")
def has(item: Any, value: Any) -> bool:
    """Whether the list holds the item."""
    if value is None:
        return False
    return any(deep_equal(item, known) for known in items_of(value, "find has"))


@add("slice mustSlice", "any any...", "{{ slice (list 1 2 3 4) 1 3 }} {{ slice (list 1 2 3) 1 }}", "[2 3] [2 3]")
def slice_(value: Any, *bounds: Any) -> Any:
    """Items from the first position up to, not including, the second."""
    if not isinstance(value, list | tuple):
        raise Failure(f"list should be type of slice or array but {'nil' if value is None else kind_name(value)}")
    if not value:
        return None
    start = to_int64(bounds[0]) if bounds else 0
    end = to_int64(bounds[1]) if len(bounds) > 1 else len(value)
    if not 0 <= start <= end <= len(value):
        raise Failure(f"slice index out of bounds: [{start}:{end}] of {len(value)} items")
    return value[start:end] if type(value) is not TypedList else TypedList(value.go_type, value[start:end])


@add("compact mustCompact", "any", '{{ compact (list 0 1 "" "a") }}', "[1 a]")
def compact(value: Any) -> list[Any]:
    """The items that are not empty."""
    return [item for item in items_of(value, "compact") if not is_empty(item)]


@add("chunk mustChunk", "int any", "{{ chunk 2 (list 1 2 3) }}", "[[1 2] [3]]")
def chunk(size: int, value: Any) -> TypedList:
    """The items in lists of a size."""
    if not isinstance(value, list | tuple):
        raise Failure(f"Cannot chunk type {kind_name(value)}")
    if size < 1:
        raise Failure(f"a chunk of {size} items is impossible")
    return TypedList("[][]interface {}", [list(value[at : at + size]) for at in range(0, len(value), size)])


def is_empty(value: Any) -> bool:
    """False, 0, "", nil, an empty list or map; a time is never empty."""
    return not truth(value)


@add("collectKeys", "any any...", '{{ collectKeys (dict "b" 1 "a" 2) }}', "[a b]")
def collect_keys(value: Any, *nested: Any) -> list[Any]:
    """The sorted keys of a map; with a name, the sorted keys of all maps that stand under this name in its values."""
    if not isinstance(value, dict):
        raise Failure(f"collectKeys: expected a map, got {type_name(value)}")
    if not nested:
        return sorted(value)
    if not isinstance(nested[0], str) or len(nested) > 1:
        raise Failure("collectKeys: expected a map and the name of the nested maps")
    found: set[str] = set()
    for item in value.values():
        inner = item.get(nested[0]) if isinstance(item, dict) else None
        if isinstance(inner, (dict, StringMap)):
            found.update(inner)
    return sorted(found)
