"""`exec`: this program is replaced by `sh -c` with the step's environment; nothing comes after it."""

from __future__ import annotations

import os

from runner.process import launch
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
    ctx.run.event("step_replaced", ctx.step)
    try:
        launch.replace([os.path.basename(path), "-c", text], path=path, env=ctx.env, cwd=ctx.cwd)
    except OSError as error:
        raise StepError(f"cannot start {path}: {error.strerror}", command=text) from error
    return None
