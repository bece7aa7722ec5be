"""What is known of workflow files since they were last read, so that a run need not parse YAML again.

Two kinds of private files, kept and checked as the compiled configuration is (`runner.config.cache`): for a folder the
names that each of its files defines, for a workflow its compiled data. A file that includes others is not kept.
"""

from __future__ import annotations

import os
import sys
import time

from runner.config import cache
from runner.config.record import Record
from runner.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.app import App

FORMAT = 1


def folder(app: App) -> str:
    """Where this is kept; "" when caching is off."""
    beside = cache.folder(app.env)
    return os.path.join(os.path.dirname(beside), "workflows") if beside else ""


def _key(app: App, *parts: str) -> tuple[Any, ...]:
    return (FORMAT, __version__, sys.hexversion, app.cwd, app.config.base_path, *parts)


class Reading:
    """Notes taken while files are read. begun: when; volatile: why nothing may be kept."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.begun = time.time_ns()
        self.record = Record(app.env, app.cwd)

    def keep(self, *parts: str, data: dict[str, Any]) -> None:
        """Keep what was made of the files; never fails."""
        where = folder(self.app)
        if where:
            cache.save(where, _key(self.app, *parts), self.record, data, self.begun)


def names(app: App, base: str) -> dict[str, list[str]] | None:
    """Label of each file below a folder → the workflows it defines; None when it has to be read (again)."""
    return _load(app, "folder", base)


def workflow(app: App, path: str, name: str) -> dict[str, Any] | None:
    """The compiled data of a workflow; None when its file has to be read (again)."""
    return _load(app, "workflow", path, name)


def _load(app: App, *parts: str) -> dict[str, Any] | None:
    where = folder(app)
    return cache.load(where, _key(app, *parts), app.env) if where else None
