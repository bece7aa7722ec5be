"""Durations as users write them (`1m30s`, `1.5h`, `250ms`) and as results show them. On the short way."""

from __future__ import annotations

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


def parse(text: str) -> float:
    """Seconds. A number needs a unit; ValueError with the reason otherwise."""
    rest = text.strip()
    sign = 1.0
    if rest[:1] in ("+", "-"):
        sign = -1.0 if rest[0] == "-" else 1.0
        rest = rest[1:]
    if rest == "0":
        return 0.0
    if not rest:
        raise ValueError("it is empty")
    total = 0.0
    while rest:
        end = 0
        while end < len(rest) and (rest[end] in "0123456789."):
            end += 1
        number, rest = rest[:end], rest[end:]
        end = 0
        while end < len(rest) and rest[end] not in "0123456789.":
            end += 1
        unit, rest = rest[:end], rest[end:]
        if not number or number == "." or number.count(".") > 1:
            raise ValueError("a number is expected, as in `30s`")
        if not unit:
            raise ValueError(f"the number {number} has no unit: write `{number}s` for seconds, or ms, m, h")
        if unit not in _UNITS:
            raise ValueError(f"`{unit}` is no unit: there are ns, us, ms, s, m, h")
        total += float(number) * _UNITS[unit]
    return sign * total


def show(seconds: float) -> str:
    """As in `150ms`, `1.5s`, `1m30s`, `2h0m0s`."""
    if seconds < 0:
        return "-" + show(-seconds)
    nanos = round(seconds * 1e9)
    if nanos == 0:
        return "0s"
    if nanos < 1_000_000_000:
        for size, unit in ((1_000_000, "ms"), (1_000, "µs"), (1, "ns")):
            if nanos >= size:
                return _number(nanos, size) + unit
    minutes, rest = divmod(nanos, 60_000_000_000)
    text = _number(rest, 1_000_000_000) + "s"
    if minutes:
        hours, minutes = divmod(minutes, 60)
        text = (f"{hours}h" if hours else "") + f"{minutes}m" + text
    return text


def _number(value: int, size: int) -> str:
    whole, part = divmod(value, size)
    if not part:
        return str(whole)
    return f"{whole}." + str(part).zfill(len(str(size)) - 1).rstrip("0")
