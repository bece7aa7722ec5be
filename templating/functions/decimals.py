"""Decimal arithmetic: `addf 0.1 0.2` is 0.3."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import reduce
from math import ceil as ceil_
from math import floor as floor_
from math import isfinite

from ..errors import Failure
from ..numbers import to_float64
from ..values import float_text
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("decimals", "Decimal numbers")
add = FAMILY.add


def decimal(value: Any) -> Decimal:
    number = to_float64(value)
    if not isfinite(number):
        raise Failure(f"Cannot create a Decimal from {float_text(number)}")
    return Decimal(repr(number))


def _float(number: Decimal) -> float:
    return float(number) or 0.0  # decimals know no negative zero


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


@add("round", "any int float...", "{{ round 3.14159 2 }}", "3.14")
def round_(value: Any, places: int, *threshold: float) -> float:
    """Rounded to a number of places, up from .5 on or from the given threshold."""
    number = to_float64(value)
    if not isfinite(number) or abs(places) > 300:
        return number
    limit = threshold[0] if threshold else 0.5
    power = 10.0**places
    digits = number * power
    fraction = abs(digits) % 1.0
    whole = float(floor_(digits) if digits > 0 else ceil_(digits))
    if fraction >= limit:
        whole += 1.0 if digits > 0 else -1.0
    return whole / power
