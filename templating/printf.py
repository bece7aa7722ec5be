"""Go's `fmt`: print, println and printf with every verb, flag, width, precision and argument index.

A wrong verb or a missing argument never fails; the text says so (`%!d(string=a)`), as in Go.
"""

from __future__ import annotations

import re

from .errors import Failure
from .kinds import GoObject, NilStrings, Uint8, Uint64
from .values import (
    bounded,
    encode,
    float_digits,
    is_print,
    plain,
    quote,
    scientific,
    sorted_keys,
    text_of,
    type_name,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_WIDTH = 1_000_000
_spec = re.compile(
    r"%(?P<flags>[-+# 0]*)"
    r"(?P<windex>\[[^\]%]*\]?)?(?P<width>\*|\d+)?"
    r"(?P<dot>\.(?P<pindex>\[[^\]%]*\]?)?(?P<precision>\*|\d+)?)?"
    r"(?P<vindex>\[[^\]%]*\]?)?(?P<verb>.)?",
    re.DOTALL,
)


def sprint(values: tuple[Any, ...]) -> str:
    """Operands side by side, a blank between two when neither is a string."""
    out: list[str] = []
    previous_string = True
    for position, value in enumerate(values):
        is_string = value.__class__ is str
        if position and not is_string and not previous_string:
            out.append(" ")
        out.append(text_of(value))
        previous_string = is_string
    return "".join(out)


def sprintln(values: tuple[Any, ...]) -> str:
    return " ".join([text_of(value) for value in values]) + "\n"


def sprintf(form: str, values: tuple[Any, ...]) -> str:
    if "%" not in form:
        return form + _extra(values, 0, False)
    out: list[str] = []
    pos, arg = 0, 0
    reordered = False
    while True:
        start = form.find("%", pos)
        if start < 0:
            out.append(form[pos:])
            break
        out.append(form[pos:start])
        match = _spec.match(form, start)
        assert match is not None
        pos = match.end()
        spec = _Spec(match["flags"])
        good = True

        def index(text: str | None) -> None:
            nonlocal arg, reordered, good
            if text is None:
                return
            reordered = True
            body = text[1:-1]
            if text.endswith("]") and body.isdigit() and 1 <= int(body[:9]) <= len(values):
                arg = int(body) - 1
            else:
                good = False

        index(match["windex"])
        if match["width"] == "*":
            arg, width, problem = _star(values, arg)
            if problem:
                out.append("%!(BADWIDTH)")
            elif width is not None:
                if width < 0:
                    spec.minus, spec.zero, width = True, False, -width
                spec.width = width
        elif match["width"]:
            spec.width = _bounded(match["width"])
        if match["dot"]:
            index(match["pindex"])
            spec.precision = 0
            if match["precision"] == "*":
                arg, precision, problem = _star(values, arg)
                if problem or (precision is not None and precision < 0):
                    spec.precision = None
                    if problem:
                        out.append("%!(BADPREC)")
                else:
                    spec.precision = precision
            elif match["precision"]:
                spec.precision = _bounded(match["precision"])
        index(match["vindex"])
        verb = match["verb"]
        if verb is None:
            out.append("%!(NOVERB)")
            break
        if verb == "%":
            out.append("%")
        elif not good:
            out.append(f"%!{verb}(BADINDEX)")
        elif arg >= len(values):
            out.append(f"%!{verb}(MISSING)")
        else:
            if verb == "v":
                spec.go_syntax, spec.sharp, spec.plus = spec.sharp, False, False
            out.append(spec.format(values[arg], verb))
            arg += 1
    out.append(_extra(values, arg, reordered))
    return "".join(out)


def _bounded(digits: str) -> int:
    if len(digits) > 7 or int(digits) > MAX_WIDTH:
        raise Failure(f"printf: width or precision {digits} is more than {MAX_WIDTH}")
    return int(digits)


def _star(values: tuple[Any, ...], arg: int) -> tuple[int, int | None, bool]:
    if arg >= len(values):
        return arg, None, True
    value = values[arg]
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_WIDTH:
        return arg + 1, None, True
    return arg + 1, int(value), False


def _extra(values: tuple[Any, ...], arg: int, reordered: bool) -> str:
    if reordered or arg >= len(values):
        return ""
    shown = ["<nil>" if value is None else f"{type_name(value)}={text_of(value)}" for value in values[arg:]]
    return "%!(EXTRA " + ", ".join(shown) + ")"


class _Spec:
    """One directive: its flags, width and precision."""

    __slots__ = ("go_syntax", "minus", "plus", "precision", "sharp", "space", "width", "zero")

    def __init__(self, flags: str) -> None:
        self.minus, self.plus, self.sharp = "-" in flags, "+" in flags, "#" in flags
        self.space, self.zero = " " in flags, "0" in flags and "-" not in flags
        self.go_syntax = False
        self.width = 0
        self.precision: int | None = None

    def pad(self, text: str, *, zeros: bool = False) -> str:
        missing = self.width - len(text)
        if missing <= 0:
            return text
        if self.minus:
            return text + " " * missing
        if zeros or self.zero:
            return "0" * missing + text
        return " " * missing + text

    def format(self, value: Any, verb: str, depth: int = 0) -> str:
        if verb == "T":
            return self.string(type_name(value), "s")
        if value is None:
            if verb == "v":
                return self.pad("interface {}(nil)" if depth and self.go_syntax else "<nil>")
            return self.pad("<nil>") if depth else f"%!{verb}(<nil>)"
        if isinstance(value, GoObject) and verb in "vsxXq" and not (verb == "v" and self.go_syntax):
            return self.string(str(value), "s" if verb == "v" else verb)
        if isinstance(value, GoObject) and self.go_syntax and value.go_syntax():
            return self.pad(value.go_syntax())
        if value.__class__ is str:
            return self.string(value, verb) if verb in "vsxXq" else self.bad(value, verb)
        if value.__class__ is bool:
            return self.pad(text_of(value)) if verb in "tv" else self.bad(value, verb)
        if isinstance(value, int):
            return self.integer(value, verb)
        if isinstance(value, float):
            return self.real(value, verb)
        if not depth and isinstance(value, dict | list | tuple):
            bounded(value)
        if isinstance(value, dict):
            return self.mapping(value, verb, depth)
        if isinstance(value, list | tuple):
            return self.sequence(value, verb, depth)
        if isinstance(value, bytes):
            if verb in "sxXq":
                return self.string(value.decode("utf-8", "surrogateescape"), verb)
            return self.sequence([Uint8(byte) for byte in value], verb, depth)
        if isinstance(value, GoObject) and verb == "d":
            return self.integer(int(getattr(value, "nanoseconds", 0)), verb)
        return self.string(text_of(value), "s") if verb == "v" else self.bad(value, verb)

    def bad(self, value: Any, verb: str) -> str:
        return f"%!{verb}({type_name(value)}={self.format(value, 'v')})"

    def mapping(self, value: dict[Any, Any], verb: str, depth: int) -> str:
        items = [
            self.format(key, verb, depth + 1) + ":" + self.format(value[key], verb, depth + 1)
            for key in sorted_keys(value)
        ]
        if self.go_syntax:
            return f"{type_name(value)}{{{', '.join(items)}}}"
        return f"map[{' '.join(items)}]"

    def sequence(self, value: Any, verb: str, depth: int) -> str:
        items = [self.format(item, verb, depth + 1) for item in value]
        if self.go_syntax and isinstance(value, NilStrings):
            return "[]string(nil)"
        if self.go_syntax:
            return f"{type_name(value)}{{{', '.join(items)}}}"
        return f"[{' '.join(items)}]"

    # --- strings ----------------------------------------------------------------------------------

    def string(self, text: str, verb: str) -> str:
        if verb in "xX":
            return self.hex(text, verb)
        if self.precision is not None:
            text = text[: self.precision]
        if verb == "q" or self.go_syntax:
            if verb == "q" and self.sharp and "`" not in text and all(is_print(c) or c == "\t" for c in text):
                text = f"`{text}`"
            else:
                text = quote(text, ascii_only=self.plus and verb == "q")
        return self.pad(text)

    def hex(self, text: str, verb: str) -> str:
        data = encode(text)
        if self.precision is not None:
            data = data[: self.precision]
        digits = data.hex() if verb == "x" else data.hex().upper()
        if not data:
            return self.pad("")
        prefix = "0" + verb if self.sharp else ""
        if self.space:
            pairs = [prefix + digits[at : at + 2] for at in range(0, len(digits), 2)]
            return self.pad(" ".join(pairs))
        return self.pad(prefix + digits)

    # --- numbers ----------------------------------------------------------------------------------

    def integer(self, value: int, verb: str) -> str:
        if self.go_syntax and isinstance(value, Uint8 | Uint64):
            return self.pad(f"{int(value):#x}")
        value = int(value)
        if verb in "dv":
            return self.digits(value, str(abs(value)), "")
        if verb == "b":
            return self.digits(value, f"{abs(value):b}", "0b" if self.sharp else "")
        if verb == "o":
            return self.digits(value, f"{abs(value):o}", "0" if self.sharp else "")
        if verb == "O":
            return self.digits(value, f"{abs(value):o}", "0o")
        if verb == "x":
            return self.digits(value, f"{abs(value):x}", "0x" if self.sharp else "")
        if verb == "X":
            return self.digits(value, f"{abs(value):X}", "0X" if self.sharp else "")
        if verb in "cq":
            char = chr(value) if 0 <= value <= 0x10FFFF and not 0xD800 <= value < 0xE000 else "\ufffd"
            return self.pad(char if verb == "c" else quote(char, "'", ascii_only=self.plus))
        if verb == "U":
            text = f"U+{value & (1 << 64) - 1:04X}"
            if self.sharp and 0 <= value <= 0x10FFFF and is_print(chr(value)):
                text += f" '{chr(value)}'"
            return _Spec("-" if self.minus else "").with_width(self.width).pad(text)
        return self.bad(value, verb)

    def with_width(self, width: int) -> _Spec:
        self.width = width
        return self

    def digits(self, value: int, digits: str, prefix: str) -> str:
        sign = "-" if value < 0 else "+" if self.plus else " " if self.space else ""
        if self.precision is not None:
            if self.precision == 0 and value == 0:
                return " " * self.width
            digits = digits.rjust(self.precision, "0")
        elif self.zero:
            digits = digits.rjust(self.width - len(sign), "0")
        if prefix == "0" and digits.startswith("0"):
            prefix = ""
        text = sign + prefix + digits
        missing = self.width - len(text)
        if missing <= 0:
            return text
        return text + " " * missing if self.minus else " " * missing + text

    def real(self, value: float, verb: str) -> str:
        if verb == "v":
            text = self.general(value, "g")
        elif verb in "eEfFgG":
            text = self.general(value, verb)
        elif verb in "xX":
            text = _hex_float(value, self.precision)
            if verb == "X":
                text = text.upper()
        elif verb == "b":
            mantissa, exponent = _frexp53(value)
            text = f"{mantissa}p{exponent:+d}"
        else:
            return self.bad(value, verb)
        negative = text.startswith("-")
        body = text.lstrip("+-")
        sign = "-" if negative else "+" if self.plus else " " if self.space else ""
        if body in ("Inf", "NaN"):
            sign = text[0] if body == "Inf" else sign
            return _Spec("-" if self.minus else "").with_width(self.width).pad(sign + body)
        if self.zero:
            return sign + body.rjust(self.width - len(sign), "0")
        return self.pad(sign + body)

    def general(self, value: float, verb: str) -> str:
        """%e %f %g and their capitals."""
        if value != value:
            return "NaN"
        if value in (float("inf"), float("-inf")):
            return "+Inf" if value > 0 else "-Inf"
        kind, precision = verb.lower(), self.precision
        if kind == "f":
            return f"{value:.{6 if precision is None else precision}f}"
        if kind == "e":
            text = f"{value:.{6 if precision is None else precision}e}"
        elif precision is None and not self.sharp:
            sign, digits, exponent = float_digits(value)
            text = sign + (plain(digits, exponent) if -4 <= exponent < 6 else scientific(digits, exponent))
        else:
            text = f"{value:{'#' if self.sharp else ''}.{6 if precision is None else precision}g}"
        return text.upper() if verb in "EG" else text


def _hex_float(value: float, precision: int | None) -> str:
    text = value.hex()
    sign = "-" if text.startswith("-") else ""
    if value in (float("inf"), float("-inf")) or value != value:
        return sign + {"inf": "Inf", "nan": "NaN"}[text.lstrip("-")]
    mantissa, _, exponent = text.lstrip("-")[2:].partition("p")
    whole, _, fraction = mantissa.partition(".")
    if precision is not None and precision < len(fraction):
        number = int(whole + fraction, 16)
        shift = 4 * (len(fraction) - precision)
        rounded, rest = number >> shift, number & ((1 << shift) - 1)
        half = 1 << (shift - 1)
        rounded += rest > half or (rest == half and rounded & 1)
        if rounded >> 4 * precision > 1:
            rounded, exponent = rounded >> 1, str(int(exponent) + 1)
        digits = f"{rounded:0{precision + 1}x}"
        whole, fraction = digits[: len(digits) - precision], digits[len(digits) - precision :]
    elif precision is None:
        fraction = fraction.rstrip("0")
    else:
        fraction = fraction.ljust(precision, "0")
    return f"{sign}0x{whole}{'.' + fraction if fraction else ''}p{int(exponent):+03d}"


def _frexp53(value: float) -> tuple[int, int]:
    """The float as integer times a power of two, with 53 bits."""
    import math

    mantissa, exponent = math.frexp(value)
    return int(mantissa * (1 << 53)), exponent - 53
