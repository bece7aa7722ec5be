"""`math.`: integers stay integers, one float makes the result a float; texts that are numbers count as such."""

from __future__ import annotations

from math import ceil as ceil_
from math import copysign, isfinite, isnan
from math import floor as floor_

from ..errors import Failure
from ..kinds import Int64, TypedList
from ..numbers import MIN, parse_float, parse_int, wrap64
from .conv import to_float, to_int
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("maths", "Arithmetic")
add = FAMILY.add


def is_float(value: Any) -> bool:
    if isinstance(value, float):
        return True
    return isinstance(value, str) and parse_int(value) is None and parse_float(value) is not None


def is_int(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, str) and parse_int(value) is not None)


def _number(value: Any) -> int | float:
    return to_float(value) if is_float(value) else to_int(value)


def _result(value: int | float) -> Any:
    return value if isinstance(value, float) else Int64(wrap64(value))


@add("math.Add", "any...", '{{ math.Add 1 2 "3" }}', "6")
def math_add(*values: Any) -> Any:
    """The sum."""
    return _result(sum([_number(value) for value in values]))


@add("math.Sub", "any any", "{{ math.Sub 5 2.5 }}", "2.5")
def math_sub(first: Any, other: Any) -> Any:
    """The difference."""
    return _result(_number(first) - _number(other))


@add("math.Mul", "any...", "{{ math.Mul 2 3 }}", "6")
def math_mul(*values: Any) -> Any:
    """The product."""
    total: int | float = 1
    for value in values:
        total *= _number(value)
        if isinstance(total, int):
            total = wrap64(total)
    return _result(total)


@add("math.Div", "any any", "{{ math.Div 7 2 }} {{ math.Div 6 2 }}", "3.5 3")
def math_div(first: Any, other: Any) -> float:
    """The quotient, always a float."""
    divisor = to_float(other)
    if divisor == 0:
        raise Failure("error: division by 0")
    return to_float(first) / divisor


@add("math.Rem rem", "any any", "{{ math.Rem 7 4 }}", "3")
def math_rem(first: Any, other: Any) -> Any:
    """The rest of integer division."""
    from .math import divide

    return Int64(divide(to_int(first), to_int(other))[1])


@add("math.Pow pow", "any any", "{{ math.Pow 2 10 }}", "1024")
def math_pow(base: Any, exponent: Any) -> Any:
    """A power; an integer unless the base is a float."""
    try:
        result: float | complex = to_float(base) ** to_float(exponent)
    except (OverflowError, ZeroDivisionError):
        result = float("inf")
    if isinstance(result, complex):
        result = float("nan")
    if is_float(base):
        return result
    return Int64(result if isfinite(result) and abs(result) < 1 << 63 else MIN)


@add("math.Abs", "any", "{{ math.Abs -3 }}", "3")
def math_abs(value: Any) -> Any:
    """Without the sign."""
    return _result(abs(to_int(value))) if is_int(value) else abs(to_float(value))


@add("math.Ceil", "any", "{{ math.Ceil 1.2 }}", "2")
def math_ceil(value: Any) -> float:
    """Rounded up."""
    number = to_float(value)
    return copysign(ceil_(number), number) if isfinite(number) else number


@add("math.Floor", "any", "{{ math.Floor 1.8 }}", "1")
def math_floor(value: Any) -> float:
    """Rounded down."""
    number = to_float(value)
    return copysign(floor_(number), number) if isfinite(number) else number


@add("math.Round", "any", "{{ math.Round 2.5 }}", "3")
def math_round(value: Any) -> float:
    """Rounded to the nearest integer, halves away from 0."""
    number = to_float(value)
    if not isfinite(number) or abs(number) >= 1 << 52:
        return number
    whole = floor_(abs(number))
    return copysign(whole + (abs(number) - whole >= 0.5), number)


@add("math.Max", "any any...", "{{ math.Max 1 5 }}", "5")
def math_max(*values: Any) -> Any:
    """The largest."""
    return _extreme(values, max)


@add("math.Min", "any any...", "{{ math.Min 1 5 }}", "1")
def math_min(*values: Any) -> Any:
    """The smallest."""
    return _extreme(values, min)


def _extreme(values: tuple[Any, ...], choose: Any) -> Any:
    if any(is_float(value) for value in values):
        numbers = [to_float(value) for value in values]
        return next((number for number in numbers if isnan(number)), choose(numbers))
    return Int64(choose([to_int(value) for value in values]))


@add("math.IsInt", "any", "{{ math.IsInt 3 }}", "true")
def math_is_int(value: Any) -> bool:
    """Whether this is an integer, or a text of one."""
    return is_int(value)


@add("math.IsFloat", "any", "{{ math.IsFloat 1.5 }}", "true")
def math_is_float(value: Any) -> bool:
    """Whether this is a float, or a text of one."""
    return is_float(value)


@add("math.IsNum", "any", '{{ math.IsNum "x" }}', "false")
def math_is_num(value: Any) -> bool:
    """Whether this is a number, or a text of one."""
    return is_int(value) or is_float(value)


@add("math.Seq", "any...", "{{ math.Seq 1 7 2 }} {{ math.Seq 3 }}", "[1 3 5 7] [1 2 3]", context=True)
def math_seq(rt: Any, *values: Any) -> TypedList:
    """Integers from start (1) to end in steps (1): end, or start, end[, step]."""
    if not values:
        raise Failure("math.Seq must be given at least an 'end' value")
    if len(values) > 3:
        raise Failure(f"expected 1, 2, or 3 arguments, got {len(values)}")
    given = [to_int(value) for value in values]
    start, end = (1, given[0]) if len(given) == 1 else (given[0], given[1])
    step = given[2] if len(given) == 3 else 1
    if step == 0:
        return TypedList("[]int64")
    if (end - start) * step < 0:
        step = -step
    found = range(start, end + (1 if step > 0 else -1), step)
    rt.room_for_items(len(found))
    return TypedList("[]int64", map(Int64, found))
