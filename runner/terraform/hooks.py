"""Hooks of a component: what happens after terraform has run for it.

hooks:
  remember:
    events: [after-terraform-apply]
    command: store                # keeps values in a store, for `!store`
    name: prod/ssm                # the store
    outputs:
      vpc_id: .vpc_id             # an output, or an expression over all of them
      origin: terraform           # anything else is kept as it is
"""

from __future__ import annotations

import json

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.terraform.execute import Run

    Map = dict[str, Any]


def after(run: Run) -> None:
    """What follows the success of the run's command."""
    hooks = run.target.described.get("hooks")
    if not isinstance(hooks, dict) or not hooks or run.invocation.on("skip-hooks"):
        return
    found = {name: hook for name, hook in sorted(hooks.items()) if isinstance(hook, dict) and _wanted(run, hook)}
    outputs: Map | None = None
    for name, hook in found.items():
        if hook.get("command") not in ("store", None):
            from runner.console.errors import warn

            warn(run.app, f"the hook '{name}' was skipped: there is no command '{hook['command']}', only `store`")
            continue
        if outputs is None:
            outputs = _outputs(run)
        try:
            _store(run, hook, outputs)
        except AtmosError as error:
            error.message = f"the hook '{name}' of the component '{run.target.component}' failed: {error.message}"
            error.explanation = f"terraform {run.invocation.command} itself succeeded.\n\n{error.explanation}".strip()
            raise


def _wanted(run: Run, hook: Map) -> bool:
    """Whether a hook is for the command that has run. `deploy` is an apply."""
    subs = {run.invocation.sub, "apply" if run.invocation.sub == "deploy" else run.invocation.sub}
    events = hook.get("events")
    named = events if isinstance(events, list) else [events]
    return any(str(event).replace(".", "-") == f"after-terraform-{sub}" for event in named for sub in subs)


def _outputs(run: Run) -> Map:
    """The outputs as terraform tells them, each with whether it is sensitive."""
    from runner.terraform import reading

    return {name: item for name, item in reading.mapping(run, ["output", "-json"]).items() if isinstance(item, dict)}


def _store(run: Run, hook: Map, outputs: Map) -> None:
    from runner.stacks import stores

    name, wanted = hook.get("name"), hook.get("outputs")
    if not isinstance(name, str) or not name:
        raise AtmosError("it has no `name` of a store")
    if not isinstance(wanted, dict) or not wanted:
        raise AtmosError("it has no `outputs` to keep")
    store = stores.store_of(run.app, name, run.chosen if run.chosen.name else None, hidden=True)
    texts = {key: _text(str(key), expression, outputs) for key, expression in wanted.items()}
    for key, (text, secret) in texts.items():
        path = store.path(run.target.stack, run.target.component, str(key))
        stores.keep(store, path, text, secret=secret)
    run.app.log.info("Stored outputs", store=name, component=run.target.component, stack=run.target.stack)


def _text(key: str, expression: Any, outputs: Map) -> tuple[str, bool]:
    """(the value of one entry as JSON, whether it is secret)."""
    if not isinstance(expression, str) or not expression.startswith("."):
        return json.dumps(expression), False
    from runner import query

    value = query.query({name: item.get("value") for name, item in outputs.items()}, expression)
    if value is None:
        known = ", ".join(sorted(outputs)) or "none"
        raise AtmosError(f"`{key}: {expression}` gives nothing", hints=[f"Outputs: {known}"])
    public = {name: item.get("value") for name, item in outputs.items() if item.get("sensitive") is not True}
    try:
        secret = len(public) < len(outputs) and query.query(public, expression) != value
    except AtmosError:  # it needs what is not public
        secret = True
    return json.dumps(value, ensure_ascii=False), secret
