"""`wait`, `wait-all`, `cancel`: until background steps are ready (not until they end), or their end."""

from __future__ import annotations

from runner.steps.model import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context


def run(ctx: Context) -> Result:
    step, services = ctx.step, ctx.run.services
    names = list(services.running) if step.type == "wait-all" else ctx.texts("for")
    for service in services.named(names, f'{step.type} step "{step.label}"'):
        if step.type == "cancel":
            services.cancel(service)
        else:
            service.wait(ctx.seconds())
    return Result(values=names)
