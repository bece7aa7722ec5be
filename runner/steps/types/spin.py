"""`spin`: a command behind a spinner. Its output is the result, shown only when it fails."""

from __future__ import annotations

import time

from runner import environment
from runner.console import terminal
from runner.process import launch
from runner.steps import modes
from runner.steps.model import Result
from runner.steps.output import Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context

FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


def run(ctx: Context) -> Result:
    title = ctx.text("title")
    text = ctx.text("command")
    ctx.announce(text)
    if ctx.attempt == 1:
        environment.enter_level(ctx.env)
    path = launch.find("sh", ctx.env, ctx.cwd) or "/bin/sh"
    argv = [path, "-c", text]
    spinner = _Spinner(title) if terminal.is_tty(2) and not terminal.is_ci(ctx.app.env) else None
    try:
        outcome = ctx.launch(argv, path=path, stdin=None, quiet=True, keep=True)
    finally:
        if spinner is not None:
            spinner.end()
    if outcome.code:
        ctx.output.err(f"✗ {title}\n")
        shown = Output(None, ctx.output.stdout, ctx.output.stderr)
        shown.err(outcome.stdout.decode("utf-8", "surrogateescape"))
        shown.err(outcome.stderr.decode("utf-8", "surrogateescape"))
        raise ctx.failed(outcome, text)
    ctx.output.err(f"✓ {title}\n")
    return modes.result(outcome)


class _Spinner:
    """A turning sign before the title, drawn by a thread until `end`."""

    def __init__(self, title: str) -> None:
        import threading

        self.title = title.splitlines()[0] if title else ""
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self._turn, daemon=True)
        self.thread.start()

    def _turn(self) -> None:
        from runner.app import write

        at = 0
        begun = time.monotonic()
        while not self.stop.wait(0.1):
            write(2, f"\r\x1b[K{FRAMES[at % len(FRAMES)]} {self.title} {time.monotonic() - begun:.0f}s")
            at += 1

    def end(self) -> None:
        from runner.app import write

        self.stop.set()
        self.thread.join()
        write(2, "\r\x1b[K")
