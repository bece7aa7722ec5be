"""`container`: a command in a container of an image, by the runtime on PATH; in the background as a service."""

from __future__ import annotations

from runner.steps import containers
from runner.steps.model import Result
from runner.steps.types.shell import result_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context


def run(ctx: Context) -> Result:
    path = containers.runtime(ctx.app.env, ctx.app.cwd)
    name = containers.name_of(ctx)
    background = ctx.step.background
    words = containers.run_words(ctx, name, detach=background)
    command = ctx.text("command").strip("\n")
    ctx.announce(command or words[-1])
    env = {**ctx.app.env, **ctx.env, "PATH": ctx.app.env.get("PATH", "")}
    containers.ask(path, ["rm", "--force", "--volumes", name], env)  # what an interrupted run has left
    ctx.env = env
    if background:
        return _start(ctx, path, name, words, command)
    try:
        outcome = ctx.launch([path, *words], path=path, stdin=None)
    except BaseException:
        containers.ask(
            path, ["rm", "--force", "--volumes", name], env
        )  # the runtime's client has gone, not the container
        raise
    if outcome.timed_out:
        containers.ask(path, ["rm", "--force", "--volumes", name], env)
    if outcome.code:
        raise ctx.failed(outcome, command)
    return result_of(ctx, outcome)


def _start(ctx: Context, path: str, name: str, words: list[str], command: str) -> Result:
    from runner.steps.services import Service

    outcome = ctx.launch([path, *words], path=path, stdin=None, quiet=True, keep=True)
    if outcome.code:
        ctx.output.err_bytes(outcome.stderr)
        raise ctx.failed(outcome, command)
    ctx.run.services.running[ctx.step.label] = Service(ctx, path, name)
    return Result(name, metadata={"container": name, "exit_code": 0})
