"""The log of authentication: `auth.logs.level` and `auth.logs.file`, else where everything else is logged.

What the command line or the environment asks for beats both. Warnings are seen on stderr even where a file gets them.
"""

from __future__ import annotations

from runner.log import LEVELS, Log, level_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.app import App

PREFIX = "atmos-auth: "


class AuthLog(Log):
    """Lines of authentication, marked as such."""

    def __init__(self, app: App, section: object) -> None:
        super().__init__(app)
        logs = section.get("logs") if isinstance(section, dict) else None
        settings: Mapping[str, object] = app.config.resolve(logs) if isinstance(logs, dict) else {}
        level, file = str(settings.get("level") or ""), str(settings.get("file") or "")
        asked = app.flags.text("logs-level") or app.env.get("ATMOS_LOG_LEVEL") or app.flags.on("verbose")
        if level and not asked and level.strip().lower() in LEVELS:
            self.level = level_number(level)
        self.own_file = bool(file) and not app.flags.text("logs-file")
        if self.own_file:
            self.target = file

    def warning(self, message: str, **fields: object) -> None:
        if self.own_file:
            self.app.log.warning(message, **fields)
        super().warning(message, **fields)

    def write(self, level: str, message: str, **fields: object) -> None:
        super().write(level, PREFIX + message if level != "warning" or self.own_file else message, **fields)

    def progress(self, text: str) -> None:
        """Something a person is told while it happens."""
        self.app.err(text + "\n")
        if self.own_file:
            self.info(text)
