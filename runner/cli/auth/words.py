"""How the `auth` commands say things: tables of facts, times, marks. It goes to stderr unless it is a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.console import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from runner.app import App

_GREEN, _RED, _YELLOW, _DIM, _BOLD, _RESET = "\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[1m", "\x1b[0m"
SOON = 15 * 60


class Voice:
    """Writes to stderr, or to stdout where what is said is the result; in colour where that is a terminal."""

    def __init__(self, app: App, *, result: bool = False) -> None:
        self.app = app
        self.color = terminal.use_color(app.flags, app.env, fd=1 if result else 2)
        self._write = app.out if result else app.err

    def say(self, text: str = "") -> None:
        """A line as it is."""
        self._write(text + "\n")

    def good(self, text: str) -> None:
        """`✓ text`."""
        self.say(f"{self.paint('✓', _GREEN)} {text}")

    def bad(self, text: str) -> None:
        """`✗ text`."""
        self.say(f"{self.paint('✗', _RED)} {text}")

    def warn(self, text: str) -> None:
        """`⚠ text`."""
        self.say(f"{self.paint('⚠', _YELLOW)} {text}")

    def paint(self, text: str, code: str) -> str:
        """The text in a colour, where colours are shown."""
        return f"{code}{text}{_RESET}" if self.color else text

    def strong(self, text: str) -> str:
        """Important text: bold on a terminal, between stars elsewhere."""
        return f"{_BOLD}{text}{_RESET}" if self.color else f"**{text}**"

    def facts(self, rows: Sequence[tuple[str, str]], *, keep: Sequence[str] = ()) -> None:
        """Label and value in two columns, indented; rows without a value are left out unless they are kept."""
        shown = [(label, value) for label, value in rows if value or label in keep]
        wide = max((len(label) for label, _ in shown), default=0)
        for label, value in shown:
            self.say(f"  {self.paint(label.ljust(wide), _DIM)}  {value}".rstrip())

    def expiry(self, moment: datetime | None, now: float) -> str:
        """`2099-12-31 23:59:59 UTC (1h 0m)`, the time left in red when there is little of it."""
        if moment is None:
            return ""
        from auth.durations import spoken

        seconds = moment.timestamp() - now
        left = f"({spoken(seconds)})"
        return f"{clock(moment)} {self.paint(left, _RED) if seconds < SOON else left}"


def clock(moment: datetime) -> str:
    """A moment in the zone it carries."""
    zone = moment.strftime("%Z")
    return moment.strftime("%Y-%m-%d %H:%M:%S ") + (
        moment.strftime("%z") if zone.startswith("UTC") and zone != "UTC" else zone
    )
