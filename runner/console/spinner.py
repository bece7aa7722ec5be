"""A turning sign before what is going on, for as long as somebody waits for it at a terminal."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
CLEAR = "\r\x1b[K"


class Spinner:
    """Drawn on stderr by a thread until `end`. delay: seconds within which what is over by then shows nothing."""

    def __init__(self, title: str, *, delay: float = 0.0) -> None:
        self._title = _first_line(title)
        self._delay = delay
        self._stop = threading.Event()
        self._guard = threading.RLock()
        self._drawn = False
        self._thread = threading.Thread(target=self._turn, daemon=True)
        self._thread.start()

    def say(self, title: str) -> None:
        """What is going on now."""
        self._title = _first_line(title)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Take the line away while something else is written, or a person is asked."""
        with self._guard:
            self._clear()
            yield

    def end(self) -> None:
        """Take it away for good."""
        self._stop.set()
        self._thread.join()
        self._clear()

    def _turn(self) -> None:
        from runner.app import write

        begun = time.monotonic()
        if self._stop.wait(self._delay):
            return
        at = 0
        while not self._stop.wait(0.1):
            with self._guard:
                if not self._stop.is_set():
                    write(2, f"{CLEAR}{FRAMES[at % len(FRAMES)]} {self._title} {time.monotonic() - begun:.0f}s")
                    self._drawn = True
            at += 1

    def _clear(self) -> None:
        from runner.app import write

        if self._drawn:
            write(2, CLEAR)
            self._drawn = False


def _first_line(title: str) -> str:
    return title.splitlines()[0] if title else ""
