"""Go's time.Duration for templates: text forms (`1h30m`), rounding, parts."""

from __future__ import annotations

import re

from .errors import Failure
from .kinds import GoObject, Int64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

NANO = 1_000_000_000
_UNITS = {"ns": 1, "us": 1000, "µs": 1000, "μs": 1000, "ms": 1_000_000, "s": NANO, "m": 60 * NANO, "h": 3600 * NANO}
_part = re.compile(r"(\d*)(\.\d*)?([^\d.]*)")


class Duration(GoObject):
    __slots__ = ("nanoseconds",)
    go_type = "time.Duration"
    basic = "int"

    def __init__(self, nanoseconds: int) -> None:
        self.nanoseconds = nanoseconds

    def __bool__(self) -> bool:
        return self.nanoseconds != 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Duration) and other.nanoseconds == self.nanoseconds

    def go_syntax(self) -> str:
        return str(self.nanoseconds)

    def __lt__(self, other: Duration) -> bool:
        return self.nanoseconds < other.nanoseconds

    def __hash__(self) -> int:
        return hash(self.nanoseconds)

    def __str__(self) -> str:
        total = self.nanoseconds
        if not total:
            return "0s"
        sign, total = ("-", -total) if total < 0 else ("", total)
        if total < NANO:
            for unit, size in (("ns", 1), ("µs", 1000), ("ms", 1_000_000)):
                if total < size * 1000:
                    return f"{sign}{_decimal(total, size)}{unit}"
        minutes, nanoseconds = divmod(total, 60 * NANO)
        text = f"{_decimal(nanoseconds, NANO)}s"
        if minutes:
            hours, minutes = divmod(minutes, 60)
            text = (f"{hours}h" if hours else "") + f"{minutes}m{text}"
        return sign + text

    def rounded(self, unit: Duration) -> Duration:
        size = unit.nanoseconds
        if size <= 0:
            return self
        sign = -1 if self.nanoseconds < 0 else 1
        return Duration(sign * ((abs(self.nanoseconds) * 2 + size) // (2 * size) * size))

    def truncated(self, unit: Duration) -> Duration:
        size = unit.nanoseconds
        if size <= 0:
            return self
        sign = -1 if self.nanoseconds < 0 else 1
        return Duration(sign * (abs(self.nanoseconds) // size * size))

    members: ClassVar[dict[str, Any]] = {
        "Hours": ("", lambda self: self.nanoseconds / (3600 * NANO)),
        "Minutes": ("", lambda self: self.nanoseconds / (60 * NANO)),
        "Seconds": ("", lambda self: self.nanoseconds / NANO),
        "Milliseconds": ("", lambda self: Int64(int(self.nanoseconds / 1_000_000))),
        "Microseconds": ("", lambda self: Int64(int(self.nanoseconds / 1000))),
        "Nanoseconds": ("", lambda self: Int64(self.nanoseconds)),
        "Abs": ("", lambda self: Duration(abs(self.nanoseconds))),
        "String": ("", str),
        "Round": ("duration", rounded),
        "Truncate": ("duration", truncated),
    }


def _decimal(value: int, size: int) -> str:
    whole, rest = divmod(value, size)
    if not rest:
        return str(whole)
    return f"{whole}.{str(rest).rjust(len(str(size)) - 1, '0').rstrip('0')}"


def parse_duration(text: str) -> Duration:
    """`1h30m`, `-1.5s`, `250ms`; a bare number other than 0 lacks its unit."""
    from .values import quote

    rest = text
    sign = 1
    if rest[:1] in ("+", "-"):
        sign = -1 if rest[0] == "-" else 1
        rest = rest[1:]
    if rest == "0":
        return Duration(0)
    if not rest:
        raise Failure(f"time: invalid duration {quote(text)}")
    total = 0
    while rest:
        match = _part.match(rest)
        assert match is not None
        whole, fraction, unit = match.groups()
        if not whole and (not fraction or fraction == "."):
            raise Failure(f"time: invalid duration {quote(text)}")
        if not unit:
            raise Failure(f"time: missing unit in duration {quote(text)}")
        size = _UNITS.get(unit)
        if size is None:
            raise Failure(f"time: unknown unit {quote(unit)} in duration {quote(text)}")
        total += int(whole or 0) * size
        if fraction and len(fraction) > 1:
            total += int(fraction[1:]) * size // 10 ** (len(fraction) - 1)
        if total >= 1 << 63:
            raise Failure(f"time: invalid duration {quote(text)}")
        rest = rest[match.end() :]
    return Duration(sign * total)
