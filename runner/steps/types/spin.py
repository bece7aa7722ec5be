"""`spin`: a command behind a spinner. Its output is the result, shown only when it fails."""

from __future__ import annotations

from runner import environment
from runner.console import terminal
from runner.process import launch
from runner.steps import modes
from runner.steps.model import Result
from runner.steps.output import Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context


def run(ctx: Context) -> Result:
    title = ctx.text("title")
    text = ctx.text("command")
    ctx.announce(text)
    if ctx.attempt == 1:
        environment.enter_level(ctx.env)
    path = launch.find("sh", ctx.env, ctx.cwd) or "/bin/sh"
    argv = [path, "-c", text]
    spinner = None
    if terminal.is_tty(2) and not terminal.is_ci(ctx.app.env):
        from runner.console.spinner import Spinner

        spinner = Spinner(title)
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
