"""The functions of the language itself: logic, comparison, len, index, printing and escaping."""

from __future__ import annotations

from ..errors import Failure
from ..kinds import Function, GoObject, StringMap, Uint8
from ..values import decode, encode, equal_any, less, text_of, truth, type_name
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("builtin", "Built into the language")
add = FAMILY.add


@add("and", "any any...", '{{ and 1 "x" }} {{ and "" "x" }}', "x ")
def and_(first: Any, *others: Any) -> Any:
    """The first operand that is false, else the last; the rest is not evaluated."""
    for other in others:
        if not truth(first):
            break
        first = other
    return first


@add("or", "any any...", '{{ or "" "x" }}', "x")
def or_(first: Any, *others: Any) -> Any:
    """The first operand that is true, else the last; the rest is not evaluated."""
    for other in others:
        if truth(first):
            break
        first = other
    return first


@add("not", "any", "{{ not 0 }}", "true")
def not_(value: Any) -> bool:
    """Whether the operand is false."""
    return not truth(value)


@add("eq", "any any...", '{{ eq "b" "a" "b" }}', "true")
def eq(first: Any, *others: Any) -> bool:
    """Whether the first operand equals one of the others. Kinds must match: a string never equals a number."""
    if len(others) == 1 and first.__class__ is str and others[0].__class__ is str:
        return bool(first == others[0])
    return equal_any(first, others)


@add("ne", "any any", "{{ ne 1 2 }}", "true")
def ne(first: Any, other: Any) -> bool:
    """Whether two values differ."""
    return not equal_any(first, (other,))


@add("lt", "any any", "{{ lt 1 2 }}", "true")
def lt(first: Any, other: Any) -> bool:
    """Less than; strings compare byte by byte."""
    return less(first, other)


@add("le", "any any", "{{ le 2 2 }}", "true")
def le(first: Any, other: Any) -> bool:
    """Less or equal."""
    return less(first, other) or equal_any(first, (other,))


@add("gt", "any any", "{{ gt 2.5 1.5 }}", "true")
def gt(first: Any, other: Any) -> bool:
    """Greater than."""
    return not le(first, other)


@add("ge", "any any", '{{ ge "b" "a" }}', "true")
def ge(first: Any, other: Any) -> bool:
    """Greater or equal."""
    return not less(first, other)


@add("len", "any", '{{ len "né" }} {{ len (list 1 2) }}', "3 2")
def length(value: Any) -> int:
    """Bytes of a string, items of a list or map."""
    if isinstance(value, str):
        return len(value) if value.isascii() else len(encode(value))
    if value is None:
        raise Failure("len of nil pointer")
    if isinstance(value, list | tuple | dict | bytes):
        return len(value)
    raise Failure(f"len of type {type_name(value)}")


@add("index", "any any...", '{{ index (dict "k" (list 7 8)) "k" 1 }}', "8")
def index(value: Any, *keys: Any) -> Any:
    """Item of a list, map or string; several keys go deeper. An absent map key gives nil."""
    if value is None:
        raise Failure("index of untyped nil")
    for key in keys:
        if value is None:
            raise Failure("index of nil pointer")
        if isinstance(value, dict):
            if key is None:
                raise Failure("value is nil; should be of type string")
            if key.__class__ is not str and not (isinstance(key, int | float) and key in value):
                raise Failure(f"value has type {type_name(key)}; should be string")
            value = value.get(key, "" if isinstance(value, StringMap) else None)
        elif isinstance(value, list | tuple | str | bytes):
            value = _item(value, key)
        else:
            raise Failure(f"can't index item of type {type_name(value)}")
    return value


def _item(value: Any, key: Any) -> Any:
    if key is None:
        raise Failure("cannot index slice/array with nil")
    if isinstance(key, bool) or not isinstance(key, int):
        raise Failure(f"cannot index slice/array with type {type_name(key)}")
    if isinstance(value, str):
        value = encode(value)
    if not 0 <= key < len(value):
        raise Failure(f"index out of range: {key}")
    item = value[key]
    return Uint8(item) if isinstance(value, bytes) else item


