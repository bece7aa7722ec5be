"""The kinds of values that Python's own types cannot tell apart: Go's int64, uint8, []string, map[string]string.

Light on purpose (the runner makes `StringMap` on the short way). Plain int, float, str, bool, None, list and dict
stand for int, float64, string, bool, nil, []interface {} and map[string]interface {}.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, ClassVar


class Int64(int):
    """A 64-bit integer: what the arithmetic functions return."""

    __slots__ = ()


class Uint64(int):
    """A 64-bit integer without sign: what `conv.ParseUint` returns."""

    __slots__ = ()


class Uint8(int):
    """A byte: what `index` of a string returns."""

    __slots__ = ()


class Strings(list):  # type: ignore[type-arg]
    """A list of strings ([]string)."""

    __slots__ = ()


class NilStrings(Strings):
    """A list of strings that was never made: empty, and null in JSON."""

    __slots__ = ()


class StringMap(dict):  # type: ignore[type-arg]
    """A map from strings to strings: `index` of an absent key gives "", not nil (environment, arguments)."""

    __slots__ = ()


class TypedList(list):  # type: ignore[type-arg]
    """A list whose items are of one kind, for instance []int."""

    __slots__ = ("go_type",)

    def __init__(self, go_type: str, items: Any = ()) -> None:
        super().__init__(items)
        self.go_type = go_type


class GoObject:
    """A value with named members, such as a time: `members` is all a template can reach of it.

    A member is either (parameter kinds, function of self and arguments) or, for a field, (None, function of self).
    """

    __slots__ = ()
    go_type: ClassVar[str] = "struct"
    basic: ClassVar[str] = ""
    """the kind it compares as: "int" for a number with a name (`nanoseconds` holds it)"""
    members: ClassVar[dict[str, tuple[str | None, Callable[..., Any]]]] = {}

    def go_syntax(self) -> str:
        """What `%#v` shows; empty for the text in quotes."""
        return ""


class GoMap(dict):  # type: ignore[type-arg]
    """A map whose type has methods, such as the query of a URL."""

    __slots__ = ()
    go_type: ClassVar[str] = ""
    members: ClassVar[dict[str, tuple[str | None, Callable[..., Any]]]] = {}


class Function:
    """A function as a value, for `call`."""

    __slots__ = ("call", "name")

    def __init__(self, name: str, call: Callable[..., Any]) -> None:
        self.name, self.call = name, call
