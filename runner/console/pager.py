"""Long results in a pager: when one is chosen, on a terminal, and only when the text does not fit on it.

Which: `--pager` > `NO_PAGER` > `ATMOS_PAGER` > `PAGER` > `settings.terminal.pager`. Alone, or true-like, it means `less`.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from runner.console import terminal
from runner.errors import AtmosError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.app import App

OFF = ("", "false", "off", "no", "n", "0")
ON = ("true", "on", "yes", "y", "1")
_honoured: ContextVar[bool] = ContextVar("configured pager counts", default=False)


@contextmanager
def honoured() -> Iterator[None]:
    """While `atmos help` prints: a pager that is only configured counts too, as it does not for `--help`."""
    token = _honoured.set(True)
    try:
        yield
    finally:
        _honoured.reset(token)


def chosen(app: App, *, configured: bool = True) -> str:
    """The command of the pager; "" for none. configured: whether anything but `--pager` counts."""
    value = app.flags.given.get("pager")
    if value is None:
        if not configured or app.env.get("NO_PAGER"):
            return ""
        value = app.env.get("ATMOS_PAGER", app.env.get("PAGER"))
        if value is None:
            try:
                value = app.config.get("settings", "terminal", "pager", default="")
            except AtmosError:
                value = ""
    word = str(value).strip()
    if word.lower() in OFF:
        return ""
    if word.lower() in ON:
        pager = app.env.get("PAGER", "").strip()
        return pager if pager and pager.lower() not in OFF + ON else "less"
    return word


def fits(text: str) -> bool:
    """Whether a text can be read on the terminal without scrolling."""
    try:
        columns, rows = os.get_terminal_size(1)
    except OSError:
        return True
    if columns <= 0 or rows <= 0:
        return True
    used = sum(max(1, -(-len(line) // columns)) for line in text.splitlines())
    return used < rows


def show(app: App, text: str, *, configured: bool = True) -> None:
    """Print a result, through the pager where that is wanted. A pager that cannot be started is said, and done without."""
    command = chosen(app, configured=configured or _honoured.get()) if terminal.is_tty(1) else ""
    if not command or fits(text):
        app.out(text)
        return
    import shlex
    import subprocess

    env = dict(app.env)
    env.setdefault("LESS", "-R")
    try:
        process = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, env=env, cwd=app.cwd)
    except (OSError, ValueError) as error:
        app.log.warning("The pager cannot be started", pager=command, error=str(error))
        app.out(text)
        return
    try:
        process.communicate(text.encode("utf-8", "surrogateescape"))
    except BrokenPipeError:
        process.wait()
    except KeyboardInterrupt:
        process.wait()
        raise
