"""Values as Go's templates see them: how they print, when they are true, how they compare, what their types are called."""

from __future__ import annotations

from .errors import Failure
from .kinds import Function, GoMap, GoObject, Int64, NilStrings, StringMap, Strings, TypedList, Uint8, Uint64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

INFINITY = float("inf")


def encode(text: str) -> bytes:
    """The bytes of a text; what was not UTF-8 comes back as it was."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode(
            "utf-8",
            "surrogateescape"
            if all(0xDC80 <= ord(c) <= 0xDCFF or not 0xD800 <= ord(c) < 0xE000 for c in text)
            else "surrogatepass",
        )


def decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def well_formed(text: str) -> str:
    """The text with `�` for every byte that was not UTF-8, as functions that look at characters see it."""
    return text if text.isascii() else encode(text).decode("utf-8", "replace")


# --- printing -------------------------------------------------------------------------------------


def float_text(value: float, limit: int = 6) -> str:
    """Shortest digits that round-trip, exponent form from 1e6 on and below 1e-4 (`%v` of float64)."""
    if value != value:
        return "NaN"
    if value in (INFINITY, -INFINITY):
        return "+Inf" if value > 0 else "-Inf"
    sign, digits, exponent = float_digits(value)
    if -4 <= exponent < limit:
        return sign + plain(digits, exponent)
    return sign + scientific(digits, exponent)


def float_digits(value: float) -> tuple[str, str, int]:
    """Sign, shortest digits, and the decimal exponent of the first one."""
    text = repr(value)
    sign = "-" if text[0] == "-" else ""
    text = text.lstrip("-")
    mantissa, _, exponent = text.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return sign, "0", 0
    point = len(whole) if whole != "0" else len(digits) - len(fraction)
    return sign, digits.rstrip("0") or "0", int(exponent or 0) + point - 1


def plain(digits: str, exponent: int) -> str:
    if exponent < 0:
        return "0." + "0" * (-exponent - 1) + digits
    if len(digits) <= exponent + 1:
        return digits + "0" * (exponent + 1 - len(digits))
    return digits[: exponent + 1] + "." + digits[exponent + 1 :]


def scientific(digits: str, exponent: int) -> str:
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"


def print_value(value: Any) -> str:
    """A value as a whole action prints it."""
    if value is None:
        return "<no value>"
    return text_of(value)


MAX_NODES = 4_000_000
"""values within a value that one function may walk over"""


def bounded(value: Any) -> Any:
    """The value, when walking over it comes to an end: shared parts count each time they are met."""
    if isinstance(value, dict | list | tuple):
        _weigh(value, {})
    return value


def _weigh(value: Any, known: dict[int, int]) -> int:
    weight = known.get(id(value))
    if weight is not None:
        if not weight:
            raise Failure("the value contains itself")
        return weight
    known[id(value)] = 0
    weight = 1 + len(value)
    for item in value.values() if isinstance(value, dict) else value:
        if isinstance(item, dict | list | tuple):
            weight += _weigh(item, known)
            if weight > MAX_NODES:
                raise Failure(f"the value has more than {MAX_NODES} parts")
    known[id(value)] = weight
    return weight


def text_of(value: Any) -> str:
    """`%v`: the default format; nil is <nil>."""
    kind = value.__class__
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is int:
        return int.__repr__(value)
    return _text(bounded(value))


def any_text(value: Any) -> str:
    """The text of an operand of whatever kind: bytes are taken for text, nil is `nil`."""
    if isinstance(value, bytes):
        return decode(value)
    return "nil" if value is None else text_of(value)


def _text(value: Any) -> str:
    kind = value.__class__
    if kind is str:
        return value  # type: ignore[no-any-return]
    if kind is bool:
        return "true" if value else "false"
    if kind is int:
        return int.__repr__(value)
    if kind is float:
        return float_text(value)
    if value is None:
        return "<nil>"
    if isinstance(value, GoObject):
        return str(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, dict):
        return "map[" + " ".join([f"{_text(key)}:{_text(value[key])}" for key in sorted_keys(value)]) + "]"
    if isinstance(value, list | tuple):
        return "[" + " ".join([_text(item) for item in value]) + "]"
    if isinstance(value, bytes):
        return "[" + " ".join([str(byte) for byte in value]) + "]"
    if isinstance(value, float | str):
        return _text(float(value) if isinstance(value, float) else str(value))
    if isinstance(value, Function):
        raise Failure(f"can't print {value.name} of type func")
    if hasattr(value, "items"):
        return _text(dict(value.items()))
    raise Failure(f"can't print a value of type {type_name(value)}")


def sorted_keys(value: Any) -> list[Any]:
    try:
        return sorted(value)
    except TypeError:
        return sorted(value, key=lambda key: (type_name(key), text_of(key)))


# --- quoting --------------------------------------------------------------------------------------

_QUOTED = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
}


def quote(text: str, mark: str = '"', *, ascii_only: bool = False) -> str:
    """A Go string literal in double quotes (or another mark)."""
    if text.isascii() and text.isprintable() and "\\" not in text and mark not in text:
        return f"{mark}{text}{mark}"
    out = [mark]
    for char in text:
        if char == mark:
            out.append("\\" + char)
        elif char != '"' and char in _QUOTED:
            out.append(_QUOTED[char])
        else:
            out.append(_escaped(char, ascii_only))
    out.append(mark)
    return "".join(out)


def _escaped(char: str, ascii_only: bool) -> str:
    code = ord(char)
    if is_print(char) and (code < 0x80 or not ascii_only):
        return char
    if code < 0x20 or code == 0x7F or 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code & 0xFF:02x}"
    return f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"


def is_print(char: str) -> bool:
    return char.isprintable() and (char == " " or not char.isspace())


# --- types ----------------------------------------------------------------------------------------


def type_name(value: Any) -> str:
    """Go's name of the value's type (`%T`)."""
    kind = value.__class__
    name = _TYPE_NAMES.get(kind)
    if name is not None:
        return name
    if isinstance(value, TypedList | GoObject | GoMap):
        return value.go_type
    if isinstance(value, dict):
        return "map[string]interface {}"
    if isinstance(value, list | tuple):
        return "[]interface {}"
    return str(kind.__name__)


_TYPE_NAMES: dict[type, str] = {
    str: "string",
    int: "int",
    bool: "bool",
    float: "float64",
    type(None): "<nil>",
    Int64: "int64",
    Uint64: "uint64",
    Uint8: "uint8",
    Strings: "[]string",
    NilStrings: "[]string",
    StringMap: "map[string]string",
    list: "[]interface {}",
    dict: "map[string]interface {}",
    bytes: "[]uint8",
    Function: "func",
}


def kind_name(value: Any) -> str:
    """Go's kind of the value: its type without the names."""
    if value is None:
        return "invalid"
    if isinstance(value, GoObject):
        return "ptr" if value.go_type.startswith("*") else ("int64" if value.go_type == "time.Duration" else "struct")
    if isinstance(value, dict):
        return "map"
    if isinstance(value, list | tuple | bytes):
        return "slice"
    return type_name(value)


