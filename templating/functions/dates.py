"""Dates and durations, with Go's layouts (`2006-01-02 15:04:05 MST`)."""

from __future__ import annotations

from ..errors import Failure
from ..goduration import NANO, Duration, parse_duration
from ..gotime import UTC, ZERO, Time, Zone, clock, local_zone, parse_time, zone_named
from ..kinds import Int64, Uint8, Uint64
from ..numbers import parse_int, wrap64
from ..values import quote
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("dates", "Dates and durations")
add = FAMILY.add


def moment(rt: Any, value: Any, zone: Zone | None = None) -> Time:
    """A time of a time or of Unix seconds; anything else means now."""
    if isinstance(value, Time):
        return value
    if isinstance(value, int) and not isinstance(value, bool | Uint8 | Uint64):
        return Time(int(value), 0, zone or local_zone(rt.policy))
    return clock(rt.policy)


@add("now", "", '{{ now | date "2006" | len }}', "4", context=True)
def now(rt: Any) -> Time:
    """The time it is."""
    return clock(rt.policy)


@add("date", "string any", '{{ toDate "2006-01-02" "2024-03-04" | date "02 Jan 06" }}', "04 Mar 24", context=True)
def date(rt: Any, layout: str, value: Any) -> str:
    """A time in a layout, in the local zone."""
    return moment(rt, value).in_zone(local_zone(rt.policy)).format(layout)


@add(
    "dateInZone date_in_zone",
    "string any string",
    '{{ dateInZone "2006-01-02 15:04 MST" 0 "UTC" }}',
    "1970-01-01 00:00 UTC",
    context=True,
)
def date_in_zone(rt: Any, layout: str, value: Any, zone: str) -> str:
    """A time in a layout and a zone; an unknown zone is UTC."""
    return moment(rt, value).in_zone(zone_named(zone) or UTC).format(layout)


@add("htmlDate", "any", '{{ htmlDate (toDate "2006-01-02" "2024-03-04") }}', "2024-03-04", context=True)
def html_date(rt: Any, value: Any) -> str:
    """Year, month and day joined by dashes."""
    return date(rt, "2006-01-02", value)


@add("htmlDateInZone", "any string", '{{ htmlDateInZone 0 "UTC" }}', "1970-01-01", context=True)
def html_date_in_zone(rt: Any, value: Any, zone: str) -> str:
    """As htmlDate, in a zone."""
    return date_in_zone(rt, "2006-01-02", value, zone)


@add("toDate", "string string", '{{ toDate "2006-01-02" "2024-03-04" }}', None, context=True)
def to_date(rt: Any, layout: str, text: str) -> Time:
    """The time a text names in a layout; the year 1 when it does not fit."""
    try:
        return must_to_date(rt, layout, text)
    except Failure:
        return ZERO


@add(
    "mustToDate",
    "string string",
    '{{ mustToDate "2006-01-02 MST" "2024-03-04 UTC" }}',
    "2024-03-04 00:00:00 +0000 UTC",
    context=True,
)
def must_to_date(rt: Any, layout: str, text: str) -> Time:
    """As toDate, but what does not fit is an error."""
    return parse_time(layout, text, local_zone(rt.policy))


@add(
    "dateModify date_modify",
    "string time",
    '{{ toDate "2006-01-02" "2024-02-28" | dateModify "48h" | htmlDate }}',
    "2024-03-01",
)
def date_modify(change: str, value: Time) -> Time:
    """A time moved by a duration; unchanged when that is none."""
    try:
        return value.plus(parse_duration(change))
    except Failure:
        return value


@add(
    "mustDateModify must_date_modify",
    "string time",
    '{{ toDate "2006-01-02" "2024-02-28" | mustDateModify "-24h" | htmlDate }}',
    "2024-02-27",
)
def must_date_modify(change: str, value: Time) -> Time:
    """As dateModify, but a wrong duration is an error."""
    return value.plus(parse_duration(change))


@add("unixEpoch", "time", '{{ unixEpoch (toDate "2006-01-02 MST" "1970-01-02 UTC") }}', "86400")
def unix_epoch(value: Time) -> str:
    """Seconds since 1970."""
    return str(value.seconds)


@add("ago", "any", "{{ ago now }}", "0s", context=True)
def ago(rt: Any, value: Any) -> str:
    """How long ago a time was, to the second."""
    return str(clock(rt.policy).minus(moment(rt, value)).rounded(Duration(NANO)))


@add("duration", "any", '{{ duration "95" }}', "1m35s")
def duration(value: Any) -> str:
    """A number of seconds (a text or an int64) as a duration."""
    seconds = 0
    if isinstance(value, str):
        seconds = parse_int(value) or 0
    elif isinstance(value, Int64):
        seconds = int(value)
    return str(Duration(seconds * NANO))


@add("durationRound", "any", '{{ durationRound "2h10m5s" }} {{ durationRound "2400h" }}', "2h 3mo", context=True)
def duration_round(rt: Any, value: Any) -> str:
    """A duration in its largest unit: y, mo, d, h, m or s."""
    found = Duration(0)
    if isinstance(value, str):
        try:
            found = parse_duration(value)
        except Failure:
            found = Duration(0)
    elif isinstance(value, Int64):
        found = Duration(int(value))
    elif isinstance(value, Time):
        found = clock(rt.policy).minus(value)
    seconds = abs(found.nanoseconds) // NANO
    for size, unit in ((31_536_000, "y"), (2_592_000, "mo"), (86_400, "d"), (3600, "h"), (60, "m"), (1, "s")):
        if seconds > size:
            return f"{seconds // size}{unit}"
    return "0s"


