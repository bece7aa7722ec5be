"""The terminal's foreground: lend it to a child's process group and take it back. On the short way.

A child that runs in a group of its own may read from the terminal, and gets Ctrl-C and Ctrl-Z, only while its group is
the foreground. Ctrl-Z stops the child; we then stop ourselves too, as the shell above us expects, and give the
terminal back to the child when we are continued.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from types import FrameType
    from typing import Any
else:
    import _signal as signal  # the module `signal` brings enum along


class Lent:
    """The terminal while a child's group is its foreground."""

    __slots__ = ("child_before", "group", "modes", "ours", "output_before")

    def __init__(self, group: int, ours: int) -> None:
        self.group, self.ours = group, ours
        self.modes = _modes()
        self.output_before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        self.child_before = signal.signal(signal.SIGCHLD, self._child)
        self._hand(group)

    def _hand(self, group: int) -> None:
        try:
            os.tcsetpgrp(0, group)
            os.killpg(group, signal.SIGCONT)  # it may have read too early and been stopped for it
        except OSError:
            pass

    def _child(self, _number: int, _frame: FrameType | None) -> None:
        try:
            info = os.waitid(os.P_PID, self.group, os.WSTOPPED | os.WNOHANG)
        except (OSError, AttributeError):
            return
        if info is None or info.si_status in (signal.SIGTTIN, signal.SIGTTOU):
            return
        try:
            os.tcsetpgrp(0, self.ours)
        except OSError:
            return
        os.kill(os.getpid(), signal.SIGSTOP)
        self._hand(self.group)

    def take_back(self) -> None:
        """The child has ended: we are the foreground again, in the modes from before."""
        try:
            if os.tcgetpgrp(0) in (self.group, self.ours):
                os.tcsetpgrp(0, self.ours)
                if self.modes is not None and _modes() != self.modes:
                    import termios

                    termios.tcsetattr(0, termios.TCSADRAIN, self.modes)
        except OSError:
            pass
        signal.signal(signal.SIGCHLD, self.child_before)
        signal.signal(signal.SIGTTOU, self.output_before)


def _modes() -> list[Any] | None:
    import termios

    try:
        return termios.tcgetattr(0)
    except termios.error:
        return None


def shared() -> bool:
    """Whether we are in front of a terminal that others of our group may use: our output goes to one of them."""
    try:
        return os.isatty(0) and not os.isatty(1) and os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False


def give(group: int) -> Lent | None:
    """Make a child's group the foreground of our terminal; None when we have none, or are not in front ourselves."""
    try:
        if not os.isatty(0) or os.tcgetpgrp(0) != os.getpgrp():
            return None
        return Lent(group, os.getpgrp())
    except (OSError, ValueError):  # no terminal; not the main thread
        return None
