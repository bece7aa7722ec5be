"""What runs before a command: tools that have to be there, and other commands and workflows, each once per run.

The graph is read by `runner.workflows.dependencies`, for commands and workflows alike. Here it is run: one after the
other, or as far as `max_concurrency` allows side by side; a lone one has our own thread and the terminal to itself.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Any

from runner.commands import grammar, values
from runner.errors import AtmosError
from runner.process import signals

if TYPE_CHECKING:
    from runner.app import App
    from runner.commands.execution import Execution
    from runner.workflows.dependencies import Graph, Key, Node

LOOK_EVERY = 0.5  # seconds between looks at whether what runs has been asked to end


def run(app: App, owner: Execution) -> None:
    """Run what a command needs. Raises when the command itself must not run."""
    section: dict[str, Any] = owner.command.data["dependencies"]  # type: ignore[assignment]
    check_tools(app, owner, section.get("tools") or {})
    graph = plan(app, owner, section)
    if graph is not None:
        _Runner(app, owner, graph).run()


def show(app: App, owner: Execution) -> None:
    """In a dry run: the plan of everything that would run before the command."""
    graph = plan(app, owner, owner.command.data["dependencies"])  # type: ignore[arg-type]
    for node in graph.order if graph is not None else ():
        if node.kind == "command":
            execution = execution_of(app, node, dry_run=True)
            if execution is not None:
                execution.run(alone=True)
        else:
            run_workflow(app, node, dry_run=True)


def plan(app: App, owner: Execution, section: dict[str, Any]) -> Graph | None:
    from runner.workflows import dependencies

    path = " ".join(owner.command.path.split()[1:])
    return dependencies.plan(app, f'command "{path}"', section, None)


def check_tools(app: App, owner: Execution, tools: dict[str, object]) -> None:
    """Say which tools that a command lists are not on PATH, or are there in another version; nothing is installed."""
    if not tools:
        return
    from runner.commands.tools import complaints
    from runner.console.errors import warn

    for said in complaints(tools, owner.engine.base_env, app.cwd):
        warn(app, f"custom command `{owner.command.name}`: {said}")


def execution_of(app: App, node: Node, *, dry_run: bool = False) -> Execution | None:
    """A command that others need, with its parameters; None when none of its steps would run."""
    from runner.commands.execution import Execution

    words = node.name.split()
    tree = app.config.command(words[0])
    assert tree is not None
    flags = [f"--{name}={value}" for name, value in node.flags.items()]
    parsed = grammar.parse(tree, [*words[1:], *flags])
    parsed.arguments = list(node.args)
    parsed.needed = True
    problems = parsed.command.problems()
    if problems:
        raise AtmosError(f"`{parsed.command.path}` is not valid: {problems[0].message}", where=problems[0].where)
    parsed.resolve(app.config.resolve)
    if not parsed.command.steps:
        raise AtmosError(f"The `{parsed.command.path}` command has no steps configured.", title="Invalid Command")
    grammar.check_words(parsed)
    given = values.Values(app, parsed)
    execution = Execution(app, given, dry_run=dry_run)
    if not execution.anything_to_do():
        return None
    values.check_complete(parsed, ask=app.interactive and not dry_run)
    if app.interactive and not dry_run and (wanted := values.missing(given)):
        from runner.commands import asking

        asking.ask(app, given, wanted)
    values.check_values(given)
    return execution


def run_workflow(app: App, node: Node, *, dry_run: bool = False) -> int:
    """A workflow that a command needs."""
    from runner.workflows import nodes

    return nodes.run_node(app, node, dry_run=dry_run)


class _Runner:
    """Runs a graph: whatever is ready, as soon as it is ready."""

    def __init__(self, app: App, owner: Execution, graph: Graph) -> None:
        self.app, self.owner, self.graph = app, owner, graph
        self.codes: dict[Key, int] = {}
        self.errors: dict[Key, Exception] = {}
        self.changed = threading.Condition()
        self.ended: list[Node] = []
        self.stdin = -1  # ours, while others run without it
        self.canceled = False
        self.closed: BrokenPipeError | None = None  # our own reader went away
        self.dropped: set[Key] = set()  # what was ended because another had failed
        self.groups: list[int] = []  # process groups of programs that commands have started
        self.kill_at = 0.0  # when those that were asked to end are killed; 0: nobody was asked

    def run(self) -> None:
        with signals.watch():
            try:
                self._all()
            finally:
                self._attach()
        signals.check()
        if self.closed is not None:
            raise self.closed
        failed = [node for node in self.graph.order if self.codes.get(node.key) and node.key not in self.dropped]
        if not failed:
            return
        names = ", ".join(str(node) for node in failed)
        code = next((self.codes[node.key] for node in failed if node.key in self.errors), self.codes[failed[0].key])
        if self.graph.fail == "best_effort":
            self.app.log.warning("Dependency failures ignored due to fail: best_effort", error=f"failed: {names}")
            return
        raise AtmosError(
            f"dependency failed: {names}", exit_code=code,
            explanation=f"Custom command `{self.owner.command.name}` did not run.",
        )  # fmt: skip

    def _all(self) -> None:
        waiting = list(self.graph.order)
        running = 0
        stopped = False
        while waiting or running:
            ready = [] if stopped or signals.received() else [node for node in waiting if self._is_ready(node)]
            limit = self.graph.limit or len(waiting)
            ready = ready[: limit - running]
            for node in ready:
                waiting.remove(node)
            if len(ready) == 1 and not running:
                self._one(ready[0])
            else:
                self._detach(bool(ready))
                for node in ready:
                    running += 1
                    threading.Thread(target=self._one, args=(node,), name=str(node), daemon=True).start()
            if not ready and not running:
                break
            with signals.holding(), self.changed:
                while running and not self.ended:
                    self.changed.wait(LOOK_EVERY)
                    self._kill_if_late()
                running -= len(self.ended)
                self.ended.clear()
            if not running:
                self._attach()
            stopped = self.graph.fail == "fail_fast" and any(self.codes.values())
            stopped = stopped or self.closed is not None
            if stopped and not self.canceled:
                self._cancel()

    def _cancel(self) -> None:
        """End what runs: one has failed, and `fail_fast` wants no more."""
        self.canceled = True
        self.kill_at = self.kill_at or time.monotonic() + signals.GRACE
        signals.end(list(self.groups))

    def _started(self, group: int) -> None:
        self.groups.append(group)
        if self.canceled:
            signals.end([group])

    def _kill_if_late(self) -> None:
        """Programs that were asked to end, by us or by a signal, and do not: nobody else here looks at the time."""
        if not self.kill_at and signals.received() not in (0, signal.SIGINT):
            self.kill_at = time.monotonic() + signals.GRACE
        if self.kill_at and time.monotonic() >= self.kill_at:
            signals.kill_all() if signals.received() else signals.end(list(self.groups), signals.KILL)

    def _detach(self, needed: bool) -> None:
        """Commands side by side cannot share a keyboard: their standard input is empty."""
        if needed and self.stdin < 0:
            self.stdin = os.dup(0)
            empty = os.open(os.devnull, os.O_RDONLY)
            os.dup2(empty, 0)
            os.close(empty)

    def _attach(self) -> None:
        if self.stdin >= 0:
            os.dup2(self.stdin, 0)
            os.close(self.stdin)
            self.stdin = -1

    def _is_ready(self, node: Node) -> bool:
        """Whether all that a node needs has ended."""
        return all(need in self.codes for need in node.needs)

    def _one(self, node: Node) -> None:
        code = 1
        try:
            blocked = next((need for need in node.needs if self.codes[need]), None)
            if blocked is not None:
                code = self.codes[blocked]
                self.app.err(f'⚠ {node} is skipped: {blocked[0]} "{blocked[1]}" failed\n')
            else:
                code = self._run(node)
        except BrokenPipeError as error:
            self.closed = error
        except Exception as error:  # noqa: BLE001 - reported as the node's failure
            from runner.console.errors import show

            if self.canceled:
                self.dropped.add(node.key)
                self.app.err(f"⚠ {node} is canceled\n")
            else:
                self.errors[node.key] = error
                code = show(error, self.app) or 1
        finally:
            with self.changed:
                self.codes[node.key] = code
                if threading.current_thread() is not threading.main_thread():
                    self.ended.append(node)
                self.changed.notify_all()

    def _run(self, node: Node) -> int:
        if node.kind == "workflow":
            return run_workflow(self.app, node)
        execution = execution_of(self.app, node)
        if execution is None:
            return 0
        if self.owner.events is not None:
            execution.tell(self.owner.events)
        execution.engine.on_start = self._started
        execution.engine.canceled = lambda: self.canceled
        return execution.run(alone=True)
