"""Lengths of time as people write them: `3600`, `1h30m`, `15m`, `2d`."""

from __future__ import annotations

import re

from auth.errors import ConfigError

_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_DAYS = re.compile(r"(\d+)d")


def seconds(value: object) -> int:
    """Whole seconds of a duration: integer seconds, units put together (`1h30m`), or days (`2d`)."""
    if isinstance(value, bool) or value is None or isinstance(value, (dict, list, tuple)):
        raise ConfigError(_invalid(value))
    text = str(value).strip()
    if not text:
        raise ConfigError("duration string is empty")
    sign, body = (-1, text[1:]) if text[0] == "-" else (1, text.removeprefix("+"))
    if body.isascii() and body.isdigit():
        total = float(int(body))
    elif days := _DAYS.fullmatch(body):
        total = int(days[1]) * 86400.0
    else:
        total = sum(float(part[1]) * _UNITS[part[2]] for part in _PART.finditer(body))
        if _PART.sub("", body) or not body:
            raise ConfigError(_invalid(value))
    if sign < 0 or total <= 0:
        raise ConfigError(f"duration must be positive, got: {text}")
    if total > 10 * 365 * 86400:
        raise ConfigError(f"duration is longer than ten years: {text}")
    return max(1, int(total))


def _invalid(value: object) -> str:
    return f"invalid duration format: {value} (expected: integer seconds, Go duration like '1h30m', or days like '2d')"


def spoken(total: float) -> str:
    """`1h 5m`, `12m 3s`, `45s`, `expired`: for tables that people read."""
    if total < 0:
        return "expired"
    whole = int(total)
    if whole >= 3600:
        return f"{whole // 3600}h {whole % 3600 // 60}m"
    if whole >= 60:
        return f"{whole // 60}m {whole % 60}s"
    return f"{whole}s"


def compact(total: float) -> str:
    """`2h5m`, `2h`, `45m`, `30s`, `expired`: for listings."""
    if total <= 0:
        return "expired"
    whole = int(total)
    if whole >= 3600:
        minutes = whole % 3600 // 60
        return f"{whole // 3600}h{minutes}m" if minutes else f"{whole // 3600}h"
    if whole >= 60:
        return f"{whole // 60}m"
    return f"{whole}s"