# --- truth and comparison -------------------------------------------------------------------------


def truth(value: Any) -> bool:
    """False are false, 0, "", nil and empty lists and maps; a structure is true whatever it holds."""
    if isinstance(value, GoObject):
        return value.go_type != "time.Duration" or str(value) != "0s"
    return bool(value)


def _basic(value: Any) -> str:
    """The kind that decides whether two values may be compared."""
    kind = value.__class__
    if kind is str:
        return "string"
    if kind is bool:
        return "bool"
    if kind is float:
        return "float"
    if isinstance(value, int):
        return "int"
    return value.basic if isinstance(value, GoObject) else ""


def _number(value: Any) -> Any:
    """What a value compares by."""
    return value.nanoseconds if isinstance(value, GoObject) and hasattr(value, "nanoseconds") else value


def equal_any(first: Any, others: tuple[Any, ...]) -> bool:
    if not others:
        raise Failure("missing argument for comparison")
    return any(_equal(first, other) for other in others)


def _equal(first: Any, other: Any) -> bool:
    if first is None or other is None:
        return first is other
    kind, other_kind = _basic(first), _basic(other)
    if kind != other_kind:
        raise _incompatible(first, other)
    if kind:
        return bool(_number(first) == _number(other))
    types = type_name(first), type_name(other)
    for value in (first, other):
        if isinstance(value, dict | list | tuple | bytes | Function):
            from .printf import sprintf

            if types[0] != types[1]:
                raise Failure(sprintf("non-comparable types %s: %s, %s: %v", (first, *types, other)))
            raise Failure(f"non-comparable type {sprintf('%s', (value,))}: {type_name(value)}")
    if types[0] != types[1]:
        raise _incompatible(first, other)
    return bool(first == other)


def _incompatible(first: Any, other: Any) -> Failure:
    return Failure(f"incompatible types for comparison: {type_name(first)} and {type_name(other)}")


def less(first: Any, other: Any) -> bool:
    kind, other_kind = _basic(first), _basic(other)
    if not kind or not other_kind:
        raise Failure("invalid type for comparison")
    if kind != other_kind:
        raise _incompatible(first, other)
    if kind == "bool":
        raise Failure("invalid type for comparison")
    return bool(_number(first) < _number(other))


def deep_equal(first: Any, other: Any) -> bool:
    """Equality of type and content all the way down (1 and 1.0 and true are three values)."""
    return first is other or _deep_equal(bounded(first), other)


def _deep_equal(first: Any, other: Any) -> bool:
    if type_name(first) != type_name(other):
        return False
    if isinstance(first, dict):
        return len(first) == len(other) and all(
            key in other and _deep_equal(item, other[key]) for key, item in first.items()
        )
    if isinstance(first, list | tuple):
        return len(first) == len(other) and all(map(_deep_equal, first, other))
    return bool(first == other)
