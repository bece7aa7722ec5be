"""JSON as Go writes and reads it: sorted keys, shortest floats, HTML characters escaped; numbers read as floats."""

from __future__ import annotations

import json
import re

from .errors import Failure
from .kinds import GoObject, NilStrings
from .values import bounded, float_digits, plain, text_of, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

MAX_DEPTH = 200
_special = re.compile('[\x00-\x1f"\\\\<>&\u2028\u2029\ud800-\udfff]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def dumps(
    value: Any,
    *,
    html: bool = True,
    indent: str = "",
    prefix: str = "",
    float_text: Callable[[float], str] | None = None,
) -> str:
    """float_text: how floats are written, when not in their shortest form."""
    out: list[str] = []
    _write(bounded(value), out, html, indent, "\n" + prefix if indent else "", 0, float_text or json_float)
    return "".join(out)


def _write(
    value: Any, out: list[str], html: bool, indent: str, newline: str, depth: int, floats: Callable[[float], str]
) -> None:
    if depth > MAX_DEPTH:
        raise Failure("json: the value is nested too deeply")
    if value is None:
        out.append("null")
    elif value is True or value is False:
        out.append("true" if value else "false")
    elif isinstance(value, str):
        out.append(json_string(value, html))
    elif isinstance(value, int):
        out.append(str(int(value)))
    elif isinstance(value, float):
        out.append(floats(value))
    elif isinstance(value, dict):
        _write_items(
            "{}",
            [
                (json_string(text_of(key), html) + (": " if indent else ":"), value[key])
                for key in sorted(value, key=text_of)
            ],
            out,
            html,
            indent,
            newline,
            depth,
            floats,
        )
    elif isinstance(value, NilStrings):
        out.append("null")
    elif isinstance(value, list | tuple):
        _write_items("[]", [("", item) for item in value], out, html, indent, newline, depth, floats)
    elif isinstance(value, bytes):
        import base64

        out.append(json_string(base64.b64encode(value).decode(), html))
    elif isinstance(value, GoObject):
        _write_object(value, out, html)
    else:
        raise Failure(f"json: unsupported type: {type_name(value)}")


def _write_items(
    marks: str,
    items: list[tuple[str, Any]],
    out: list[str],
    html: bool,
    indent: str,
    newline: str,
    depth: int,
    floats: Callable[[float], str],
) -> None:
    if not items:
        out.append(marks)
        return
    inner = newline + indent if indent else ""
    out.append(marks[0])
    for position, (label, item) in enumerate(items):
        out.append("," if position else "")
        out.append(inner + label)
        _write(item, out, html, indent, inner, depth + 1, floats)
    out.append(newline + marks[1])


def _write_object(value: GoObject, out: list[str], html: bool) -> None:
    form = getattr(value, "json", None)
    if callable(form):
        out.append(json_string(str(form()), html))
    elif hasattr(value, "nanoseconds"):
        out.append(str(value.nanoseconds))
    else:
        out.append(json_string(str(value), html))


def json_string(text: str, html: bool) -> str:
    def escape(match: re.Match[str]) -> str:
        char = match.group()
        if char in _ESCAPES:
            return _ESCAPES[char]
        if char in "<>&" and not html:
            return char
        if "\ud800" <= char <= "\udfff":
            return "\\ufffd"
        return f"\\u{ord(char):04x}"

    return '"' + _special.sub(escape, text) + '"'


def json_float(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        raise Failure(f"json: unsupported value: {text_of(value)}")
    sign, digits, exponent = float_digits(value)
    if value == 0 or -7 < exponent < 21:
        return sign + plain(digits, exponent)
    mantissa = digits[0] + ("." + digits[1:] if len(digits) > 1 else "")
    return f"{sign}{mantissa}e{'-' if exponent < 0 else '+'}{abs(exponent):d}"


def loads(text: str, *, floats: bool = True) -> Any:
    """The value of a JSON text; integers become floats unless told otherwise."""
    data = text.lstrip(" \t\r\n")
    if not data:
        raise Failure("unexpected end of JSON input")

    def refuse(name: str) -> Any:
        raise Failure(f"invalid character '{name[0]}' looking for beginning of value")

    decoder = json.JSONDecoder(
        parse_int=_as_float if floats else int, parse_float=float, parse_constant=refuse, strict=True
    )
    try:
        value, end = decoder.raw_decode(data)
    except json.JSONDecodeError as problem:
        raise Failure(_message(data, problem)) from None
    except RecursionError:
        raise Failure("exceeded max depth") from None
    rest = data[end:].lstrip(" \t\r\n")
    if rest:
        raise Failure(f"invalid character {_shown(rest[0])} after top-level value")
    return value


def _as_float(digits: str) -> float:
    return float(digits)


def _shown(char: str) -> str:
    return "'\\''" if char == "'" else f"'{char}'"


def _message(data: str, problem: json.JSONDecodeError) -> str:
    at = problem.pos + problem.msg.startswith("Illegal trailing comma")  # Python 3.13 tells of the comma itself
    while at < len(data) and data[at] in " \t\r\n":
        at += 1
    if at >= len(data) or problem.msg.startswith("Unterminated string"):
        return "unexpected end of JSON input"
    where = {
        "Expecting property name enclosed in double quotes": "looking for beginning of object key string",
        "Illegal trailing comma before end of object": "looking for beginning of object key string",
        "Expecting ':' delimiter": "after object key",
        "Expecting ',' delimiter": "after array element",
    }
    context = where.get(problem.msg, "looking for beginning of value")
    return f"invalid character {_shown(data[at])} {context}"
