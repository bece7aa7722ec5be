"""Go's string, rune and number literals → values."""

from __future__ import annotations

import re

_ESCAPE = (
    r"(?s)\\(?:(?P<simple>[abfnrtv\\'\"])|(?P<octal>[0-7]{3})|x(?P<hex>[0-9a-fA-F]{2})"
    r"|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|(?P<bad>.|$))"
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\", "'": "'", '"': '"'}
_INTEGER = r"[+-]?(?:0[xX](_?[0-9a-fA-F])+|0[oO](_?[0-7])+|0[bB](_?[01])+|0(_?[0-7])*|[1-9](_?[0-9])*)"
_FLOAT = r"[+-]?(?:\d(_?\d)*\.?(\d(_?\d)*)?|\.\d(_?\d)*)([eE][+-]?\d(_?\d)*)?"
_HEXFLOAT = r"[+-]?0[xX](_?[0-9a-fA-F])*\.?(_?[0-9a-fA-F])*[pP][+-]?\d(_?\d)*"
INT_MIN, INT_MAX = -(1 << 63), (1 << 63) - 1


class Overflow(ValueError):
    """An integer that is well-formed but too large for an int; `kind` says whether it is found while parsing."""

    def __init__(self, text: str, *, while_parsing: bool) -> None:
        super().__init__(f'integer overflow: "{text}"' if while_parsing else f"{text} overflows int")
        self.while_parsing = while_parsing


def unquote(literal: str) -> str:
    """A quoted string, raw string or rune literal without its quotes; ValueError when an escape is wrong."""
    body = literal[1:-1]
    if literal[0] == "`":
        return body.replace("\r", "")
    if "\\" not in body:
        return body
    other = "'" if literal[0] == '"' else '"'
    binary = False

    def replace(match: re.Match[str]) -> str:
        nonlocal binary
        kind = match.lastgroup
        text = match[kind or "bad"]
        if kind == "simple":
            if text == other:
                raise ValueError("invalid syntax")
            return _SIMPLE[text]
        if kind in ("octal", "hex"):
            code = int(text, 8 if kind == "octal" else 16)
            if code > 255:
                raise ValueError("invalid syntax")
            if code < 0x80 or literal[0] == "'":
                return chr(code)
            binary = True
            return chr(0xDC00 + code)  # one byte, as surrogateescape has it
        if kind in ("u", "U"):
            code = int(text, 16)
            if code > 0x10FFFF or 0xD800 <= code < 0xE000:
                raise ValueError("invalid syntax")
            return chr(code)
        raise ValueError("invalid syntax")

    text = re.sub(_ESCAPE, replace, body)
    if binary:  # escaped bytes may form characters together
        text = text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    return text


def number_of(literal: str) -> int | float:
    """A number literal; an integer when it is written as one, a float otherwise. ValueError when it is neither."""
    if literal.isdecimal() and literal.isascii() and literal[0] != "0" and len(literal) < 18:
        return int(literal)
    if literal.endswith("i") and not literal.lower().lstrip("+-").startswith("0x"):
        raise ValueError(f'complex numbers are not supported: "{literal}"')
    if re.fullmatch(_INTEGER, literal):
        digits = literal.replace("_", "")
        sign = -1 if digits[0] == "-" else 1
        digits = digits.lstrip("+-").lower()
        if digits.startswith("0") and len(digits) > 1 and digits[1].isdigit():
            value = int(digits, 8)
        else:
            value = int(digits, 0)
        value *= sign
        if not INT_MIN <= value <= INT_MAX:
            raise Overflow(literal, while_parsing=not 0 <= value < 1 << 64)
        return value
    if re.fullmatch(_FLOAT, literal):
        number = float(literal.replace("_", ""))
    elif re.fullmatch(_HEXFLOAT, literal):
        number = float.fromhex(literal.replace("_", ""))
    else:
        raise ValueError(f'bad number syntax: "{literal}"')
    if number in (float("inf"), float("-inf")):
        raise ValueError(f'bad number syntax: "{literal}"')
    return number
