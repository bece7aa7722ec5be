"""The one loop that runs steps: of custom commands, of workflows, and (through `groups`) of parallel children.

In order, each step: condition → identity and environment → rendering → the step type, with retries → outputs and
result. A failed step does not end the loop: later steps run if their condition allows it. On the short way.
"""

from __future__ import annotations

import time

from runner import environment
from runner.errors import AtmosError, Where
from runner.process import launch, signals
from runner.steps import conditions, retry, types
from runner.steps.context import Context, check_directory
from runner.steps.errors import ExitRequest, PrepareError, StepError
from runner.steps.model import Owner, Result, Step
from runner.steps.output import last_lines
from runner.steps.surroundings import Surroundings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from runner.app import App
    from runner.steps.services import Services

__all__ = ["Owner", "Run", "Step"]


class Run(Surroundings):
    """One run of an owner's steps.

    data: template roots of the owner (Arguments, Flags, …). base_env: layers 1 to 3 of the environment, when the caller
    has them already. identity_flag: None when absent, "" or false-like when it disables. stack: of the command line.
    restored: results of what an earlier run finished, which does not run again: by index for steps, by (group, name) for
    children; None where it left no result. on_event: told what happens.
    """

    def __init__(
        self,
        app: App,
        owner: Owner,
        steps: list[Step],
        *,
        data: dict[str, Any],
        base_env: dict[str, str] | None = None,
        identity_flag: str | None = None,
        dry_run: bool = False,
        from_step: str = "",
        stack: str = "",
        tags: str = "",
        labels: str = "",
        component_env: Mapping[str, str | None] | None = None,
        restored: Mapping[int | tuple[str, str], dict[str, Any] | None] | None = None,
        on_event: Callable[[dict[str, Any]], None] | None = None,
    ) -> None:
        super().__init__(
            app, owner, steps, data, base_env=base_env, identity_flag=identity_flag, dry_run=dry_run, stack=stack,
            component_env=component_env,
        )  # fmt: skip
        self.from_step = from_step
        self.tags, self.labels = tags, labels
        self.restored = restored or {}
        self.on_event = on_event
        self._services: Services | None = None
        self.on_start: Callable[[int], None] | None = None  # told the process group of each program
        self.canceled: Callable[[], bool] | None = None  # whether somebody wants the run to end
        self.status = conditions.SUCCESS
        self.failures: list[AtmosError] = []
        self.failed_steps: list[str] = []
        self._lock: Any = None

    # -- the loop -----------------------------------------------------------------------------------------

    def execute(self) -> int:
        """Run the steps: the exit code, or the error that ends the run."""
        steps = self.selected()
        if self.dry_run:
            from runner.steps import dryrun

            return dryrun.show(self, steps)
        if self.owner.working_directory and self.owner.kind == "command":
            check_directory(self.cwd, self.cwd)
        if any(step.type == "container" for step in steps):
            from runner.steps import containers

            containers.require(
                self.app, (step for step in steps if step.index not in self.restored and self.may_run(step))
            )
        with signals.watch():
            try:
                return self._loop(steps)
            except signals.Stop as stop:
                raise signals.Interrupted(stop.signal) from None
            finally:
                if self._services is not None:
                    self._services.close(self)
                if launch.in_main_thread():
                    launch.close_leftovers()

    @property
    def services(self) -> Services:
        """What runs in the background."""
        if self._services is None:
            from runner.steps.services import Services

            self._services = Services()
        return self._services

    @property
    def serving(self) -> bool:
        """Whether something runs in the background."""
        return self._services is not None and bool(self._services.running)

    def selected(self) -> list[Step]:
        """The steps from `from_step` on."""
        if not self.from_step:
            return self.steps
        for position, step in enumerate(self.steps):
            if step.name == self.from_step:
                return self.steps[position:]
        names = "\n".join(f"  • {step.name}" for step in self.steps if step.name)
        raise AtmosError(
            "invalid from-step flag",
            title="Workflow Error" if self.owner.kind == "workflow" else "Error",
            explanation=f"The --from-step flag was set to {self.from_step}, but this step does not exist in "
            f"{self.owner.kind} {self.owner.name}.\n\n### Available steps:\n\n{names}",
        )

    def _loop(self, steps: list[Step]) -> int:
        begun = False
        code: int | None = None
        total = len(steps)
        for number, step in enumerate(steps, 1):
            if self.canceled is not None and self.canceled():
                raise StepError("canceled", retryable=False)
            if step.index in self.restored:
                self.restore(step)
                continue
            if not self.wanted(step):
                self.app.log.debug(f"Skipping {self.owner.kind} step, `when` condition did not match", step=step.label)
                self.event("step_finished", step, status="skipped")
                continue
            if not begun:
                begun = True
                self._begin(steps)
            grouped = self.ci and self._open_group(step)
            ctx = Context(self, step, self.output, number=number, total=total)
            start = time.monotonic()
            try:
                self.run_step(ctx)
            except ExitRequest as request:
                code = request.code if code is None and not self.failures else code
                self.status = conditions.FAILURE
            except AtmosError as error:
                self._failed(ctx, error, time.monotonic() - start)
            finally:
                if grouped:
                    self._close_group()
        if self.failures:
            raise combine(self.failures, self.failed_steps)
        return code or 0

    def _open_group(self, step: Step) -> bool:
        from runner.steps import show

        self.in_log_group = show.log_group(self, step)
        return self.in_log_group

    def _close_group(self) -> None:
        from runner.steps import show

        self.in_log_group = False
        show.end_log_group(self)

    def _begin(self, steps: list[Step]) -> None:
        """Before the first step that runs: people log in now, not in the middle; the header is shown."""
        if self.owner.show:
            from runner.steps import show

            show.header(self)
        if self.app.interactive:
            self._login(steps)

    def _login(self, steps: list[Step]) -> None:
        """With a person at hand, authenticate every identity that steps may need; errors wait for their step."""
        for step in steps:
            if step.index in self.restored or not self.may_run(step):
                continue
            for item in (step, *step.children):
                entry = types.row(item.type)
                own = item.identity or step.identity
                if entry is None or not entry.process or not isinstance(own, str) or not self.may_run(item):
                    continue
                choice = self.choose(own.strip() if "{{" not in own else "")
                if isinstance(choice, str) and choice:
                    what = self.owner.title if self.owner.kind == "command" else f'step "{item.label}"'
                    try:
                        self.identity_environment(choice, dict(self.base_env), what)
                    except AtmosError as error:
                        if error.exit_code == 130 or error.message == "user aborted":
                            raise
                        self.refused.setdefault(choice, error)  # for its step to say; nobody is asked twice

    def _failed(self, ctx: Context, error: AtmosError, seconds: float) -> None:
        """A step has failed: forgive it or remember it. A signal ends the run at once, and so does a mistake in what is
        written (a template, an entry of `env`) in a custom command."""
        if isinstance(error, signals.Interrupted):
            raise error
        step = ctx.step
        facts: dict[str, Any] = {"code": error.exit_code, "error": error.message, "seconds": seconds, "attempts": ctx.attempt,
                 "identity": ctx.identity or ""}  # fmt: skip
        if isinstance(error, StepError) and step.continue_ is not None:
            try:
                forgiven = self.holds(step, step.continue_, conditions.FAILURE)
            except AtmosError as problem:
                problem.message = f"invalid 'continue' condition: {problem.message}"
                raise problem from error
            if forgiven:
                what = "Workflow step failed" if self.owner.kind == "workflow" else "Custom command step failed"
                self.app.log.warning(f"{what} but 'continue' matched; continuing", error=error.message,
                                     **{self.owner.kind: self.owner.name}, step=step.name or step.index)  # fmt: skip
                self.event("step_finished", step, status="forgiven", **facts)
                return
        self.event("step_finished", step, status="failed", tail=last_lines(getattr(error, "tail", "")), **facts)
        self.status = conditions.FAILURE
        shown = self.owner.failure(step, error)
        if isinstance(error, PrepareError) and self.owner.kind == "command":
            code = shown.exit_code
            whole = combine([*self.failures, shown], [*self.failed_steps, step.label])
            whole.exit_code = code
            raise whole
        if not any(shown is told for told in self.failures):  # an identity that is refused is so for every step
            self.failures.append(shown)
            self.failed_steps.append(step.label)

    # -- conditions ------------------------------------------------------------------------------------------

    def wanted(self, step: Step) -> bool:
        """Whether a step's condition lets it run now."""
        condition = step.condition
        if condition is None:
            if (
                step.fields.get("inputs") is None
                and step.fields.get("artifacts") is None
                and step.fields.get("preconditions") is None
            ):
                return self.status == conditions.SUCCESS
            from runner.steps import freshness

            condition = freshness.implied(step)
        if self.status != conditions.SUCCESS and not conditions.mentions_status(condition):
            return False
        return self.holds(step, condition, self.status)

    def may_run(self, step: Step) -> bool:
        """Whether a step would run if all goes well, as far as that is known now."""
        condition = step.condition
        if condition is None or conditions.mentions_freshness(condition):
            return True
        try:
            return self.holds(step, condition, conditions.SUCCESS)
        except AtmosError:
            return True

    def holds(self, step: Step, condition: Any, status: str, extra: Mapping[str, Any] | None = None) -> bool:
        """Evaluate a condition of a step."""
        try:
            return conditions.evaluate(
                condition, status=status, ci=self.ci, facts=lambda: self._facts(step, condition, extra)
            )
        except AtmosError as error:
            error.message = f'step "{step.label}": {error.message}'
            error.args = (error.message,)
            place = step.where
            error.where = error.where or (Where(*place) if place else None)
            raise

    def _facts(self, step: Step, condition: Any, extra: Mapping[str, Any] | None) -> dict[str, Any]:
        env = dict(self.base_env)
        environment.apply(env, self.exported.items())
        for key, value, command in (*self.owner.env, *step.env):
            if value is None and not command:
                env.pop(key, None)
            else:
                env[key] = str(self.app.config.resolve(value)) if value is not None else ""
        if not isinstance(step.stack, tuple):
            stack = self.stack or step.stack or self.owner.stack
        else:
            stack = self.stack or str(self.app.config.resolve(step.stack))
        facts: dict[str, Any] = {
            "env": env, "stack": stack, "component": "", "workflow": self.owner.name, "step": step.label, "hook": "",
            "event": "", "matrix": dict((extra or {}).get("matrix") or {}), "steps": self.results,
            "answers": {name: result["value"] for name, result in self.results.items()},
            **conditions.platform_facts(),
        }  # fmt: skip
        if conditions.mentions_freshness(condition):
            from runner.steps import freshness

            facts |= freshness.facts(self, step)
        return facts

    # -- one step -----------------------------------------------------------------------------------------------

    def run_step(self, ctx: Context) -> Result | None:
        """Run one step to its end: its result is stored and told. Raises what went wrong."""
        step = ctx.step
        entry = types.row(step.type)
        assert entry is not None
        begun = time.monotonic()
        if (
            self._services is not None
            and not step.background
            and step.type not in ("wait", "wait-all", "cancel")
            and ctx.parent is None
        ):
            self._services.gate()
        if (self.owner.show or step.fields.get("show")) and ctx.parent is None:
            from runner.steps import show

            show.step(ctx)
        ctx.prepare(entry.process)
        if self.owner.kind == "workflow":
            command = step.command if isinstance(step.command, str) else ""
            self.app.log.debug("Executing workflow step", step=step.index, name=step.label, command=command)
        self.event(
            "step_started", step, type=step.type, identity=ctx.identity or "", stack=ctx.stack, parent=ctx.parent
        )
        runner = types.runner(step.type)

        def run(ctx: Context) -> Result | None:
            try:
                return runner(ctx)
            except BrokenPipeError:
                raise  # our own reader went away
            except OSError as error:
                place = f": {error.filename}" if error.filename else ""
                raise StepError(f"{error.strerror or error}{place}") from error

        def attempt(number: int) -> Result | None:
            ctx.attempt = number
            if ctx.canceled is not None and ctx.canceled():
                raise StepError("canceled", retryable=False)
            return run(ctx)

        def again(number: int, error: StepError, pause: float) -> None:
            self.event("step_retry", step, attempt=number, code=error.exit_code, error=error.message, pause=pause,
                       parent=ctx.parent)  # fmt: skip

        prefix = self.owner.kind == "workflow" and step.type in ("shell", "atmos")
        policy = step.retry
        if policy is None and not prefix:
            result = run(ctx)
        else:
            result = retry.run(attempt, policy, prefix=prefix, wait=self.pause, on_retry=again)
        if result is not None:
            self.finish(ctx, result)
        if step.fields.get("inputs"):
            from runner.steps import freshness

            freshness.record(self, step)
        self.event("step_finished", step, status="succeeded", code=0, seconds=time.monotonic() - begun, attempts=ctx.attempt,
                   identity=ctx.identity or "", result=result.data() if result is not None else None, parent=ctx.parent)  # fmt: skip
        return result

    def finish(self, ctx: Context, result: Result) -> None:
        """Evaluate `outputs` and store the result under the step's name."""
        step = ctx.step
        outputs = step.fields.get("outputs")
        if outputs:
            ctx.data = {**ctx.data, **result.data()}
            for name, value in outputs.items():
                try:
                    result.outputs[name] = ctx.render(value, f"outputs.{name}")
                except PrepareError as error:
                    raise StepError(
                        f"failed to resolve output {name}: {error.message}", explanation=error.explanation,
                        hints=error.hints, retryable=False,
                    ) from error  # fmt: skip
        if step.name:
            self.results[step.name] = result.data()

    def restore(self, step: Step) -> None:
        """Take the result of an earlier run instead of running the step."""
        found = self.restored[step.index]
        if found is not None and step.name:
            self.results[step.name] = dict(found)
        for key, child in self.restored.items() if step.children else ():
            if isinstance(key, tuple) and key[0] == step.label and child is not None:
                self.results[key[1]] = dict(child)
        self.event("step_finished", step, status="restored")

    def pause(self, seconds: float) -> None:
        """Wait, unless a signal ends the run."""
        limit = time.monotonic() + seconds
        while (left := limit - time.monotonic()) > 0:
            signals.check()
            time.sleep(min(left, 0.25))
        signals.check()

    # -- events ---------------------------------------------------------------------------------------------------------

    def event(self, kind: str, step: Step, *, parent: Context | None = None, **facts: Any) -> None:
        """Tell what happened. From threads one at a time."""
        if self.on_event is None:
            return
        record = {"event": kind, "step": step.label, "index": step.index, **facts}
        if parent is not None:
            record["parent"] = parent.step.label
        if self._lock is None:
            self.on_event(record)
        else:
            with self._lock:
                self.on_event(record)


def combine(errors: list[AtmosError], steps: list[str]) -> AtmosError:
    """Several failures as one: all messages with their steps, the first one's exit code, explanation and hints."""
    first = errors[0]
    if len(errors) > 1:
        first.message = "\n".join(f"{step}: {error.message}" for step, error in zip(steps, errors, strict=True))
        first.args = (first.message,)
    return first
