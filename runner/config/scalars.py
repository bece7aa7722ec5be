"""What a YAML scalar means (decision D23), and how values turn into text and back where a setting has a type.

The typing is that of the YAML library most users' files were written against (a mixture of YAML 1.1 and 1.2):
`0777` is octal, `yes` and `12:30` are strings. Dates and twelve-digit account numbers with a leading zero stay text.
"""

from __future__ import annotations

import re

_WORDS: dict[str, object] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    ".inf": float("inf"), ".Inf": float("inf"), ".INF": float("inf"),
    "+.inf": float("inf"), "+.Inf": float("inf"), "+.INF": float("inf"),
    "-.inf": float("-inf"), "-.Inf": float("-inf"), "-.INF": float("-inf"),
    ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
}  # fmt: skip
_FIRST = frozenset("+-.0123456789")  # what a number begins with
_INTEGER = re.compile(r"[-+]?(?:0[bB][01]+|0[oO]?[0-7]+|0[xX][0-9a-fA-F]+|[1-9][0-9]*|0)\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_ACCOUNT = re.compile(r"0[0-9]{11}\Z")
_TRUE = frozenset(("1", "t", "T", "true", "TRUE", "True"))
_FALSE = frozenset(("0", "f", "F", "false", "FALSE", "False"))


def resolve(text: str) -> object:
    """The value of a plain (unquoted, untagged) scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _FIRST or _ACCOUNT.match(text):
        return text
    plain = text.replace("_", "")
    if _INTEGER.match(plain):
        number = _integer(plain)
        # beyond 64 bits an integer is a float there; here too, so that templates see the same type
        return number if -(1 << 63) <= number < (1 << 64) else float(number)
    if _FLOAT.match(plain) and (plain[0] != "." or plain == text):
        value = float(plain)
        return text if value in (float("inf"), float("-inf")) else value
    return text


def _integer(text: str) -> int:
    digits = text.lstrip("+-")
    sign = -1 if text[0] == "-" else 1
    if len(digits) > 1 and digits[0] == "0":
        kind = digits[1]
        if kind in "bB":
            return sign * int(digits[2:], 2)
        if kind in "xX":
            return sign * int(digits[2:], 16)
        return sign * int(digits[2:] if kind in "oO" else digits, 8)
    if len(digits) > 400:  # no number anyone means; keeps the conversion's cost bounded
        return sign << 70
    return sign * int(digits)


def number_text(value: int | float) -> str:
    """A number as a string setting gets it: integers decimal, floats in plain notation with the shortest digits."""
    if isinstance(value, int):
        return str(int(value))
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    text = repr(value)
    if "e" in text:
        from decimal import Decimal

        text = format(Decimal(text), "f")
    return text[:-2] if text.endswith(".0") else text


def as_text(value: object) -> str:
    """A scalar given where a setting is text: booleans become `1` and `0`, null becomes empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return number_text(value)
    return str(value)


def as_env_text(value: object) -> str:
    """A scalar as the value of an environment variable: booleans stay `true` and `false`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return as_text(value)


def parse_bool(text: str) -> bool | None:
    """The boolean words of flags and variables; None for every other word (`yes` is one of those)."""
    return True if text in _TRUE else False if text in _FALSE else None


def as_bool(value: object) -> bool | None:
    """A scalar given where a setting is a boolean; None when it is none."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value != 0
    if isinstance(value, str):
        return False if value == "" else parse_bool(value)
    return None


def as_words(value: object) -> list[str] | None:
    """A list of texts, or one text split on commas (no trimming); None for anything else."""
    if value is None or value == "":
        return []
    if isinstance(value, str):
        return value.split(",")
    if isinstance(value, list | tuple) and not any(isinstance(item, list | dict) for item in value):
        return [as_text(item) for item in value]
    if isinstance(value, bool | int | float):
        return [as_text(value)]
    return None
