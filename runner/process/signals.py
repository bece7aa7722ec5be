"""Signals while children run: pass them on, let nobody outlive us, tell the run that it was interrupted.

`watch()` installs handlers for INT, TERM, HUP and QUIT around a run. A signal goes to the process group of every child
that lives; a second INT becomes TERM, a third KILL. Without a child the run ends at once. Only the main thread sees
signals; children of other threads are told all the same. On the short way.
"""

from __future__ import annotations

import _thread
import errno
import os
import time

from runner.errors import AtmosError
from runner.process import guard

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from collections.abc import Iterable
    from types import FrameType
    from typing import Any
else:
    import _signal as signal  # the module `signal` brings enum along

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
NAMES: dict[int, str] = {
    signal.SIGINT: "SIGINT",
    signal.SIGTERM: "SIGTERM",
    signal.SIGHUP: "SIGHUP",
    signal.SIGQUIT: "SIGQUIT",
}
KEYBOARD = (signal.SIGINT, signal.SIGQUIT)
OWN, JOINED, INTERACTIVE = "own", "joined", "interactive"
TERM, KILL = signal.SIGTERM, signal.SIGKILL
GRACE = 5.0  # seconds from TERM to KILL


class Interrupted(AtmosError):
    """A signal ended the run. Quiet: whoever sent it knows. Exit status 128 + signal (decision D34)."""

    def __init__(self, number: int) -> None:
        super().__init__(f"interrupted by {NAMES.get(number, number)}", exit_code=128 + number, quiet=True)
        self.signal = number


