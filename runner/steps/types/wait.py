"""`wait`, `wait-all`, `cancel`: background steps. Nothing can be in the background yet, so there is nothing to wait for.

Validation refuses `background: true` and names of background steps; `wait-all` with nothing running succeeds.
"""

from __future__ import annotations

from runner.steps.model import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context


def run(ctx: Context) -> Result:
    ctx.app.log.debug("No background step is running", step=ctx.step.label)
    return Result()
