"""`exec`: this program is replaced by `sh -c` with the step's environment; nothing comes after it.

While services run in the background we stay, and wait for it, so that they end with it.
"""

from __future__ import annotations

import os

from runner.process import launch, signals
from runner.steps.errors import StepError
from runner.steps.model import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context


def run(ctx: Context) -> Result | None:
    text = ctx.text("command")
    ctx.announce(text)
    if not text.strip():
        return Result()
    path = launch.find("sh", ctx.env, ctx.cwd) or "/bin/sh"
    argv = [os.path.basename(path), "-c", text]
    if ctx.run.serving:
        return _wait_for(ctx, argv, path, text)
    ctx.run.event("step_replaced", ctx.step)
    try:
        launch.replace(argv, path=path, env=ctx.env, cwd=ctx.cwd)
    except OSError as error:
        raise StepError(f"cannot start {path}: {error.strerror}", command=text) from error
    return None


def _wait_for(ctx: Context, argv: list[str], path: str, text: str) -> Result:
    """Run the program with our own terminal and streams, as it would have them in our place."""
    outcome = launch.run(argv, path=path, env=ctx.env, cwd=ctx.cwd, shared_terminal=True)
    if outcome.interrupted:
        raise signals.Interrupted(outcome.interrupted)
    if outcome.code:
        raise ctx.failed(outcome, text)
    return Result()