@add("go.slice", "any any...")
def slice_(value: Any, *bounds: Any) -> Any:
    """Bytes of a string or items of a list between two positions; replaced where a set has its own `slice`."""
    if value is None:
        raise Failure("slice of untyped nil")
    if not isinstance(value, str | list | tuple):
        raise Failure(f"can't slice item of type {type_name(value)}")
    if len(bounds) > 3 or (isinstance(value, str) and len(bounds) == 3):
        raise Failure("cannot 3-index slice a string" if len(bounds) == 3 else f"too many slice indexes: {len(bounds)}")
    sequence = encode(value) if isinstance(value, str) else value
    limits = [0, len(sequence), len(sequence)]
    for position, bound in enumerate(bounds):
        if isinstance(bound, bool) or not isinstance(bound, int):
            raise Failure(f"cannot index slice/array with type {type_name(bound)}")
        if not 0 <= bound <= len(sequence):
            raise Failure(f"index out of range: {bound}")
        limits[position] = bound
    if limits[0] > limits[1]:
        raise Failure(f"invalid slice index: {limits[0]} > {limits[1]}")
    found = sequence[limits[0] : limits[1]]
    return decode(found) if isinstance(found, bytes) else found


@add("print", "any...", '{{ print 1 2 "a" "b" 3 }}', "1 2ab3")
def print_(*values: Any) -> str:
    """All operands in their default form; a blank between two that are no strings."""
    from ..printf import sprint

    return sprint(values)


@add("println", "any...", '{{ println "a" 1 }}', "a 1\n")
def println(*values: Any) -> str:
    """All operands with blanks between them, and a line break."""
    from ..printf import sprintln

    return sprintln(values)


@add("printf", "string any...", '{{ printf "%05d|%-4s|%.2f|%q" 42 "ab" 3.14159 "x" }}', '00042|ab  |3.14|"x"')
def printf(form: str, *values: Any) -> str:
    """Formatted as by Go's fmt package, with all its verbs and flags."""
    if form == "%s%s" and len(values) == 2 and values[0].__class__ is str and values[1].__class__ is str:
        return str(values[0]) + str(values[1])
    from ..printf import sprintf

    return sprintf(form, values)


_HTML = str.maketrans({"<": "&lt;", ">": "&gt;", "&": "&amp;", "'": "&#39;", '"': "&#34;", "\0": "\ufffd"})


def _operands(values: tuple[Any, ...]) -> str:
    if len(values) == 1 and values[0].__class__ is str:
        return str(values[0])
    from ..printf import sprint

    return sprint(tuple(["<no value>" if value is None else value for value in values]))


@add("html", "any...", "{{ html \"<a b='c'>&\" }}", "&lt;a b=&#39;c&#39;&gt;&amp;")
def html(*values: Any) -> str:
    """Escaped for HTML text and attributes."""
    return _operands(values).translate(_HTML)


_JS = {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E", "&": "\\u0026", "=": "\\u003D"}


@add("js", "any...", '{{ js "it\'s <b>" }}', "it\\'s \\u003Cb\\u003E")
def js(*values: Any) -> str:
    """Escaped for a JavaScript string."""
    return "".join(
        [
            _JS.get(char)
            or (char if char.isprintable() or char == "\x7f" or "\udc80" <= char <= "\udcff" else f"\\u{ord(char):04X}")
            for char in _operands(values)
        ]
    )


@add("urlquery", "any...", '{{ urlquery "a b&c" }}', "a+b%26c")
def urlquery(*values: Any) -> str:
    """Escaped for a URL's query."""
    from urllib.parse import quote_plus

    return quote_plus(encode(_operands(values)), safe="")


@add("call", "any any...", context=True)
def call(_rt: Any, function: Any, *args: Any) -> Any:
    """Call a value that is a function."""
    if function is None:
        raise Failure("call of nil")
    if isinstance(function, Function):
        return function.call(*args)
    if isinstance(function, GoObject):
        raise Failure(f"non-function of type {function.go_type}")
    raise Failure(f"non-function {text_of(function)} of type {type_name(function)}")