class Stop(BaseException):
    """Raised by the handler where no child lives: passes through `except Exception` like KeyboardInterrupt."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signal = number


_MAIN = _thread.get_ident()


class _State:
    """What the handlers know."""

    def __init__(self) -> None:
        self.children: dict[int, Child] = {}
        self.received: list[int] = []
        self.starting: set[int] = set()  # threads that are launching: their children are not in `children` yet
        self.holding = 0  # threads run children: the main thread must not be torn out of its wait
        self.depth = 0
        self.interrupts = 0
        self.wake = (-1, -1)  # a pipe that becomes readable with every signal


_state = _State()
_depth = _thread.allocate_lock()


def received() -> int:
    """The first signal of this run, 0 when there was none."""
    return _state.received[0] if _state.received else 0


def check() -> None:
    """Raise Interrupted when a signal has come."""
    if _state.received:
        raise Interrupted(_state.received[0])


def kill_group(group: int, number: int) -> bool:
    """Send a signal to a process group; False when nobody is left."""
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # only zombies left on some systems, or a set-user-id child
    return True


def tree(pid: int) -> list[int]:
    """A process and all that descend from it, as far as this system tells."""
    below: dict[int, list[int]] = {}
    try:
        names = os.listdir("/proc")
    except OSError:
        return [pid]
    for name in names:
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as stream:
                    parent = int(stream.read().rpartition(b")")[2].split()[1])
            except (OSError, ValueError, IndexError):
                continue
            below.setdefault(parent, []).append(int(name))
    found = [pid]
    for known in found:
        found += below.get(known, [])
    return found


class Child:
    """A child that lives. OWN: in a group of its own. JOINED: in our group, because others of it use the terminal.
    INTERACTIVE: in our group, and the keyboard is its business alone."""

    __slots__ = ("known", "mode", "pid")

    def __init__(self, pid: int, mode: str) -> None:
        self.pid, self.mode = pid, mode
        self.known: set[int] = set()

    @property
    def target(self) -> str:
        """What `kill` is told to reach it."""
        return f"-{self.pid}" if self.mode == OWN else str(self.pid)

    def send(self, number: int) -> None:
        """A signal for the child and all it started. What the keyboard sends to our group is not sent again."""
        if self.mode == OWN:
            kill_group(self.pid, number)
        elif number not in KEYBOARD:
            self.known.update(tree(self.pid))
            for pid in self.known:
                _kill(pid, number)

    def finish(self, grace: float) -> None:
        """The child has ended and was waited for: end what is left of what it started."""
        if self.mode == OWN:
            end_group(self.pid, grace)
        self.known.discard(self.pid)
        for pid in self.known:
            _kill(pid, signal.SIGKILL)


def _kill(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def _handle(number: int, _frame: FrameType | None) -> None:
    if number == signal.SIGINT:
        if _state.children and all(child.mode == INTERACTIVE for child in _state.children.values()):
            return  # an interactive step owns the keyboard
        _state.interrupts += 1
    _state.received.append(number)
    if not _state.children and not _state.starting and not _state.holding:
        if number == signal.SIGINT:
            raise KeyboardInterrupt
        raise Stop(number)
    passed = number
    if number == signal.SIGINT and _state.interrupts > 1:
        passed = signal.SIGTERM if _state.interrupts == 2 else signal.SIGKILL
    for child in list(_state.children.values()):
        child.send(passed)


class watch:
    """Handlers for the time of a run; nested uses share them. Elsewhere than in the main thread it does nothing."""

    def __init__(self) -> None:
        self.before: list[tuple[int, Any]] = []

    def __enter__(self) -> watch:
        with _depth:
            _state.depth += 1
            outermost = _state.depth == 1
        if outermost:
            _state.received.clear()
            _state.interrupts = 0
            try:
                for number in FORWARDED:
                    old = signal.getsignal(number)
                    if (
                        old != signal.SIG_IGN or number == signal.SIGTERM
                    ):  # as under nohup: leave ignored what is ignored
                        signal.signal(number, _handle)
                        self.before.append((number, old))
                _state.wake = os.pipe()
                for fd in _state.wake:
                    os.set_blocking(fd, False)
                signal.set_wakeup_fd(_state.wake[1], warn_on_full_buffer=False)
            except ValueError:  # not the main thread
                self.before.clear()
        return self

    def __exit__(self, *exc: object) -> None:
        with _depth:
            _state.depth -= 1
        for number, old in self.before:
            signal.signal(number, old if old is not None else signal.SIG_DFL)
        if _state.depth == 0 and _state.wake[0] >= 0:
            signal.set_wakeup_fd(-1)
            for fd in _state.wake:
                os.close(fd)
            _state.wake = (-1, -1)
        self.before.clear()


def waker() -> int:
    """A descriptor to poll beside others in the main thread; -1 when there is none.

    A signal that comes just before a blocking call would otherwise be noticed only after it.
    """
    if _state.wake[0] >= 0 and _thread.get_ident() == _MAIN:
        signal.set_wakeup_fd(_state.wake[1], warn_on_full_buffer=False)  # prompts take it away
        return _state.wake[0]
    return -1


def woken() -> None:
    """Take what a signal wrote; its handler has run by now."""
    try:
        while os.read(_state.wake[0], 512):
            pass
    except OSError:
        pass


class starting:
    """While a child is being started: a signal waits until the child is known."""

    def __enter__(self) -> None:
        _state.starting.add(_thread.get_ident())

    def __exit__(self, *exc: object) -> None:
        _state.starting.discard(_thread.get_ident())


class holding:
    """While threads run children: signals are noted and passed on, and the waiting thread is left alone."""

    def __enter__(self) -> None:
        _state.holding += 1

    def __exit__(self, *exc: object) -> None:
        _state.holding -= 1


def add(pid: int, mode: str) -> Child:
    """A child lives. A signal that came while it was started reaches it now."""
    seen = len(_state.received)
    child = _state.children[pid] = Child(pid, mode)
    if guard.running():
        guard.tell("+", child.target)
    if seen:
        child.send(_state.received[-1])
    return child


def remove(pid: int) -> None:
    """A child has ended and was waited for."""
    child = _state.children.pop(pid, None)
    if child is not None and guard.running():
        guard.tell("-", child.target)


def end(pids: Iterable[int], number: int = signal.SIGTERM) -> None:
    """A signal for those of some children that still live."""
    for child in [child for pid in pids if (child := _state.children.get(pid)) is not None]:
        child.send(number)


def kill_all() -> None:
    """No child lives any longer."""
    end(list(_state.children), signal.SIGKILL)


def keep_guard() -> None:
    """A child runs for long: from now on all are guarded."""
    guard.start(lambda: [child.target for child in list(_state.children.values())])


def tell_job(number: int) -> None:
    """The keyboard's signal went to a child's group alone: give it to ours, as a terminal does, ourselves excepted."""
    try:
        before = signal.signal(number, signal.SIG_IGN)
    except ValueError:  # not the main thread
        return
    try:
        os.killpg(os.getpgrp(), number)
    finally:
        signal.signal(number, before)


def end_group(group: int, grace: float = GRACE, number: int = signal.SIGTERM) -> None:
    """End whatever is left of a process group: ask, wait, kill."""
    if not kill_group(group, number):
        return
    limit = time.monotonic() + grace
    pause = 0.002
    while time.monotonic() < limit:
        if not kill_group(group, 0):
            return
        time.sleep(pause)
        pause = min(pause * 2, 0.05)
    kill_group(group, signal.SIGKILL)


def pipe_signal() -> tuple[int, ...]:
    """Signals that this interpreter ignores and children must not."""
    return (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTTOU)


def is_gone(error: OSError) -> bool:
    """Whether an error says that the other end of a pipe or a terminal is closed."""
    return error.errno in (errno.EPIPE, errno.EIO)
