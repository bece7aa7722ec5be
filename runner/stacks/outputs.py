"""`!terraform.output`, `!terraform.state` and `.outputs`: values that another component has produced."""

from __future__ import annotations

import json
import os

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.app import App
    from runner.errors import Where

    Map = dict[str, Any]

_cache: dict[tuple[App, str, str, str], Map] = {}
_busy: list[tuple[str, str]] = []


def function(app: App, tag: str, argument: str, stack: str, where: Where | None, identity: Any = None) -> Any:
    """The value of one call: `COMPONENT [STACK] EXPRESSION`."""
    from runner.config import functions

    words = functions.words(argument)
    if len(words) not in (2, 3):
        raise AtmosError(f"invalid number of arguments in the Atmos YAML function: {tag} {argument}", where=where,
                         hints=[f"`{tag} COMPONENT OUTPUT` or `{tag} COMPONENT STACK OUTPUT`"])  # fmt: skip
    component, expression = words[0], words[-1]
    target = words[1] if len(words) == 3 else stack
    try:
        values = (
            state(app, component, target, identity)
            if tag == "!terraform.state"
            else all_outputs(app, component, target, identity)
        )
    except AtmosError as error:
        error.where = error.where or where
        if f"{tag} {argument}" not in error.message:
            error.message = f"failed to execute YAML function {tag} {argument}: {error.message}"
        raise
    return select(values, expression)


def select(values: Map | None, expression: str) -> Any:
    """An output by its name, or by an expression such as `.list[0]` or `.x // "none"`."""
    from runner import query

    text = expression.strip()
    if not text.startswith((".", "[", "{", "(")) and "|" not in text:
        text = f".{json.dumps(text)}"
    elif values is None and "//" not in text:
        return None
    return query.query(values or {}, text)


def all_outputs(app: App, component: str, stack: str, identity: Any = None) -> Map:
    """All outputs of a component, read once per run with terraform itself."""
    return _once(app, component, stack, "output", identity)


def state(app: App, component: str, stack: str, identity: Any = None) -> Map | None:
    """The outputs in a component's state: straight from the file of a local backend, else as `all_outputs`."""
    return _once(app, component, stack, "state", identity)


def _once(app: App, component: str, stack: str, how: str, identity: Any) -> Map:
    key = (app, component, stack, how)
    if key in _cache:
        return _cache[key]
    call = (component, stack)
    if call in _busy:
        chain = " -> ".join(f"{name} in {place}" for name, place in [*_busy, call])
        raise AtmosError(f"circular dependency between components: {chain}")
    _busy.append(call)
    try:
        _cache[key] = _read(app, component, stack, how, identity)
    finally:
        _busy.pop()
    return _cache[key]


def _read(app: App, component: str, stack: str, how: str, identity: Any) -> Map:
    from runner.stacks import project as projects
    from runner.terraform import argv, reading
    from runner.terraform.execute import Run
    from runner.terraform.target import check

    found = projects.of(app).find(component, stack, "terraform")
    invocation = argv.split(["output", component, "-s", stack], {**app.env, "ATMOS_DRY_RUN": ""})
    run = Run(app, invocation, found)
    if identity is not None:
        run.chosen = identity
    described = run.target.described
    if described.get("remote_state_backend_type") == "static":
        entry = described.get("remote_state_backend")
        return dict(entry) if isinstance(entry, dict) else {}
    if how == "state" and described.get("backend_type") in ("", "local", None):
        return _local_state(run.target.folder, described)
    check(run.target, "output", "output")
    app.log.debug("Reading outputs", component=component, stack=stack)
    return reading.outputs(run, floats=True)


def _local_state(folder: str, described: Map) -> Map:
    """Outputs from a state file; a state that does not exist has none."""
    entry = described.get("backend") or {}
    workspace = str(described.get("workspace") or "default")
    name = str(entry.get("path") or "terraform.tfstate")
    if workspace != "default":
        name = os.path.join(str(entry.get("workspace_dir") or "terraform.tfstate.d"), workspace, os.path.basename(name))
    path = os.path.join(folder, name)
    try:
        with open(path, encoding="utf-8") as stream:
            content = json.load(stream, parse_int=float)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise AtmosError(f"cannot read the state {path}: {error}") from error
    found = content.get("outputs") if isinstance(content, dict) else None
    return (
        {key: item.get("value") for key, item in found.items() if isinstance(item, dict)}
        if isinstance(found, dict)
        else {}
    )
