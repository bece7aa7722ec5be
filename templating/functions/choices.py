"""Defaults, conditions, assertions and types."""

from __future__ import annotations

from ..errors import Failure
from ..values import kind_name, truth, type_name
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("choices", "Defaults, conditions, types")
add = FAMILY.add


def empty_value(value: Any) -> bool:
    return not truth(value)


@add("default", "any any...", '{{ default "d" "" }} {{ "x" | default "d" }}', "d x")
def default(fallback: Any, *given: Any) -> Any:
    """The second operand, or the first when it is empty (false, 0, "", nil, an empty list or map)."""
    return fallback if not given or empty_value(given[0]) else given[0]


@add("empty", "any", '{{ empty "" }} {{ empty "0" }}', "true false")
def empty(value: Any) -> bool:
    """Whether a value is false, 0, "", nil, or an empty list or map."""
    return empty_value(value)


@add("coalesce", "any...", '{{ coalesce 0 "" nil "x" }}', "x")
def coalesce(*values: Any) -> Any:
    """The first operand that is not empty; nil when all are."""
    return next((value for value in values if not empty_value(value)), None)


@add("ternary", "any any bool", '{{ ternary "yes" "no" true }}', "yes")
def ternary(yes: Any, no: Any, condition: bool) -> Any:
    """The first operand when the condition is true, else the second. The condition must be a bool."""
    return yes if condition else no


@add("all", "any...", '{{ all 1 "a" true }}', "true")
def all_(*values: Any) -> bool:
    """Whether no operand is empty."""
    return not any(empty_value(value) for value in values)


@add("any", "any...", '{{ any 0 "" 1 }}', "true")
def any_(*values: Any) -> bool:
    """Whether some operand is not empty."""
    return any(not empty_value(value) for value in values)


@add("fail", "string", '{{ if false }}{{ fail "give me a stack" }}{{ end }}ok', "ok")
def fail(message: str) -> str:
    """Stop with a message."""
    raise Failure(message)


@add("typeOf", "any", "{{ typeOf (list 1) }} {{ typeOf 1.5 }}", "[]interface {} float64")
def type_of(value: Any) -> str:
    """Go's name of a value's type."""
    return type_name(value)


@add("typeIs", "string any", '{{ typeIs "string" "a" }}', "true")
def type_is(name: str, value: Any) -> bool:
    """Whether a value is of this type."""
    return type_name(value) == name


@add("typeIsLike", "string any", '{{ typeIsLike "string" "a" }}', "true")
def type_is_like(name: str, value: Any) -> bool:
    """Whether a value is of this type or a pointer to it."""
    found = type_name(value)
    return found in (name, "*" + name)


@add("kindOf", "any", "{{ kindOf (dict) }} {{ kindOf nil }}", "map invalid")
def kind_of(value: Any) -> str:
    """The kind of a value: string, int, float64, bool, slice, map, struct, invalid."""
    return kind_name(value)


@add("kindIs", "string any", '{{ kindIs "slice" (list) }}', "true")
def kind_is(name: str, value: Any) -> bool:
    """Whether a value is of this kind."""
    return kind_name(value) == name


# --- assertions -----------------------------------------------------------------------------------


@add("required test.Required", "any any...", '{{ required "need a region" "ue1" }}', "ue1")
def required(*values: Any) -> Any:
    """The value, or the message as an error when it is nil or ""."""
    if len(values) > 2:
        raise Failure(f"wrong number of args: want 1 or 2, got {len(values)}")
    message = "can not render template: a required value was not set"
    value = values[-1]
    if len(values) == 2:
        if not isinstance(values[0], str):
            raise Failure(f"at <1>: expected string; found {type_name(values[0])}")
        message = values[0] or message
    if value is None or (isinstance(value, str) and not value):
        raise Failure(message)
    return value


@add("assert test.Assert", "any any...", '[{{ assert "must hold" true }}]', "[]")
def assert_(*values: Any) -> str:
    """Stop with `assertion failed` and the message unless the last operand is true."""
    if len(values) > 2:
        raise Failure(f"wrong number of args: want 1 or 2, got {len(values)}")
    if len(values) == 2 and not isinstance(values[0], str):
        raise Failure(f"at <1>: expected string; found {type_name(values[0])}")
    from .conv import to_bool

    if not to_bool(values[-1]):
        raise Failure("assertion failed" + (f": {values[0]}" if len(values) == 2 and values[0] else ""))
    return ""


@add("test.Fail", "any...", '{{ if false }}{{ test.Fail "no" }}{{ end }}ok', "ok")
def test_fail(*message: Any) -> str:
    """Stop, with an optional message."""
    if len(message) > 1:
        raise Failure(f"wrong number of args: want 0 or 1, got {len(message)}")
    raise Failure("template generation failed" + (f": {message[0]}" if message else ""))


@add("test.Ternary", "any any any", '{{ test.Ternary "yes" "no" "t" }}', "yes")
def test_ternary(yes: Any, no: Any, condition: Any) -> Any:
    """As ternary, with anything that reads as true for the condition."""
    from .conv import to_bool

    return yes if to_bool(condition) else no


@add("kind test.Kind", "any", '{{ kind "a" }} {{ kind 5 }}', "string int")
def kind(value: Any) -> str:
    """The kind of a value."""
    return kind_name(value)


@add("isKind test.IsKind", "string any", '{{ isKind "number" 5 }}', "true")
def is_kind(name: str, value: Any) -> bool:
    """Whether a value is of this kind; number stands for ints and floats."""
    found = kind_name(value)
    return found == name or (name == "number" and found in ("int", "int64", "uint64", "uint8", "float64"))
