"""`sleep`: wait for `timeout`."""

from __future__ import annotations

import time

from runner.process import signals
from runner.steps import durations
from runner.steps.errors import StepError
from runner.steps.model import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context

SLICE = 0.1  # a cancelled group ends its sleepers this fast


def run(ctx: Context) -> Result:
    seconds = ctx.seconds()
    seconds = 1.0 if seconds is None else seconds
    limit = time.monotonic() + seconds
    while (left := limit - time.monotonic()) > 0:
        signals.check()
        if ctx.canceled is not None and ctx.canceled():
            raise StepError("canceled", retryable=False)
        time.sleep(left if ctx.canceled is None else min(left, SLICE))
    signals.check()
    return Result(durations.show(seconds))
