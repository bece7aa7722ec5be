"""Numbers: conversion, integer and decimal arithmetic, ranges of numbers."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import reduce
from math import ceil as ceil_
from math import floor as floor_
from math import isfinite

from ..errors import Failure
from ..kinds import Int64, TypedList
from ..numbers import octal, parse_decimal_int, to_float64, to_int64, wrap64
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("math", "Numbers")
add = FAMILY.add


@add("int", "any", '{{ int "12" }} {{ int 3.7 }} {{ int "x" }}', "12 3 0")
def int_(value: Any) -> int:
    """An int of anything; 0 when it is no number. A leading 0 is octal, decimals are cut off."""
    return to_int64(value)


@add("int64", "any", '{{ int64 "0x10" }}', "16")
def int64(value: Any) -> Int64:
    """As int, 64 bits wide."""
    return Int64(to_int64(value))


@add("float64", "any", '{{ float64 "1.5" }}', "1.5")
def float64(value: Any) -> float:
    """A float of anything; 0 when it is no number."""
    return to_float64(value)


@add("atoi", "string", '{{ atoi "7" }} {{ atoi "12x" }}', "7 0")
def atoi(text: str) -> int:
    """An int of decimal digits; 0 when there is anything else."""
    return parse_decimal_int(text) or 0


@add("toDecimal", "any", '{{ toDecimal "0777" }}', "511")
def to_decimal(value: Any) -> Int64:
    """The number octal digits stand for."""
    return Int64(octal(value))


# --- integers -------------------------------------------------------------------------------------


@add("add", "any...", '{{ add 1 "2" 3.9 }}', "6")
def add_(*values: Any) -> Int64:
    """The sum of integers."""
    return Int64(wrap64(sum([to_int64(value) for value in values])))


@add("add1", "any", "{{ add1 4 }}", "5")
def add1(value: Any) -> Int64:
    """One more."""
    return Int64(wrap64(to_int64(value) + 1))


@add("sub", "any any", "{{ sub 10 3 }}", "7")
def sub(first: Any, other: Any) -> Int64:
    """The difference of integers."""
    return Int64(wrap64(to_int64(first) - to_int64(other)))


@add("mul", "any any...", "{{ mul 2 3 4 }}", "24")
def mul(first: Any, *others: Any) -> Int64:
    """The product of integers."""
    return Int64(reduce(lambda total, other: wrap64(total * to_int64(other)), others, to_int64(first)))


@add("div", "any any", "{{ div 7 2 }} {{ div -7 2 }}", "3 -3")
def div(first: Any, other: Any) -> Int64:
    """Integer division, cut towards zero."""
    return Int64(divide(to_int64(first), to_int64(other))[0])


@add("mod", "any any", "{{ mod -7 3 }}", "-1")
def mod(first: Any, other: Any) -> Int64:
    """The rest of integer division, with the sign of the first operand."""
    return Int64(divide(to_int64(first), to_int64(other))[1])


def divide(first: int, other: int) -> tuple[int, int]:
    if other == 0:
        raise Failure("runtime error: integer divide by zero")
    quotient = abs(first) // abs(other)
    if (first < 0) != (other < 0):
        quotient = -quotient
    return wrap64(quotient), first - quotient * other


@add("max biggest", "any any...", "{{ max 1 5 3 }}", "5")
def max_(first: Any, *others: Any) -> Int64:
    """The largest of integers."""
    return Int64(max([to_int64(value) for value in (first, *others)]))


@add("min", "any any...", "{{ min 4 2 8 }}", "2")
def min_(first: Any, *others: Any) -> Int64:
    """The smallest of integers."""
    return Int64(min([to_int64(value) for value in (first, *others)]))


# --- decimals -------------------------------------------------------------------------------------


def decimal(value: Any) -> Decimal:
    number = to_float64(value)
    return Decimal(repr(number)) if isfinite(number) else Decimal(0)


def _float(number: Decimal) -> float:
    return float(number)


@add("addf", "any...", "{{ addf 0.1 0.2 }}", "0.3")
def addf(*values: Any) -> float:
    """The sum of decimals."""
    return _float(sum([decimal(value) for value in values], Decimal(0)))


@add("add1f", "any", "{{ add1f 1.5 }}", "2.5")
def add1f(value: Any) -> float:
    """One more."""
    return _float(decimal(value) + 1)


@add("subf", "any any...", "{{ subf 5 1.5 }}", "3.5")
def subf(first: Any, *others: Any) -> float:
    """The first decimal less the others."""
    return _float(decimal(first) - sum([decimal(value) for value in others], Decimal(0)))


@add("mulf", "any any...", "{{ mulf 1.5 2 }}", "3")
def mulf(first: Any, *others: Any) -> float:
    """The product of decimals."""
    return _float(reduce(lambda total, other: total * decimal(other), others, decimal(first)))


@add("divf", "any any...", "{{ divf 7 2 }}", "3.5")
def divf(first: Any, *others: Any) -> float:
    """The first decimal divided by the others, to 16 places."""
    total = decimal(first)
    for other in others:
        divisor = decimal(other)
        if not divisor:
            raise Failure("decimal division by 0")
        try:
            total = (total / divisor).quantize(Decimal("1e-16"), ROUND_HALF_UP)
        except InvalidOperation:
            total = total / divisor
    return _float(total)


@add("maxf", "any any...", "{{ maxf 1 2.5 }}", "2.5")
def maxf(first: Any, *others: Any) -> float:
    """The largest of decimals."""
    return max([to_float64(value) for value in (first, *others)])


@add("minf", "any any...", "{{ minf 1.5 2 }}", "1.5")
def minf(first: Any, *others: Any) -> float:
    """The smallest of decimals."""
    return min([to_float64(value) for value in (first, *others)])


@add("ceil", "any", "{{ ceil 1.2 }}", "2")
def ceil(value: Any) -> float:
    """Rounded up."""
    number = to_float64(value)
    return float(ceil_(number)) if isfinite(number) else number


@add("floor", "any", "{{ floor -1.2 }}", "-2")
def floor(value: Any) -> float:
    """Rounded down."""
    number = to_float64(value)
    return float(floor_(number)) if isfinite(number) else number


@add("round", "any int any...", "{{ round 3.14159 2 }}", "3.14")
def round_(value: Any, places: int, *threshold: Any) -> float:
    """Rounded to a number of places, up from .5 on or from the given threshold."""
    number = to_float64(value)
    if not isfinite(number) or abs(places) > 300:
        return number
    limit = to_float64(threshold[0]) if threshold else 0.5
    power = 10.0 ** places
    digits = number * power
    fraction = abs(digits) % 1.0
    whole = float(floor_(digits) if digits > 0 else ceil_(digits))
    if fraction >= limit:
        whole += 1.0 if digits > 0 else -1.0
    return whole / power


# --- ranges of numbers ------------------------------------------------------------------------------


def numbers(rt: Any, start: int, stop: int, step: int) -> range:
    """A range that ends before stop, within the limits; empty when the step leads nowhere."""
    if step == 0 or (stop - start) * step <= 0:
        return range(0)
    found = range(start, stop, step)
    rt.room_for_items(len(found))
    return found


@add("until", "int", "{{ until 3 }} {{ until -3 }}", "[0 1 2] [0 -1 -2]", context=True)
def until(rt: Any, count: int) -> TypedList:
    """The integers from 0 up to, not including, the operand."""
    return TypedList("[]int", numbers(rt, 0, count, 1 if count > 0 else -1))


@add("untilStep", "int int int", "{{ untilStep 0 10 3 }}", "[0 3 6 9]", context=True)
def until_step(rt: Any, start: int, stop: int, step: int) -> TypedList:
    """The integers from start up to, not including, stop, in steps."""
    return TypedList("[]int", numbers(rt, start, stop, step))


@add("seq", "int...", "{{ seq 3 }}|{{ seq 0 2 6 }}", "1 2 3|0 2 4 6", context=True)
def seq(rt: Any, *values: int) -> str:
    """Integers from 1 (or start, with step) to the last operand, as text with blanks. For a list use until."""
    if not 1 <= len(values) <= 3:
        return ""
    start, end = (1, values[0]) if len(values) == 1 else (values[0], values[-1])
    step = values[1] if len(values) == 3 else (1 if end >= start else -1)
    if step == 0 or (end - start) * step < 0:
        return ""
    found = range(start, end + (1 if step > 0 else -1), step)
    rt.room_for_items(len(found))
    return " ".join(map(str, found))
