"""Groups: the children of `parallel` and `matrix` steps, run by the same engine, several at a time.

Children are scheduled by their `needs`; among those that are ready the first by name starts first. The plan is made
before anything starts (`runner.steps.plan`), so that other executors can take it (decision D27); this is the local one.
"""

from __future__ import annotations

import heapq
import os
import select
import threading
import time
from functools import partial

from runner.console import terminal
from runner.errors import AtmosError
from runner.process import launch, signals
from runner.steps import durations, executors
from runner.steps.context import Context
from runner.steps.errors import PrepareError, StepError
from runner.steps.model import Result, Step
from runner.steps.output import Lines, Output, last_lines
from runner.steps.plan import CANCELED, FAILED, SKIPPED, SUCCEEDED, Node, plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Group:
    """One run of a group by threads of this process."""

    def __init__(self, ctx: Context, nodes: list[Node]) -> None:
        step = ctx.step
        self.ctx, self.nodes = ctx, nodes
        self.by_name = {node.name: node for node in nodes}
        fail = step.fields.get("fail") or {}
        self.mode = fail.get("mode") or "wait_all"
        self.most_failures = int(fail.get("max_failures") or 0) or (1 if self.mode == "fail_fast" else 0)
        limit = int(step.fields.get("max_concurrency") or 0)
        self.limit = min(limit, len(nodes)) if limit > 0 else len(nodes)
        self.output = step.output
        self.show = self.output.get("mode") or "grouped"
        # blocks appear as children end, unless they are to come in the file's order or a live view owns the terminal
        live = ctx.run.on_event is not None and terminal.is_tty(2)
        self.at_once = self.show == "grouped" and self.output.get("order") != "definition" and not live
        self.lock = threading.Lock()
        self.executor = executors.of(ctx) if step.get("executor") or ctx.app.env.get(executors.VARIABLE) else None
        self.bell = os.pipe()  # rung by children that have ended; polled beside signals
        self.canceled = False
        self.timed_out = False
        self.closed: BrokenPipeError | None = None  # our own reader went away
        self.failures = 0
        self.finished = 0
        self.ready: list[tuple[str, int, Node]] = []
        self.ended: list[Node] = []
        self.waiting: dict[str, int] = {}  # how many needs of a node are not done yet
        self.needed_by: dict[str, list[Node]] = {node.name: [] for node in nodes}
        for node in nodes:
            self.waiting[node.name] = len(set(node.needs))
            for need in set(node.needs):
                self.needed_by[need].append(node)

    # -- scheduling ------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run all nodes to their end; Interrupted when a signal came."""
        finished = [node for node in self.nodes if self._restored(node)]
        for node in self.nodes:
            if not node.state and not self.waiting[node.name]:
                self._enqueue(node)
        for node in finished:
            self._release(node)
        running = 0
        workers: list[threading.Thread] = []
        kill_at: float | None = None
        seconds = self.ctx.seconds()
        deadline = time.monotonic() + seconds if seconds is not None else None
        with signals.holding(), self.lock:
            while True:
                while self.ended:
                    running -= 1
                    self._release(self.ended.pop(0))
                while self.ready and running < self.limit and not self.canceled and not signals.received():
                    node = heapq.heappop(self.ready)[2]
                    if not self._wanted(node):
                        self._settle(node, SKIPPED)
                        self._release(node)
                        continue
                    running += 1
                    worker = threading.Thread(target=self._work, args=(node,), name=node.name, daemon=True)
                    workers.append(worker)
                    worker.start()
                if not running:
                    break
                if signals.received() and not self.canceled:
                    self.canceled = True  # the handler has passed the signal on
                elif self.closed is not None and not self.canceled:
                    self.cancel()
                if self.canceled:
                    now = time.monotonic()
                    kill_at = kill_at or now + signals.GRACE
                    if now >= kill_at:
                        self._signal(signals.KILL)
                elif deadline is not None and time.monotonic() >= deadline:
                    self.timed_out = True
                    self.cancel()
                left = None if deadline is None else max(0.0, deadline - time.monotonic()) + 0.001
                self._wait(0.2 if self.canceled else left)
        for worker in workers:
            worker.join()
        signals.check()
        if self.closed is not None:
            raise self.closed
        for node in self.nodes:
            if not node.state:
                self._settle(node, SKIPPED)

    def _wait(self, seconds: float | None) -> None:
        """Until a child has ended or a signal has come. A lock's own wait could miss a signal."""
        poller = select.poll()
        poller.register(self.bell[0], select.POLLIN)
        waker = signals.waker()
        if waker >= 0:
            poller.register(waker, select.POLLIN)
        self.lock.release()
        try:
            for fd, _ in poller.poll(None if seconds is None else seconds * 1000):
                if fd == waker:
                    signals.woken()
                else:
                    os.read(fd, 4096)
        finally:
            self.lock.acquire()

    def close(self) -> None:
        for fd in self.bell:
            os.close(fd)
        if self.executor is not None:
            self.executor.close()

    def _enqueue(self, node: Node) -> None:
        heapq.heappush(self.ready, (node.name, len(self.ready), node))

    def _wanted(self, node: Node) -> bool:
        run, step = self.ctx.run, node.step
        condition = step.condition
        if condition is None and (step.get("inputs") or step.get("artifacts") or step.get("preconditions")):
            from runner.steps import freshness

            condition = freshness.implied(step)
        if condition is None:
            return True
        try:
            return run.holds(step, condition, run.status, {"matrix": node.axes or {}})
        except AtmosError as error:
            node.error = error  # becomes the child's failure
            return True

    def _release(self, node: Node) -> None:
        """What an ended node means for those that need it."""
        ended = [node]
        while ended:
            node = ended.pop()
            for other in self.needed_by[node.name]:
                if other.state:
                    continue
                if node.state != SUCCEEDED:
                    self._settle(other, SKIPPED)
                    ended.append(other)
                    continue
                self.waiting[other.name] -= 1
                if not self.waiting[other.name]:
                    self._enqueue(other)

    def _restored(self, node: Node) -> bool:
        """Take the result of a child that an earlier run finished."""
        run = self.ctx.run
        found = run.restored.get((self.ctx.step.label, node.name)) if run.restored else None
        if found is None:
            return False
        node.state = SUCCEEDED
        run.results[node.name] = dict(found)
        run.event("step_finished", node.step, status="restored", name=node.name, parent=self.ctx)
        return True

    def _settle(self, node: Node, state: str) -> None:
        """A node that never ran."""
        node.state = state
        result = Result(skipped=True, metadata={"stdout": "", "stderr": "", "status": state, "canceled": False})
        self.ctx.run.results[node.name] = result.data()
        self.ctx.run.event("step_finished", node.step, status=state, name=node.name, parent=self.ctx)

    def cancel(self) -> None:
        """End what runs; nothing more starts. The lock is held."""
        self.canceled = True
        self._signal(signals.TERM)

    def _signal(self, number: int) -> None:
        for node in self.nodes:
            if node.group and not node.state:
                signals.kill_group(node.group, number)

    # -- one child -----------------------------------------------------------------------------------------

    def _work(self, node: Node) -> None:
        error: Exception | None = node.error
        result: Result | None = None
        try:
            if error is None:
                result = self._run_child(node)
        except Exception as problem:  # noqa: BLE001  (reported as the child's failure)
            error = problem
        except BaseException as problem:  # noqa: BLE001
            error = StepError(f"stopped: {type(problem).__name__}")
        if self.canceled and node.group:
            signals.end_group(node.group, 1.0)
        if isinstance(error, BrokenPipeError):
            self.closed = error
        try:
            for sink in node.sinks:
                sink.end()
        except BrokenPipeError as problem:
            self.closed = problem
        with self.lock:
            node.group = 0
            try:
                self._ended(node, result, error)
                if self.at_once and self.closed is None:
                    self._block(node)
            except BrokenPipeError as problem:
                self.closed = problem
        os.write(self.bell[1], b"!")

    def _run_child(self, node: Node) -> Result | None:
        extra: dict[str, Any] = {"step": {"name": node.step.name}}
        if node.axes is not None:
            extra["matrix"] = node.axes
        ctx = self.ctx
        step = node.step
        if node.axes is not None:
            step = Step({**step.fields, "name": node.name})
        child = Context(ctx.run, step, self._streams(node, extra), extra=extra, parent=ctx)
        outside = ctx.run.canceled
        child.canceled = lambda: self.canceled or (outside is not None and outside())
        if self.executor is not None:
            child.executor = partial(self.executor.run, canceled=child.canceled)

        def started(group: int) -> None:
            with self.lock:
                node.group = group
                if self.canceled:
                    signals.kill_group(group, signals.TERM)
            if ctx.run.on_start is not None:
                ctx.run.on_start(group)

        child.on_start = started
        return ctx.run.run_step(child)

    def _ended(self, node: Node, result: Result | None, error: Exception | None) -> None:
        run = self.ctx.run
        node.order = self.finished
        self.finished += 1
        self.ended.append(node)
        if error is None:
            node.state = SUCCEEDED
            if result is not None:
                result.value = result.value.strip()
                result.metadata.setdefault("stdout", "")
                result.metadata.setdefault("stderr", "")
                result.metadata |= {"status": SUCCEEDED, "canceled": False}
                run.results[node.name] = result.data()
            return
        node.error = error
        node.code = int(getattr(error, "exit_code", 1))
        node.state = CANCELED if self.canceled else FAILED
        failed = Result(
            error=str(getattr(error, "message", error)),
            metadata={"stdout": self._text(node, False), "stderr": self._text(node, True), "status": node.state,
                      "canceled": self.canceled, "exit_code": node.code},
        )  # fmt: skip
        failed.value = failed.metadata["stdout"].strip()
        if node.state == FAILED and self._forgives(node, error):
            node.state, node.error = SUCCEEDED, None
            failed.metadata["status"] = "forgiven"
        run.results[node.name] = failed.data()
        status = failed.metadata["status"]
        run.event("step_finished", node.step, status=status, code=node.code, error=failed.error, name=node.name,
                  tail=last_lines(getattr(error, "tail", "")), parent=self.ctx)  # fmt: skip
        if node.state == FAILED:
            self.failures += 1
            if self.mode != "best_effort" and self.most_failures and self.failures >= self.most_failures:
                self.cancel()

    def _forgives(self, node: Node, error: Exception) -> bool:
        """Whether a child's `continue` forgives its failure."""
        run, step = self.ctx.run, node.step
        if step.continue_ is None or not isinstance(error, StepError):
            return False
        try:
            if not run.holds(step, step.continue_, "failure", {"matrix": node.axes or {}}):
                return False
        except AtmosError as problem:
            problem.message = f"invalid 'continue' condition: {problem.message}"
            node.error = problem
            return False
        run.app.log.warning("Step failed but 'continue' matched; continuing", step=node.name, error=error.message)
        return True

    # -- output --------------------------------------------------------------------------------------------------

    def _streams(self, node: Node, extra: dict[str, Any]) -> Output:
        mask = self.ctx.output.mask
        if self.show == "none" or (node.step.mode == "none"):
            return Output(mask, None, None)
        if self.show == "prefixed":
            prefix = self._prefix(node, extra)
            node.sinks = [Lines(self.ctx.output, error, prefix, self.lock) for error in (False, True)]
            return Output(mask, *node.sinks)
        return Output(
            mask, lambda data: node.blocks.append((False, data)), lambda data: node.blocks.append((True, data))
        )

    def _prefix(self, node: Node, extra: dict[str, Any]) -> str:
        template = self.output.get("prefix")
        if not template:
            return node.name if node.axes is not None else node.step.name
        ctx = Context(self.ctx.run, self.ctx.step, self.ctx.output, extra=extra)
        ctx.data = {**self.ctx.data, **extra}
        try:
            text = ctx.render(template, "output.prefix").strip()
        except PrepareError:
            text = ""
        return text or node.name

    def _text(self, node: Node, error: bool) -> str:
        return b"".join(data for is_error, data in node.blocks if is_error == error).decode("utf-8", "replace")

    def _block(self, node: Node) -> None:
        """What one child printed, under its name."""
        output = self.ctx.output
        out = Output(None, output.stdout, output.stderr)  # it is masked already
        out.err(f"[{node.name}] {node.state}\n")
        for is_error in (False, True):
            data = b"".join(part for error, part in node.blocks if error == is_error)
            if data:
                text = data.decode("utf-8", "surrogateescape")
                (out.err if is_error else out.out)(text)

    def report(self) -> None:
        """Blocks that were held back, and the summary."""
        output = self.ctx.output
        out = Output(None, output.stdout, output.stderr)
        if self.show == "grouped" and not self.at_once:
            ran = sorted((node for node in self.nodes if node.order >= 0), key=lambda node: node.order)
            for node in self.nodes if self.output.get("order") == "definition" else ran:
                self._block(node)
        if self.output.get("show_summary", True) is not False and self.show != "none":
            count = {state: sum(1 for node in self.nodes if node.state == state)
                     for state in (SUCCEEDED, FAILED, SKIPPED, CANCELED)}  # fmt: skip
            icon = "✗" if count[FAILED] or count[CANCELED] else "⚠" if count[SKIPPED] else "✓"
            numbers = ", ".join(f"{number} {state}" for state, number in count.items())
            out.err(f"{icon} [{self.ctx.step.label}] summary: {numbers}\n")

    def error(self) -> StepError | None:
        """The failures of the children as one error; None when the group has succeeded."""
        if self.timed_out:
            shown = durations.show(self.ctx.seconds() or 0)
            return StepError(f'step "{self.ctx.step.label}" timed out after {shown}', exit_code=launch.TIMED_OUT)
        failed = [node for node in self._in_order() if node.state == FAILED and node.error is not None]
        canceled = [node for node in self.nodes if node.state == CANCELED]
        if self.mode == "best_effort" or not (failed or canceled):
            return None
        failed = failed or canceled
        messages = [f'step "{node.name}": {getattr(node.error, "message", node.error)}' for node in failed]
        hints = [hint for node in failed for hint in getattr(node.error, "hints", ())]
        explanations = [str(getattr(node.error, "explanation", "") or "") for node in failed]
        return StepError(
            "\n".join(messages), exit_code=failed[0].code or 1, hints=hints,
            explanation="\n\n".join(text for text in explanations if text), tail=getattr(failed[0].error, "tail", ""),
            command=getattr(failed[0].error, "command", "") if len(failed) == 1 else "",
        )  # fmt: skip

    def _in_order(self) -> list[Node]:
        """Needs before those who need them, otherwise by name."""
        depth: dict[str, int] = {}
        for _ in self.nodes:
            again = False
            for node in self.nodes:
                value = max((depth.get(need, 0) + 1 for need in node.needs), default=0)
                if depth.get(node.name) != value:
                    depth[node.name] = value
                    again = True
            if not again:
                break
        return sorted(self.nodes, key=lambda node: (depth[node.name], node.name))


def run(ctx: Context) -> None:
    """Run a group to its end: blocks, summary, error."""
    if ctx.run._lock is None:
        ctx.run._lock = threading.Lock()
    group = Group(ctx, plan(ctx.step))
    ctx.run.event("group_started", ctx.step)
    try:
        group.run()
    finally:
        group.close()
        ctx.run.event("group_ended", ctx.step)
    group.report()
    error = group.error()
    if error is not None:
        raise error
