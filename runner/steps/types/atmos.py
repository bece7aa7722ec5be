"""`atmos`: this very installation with the words of the step, whatever else is on PATH (decision D2)."""

from __future__ import annotations

from runner import environment
from runner.console import terminal
from runner.process import launch
from runner.steps import modes, words
from runner.steps.model import Result
from runner.steps.types.shell import result_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context


def run(ctx: Context) -> Result:
    text = ctx.text("command").strip()
    if not text:
        return result_of(ctx, None)
    argv = arguments(ctx, text)
    shown = f"atmos {text}" if not text.startswith("atmos ") else text
    ctx.app.log.debug("Executing", command=shown)
    if ctx.stack:
        ctx.app.log.debug("Using stack", stack=ctx.stack)
    ctx.announce("atmos " + " ".join(argv))
    if ctx.run.owner.kind == "workflow":
        ctx.output.err(f"▶ Executing command: {shown}\n")
    if ctx.attempt == 1:
        environment.enter_level(ctx.env)
        if "ATMOS_FORCE_TTY" not in ctx.env and terminal.is_tty(2):
            ctx.env["ATMOS_FORCE_TTY"] = "true"
    program = ctx.app.executable

    def start(**how: bool) -> launch.Outcome:
        return ctx.launch([program, *argv], path=program, **how)

    chosen = modes.explicit(ctx)
    outcome = modes.show(ctx, start, chosen) if chosen else start()
    if outcome.code:
        command = f"{shown} -s '{ctx.stack}'" if ctx.stack else shown
        raise ctx.failed(outcome, command)
    return result_of(ctx, outcome)


def arguments(ctx: Context, text: str) -> list[str]:
    """The words after the program: a leading `atmos` dropped, stack, tags and labels before the first `--`."""
    argv = words.split(text, ctx.env)
    if argv and argv[0] == "atmos":
        del argv[0]
    more: list[str] = []
    if ctx.stack:
        more += ["-s", ctx.stack]
    if ctx.run.tags:
        more.append(f"--tags={ctx.run.tags}")
    if ctx.run.labels:
        more.append(f"--labels={ctx.run.labels}")
    at = argv.index("--") if "--" in argv else len(argv)
    return [*argv[:at], *more, *argv[at:]]
