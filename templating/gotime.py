"""Go's time.Time for templates: calendar, layouts (`2006-01-02`), zones, text forms."""

from __future__ import annotations

import time as _time

from .errors import Failure
from .goduration import NANO, Duration
from .kinds import GoObject, Int64
from .layouts import MONTHS, WEEKDAYS, Broken, format_layout, parse_layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

DAY = 86400


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 in the proleptic Gregorian calendar."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def civil_from_days(days: int) -> tuple[int, int, int]:
    days += 719468
    era = days // 146097
    of_era = days - era * 146097
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + (3 if shifted < 10 else -9)
    return year_of_era + era * 400 + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1


class Zone:
    """A time zone: its abbreviation and offset from UTC in seconds at a moment."""

    def __init__(self, name: str = "UTC", offset: int = 0) -> None:
        self.name, self.offset = name, offset

    def at(self, _seconds: int) -> tuple[str, int]:
        return self.name, self.offset

    def from_local(self, seconds: int) -> int:
        """The moment at which clocks of this zone show these seconds."""
        guess = seconds - self.at(seconds)[1]
        return seconds - self.at(guess)[1]


class LocalZone(Zone):
    """The machine's zone."""

    def __init__(self) -> None:
        super().__init__("Local")

    def at(self, seconds: int) -> tuple[str, int]:
        try:
            local = _time.localtime(seconds)
        except (OverflowError, ValueError, OSError):
            return "UTC", 0
        return local.tm_zone, local.tm_gmtoff


class NamedZone(Zone):
    """A zone by its tz database name or any tzinfo."""

    def __init__(self, name: str, info: Any) -> None:
        super().__init__(name)
        self.info = info

    def at(self, seconds: int) -> tuple[str, int]:
        from datetime import datetime

        try:
            moment = datetime.fromtimestamp(seconds, self.info)
        except (OverflowError, ValueError, OSError):
            return "UTC", 0
        offset = moment.utcoffset()
        name = moment.tzname() or ""
        total = int(offset.total_seconds()) if offset else 0
        if name.startswith(("UTC+", "UTC-")):
            name = offset_name(total)
        return name, total


UTC = Zone()


def offset_name(seconds: int) -> str:
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    return f"{sign}{seconds // 3600:02d}{seconds % 3600 // 60:02d}"


