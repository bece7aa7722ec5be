"""One invocation of the program: its words, environment, streams, configuration, identities. On the short way.

Everything a room needs from outside comes through this object, so tests replace it without patching.
"""

from __future__ import annotations

import os
import sys

from runner.console import terminal
from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.config.findings import Report
    from runner.config.model import Config
    from runner.console.spinner import Spinner
    from runner.errors import Problem
    from runner.globals import GlobalFlags
    from runner.identity import Identities
    from runner.log import Log


MAX_WARNINGS = 10


class App:
    """argv: the words after the program, global flags included, untouched. env: the caller's environment, ours to change.
    cwd: the working directory after --chdir. flags: global flags."""

    def __init__(self, argv: list[str], env: dict[str, str], cwd: str, flags: GlobalFlags) -> None:
        self.argv = argv
        self.env = env
        self.cwd = cwd
        self.flags = flags
        self.reports = False  # whether the command says itself what is wrong with the configuration
        self.report: Report | None = None
        self._config: Config | None = None
        self._failure: AtmosError | None = None
        self._identities: Identities | None = None
        self._log: Log | None = None
        self.spinner: Spinner | None = None

    @property
    def config(self) -> Config:
        """The configuration, loaded (or taken from its cache) at first use. Raises AtmosError when it cannot be read."""
        if self._config is None:
            if self._failure is not None:
                raise self._failure  # nobody is asked, and nothing is read, twice
            try:
                if self.reports:
                    from runner.config import findings

                    self._config = findings.of(self).loaded()
                else:
                    from runner import config

                    self._config = config.load(self.flags, self.env, self.cwd)
            except AtmosError as error:
                self._failure = error
                raise
            if not self.reports:
                self.warn_of(self._config.warnings)
            if self._config.log_file:
                self.log.check()
        return self._config

    def warn_of(self, problems: list[Problem]) -> None:
        """Say what is wrong with the configuration but stops nothing; not more of it than somebody reads."""
        if not problems:
            return
        from runner.config.mistakes import told
        from runner.console.errors import warn

        for problem in problems[:MAX_WARNINGS]:
            warn(self, told(problem, self.cwd))
        if len(problems) > MAX_WARNINGS:
            warn(self, f"… and {len(problems) - MAX_WARNINGS} more; `atmos validate` lists them")

    @property
    def identities(self) -> Identities:
        """The identities of this run: authenticates each once."""
        if self._identities is None:
            from runner.identity import Identities

            self._identities = Identities(self)
        return self._identities

    @property
    def log(self) -> Log:
        """The log (spec: config §2.2): `app.log.debug("message", key=value)`."""
        if self._log is None:
            from runner.log import Log

            self._log = Log(self)
        return self._log

    @property
    def interactive(self) -> bool:
        """Whether a person can be asked."""
        return terminal.interactive(self.flags, self.env)

    @property
    def executable(self) -> str:
        """The absolute path of this very installation's `atmos` (decision D2)."""
        path = sys.argv[0] if sys.argv and sys.argv[0] else ""
        if os.path.basename(path) in ("atmos", "atmos.exe") and os.path.isfile(path):
            return os.path.abspath(path)
        beside = os.path.join(os.path.dirname(sys.executable), "atmos")
        return beside if os.path.isfile(beside) else os.path.abspath(path or "atmos")

    def out(self, text: str) -> None:
        """Write a result to stdout, whole and at once, so that it keeps its order with what children print."""
        self._write(1, text)

    def err(self, text: str) -> None:
        """Write a message for a person to stderr."""
        self._write(2, text)

    def _write(self, fd: int, text: str) -> None:
        if self.spinner is None:
            write(fd, text)
            return
        with self.spinner.paused():
            write(fd, text)

    def close(self) -> None:
        """End what this run started (an emulator, a log file)."""
        if self._identities is not None:
            self._identities.close()


def write(fd: int, text: str | bytes) -> None:
    """Write all of a text to a descriptor. A reader that went away on stdout ends us quietly, as `yes | head` does."""
    data = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(fd, view) :]
        except BrokenPipeError:
            if fd == 1:
                raise
            return
        except BlockingIOError:
            import select

            select.select([], [fd], [])
        except OSError:
            return
