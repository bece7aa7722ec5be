"""`store`: write a value to a configured store."""

from __future__ import annotations

from runner.errors import nearest
from runner.steps.errors import PrepareError, StepError
from runner.steps.model import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.steps.context import Context

SSM = ("aws-ssm-parameter-store", "aws/ssm-parameter-store", "aws/ssm")


def run(ctx: Context) -> Result:
    given: dict[str, Any] = ctx.step.get("with") or {}
    name, key, stack, component = (ctx.render(given.get(field), f"with.{field}").strip()
                                   for field in ("store", "key", "stack", "component"))  # fmt: skip
    value = _value(ctx, given.get("value"))
    env = ctx.app.env
    stack = (ctx.stack if ctx.step.stack else "") or stack or ctx.stack or env.get("ATMOS_STACK", "")
    component = ctx.text("component").strip() or component or env.get("ATMOS_COMPONENT", "")
    stores = ctx.app.config.section("stores")
    stores = stores if isinstance(stores, dict) else {}
    store = stores.get(name)
    if not isinstance(store, dict):
        close = nearest(name, stores, 1)
        raise StepError(
            f"store not configured: {name}", retryable=False,
            hints=[f"Did you mean `{close[0]}`?"] if close else [f"Stores: {', '.join(stores) or 'none are configured'}"],
        )  # fmt: skip
    kind = str(store.get("type") or store.get("kind") or "")
    if kind not in SSM:
        raise StepError(f"the store {name} is of type `{kind}`, which cannot be written to here", retryable=False,
                        hints=["Write to it with its own command in a shell step"])  # fmt: skip
    _write_ssm(ctx, name, store.get("options") or store.get("spec") or {}, stack, component, key, value)
    return Result(value, metadata={"store": name, "key": key, "stack": stack, "component": component})


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


def _write_ssm(
    ctx: Context, name: str, options: dict[str, Any], stack: str, component: str, key: str, value: str
) -> None:
    """A parameter `/<prefix>/<stack parts>/<component>/<key>`, with the credentials of the step's environment."""
    import json

    from runner.process import launch

    region = options.get("region")
    if not region:
        raise PrepareError(f"the store {name} has no `region`")
    delimiter = str(options.get("stack_delimiter") or "-")
    parts = [
        str(options.get("prefix") or "").strip("/"),
        *stack.split(delimiter),
        *component.split("/"),
        *key.split("/"),
    ]
    path = "/" + "/".join(part for part in parts if part)
    code = (
        "import boto3, json, sys; p = json.load(sys.stdin); "
        "boto3.client('ssm', region_name=p['region']).put_parameter("
        "Name=p['name'], Value=p['value'], Type='SecureString' if p['secure'] else 'String', Overwrite=True)"
    )
    import sys

    payload = {"region": str(region), "name": path, "value": value, "secure": bool(options.get("secure"))}
    outcome = launch.run(
        [sys.executable, "-I", "-c", code], path=sys.executable, env=ctx.env, cwd=ctx.cwd, stdin=json.dumps(payload).encode(),
        stdout=None, stderr=None, capture=True,
    )  # fmt: skip
    if outcome.code:
        last = outcome.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise StepError(f"writing {path} to the store {name} failed", explanation=last)
