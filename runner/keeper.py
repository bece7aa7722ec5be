"""Sessions that end while something still runs under them: renewed beforehand, in the background.

Programs that read the credentials files anew (each call of the AWS CLI, each terraform in a script) then find good keys
however long a step or a shell lasts. Nobody is asked anything; what cannot be renewed that way just ends. An identity
opts out with `session.refresh: false`. On the short way: a thread that sleeps, and imports nothing. (What it would import
first, `threading` above all, would take it for the main thread, and the program's end would wait for it.)
"""

from __future__ import annotations

import os
import time
from _thread import allocate_lock, start_new_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Renew = Callable[[], float | None]
    """Renews a session: when the new one ends, in seconds since 1970; None: it is to be left alone."""

AHEAD = 300.0  # seconds before its end when a session is renewed; half of what is left where that is less
LONGEST = 48 * 3600.0  # no session lives longer; what does needs no renewing
SHORTEST = 1.0


def wait_for(left: float) -> float:
    """How long to leave a session alone that holds `left` more seconds."""
    return left - AHEAD if left > 2 * AHEAD else left / 2


class Keeper:
    """Renews the sessions that this run's processes use, one thread for each."""

    def __init__(self, debug: Callable[[str], None]) -> None:
        self._watched: set[str] = set()
        self._guard = allocate_lock()
        self._debug = debug

    def watch(self, name: str, until: float | None, renew: Renew) -> None:
        """Keep the session of an identity from ending at `until` (seconds since 1970; None: it does not end)."""
        left = until - time.time() if until is not None else LONGEST
        if not SHORTEST < left < LONGEST:
            return
        with self._guard:
            if name in self._watched:
                return
            self._watched.add(name)
        try:
            start_new_thread(self._keep, (name, time.time() + left, renew))
        except RuntimeError:  # no more threads: the session ends when it ends
            with self._guard:
                self._watched.discard(name)

    def _keep(self, name: str, until: float, renew: Renew) -> None:
        try:
            self._renew(name, until, renew)
        finally:  # what is obtained after its end is a session to be kept again
            with self._guard:
                self._watched.discard(name)

    def _renew(self, name: str, until: float, renew: Renew) -> None:
        while (left := until - time.time()) > SHORTEST:
            time.sleep(wait_for(left))
            try:
                renewed = renew()
            except Exception as error:  # noqa: BLE001 - a thread of ours must not end a run
                self._debug(f"identity={name}: its session cannot be renewed yet: {getattr(error, 'message', error)}")
                continue
            if renewed is None:
                return
            if renewed > until:
                self._debug(f"identity={name}: its session was renewed")
            until = renewed


def run_quietly(argv: list[str], env: Mapping[str, str]) -> None:
    """Run a program whose result is what it leaves behind."""
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    try:
        pid = os.posix_spawn(
            argv[0], argv, dict(env), file_actions=[(os.POSIX_SPAWN_DUP2, null, fd) for fd in range(3)]
        )
    finally:
        os.close(null)
    os.waitpid(pid, 0)
