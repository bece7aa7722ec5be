"""Numbers: conversion, integer arithmetic, ranges of numbers."""

from __future__ import annotations

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
    total = to_int64(first)
    for other in others:
        total = wrap64(total * to_int64(other))
    return Int64(total)


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
