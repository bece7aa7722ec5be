"""`store`: write a value to a configured store (`runner.stacks.stores`), as the step's identity."""

from __future__ import annotations

import copy

from runner.errors import AtmosError, nearest
from runner.steps.errors import StepError
from runner.steps.model import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.steps.context import Context


def run(ctx: Context) -> Result:
    from runner.stacks import stores
    from runner.terraform import identity

    given: dict[str, Any] = ctx.step.get("with") or {}
    name, key, stack, component = (ctx.render(given.get(field), f"with.{field}").strip()
                                   for field in ("store", "key", "stack", "component"))  # fmt: skip
    value = _value(ctx, given.get("value"))
    env = ctx.app.env
    stack = (ctx.stack if ctx.step.stack else "") or stack or ctx.stack or env.get("ATMOS_STACK", "")
    component = ctx.text("component").strip() or component or env.get("ATMOS_COMPONENT", "")
    known = stores.configured(ctx.app)
    if name not in known:
        close = nearest(name, known, 1)
        raise StepError(
            f"store not configured: {name}", retryable=False,
            hints=[f"Did you mean `{close[0]}`?"] if close else [f"Stores: {', '.join(known) or 'none are configured'}"],
        )  # fmt: skip
    app = copy.copy(ctx.app)
    app.env = ctx.env  # a store is reached with what the step would have
    try:
        store = stores.store_of(app, name, identity.of_name(ctx.app, ctx.identity), hidden=True)
        store.put(store.path(stack, component, key), value, secret=_secret(known[name]))
    except AtmosError as error:
        raise StepError(error.message, explanation=error.explanation, hints=error.hints) from error
    return Result(value, metadata={"store": name, "key": key, "stack": stack, "component": component})


def _secret(entry: Any) -> bool:
    options = entry.get("options")
    return bool(entry.get("secret")) or (isinstance(options, dict) and bool(options.get("secure")))


def _value(ctx: Context, value: Any) -> str:
    if isinstance(value, dict | list):
        import json

        def filled(item: Any) -> Any:
            if isinstance(item, dict):
                return {name: filled(inner) for name, inner in item.items()}
            if isinstance(item, list):
                return [filled(inner) for inner in item]
            return ctx.render(item, "with.value") if isinstance(item, str | tuple) else item

        return json.dumps(filled(value))
    return ctx.render(value, "with.value")
