"""`env`: variables for later steps (`export`, the default) or for templates only."""

from __future__ import annotations

from runner.steps.model import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context


def run(ctx: Context) -> Result:
    seen = dict(ctx.env)
    values: dict[str, str] = {}
    for key, value, _ in ctx.step.get("vars") or []:
        ctx.data["env"] = ctx.data["Env"] = {**seen, **ctx.run.hidden, **values}
        values[key] = ctx.render(value, f"vars.{key}")
    if ctx.step.get("export", True):
        for key, text in values.items():
            ctx.run.hidden.pop(key, None)
            ctx.run.exported[key] = text
    else:
        ctx.run.hidden.update(values)
    return Result()
