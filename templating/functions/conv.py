"""`conv.`: conversions that read generously."""

from __future__ import annotations

import re

from ..errors import Failure
from ..kinds import Int64, Strings, TypedList
from ..numbers import MAX, MIN, parse_decimal_int, parse_float, parse_int
from ..values import deep_equal, text_of, type_name
from .choices import default
from .dicts import dict_
from .lists import list_
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("conv", "Conversions")
add = FAMILY.add
_TRUE = frozenset(("1", "t", "true", "yes"))


def to_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value == 1
    return isinstance(value, str) and value.strip().lower() in _TRUE


@add("conv.ToBool bool conv.Bool", "any", '{{ conv.ToBool "yes" }} {{ conv.ToBool "on" }}', "true false")
def conv_to_bool(value: Any) -> bool:
    """True for 1, "1", "t", "true" and "yes" in any letter case, else false."""
    return to_bool(value)


@add("conv.ToBools", "any...", '{{ conv.ToBools "yes" 0 }}', "[true false]")
def conv_to_bools(*values: Any) -> TypedList:
    """Each operand as a bool."""
    return TypedList("[]bool", [to_bool(value) for value in values])


def to_int(value: Any) -> int:
    """An integer of anything; 0 when it is none."""
    if value is True:
        return 1
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return int(value) if MIN <= value <= MAX else 0
    if isinstance(value, str):
        text = value.replace(",", "").strip()
        whole = parse_int(text)
        if whole is not None:
            return whole
        number = parse_float(text)
        return int(number) if number is not None and MIN <= number <= MAX else 0
    return 0


@add("conv.ToInt", "any", '{{ conv.ToInt "1,234" }} {{ conv.ToInt 3.9 }}', "1234 3")
def conv_to_int(value: Any) -> int:
    """An int of anything; 0 when it is none."""
    return to_int(value)


@add("conv.ToInt64", "any", '{{ conv.ToInt64 "0x10" }}', "16")
def conv_to_int64(value: Any) -> Int64:
    """An int64 of anything; 0 when it is none."""
    return Int64(to_int(value))


@add("conv.ToInts", "any...", '{{ conv.ToInts "1" 2.5 }}', "[1 2]")
def conv_to_ints(*values: Any) -> TypedList:
    """Each operand as an int."""
    return TypedList("[]int", [to_int(value) for value in values])


@add("conv.ToInt64s", "any...", '{{ conv.ToInt64s "1" 2.5 }}', "[1 2]")
def conv_to_int64s(*values: Any) -> TypedList:
    """Each operand as an int64."""
    return TypedList("[]int64", [Int64(to_int(value)) for value in values])


def to_float(value: Any) -> float:
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        text = value.replace(",", "").strip()
        whole = parse_int(text)
        number = parse_float(text)
        return number if number is not None else float(whole or 0)
    return 0.0


@add("conv.ToFloat64", "any", '{{ conv.ToFloat64 "1.5" }}', "1.5")
def conv_to_float64(value: Any) -> float:
    """A float of anything; 0 when it is none."""
    return to_float(value)


@add("conv.ToFloat64s", "any...", '{{ conv.ToFloat64s "1.5" 2 }}', "[1.5 2]")
def conv_to_float64s(*values: Any) -> TypedList:
    """Each operand as a float."""
    return TypedList("[]float64", [to_float(value) for value in values])


@add("conv.ToString", "any", "{{ conv.ToString 5 }} {{ conv.ToString nil }}", "5 nil")
def conv_to_string(value: Any) -> str:
    """The text of a value; nil is `nil`."""
    return "nil" if value is None else bytes_text(value)


def bytes_text(value: Any) -> str:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else text_of(value)


@add("conv.ToStrings", "any...", '{{ conv.ToStrings 1 true "a" }}', "[1 true a]")
def conv_to_strings(*values: Any) -> Strings:
    """Each operand as a text."""
    return Strings([conv_to_string(value) for value in values])


@add("conv.Join", "any string", '{{ conv.Join (list 1 2) "-" }}', "1-2")
def conv_join(value: Any, separator: str) -> str:
    """The items of a list joined by a separator."""
    if not isinstance(value, list | tuple):
        raise Failure(f"Input to Join must be an array, but was {type_name(value)}")
    return separator.join([conv_to_string(item) for item in value])


@add("conv.Atoi", "any", '{{ conv.Atoi "7" }}', "7")
def conv_atoi(value: Any) -> int:
    """An int of decimal digits; anything else is an error."""
    found = parse_decimal_int(text_of(value))
    if found is None:
        raise Failure(f"strconv.Atoi: parsing {text_of(value)!r}: invalid syntax".replace("'", '"'))
    return found


@add("conv.ParseInt", "any any any", '{{ conv.ParseInt "ff" 16 64 }}', "255")
def conv_parse_int(value: Any, base: Any, bits: Any) -> Int64:
    """An integer of digits in a base; too large for the bits is an error."""
    found = _based(value, base)
    width = to_int(bits) or 64
    if not -(1 << width - 1) <= found < 1 << width - 1:
        raise Failure(f'strconv.ParseInt: parsing "{text_of(value)}": value out of range')
    return Int64(found)


@add("conv.ParseUint", "any any any", '{{ conv.ParseUint "17" 8 64 }}', "15")
def conv_parse_uint(value: Any, base: Any, bits: Any) -> Int64:
    """As conv.ParseInt, without sign."""
    found = _based(value, base)
    if not 0 <= found < 1 << (to_int(bits) or 64):
        raise Failure(f'strconv.ParseUint: parsing "{text_of(value)}": value out of range')
    return Int64(found)


def _based(value: Any, base: Any) -> int:
    text = text_of(value)
    try:
        if not re.fullmatch(r"[-+]?\w+", text):
            raise ValueError
        return int(text, to_int(base))
    except ValueError:
        raise Failure(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None


@add("conv.ParseFloat", "any any", '{{ conv.ParseFloat "1.5" 64 }}', "1.5")
def conv_parse_float(value: Any, _bits: Any) -> float:
    """A float of a text; anything else is an error."""
    found = parse_float(text_of(value))
    if found is None:
        raise Failure(f'strconv.ParseFloat: parsing "{text_of(value)}": invalid syntax')
    return found


@add("conv.ParseBool", "any", '{{ conv.ParseBool "T" }}', "true")
def conv_parse_bool(value: Any) -> bool:
    """A bool of 1 t T true TRUE True or their opposites; anything else is an error."""
    text = text_of(value)
    if text in ("1", "t", "T", "true", "TRUE", "True"):
        return True
    if text in ("0", "f", "F", "false", "FALSE", "False"):
        return False
    raise Failure(f'strconv.ParseBool: parsing "{text}": invalid syntax')


@add("conv.Default", "any any", '{{ conv.Default "d" "" }}', "d")
def conv_default(fallback: Any, value: Any) -> Any:
    """The second operand, or the first when it is empty."""
    return default(fallback, value)


add("conv.Dict coll.Dict", "any...", '{{ conv.Dict "a" 1 }}', "map[a:1]")(dict_)
add("conv.Slice coll.Slice", "any...", "{{ conv.Slice 1 2 }}", "[1 2]")(list_)


@add("conv.Has coll.Has", "any any", '{{ coll.Has (dict "a" 1) "a" }} {{ coll.Has (list "x") "y" }}', "true false")
def conv_has(value: Any, key: Any) -> bool:
    """Whether a map has a key, or a list an item."""
    if isinstance(value, dict):
        return text_of(key) in value
    return isinstance(value, list | tuple) and any(deep_equal(key, item) for item in value)
