"""`shell`: the text of the step, run by a fresh shell; on a terminal of its own with `tty`, on ours with `interactive`."""

from __future__ import annotations

from runner import environment
from runner.steps import modes
from runner.steps.model import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.process.launch import Outcome
    from runner.steps.context import Context


def run(ctx: Context) -> Result:
    text = ctx.text("command").strip("\n")
    ctx.app.log.debug("Executing", command=text)
    ctx.announce(text)
    if not text.strip():
        return result_of(ctx, None)
    environment.enter_level(ctx.env) if ctx.attempt == 1 else None
    step = ctx.step
    if step.tty or step.interactive:
        from runner.process import terminals

        outcome = terminals.run_step(ctx, text)
        if outcome.code:
            raise ctx.failed(outcome, text)
        return Result(metadata={"stdout": "", "stderr": "", "exit_code": 0})
    chosen = modes.explicit(ctx)
    outcome = modes.show(ctx, lambda **how: ctx.shell(text, **how), chosen) if chosen else ctx.shell(text)
    if outcome.code:
        raise ctx.failed(outcome, text)
    return result_of(ctx, outcome)


def result_of(ctx: Context, outcome: Outcome | None) -> Result:
    """The result of a program that succeeded: trimmed standard output, both streams as they were."""
    if outcome is None or not ctx.keeps:
        return Result(metadata={"stdout": "", "stderr": "", "exit_code": 0})
    out = outcome.stdout.decode("utf-8", "surrogateescape")
    err = outcome.stderr.decode("utf-8", "surrogateescape")
    return Result(out.strip(), metadata={"stdout": out, "stderr": err, "exit_code": 0})