# --- time. ------------------------------------------------------------------------------------------

LAYOUTS = {
    "ANSIC": "Mon Jan _2 15:04:05 2006",
    "UnixDate": "Mon Jan _2 15:04:05 MST 2006",
    "RubyDate": "Mon Jan 02 15:04:05 -0700 2006",
    "RFC822": "02 Jan 06 15:04 MST",
    "RFC822Z": "02 Jan 06 15:04 -0700",
    "RFC850": "Monday, 02-Jan-06 15:04:05 MST",
    "RFC1123": "Mon, 02 Jan 2006 15:04:05 MST",
    "RFC1123Z": "Mon, 02 Jan 2006 15:04:05 -0700",
    "RFC3339": "2006-01-02T15:04:05Z07:00",
    "RFC3339Nano": "2006-01-02T15:04:05.999999999Z07:00",
    "Kitchen": "3:04PM",
    "Stamp": "Jan _2 15:04:05",
    "StampMilli": "Jan _2 15:04:05.000",
    "StampMicro": "Jan _2 15:04:05.000000",
    "StampNano": "Jan _2 15:04:05.000000000",
}


def _constant(name: str, layout: str) -> None:
    def give() -> str:
        return layout

    give.__doc__ = f"The layout `{layout}`."
    add(f"time.{name}", "", f"{{{{ time.{name} }}}}", layout)(give)


for _name, _layout in LAYOUTS.items():
    _constant(_name, _layout)


def _text(value: Any) -> str:
    from ..values import any_text

    return any_text(value)


@add("time.Now", "", "{{ (time.Now).UTC.Year | lt 2000 }}", "true", context=True)
def time_now(rt: Any) -> Time:
    """The time it is."""
    return clock(rt.policy)


@add("time.Parse", "string any", '{{ (time.Parse "2006-01-02" "2024-03-04").Weekday }}', "Monday")
def time_parse(layout: str, value: Any) -> Time:
    """The time a text names in a layout, in UTC."""
    return parse_time(layout, _text(value))


@add(
    "time.ParseLocal",
    "string any",
    '{{ (time.ParseLocal "2006-01-02" "2024-03-04").Format "02/01" }}',
    "04/03",
    context=True,
)
def time_parse_local(rt: Any, layout: str, value: Any) -> Time:
    """The time a text names in a layout, in the local zone."""
    return parse_time(layout, _text(value), local_zone(rt.policy))


@add(
    "time.ParseInLocation",
    "string string any",
    '{{ (time.ParseInLocation "2006-01-02" "Asia/Tokyo" "2024-03-04").UTC.Format "Jan 2 15:04" }}',
    "Mar 3 15:00",
)
def time_parse_in_location(layout: str, name: str, value: Any) -> Time:
    """The time a text names in a layout and a zone."""
    zone = zone_named(name)
    if zone is None:
        raise Failure(f"unknown time zone {name}")
    return parse_time(layout, _text(value), zone)


@add(
    "time.Unix",
    "any",
    '{{ (time.Unix 0).UTC.Format "2006-01-02T15:04:05Z07:00" }}',
    "1970-01-01T00:00:00Z",
    context=True,
)
def time_unix(rt: Any, value: Any) -> Time:
    """The time so many seconds after 1970, with decimals."""
    from decimal import Decimal, InvalidOperation

    try:
        seconds = Decimal(int(value) if isinstance(value, bool) else _text(value))
    except InvalidOperation:
        raise Failure(f"strconv.ParseInt: parsing {quote(_text(value))}: invalid syntax") from None
    return Time(0, int(seconds * NANO), local_zone(rt.policy))


@add("time.ParseDuration", "any", '{{ (time.ParseDuration "90m").Hours }}', "1.5")
def time_parse_duration(value: Any) -> Duration:
    """A duration such as 1h30m."""
    return parse_duration(_text(value))


def _unit(name: str, size: int) -> None:
    def give(value: Any) -> Duration:
        from .conv import to_int

        return Duration(wrap64(to_int(value) * size))

    give.__doc__ = f"A duration of so many {name.lower()}s."
    add(f"time.{name}", "any", f"{{{{ time.{name} 2 }}}}", str(Duration(2 * size)))(give)


for _name, _size in (
    ("Nanosecond", 1),
    ("Microsecond", 1000),
    ("Millisecond", 1_000_000),
    ("Second", NANO),
    ("Minute", 60 * NANO),
    ("Hour", 3600 * NANO),
):
    _unit(_name, _size)


@add("time.Since", "time", "{{ gt (time.Since (time.Unix 0)).Hours 0.0 }}", "true", context=True)
def time_since(rt: Any, value: Time) -> Duration:
    """How long ago a time was."""
    return clock(rt.policy).minus(value)


@add("time.Until", "time", "{{ lt (time.Until (time.Unix 0)).Hours 0.0 }}", "true", context=True)
def time_until(rt: Any, value: Time) -> Duration:
    """How long it is until a time."""
    return value.minus(clock(rt.policy))


@add("time.ZoneName", "", "{{ len time.ZoneName | lt 0 }}", "true", context=True)
def time_zone_name(rt: Any) -> str:
    """The abbreviation of the local zone."""
    return clock(rt.policy).zone_at()[0]


@add("time.ZoneOffset", "", "{{ kindOf time.ZoneOffset }}", "int", context=True)
def time_zone_offset(rt: Any) -> int:
    """Seconds the local zone is ahead of UTC."""
    return clock(rt.policy).zone_at()[1]
