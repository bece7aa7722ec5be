"""`conv.`: conversions that read generously."""

from __future__ import annotations

import re
from math import isinf

from ..errors import Failure
from ..kinds import Int64, Strings, TypedList, Uint64
from ..numbers import MAX, MIN, nanoseconds_of, parse_decimal_int, parse_float, parse_int
from ..values import any_text, deep_equal, type_name
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
_HEX_FLOAT = r"[-+]?0[xX](_?[0-9a-fA-F])+\.?[0-9a-fA-F]*[pP][-+]?[0-9]+"


def to_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value == 1
    return isinstance(value, str) and (value.lower() in _TRUE or to_float(value) == 1)


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
        return int(value) if MIN <= value <= MAX else MIN
    if isinstance(value, str):
        text = value.replace(",", "")
        whole = parse_int(text)
        return to_int(parse_float(text)) if whole is None else whole
    return nanoseconds_of(value) or 0


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
        text = value.replace(",", "")
        number = parse_float(text)
        whole = parse_int(text)
        if whole is not None:
            return float(whole)
        return 0.0 if number is None or (isinf(number) and "n" not in text.lower()) else number
    return float(nanoseconds_of(value) or 0)


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
    return any_text(value)


@add("conv.ToStrings", "any...", '{{ conv.ToStrings 1 true "a" }}', "[1 true a]")
def conv_to_strings(*values: Any) -> Strings:
    """Each operand as a text."""
    return Strings([any_text(value) for value in values])


@add("conv.Join", "any string", '{{ conv.Join (list 1 2) "-" }}', "1-2")
def conv_join(value: Any, separator: str) -> str:
    """The items of a list joined by a separator."""
    if not isinstance(value, list | tuple):
        raise Failure(f"input to Join must be an array: expected an array or slice, but got a {type_name(value)}")
    return separator.join([any_text(item) for item in value])


@add("conv.Atoi", "any", '{{ conv.Atoi "7" }} {{ conv.Atoi "7x" }}', "7 0")
def conv_atoi(value: Any) -> int:
    """An int of decimal digits; 0 for anything else."""
    return parse_decimal_int(any_text(value)) or 0


@add("conv.ParseInt", "any int int", '{{ conv.ParseInt "ff" 16 64 }}', "255")
def conv_parse_int(value: Any, base: int, bits: int) -> Int64:
    """An integer of digits in a base; the nearest that the bits can hold; 0 for anything else."""
    if not 0 <= bits <= 64:
        return Int64(0)
    half = 1 << (bits or 64) - 1
    return Int64(max(-half, min(half - 1, _based(value, base))))


@add("conv.ParseUint", "any int int", '{{ conv.ParseUint "17" 8 64 }}', "15")
def conv_parse_uint(value: Any, base: int, bits: int) -> Uint64:
    """As conv.ParseInt, without sign."""
    if not 0 <= bits <= 64:
        return Uint64(0)
    return Uint64(max(0, min((1 << (bits or 64)) - 1, _based(value, base))))


def _based(value: Any, base: int) -> int:
    text = any_text(value)
    try:
        if not re.fullmatch(r"[-+]?\w+" if base == 0 else r"[-+]?[^\W_]+", text) or not text.isascii():
            return 0
        if base and text.lstrip("+-")[:2].lower() in ("0x", "0o", "0b") and not _digits_in(text.lstrip("+-"), base):
            return 0
        return parse_int(text) or 0 if base == 0 else int(text, base)
    except ValueError:
        return 0


def _digits_in(text: str, base: int) -> bool:
    """Whether all characters are digits of a base; `int` would take `0x` for a prefix."""
    return all(int(char, 36) < base for char in text)


@add("conv.ParseFloat", "any int", '{{ conv.ParseFloat "1.5" 64 }}', "1.5")
def conv_parse_float(value: Any, bits: int) -> float:
    """A float of a text, as exact as the bits allow; 0 for anything else."""
    text = any_text(value)
    found = parse_float(text)
    if found is None:
        found = float.fromhex(text.replace("_", "")) if re.fullmatch(_HEX_FLOAT, text) else 0.0
    if bits == 32:
        import struct

        return float(struct.unpack("f", struct.pack("f", found))[0])
    return found


@add("conv.ParseBool", "any", '{{ conv.ParseBool "T" }}', "true")
def conv_parse_bool(value: Any) -> bool:
    """A bool of 1 t T true TRUE True or their opposites; anything else is an error."""
    text = any_text(value)
    if text in ("1", "t", "T", "true", "TRUE", "True"):
        return True
    if text in ("0", "f", "F", "false", "FALSE", "False"):
        return False
    raise Failure(f'strconv.ParseBool: parsing "{text}": invalid syntax')


@add("conv.Default", "any any", '{{ conv.Default "d" "" }}', "d")
def conv_default(fallback: Any, value: Any) -> Any:
    """The second operand, or the first when it is empty."""
    return default(fallback, value)


@add("conv.Dict coll.Dict", "any...", '{{ conv.Dict "a" 1 }}', "map[a:1]")
def conv_dict(*values: Any) -> dict[str, Any]:
    """A map of keys and values in turns."""
    return dict_(*["nil" if value is None and at % 2 == 0 else value for at, value in enumerate(values)])


add("conv.Slice coll.Slice", "any...", "{{ conv.Slice 1 2 }}", "[1 2]")(list_)


@add("conv.Has coll.Has", "any string", '{{ coll.Has (dict "a" 1) "a" }} {{ coll.Has (list "x") "y" }}', "true false")
def conv_has(value: Any, key: str) -> bool:
    """Whether a map has a key, or a list a text."""
    if isinstance(value, dict):
        return key in value
    return isinstance(value, list | tuple) and any(deep_equal(key, item) for item in value)
