"""The log: `LEVEL message key=value` lines, no timestamps (spec: config §2.2).

Level: --verbose > --logs-level > ATMOS_LOGS_LEVEL > configuration > Warning. File: --logs-file > ATMOS_LOGS_FILE >
configuration > stderr. Lines never hold secrets: callers pass names, not values.
"""

from __future__ import annotations

import os

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App

LEVELS = {"trace": 0, "debug": 1, "info": 2, "warning": 3, "warn": 3, "error": 4, "off": 5}
TAGS = ("TRCE", "DEBU", "INFO", "WARN", "ERRO")


def level_number(text: str) -> int:
    """The number of a level's name in any case; "" is Warning. AtmosError for any other word."""
    word = text.strip().lower()
    if not word:
        return LEVELS["warning"]
    if word not in LEVELS:
        raise AtmosError(
            "invalid log level",
            explanation=f"the log level '{text}' is not recognized. "
            "Valid options are: [Trace Debug Info Warning Error Off]",
        )
    return LEVELS[word]


def _value(value: object) -> str:
    text = str(value)
    if text and not any(char in text for char in ' "\n\t='):
        return text
    import json

    return json.dumps(text, ensure_ascii=False)


class Log:
    """Lines at or above one level, to one file."""

    def __init__(self, app: App) -> None:
        self.app = app
        flags = app.flags
        level, target = flags.text("logs-level"), flags.text("logs-file")
        if not level:
            level = app.env.get("ATMOS_LOG_LEVEL", "")  # a spelling users know from elsewhere
        if not level or not target:
            logs = self._settings()
            level = level or str(logs.get("level") or "")
            target = target or str(logs.get("file") or "")
        self.level = LEVELS["debug"] if flags.on("verbose") else level_number(level)
        self.target = target or "/dev/stderr"

    def _settings(self) -> dict[str, object]:
        try:
            section = self.app.config.section("logs")
        except AtmosError:
            return {}
        return section if isinstance(section, dict) else {}

    def check(self) -> None:
        """A log file that cannot be written is an error before anything runs, not in the middle of it."""
        if not self.target.startswith("/dev/"):
            folder = os.path.dirname(self.target) or "."
            if os.path.isdir(self.target) or not os.access(
                self.target if os.path.exists(self.target) else folder, os.W_OK
            ):
                reason = "it is a directory" if os.path.isdir(self.target) else "it cannot be written"
                raise AtmosError(f"cannot open the log file {self.target}: {reason}",
                                 hints=["Check `logs.file`, `--logs-file` or `ATMOS_LOGS_FILE`"])  # fmt: skip

    def enabled(self, level: str) -> bool:
        """Whether lines of this level are written."""
        return LEVELS[level] >= self.level

    def write(self, level: str, message: str, **fields: object) -> None:
        """One line, if its level is enabled."""
        number = LEVELS[level]
        if number < self.level or number >= LEVELS["off"]:
            return
        line = " ".join([TAGS[number], message, *(f"{key}={_value(value)}" for key, value in fields.items())]) + "\n"
        if self.target == "/dev/stderr":
            self.app.err(line)
        elif self.target == "/dev/stdout":
            self.app.out(line)
        elif self.target != "/dev/null":
            try:
                fd = os.open(self.target, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
            except OSError as error:
                raise AtmosError(f"cannot open the log file {self.target}: {error.strerror}") from error
            try:
                os.write(fd, line.encode("utf-8", "replace"))
            finally:
                os.close(fd)

    def trace(self, message: str, **fields: object) -> None:
        self.write("trace", message, **fields)

    def debug(self, message: str, **fields: object) -> None:
        self.write("debug", message, **fields)

    def info(self, message: str, **fields: object) -> None:
        self.write("info", message, **fields)

    def warning(self, message: str, **fields: object) -> None:
        self.write("warning", message, **fields)

    def error(self, message: str, **fields: object) -> None:
        self.write("error", message, **fields)
