"""`script`: a program text for an interpreter, shown by default after it has ended."""

from __future__ import annotations

import os

from runner import environment
from runner.process import launch, shell
from runner.steps import modes
from runner.steps.model import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context

_DASH_C = ("bash", "dash", "ksh", "sh", "zsh")


def invocation(interpreter: str, text: str) -> tuple[list[str], bytes | None]:
    """The argument list for an interpreter, and what it reads from its standard input."""
    name = os.path.basename(interpreter).lower().removesuffix(".exe")
    if name in _DASH_C:
        return [interpreter, "-c", text], None
    if name in ("node", "nodejs"):
        return [interpreter, "-e", text], None
    if name == "cmd":
        return [interpreter, "/S", "/C", text], None
    data = text.encode("utf-8", "surrogateescape")
    if name in ("pwsh", "powershell"):
        return [interpreter, "-NoProfile", "-NonInteractive", "-Command", "-"], data
    return [interpreter, "-"], data


def run(ctx: Context) -> Result:
    interpreter = ctx.text("interpreter").strip()
    text = ctx.text("script")
    ctx.announce(f"{interpreter} <<'SCRIPT'\n{text.rstrip()}\nSCRIPT")
    if ctx.attempt == 1:
        environment.enter_level(ctx.env)
    argv, data = invocation(interpreter, text)
    path = launch.find(interpreter, ctx.env, ctx.cwd)
    if path is None:
        message = shell.NOT_FOUND.format(interpreter)
        raise ctx.failed(launch.Outcome(launch.NOT_FOUND), "", message)

    def start(**how: bool) -> launch.Outcome:
        return ctx.launch(argv, path=path, stdin=data, **how)

    outcome = start(keep=True) if ctx.parent is not None else modes.show(ctx, start, modes.mode(ctx))
    if outcome.code:
        raise ctx.failed(outcome, "", f"process wait failed: exit status {outcome.code}")
    return modes.result(outcome)