def zone_named(name: str) -> Zone | None:
    """The zone of this name, or None when there is none."""
    if name in ("", "UTC"):
        return UTC
    if name == "Local":
        return LocalZone()
    from zoneinfo import ZoneInfo

    try:
        return NamedZone(name, ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        return None


class Named(GoObject):
    """A number with a name: a month or a weekday. Prints as the name, compares as the number."""

    __slots__ = ("go_kind", "name", "number")
    basic = "int"

    def __init__(self, kind: str, number: int, name: str) -> None:
        self.go_kind, self.number, self.name = kind, number, name

    @property
    def go_type(self) -> str:  # type: ignore[override]
        return self.go_kind

    @property
    def nanoseconds(self) -> int:
        return self.number

    def __str__(self) -> str:
        return self.name

    def __int__(self) -> int:
        return self.number

    def __eq__(self, other: object) -> bool:
        return (
            other == self.number
            if isinstance(other, int)
            else (isinstance(other, Named) and other.number == self.number)
        )

    def __hash__(self) -> int:
        return hash(self.number)

    members: ClassVar[dict[str, Any]] = {"String": ("", str)}


class Time(GoObject):
    """A moment: seconds since 1970 and nanoseconds, shown in a zone."""

    __slots__ = ("nanos", "seconds", "zone")
    go_type = "time.Time"

    def __init__(self, seconds: int, nanos: int = 0, zone: Zone = UTC) -> None:
        extra, self.nanos = divmod(nanos, NANO)
        self.seconds = seconds + extra
        self.zone = zone

    @classmethod
    def of(cls, year: int, month: int, day: int, seconds: int = 0, nanos: int = 0, zone: Zone = UTC) -> Time:
        """From a calendar date in the zone; months and days out of range carry over."""
        year += (month - 1) // 12
        local = (days_from_civil(year, (month - 1) % 12 + 1, 1) + day - 1) * DAY + seconds
        return cls(zone.from_local(local), nanos, zone)

    def go_syntax(self) -> str:
        (year, month, day), (hour, minute, second) = self.date(), self.clock()
        name = "UTC" if self.zone is UTC else "Local" if isinstance(self.zone, LocalZone) else ""
        zone = f"time.{name}" if name else f'time.Location("{self.zone.name}")'
        return f"time.Date({year}, time.{MONTHS[month - 1]}, {day}, {hour}, {minute}, {second}, {self.nanos}, {zone})"

    # --- parts ------------------------------------------------------------------------------------

    def zone_at(self) -> tuple[str, int]:
        return self.zone.at(self.seconds)

    def local(self) -> int:
        return self.seconds + self.zone_at()[1]

    def date(self) -> tuple[int, int, int]:
        return civil_from_days(self.local() // DAY)

    def clock(self) -> tuple[int, int, int]:
        seconds = self.local() % DAY
        return seconds // 3600, seconds % 3600 // 60, seconds % 60

    def weekday(self) -> int:
        return (self.local() // DAY + 4) % 7

    def year_day(self) -> int:
        return self.local() // DAY - days_from_civil(self.date()[0], 1, 1) + 1

    def total(self) -> int:
        return self.seconds * NANO + self.nanos

    # --- arithmetic -------------------------------------------------------------------------------

    def plus(self, duration: Duration) -> Time:
        return Time(self.seconds, self.nanos + duration.nanoseconds, self.zone)

    def minus(self, other: Time) -> Duration:
        return Duration(self.total() - other.total())

    def add_date(self, years: int, months: int, days: int) -> Time:
        year, month, day = self.date()
        return Time.of(year + years, month + months, day + days, self.local() % DAY, self.nanos, self.zone)

    def in_zone(self, zone: Zone) -> Time:
        return Time(self.seconds, self.nanos, zone)

    def truncated(self, unit: Duration) -> Time:
        if unit.nanoseconds <= 0:
            return self
        return self.plus(Duration(-((self.total() + _SINCE_YEAR_ONE) % unit.nanoseconds)))

    def rounded(self, unit: Duration) -> Time:
        if unit.nanoseconds <= 0:
            return self
        rest = (self.total() + _SINCE_YEAR_ONE) % unit.nanoseconds
        return self.plus(Duration(unit.nanoseconds - rest if rest * 2 >= unit.nanoseconds else -rest))

    # --- text -------------------------------------------------------------------------------------

    def format(self, layout: str) -> str:
        return format_layout(self, layout)

    def __str__(self) -> str:
        return self.format("2006-01-02 15:04:05.999999999 -0700 MST")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Time) and other.total() == self.total()

    def __lt__(self, other: Time) -> bool:
        return self.total() < other.total()

    def __hash__(self) -> int:
        return hash(self.total())

    def json(self) -> str:
        return self.format("2006-01-02T15:04:05.999999999Z07:00")

    def compare(self, other: Time) -> int:
        return (self.total() > other.total()) - (self.total() < other.total())

    members: ClassVar[dict[str, Any]] = {
        "Format": ("string", format),
        "Add": ("duration", plus),
        "AddDate": ("int int int", add_date),
        "Sub": ("time", minus),
        "Truncate": ("duration", truncated),
        "Round": ("duration", rounded),
        "Unix": ("", lambda self: Int64(self.seconds)),
        "UnixMilli": ("", lambda self: Int64(self.total() // 1_000_000)),
        "UnixMicro": ("", lambda self: Int64(self.total() // 1000)),
        "UnixNano": ("", lambda self: Int64(self.total())),
        "UTC": ("", lambda self: self.in_zone(UTC)),
        "Local": ("", lambda self: self.in_zone(LocalZone())),
        "Year": ("", lambda self: self.date()[0]),
        "Month": ("", lambda self: Named("time.Month", self.date()[1], MONTHS[self.date()[1] - 1])),
        "Day": ("", lambda self: self.date()[2]),
        "Weekday": ("", lambda self: Named("time.Weekday", self.weekday(), WEEKDAYS[self.weekday()])),
        "YearDay": ("", year_day),
        "Hour": ("", lambda self: self.clock()[0]),
        "Minute": ("", lambda self: self.clock()[1]),
        "Second": ("", lambda self: self.clock()[2]),
        "Nanosecond": ("", lambda self: self.nanos),
        "Location": ("", lambda self: self.zone.name),
        "IsZero": ("", lambda self: self.seconds == -62135596800 and not self.nanos),
        "String": ("", str),
        "After": ("time", lambda self, other: self.total() > other.total()),
        "Before": ("time", lambda self, other: self.total() < other.total()),
        "Equal": ("time", __eq__),
        "Compare": ("time", compare),
    }


_SINCE_YEAR_ONE = 62135596800 * NANO
ZERO = Time(-62135596800)


def parse_time(layout: str, text: str, zone: Zone = UTC) -> Time:
    """The moment a text names in a layout; Failure with Go's message when it does not."""
    try:
        parts = parse_layout(layout, text)
    except Broken as problem:
        raise Failure(str(problem)) from None
    chosen = zone
    if parts.offset is not None:
        if parts.offset == 0 and parts.abbreviation in ("", "UTC"):
            chosen = UTC
        else:
            chosen = Zone(parts.abbreviation or offset_name(parts.offset), parts.offset)
    elif parts.abbreviation:
        chosen = _zone_abbreviated(parts.abbreviation, zone)
    return Time.of(parts.year, parts.month, parts.day, parts.seconds, parts.nanos, chosen)


def _zone_abbreviated(abbreviation: str, zone: Zone) -> Zone:
    """`EST` and its like: known to the zone at hand, or a name without an offset."""
    if abbreviation == "UTC":
        return UTC
    for seconds in (1_704_067_200, 1_720_000_000):  # a winter's and a summer's day
        name, offset = zone.at(seconds)
        if name == abbreviation:
            return Zone(name, offset)
    if abbreviation.startswith("GMT") and abbreviation[3:].lstrip("+-").isdigit():
        return Zone(abbreviation, int(abbreviation[3:]) * 3600)
    return Zone(abbreviation, 0)


def clock(policy: Any) -> Time:
    """Now, by the clock of the policy."""
    zone: Zone = LocalZone() if policy.zone is None else NamedZone("Local", policy.zone)
    if policy.clock is None:
        return Time(0, _time.time_ns(), zone)
    moment = policy.clock()
    seconds = moment.timestamp()
    whole = int(seconds // 1)
    return Time(whole, moment.microsecond * 1000, zone)


def local_zone(policy: Any) -> Zone:
    return LocalZone() if policy.zone is None else NamedZone("Local", policy.zone)
