"""Go's time layouts: the reference date `Mon Jan 2 15:04:05 MST 2006` as a pattern, for printing and for reading."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .gotime import Time


MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_chunk = re.compile(
    r"January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|__2|_2(?!006)|002|01|02|03|04|05|06|15|1|2|3|4|5|PM|pm"
    r"|-07:00:00|-070000|-07:00|-0700|-07|Z07:00:00|Z070000|Z07:00|Z0700|Z07|[.,](?:0+|9+)(?!\d)"
)


class Broken(ValueError):
    """A text that does not fit its layout."""


class Parts:
    """What was read from a text."""

    def __init__(self) -> None:
        self.year, self.month, self.day = 0, 1, 1
        self.seconds = 0
        self.nanos = 0
        self.offset: int | None = None
        self.abbreviation = ""


def format_layout(moment: Time, layout: str) -> str:
    year, month, day = moment.date()
    hour, minute, second = moment.clock()
    abbreviation, offset = moment.zone_at()
    half = hour % 12 or 12

    def chunk(match: re.Match[str]) -> str:
        code = match.group()
        if code[0] in ".,":
            digits = f"{moment.nanos:09d}"[: len(code) - 1]
            if code[1] == "9":
                digits = digits.rstrip("0")
                return code[0] + digits if digits else ""
            return code[0] + digits
        if code[0] in "-Z":
            return _offset(code, offset)
        simple = {
            "January": MONTHS[month - 1],
            "Jan": MONTHS[month - 1][:3],
            "Monday": WEEKDAYS[moment.weekday()],
            "Mon": WEEKDAYS[moment.weekday()][:3],
            "MST": abbreviation,
            "2006": f"{year:04d}",
            "06": f"{year % 100:02d}",
            "01": f"{month:02d}",
            "1": str(month),
            "02": f"{day:02d}",
            "2": str(day),
            "_2": f"{day:2d}",
            "002": f"{moment.year_day():03d}",
            "__2": f"{moment.year_day():3d}",
            "15": f"{hour:02d}",
            "03": f"{half:02d}",
            "3": str(half),
            "04": f"{minute:02d}",
            "4": str(minute),
            "05": f"{second:02d}",
            "5": str(second),
            "PM": "PM" if hour >= 12 else "AM",
            "pm": "pm" if hour >= 12 else "am",
        }
        return simple[code]

    return _chunk.sub(chunk, layout)


def _offset(code: str, offset: int) -> str:
    if code[0] == "Z" and not offset:
        return "Z"
    sign, offset = ("-", -offset) if offset < 0 else ("+", offset)
    hours, minutes, seconds = offset // 3600, offset % 3600 // 60, offset % 60
    form = code[1:]
    if form == "07":
        return f"{sign}{hours:02d}"
    separator = ":" if ":" in form else ""
    text = f"{sign}{hours:02d}{separator}{minutes:02d}"
    return text + f"{separator}{seconds:02d}" if len(form.replace(":", "")) == 6 else text


# --- reading --------------------------------------------------------------------------------------


def parse_layout(layout: str, text: str) -> Parts:
    return _Reader(layout, text).read()


class _Reader:
    def __init__(self, layout: str, text: str) -> None:
        self.layout, self.text = layout, text
        self.rest = text
        self.parts = Parts()
        self.pm: bool | None = None
        self.hour = self.minute = self.second = 0
        self.yday: int | None = None
        self.day_given = self.month_given = False

    def broken(self, element: str) -> Broken:
        from .values import quote

        return Broken(
            f"parsing time {quote(self.text)} as {quote(self.layout)}: cannot parse {quote(self.rest)} as "
            f"{quote(element)}"
        )

    def out_of_range(self, what: str) -> Broken:
        from .values import quote

        return Broken(f"parsing time {quote(self.text)}: {what} out of range")

    def take(self, pattern: str, element: str) -> str:
        match = re.match(pattern, self.rest)
        if match is None:
            raise self.broken(element)
        self.rest = self.rest[match.end() :]
        return match.group()

    def literal(self, prefix: str) -> None:
        """Text between the elements: blanks match any number of blanks."""
        for char in prefix:
            if char == " ":
                if self.rest and self.rest[0] != " ":
                    raise self.broken(prefix)
                self.rest = self.rest.lstrip(" ")
            elif self.rest.startswith(char):
                self.rest = self.rest[1:]
            else:
                raise self.broken(prefix)

    def read(self) -> Parts:
        pos = 0
        for match in _chunk.finditer(self.layout):
            self.literal(self.layout[pos : match.start()])
            pos = match.end()
            self.element(match.group(), self.layout[pos:])
        self.literal(self.layout[pos:])
        if self.rest:
            from .values import quote

            raise Broken(f"parsing time {quote(self.text)}: extra text: {quote(self.rest)}")
        return self.finish()

    def name(self, names: tuple[str, ...], length: int, element: str) -> int:
        for position, name in enumerate(names):
            short = name[:length] if length else name
            if self.rest[: len(short)].lower() == short.lower():
                self.rest = self.rest[len(short) :]
                return position
        raise self.broken(element)

    def element(self, code: str, following: str) -> None:
        parts = self.parts
        if code in ("January", "Jan"):
            parts.month = self.name(MONTHS, 3 if code == "Jan" else 0, code) + 1
            self.month_given = True
        elif code in ("Monday", "Mon"):
            self.name(WEEKDAYS, 3 if code == "Mon" else 0, code)
        elif code == "2006":
            parts.year = int(self.take(r"\d{4}", code))
        elif code == "06":
            year = int(self.take(r"\d{2}", code))
            parts.year = year + (1900 if year >= 69 else 2000)
        elif code in ("01", "1"):
            parts.month = int(self.take(r"\d{2}" if code == "01" else r"\d{1,2}", code))
            self.month_given = True
            if not 1 <= parts.month <= 12:
                raise self.out_of_range("month")
        elif code in ("02", "2", "_2"):
            if code == "_2":
                self.rest = self.rest[1:] if self.rest.startswith(" ") else self.rest
            parts.day = int(self.take(r"\d{2}" if code == "02" else r"\d{1,2}", code))
            self.day_given = True
        elif code in ("002", "__2"):
            self.yday = int(self.take(r"\d{3}" if code == "002" else r" {0,2}\d{1,3}", code))
        elif code in ("15", "03", "3"):
            self.hour = int(self.take({"15": r"\d{1,2}", "03": r"\d{2}", "3": r"\d{1,2}"}[code], code))
            if self.hour > (23 if code == "15" else 12):
                raise self.out_of_range("hour")
        elif code in ("04", "4"):
            self.minute = int(self.take(r"\d{2}" if code == "04" else r"\d{1,2}", code))
            if self.minute > 59:
                raise self.out_of_range("minute")
        elif code in ("05", "5"):
            self.second = int(self.take(r"\d{2}" if code == "05" else r"\d{1,2}", code))
            if self.second > 59:
                raise self.out_of_range("second")
            if not re.match(r"[.,](?:0+|9+)(?!\d)", following):  # a fraction may follow without being in the layout
                self.fraction(re.match(r"[.,]\d+", self.rest))
        elif code in ("PM", "pm"):
            self.pm = self.take(r"[AP]M" if code == "PM" else r"[ap]m", code).upper() == "PM"
        elif code == "MST":
            parts.abbreviation = self.abbreviation()
        elif code[0] in ".,":
            match = re.match(rf"[.,]\d{{{len(code) - 1}}}" if code[1] == "0" else r"[.,]\d{1,9}", self.rest)
            if match is None and code[1] == "0":
                raise self.broken(code)
            self.fraction(match)
        else:
            self.zone(code)

    def fraction(self, match: re.Match[str] | None) -> None:
        if match:
            self.rest = self.rest[match.end() :]
            self.parts.nanos = int(match.group()[1:10].ljust(9, "0"))

    def abbreviation(self) -> str:
        match = re.match(r"GMT[+-]\d{1,2}|UTC|[A-Z]{3,4}T?(?![A-Z])|[+-]\d{2}(?:\d{2})?", self.rest)
        if match is None:
            raise self.broken("MST")
        self.rest = self.rest[match.end() :]
        return match.group()

    def zone(self, code: str) -> None:
        if code[0] == "Z" and self.rest.startswith("Z"):
            self.rest = self.rest[1:]
            self.parts.offset = 0
            return
        form = code[1:]
        pattern = r"[+-]" + re.sub(r"0\d", lambda _: r"\d{2}", re.sub(r"(?<=\d\d)00", "00", form).replace("00", "01"))
        text = self.take(pattern, code)
        digits = text[1:].replace(":", "").ljust(6, "0")
        hours, minutes, seconds = int(digits[:2]), int(digits[2:4]), int(digits[4:])
        if hours > 24:
            raise self.out_of_range("time zone offset hour")
        if minutes > 59:
            raise self.out_of_range("time zone offset minute")
        total = hours * 3600 + minutes * 60 + seconds
        self.parts.offset = -total if text[0] == "-" else total

    def finish(self) -> Parts:
        parts = self.parts
        if self.pm is not None:
            self.hour = self.hour % 12 + (12 if self.pm else 0)
        leap = parts.year % 4 == 0 and (parts.year % 100 != 0 or parts.year % 400 == 0)
        if self.yday is not None:
            if not 1 <= self.yday <= 365 + leap:
                raise self.out_of_range("day-of-year")
            parts.month, parts.day = 1, self.yday
        elif not 1 <= parts.day <= _DAYS[parts.month - 1] + (leap and parts.month == 2):
            raise self.out_of_range("day")
        parts.seconds = self.hour * 3600 + self.minute * 60 + self.second
        return parts
