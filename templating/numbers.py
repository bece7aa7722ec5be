"""Conversions between texts and numbers as the functions `int`, `float64`, `atoi` and their like make them."""

from __future__ import annotations

from .kinds import GoObject
from .values import text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MIN, MAX = -(1 << 63), (1 << 63) - 1
_WHOLE = r"([-+]?[0-9]*)(?:\.[0-9]*)?"
_PREFIXED = r"[-+]?(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO]?(?:_?[0-7])+|0|[1-9](?:_?[0-9])*)"
_FLOAT = r"(?i)[-+]?(?:[0-9]+(?:_[0-9]+)*\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?|[-+]?(?:inf(?:inity)?|nan)"


def wrap64(value: int) -> int:
    """An integer in 64 bits, as overflow leaves it."""
    if MIN <= value <= MAX:
        return value
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


def parse_int(text: str) -> int | None:
    """An integer literal with an optional base prefix (a leading 0 is octal), or None."""
    if text.isdecimal() and text.isascii() and text[0] != "0" and len(text) < 19:
        return int(text)  # the usual case needs no pattern
    import re

    if not re.fullmatch(_PREFIXED, text):
        return None
    digits = text.replace("_", "").lower()
    sign = -1 if digits[0] == "-" else 1
    digits = digits.lstrip("+-")
    value = int(digits, 8) if len(digits) > 1 and digits[0] == "0" and digits[1].isdigit() else int(digits, 0)
    value *= sign
    return value if MIN <= value <= MAX else None


def nanoseconds_of(value: Any) -> int | None:
    """The number that a duration is; None for everything else."""
    return int(getattr(value, "nanoseconds", 0)) if isinstance(value, GoObject) and value.basic == "int" else None


def to_int64(value: Any) -> int:
    """An integer of anything: texts without their decimals, floats cut off; 0 for what is no number."""
    if value is True:
        return 1
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return int(value) if MIN <= value <= MAX else MIN
    if isinstance(value, str):
        if "." in value:
            import re

            match = re.fullmatch(_WHOLE, value)
            if match:
                value = match[1] if match[1] not in ("", "+", "-") else "0"
        return parse_int(value) or 0
    return nanoseconds_of(value) or 0


def to_float64(value: Any) -> float:
    if isinstance(value, int):
        return float(value)
    if isinstance(value, float):
        return value
    if isinstance(value, str):
        parsed = parse_float(value)
        return 0.0 if parsed is None else parsed
    return float(nanoseconds_of(value) or 0)


def parse_float(text: str) -> float | None:
    import re

    return float(text.replace("_", "")) if re.fullmatch(_FLOAT, text) else None


def parse_decimal_int(text: str) -> int | None:
    """`strconv.Atoi`: decimal digits only; too large ones are cut to the limit."""
    import re

    if not re.fullmatch(r"[-+]?[0-9]+", text):
        return None
    return max(MIN, min(MAX, int(text))) if len(text) < 40 else (MIN if text[0] == "-" else MAX)


def octal(value: Any) -> int:
    """The number that octal digits stand for; 0 when they are none."""
    text = value if isinstance(value, str) else "" if isinstance(value, GoObject) else text_of(value)
    import re

    return int(text, 8) if re.fullmatch(r"[-+]?[0-7]+", text) and len(text) < 22 else 0
