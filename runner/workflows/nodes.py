"""Running what a workflow or command depends on: workflows in this process, commands as processes of this program;
with `max_concurrency` all of them as processes, several at a time, as children of one group of the engine.
"""

from __future__ import annotations

from runner.errors import AtmosError
from runner.workflows import dependencies
from runner.workflows.record import FAILED, SKIPPED, SUCCEEDED
from runner.workflows.resume import Invocation, quote

DONE = "ATMOS_DEPENDENCIES_DONE"
ALONE = {DONE: "true"}  # tells a process of a node that what it needs has run; it takes the variable away

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.app import App
    from runner.workflows.dependencies import Graph, Node
    from runner.workflows.record import RunRecord


def run(
    app: App, owner: str, graph: Graph, *, identity_flag: str | None = None, dry_run: bool = False,
    record: RunRecord | None = None,
) -> None:  # fmt: skip
    """Run a whole graph, and note it in the owner's record. Raises a quiet AtmosError with the first failure's code when
    the owner must not run."""
    if graph.limit != 1 and len(graph.order) > 1 and not dry_run:
        _run_group(app, owner, graph, identity_flag, record)
        return

    def run_one(node: Node) -> int:
        return run_node(app, node, identity_flag=identity_flag, dry_run=dry_run, record=record)

    try:
        dependencies.run(app, owner, graph, run_one)
    finally:
        if record is not None:
            seen = {step.name for step in record.steps}
            for node in graph.order:
                if str(node) not in seen:
                    step = record.step(str(node), type="dependency")
                    step.status, step.ended = SKIPPED, step.started


def run_node(
    app: App, node: Node, *, identity_flag: str | None = None, dry_run: bool = False, record: RunRecord | None = None
) -> int:
    """Run one dependency to its end; its exit code, or its error."""
    if record is None:
        return _run_node(app, node, identity_flag, dry_run, None)
    step = record.step(str(node), type="dependency", index=len(record.steps))
    step.status = FAILED
    step.command = "" if node.file is not None else f"atmos {command_line(node, None)}"
    try:
        step.code = _run_node(app, node, identity_flag, dry_run, record)
        step.status = FAILED if step.code else SUCCEEDED
        return step.code
    except AtmosError as error:
        step.code, step.error = error.exit_code, error.message
        raise
    finally:
        step.ended = record.now()


def _run_node(app: App, node: Node, identity_flag: str | None, dry_run: bool, record: RunRecord | None) -> int:
    if node.file is not None:
        from runner.workflows.execution import Execution

        invocation = Invocation(
            node.name, label=node.file.relative, inline=node.file.inline, stack=node.flags.get("stack", ""),
            identity=identity_flag, tags=node.flags.get("tags", ""), labels=node.flags.get("labels", ""),
            trailing=node.args, flags=app.flags.given,
        )  # fmt: skip
        execution = Execution(app, node.file, invocation, dry_run=dry_run, nested=True)
        try:
            return execution.run_steps()
        finally:
            if record is not None:
                record.include(execution.record, str(node))
    step: dict[str, Any] = {"name": node.name, "type": "atmos", "command": command_line(node, None)}
    if not dry_run:
        step["env"] = ALONE
    try:
        return int(_engine(app, node.name, [step], identity_flag=identity_flag, dry_run=dry_run).execute())
    except AtmosError as error:
        error.quiet = True  # the child has said what was wrong
        raise


def command_line(node: Node, identity_flag: str | None) -> str:
    """The words that run a node as a process of its own, quoted for an atmos step."""
    flags = [f"--{flag}={quote(value) if value else ''}" for flag, value in node.flags.items()]
    args = [quote(word) for word in node.args]
    if node.file is None:
        return " ".join([node.name, *flags, *args])
    words = ["workflow", quote(node.name)]
    if node.file.inline:
        words += ["-f", "atmos"]
    else:
        words += ["-f", quote(node.file.path)]
    if identity_flag is not None:
        words.append(f"--identity={quote(identity_flag) if identity_flag else ''}")
    return " ".join([*words, *flags, *(["--", *args] if args else [])])


def _engine(
    app: App, name: str, raw: list[dict[str, Any]], *, identity_flag: str | None, dry_run: bool = False,
    record: RunRecord | None = None,
) -> Any:  # fmt: skip
    """A run of steps that no file declares."""
    from runner.steps.declare import compile_steps
    from runner.steps.engine import Owner, Run
    from runner.steps.model import Step

    steps, problems = compile_steps(raw, kind="workflow")
    if problems:
        raise AtmosError(f"{name}: {problems[0].message}")
    views = [Step(fields) for fields in steps]
    on_event = None
    if record is not None:
        from runner.workflows.execution import masker
        from runner.workflows.recorder import Recorder

        on_event = Recorder(record, views, mask=masker(app))
    return Run(
        app, Owner(kind="workflow", name=name, title=f'command "{name}"'), views, data={"TrailingArgs": ""},
        identity_flag=identity_flag, dry_run=dry_run, on_event=on_event,
    )  # fmt: skip


def _run_group(app: App, owner: str, graph: Graph, identity_flag: str | None, record: RunRecord | None) -> None:
    names: dict[Any, str] = {}
    for node in graph.order:
        name, number = node.name, 2
        while name in names.values():
            name, number = f"{node.name}-{number}", number + 1
        names[node.key] = name
    children = [
        {
            "name": names[node.key], "type": "atmos", "command": command_line(node, identity_flag),
            "needs": sorted({names[need] for need in node.needs}), "env": dict(ALONE),
        }
        for node in graph.order
    ]  # fmt: skip
    step = {
        "name": "dependencies", "type": "parallel", "max_concurrency": graph.limit, "fail": {"mode": graph.fail},
        "steps": children,
    }  # fmt: skip
    engine = _engine(app, "dependencies", [step], identity_flag=identity_flag, record=record)
    code = 0
    try:
        engine.execute()
    except AtmosError as error:
        if hasattr(error, "signal"):
            raise
        code = error.exit_code or 1
    failed = [
        str(node) for node in graph.order
        if (engine.results.get(names[node.key]) or {}).get("status") in ("failed", "canceled")
    ]  # fmt: skip
    dependencies.conclude(app, owner, graph, failed, code)
