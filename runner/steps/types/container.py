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
    ctx.env = env = {**ctx.app.env, **ctx.env, "PATH": ctx.app.env.get("PATH", "")}
    service = None
    if background:
        from runner.steps.services import Service

        service = Service(ctx, path, name)
    containers.remove(path, name, env)  # what an interrupted run has left
    try:
        outcome = ctx.launch([path, *words], path=path, stdin=None, quiet=background, keep=background or None)
    except BaseException:
        containers.remove(path, name, env)  # the runtime's client has gone, not the container
        raise
    if outcome.timed_out or (outcome.code and background):
        containers.remove(path, name, env)
    if outcome.code:
        if background:
            ctx.output.err_bytes(outcome.stderr)
        raise ctx.failed(outcome, command)
    if service is None:
        return result_of(ctx, outcome)
    ctx.run.services.running[service.name] = service
    return Result(name, metadata={"container": name, "exit_code": 0})
