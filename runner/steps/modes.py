"""Output modes of programs that are shown as a whole: `log`, `raw`, `viewport`, `none`. On the short way."""

from __future__ import annotations

from runner.steps.model import Result
from runner.steps.output import Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.process.launch import Outcome
    from runner.steps.context import Context


def mode(ctx: Context) -> str:
    """The mode of a step: its own, its owner's, a pager where the user wants one, else `log`."""
    chosen = ctx.step.mode or ctx.run.owner.output
    if chosen in ("raw", "log", "viewport", "none"):
        return chosen
    env = ctx.app.env
    if not chosen and env.get("ATMOS_PAGER", "") not in ("", "false", "0", "no", "off") and not env.get("NO_PAGER"):
        return "viewport"
    return "log"


def labels(ctx: Context) -> bool:
    """Whether a step is announced with its name and how it ended."""
    own = ctx.step.show.get("labels")
    return bool(ctx.run.owner.show.get("labels", True) if own is None else own)


def explicit(ctx: Context) -> str:
    """The mode that the step or its owner asks for; "" when nobody does, and for children of groups."""
    if ctx.parent is not None:
        return ""
    chosen = ctx.step.mode or ctx.run.owner.output
    return chosen if chosen in ("raw", "log", "viewport", "none") else ""


def show(ctx: Context, start: Callable[..., Outcome], chosen: str) -> Outcome:
    """Start a program and show what it prints as the mode says. start: takes `quiet` and `keep`."""
    labelled = labels(ctx) and chosen not in ("none", "viewport")
    name = ctx.step.name or "unnamed_step"
    output = ctx.output
    if labelled:
        output.err(f"[{name}]\n")
    outcome = start(quiet=chosen != "raw", keep=True)
    if chosen == "viewport" and not outcome.code and page(ctx, name, outcome):
        return outcome
    if chosen in ("log", "viewport"):
        shown = Output(None, output.stdout, output.stderr)  # it is masked already
        shown.out(outcome.stdout.decode("utf-8", "surrogateescape"))
        shown.err(outcome.stderr.decode("utf-8", "surrogateescape"))
    if labelled:
        output.err(f"✗ {name} failed\n" if outcome.code else f"✓ {name} completed\n")
    return outcome


def page(ctx: Context, name: str, outcome: Outcome) -> bool:
    """Show the output in a pager; False where there is no terminal for one."""
    from runner.steps.types import messages

    text = outcome.stdout.decode("utf-8", "replace")
    if outcome.stderr:
        text += "\n--- stderr ---\n" + outcome.stderr.decode("utf-8", "replace")
    return messages.page(ctx, text, title=name)


def result(outcome: Outcome) -> Result:
    """The result of such a program: its standard output as it was."""
    out = outcome.stdout.decode("utf-8", "surrogateescape")
    err = outcome.stderr.decode("utf-8", "surrogateescape")
    return Result(out, metadata={"stdout": out, "stderr": err, "exit_code": outcome.code})
