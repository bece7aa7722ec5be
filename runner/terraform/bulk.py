"""terraform for several components: one after the other, or side by side where nothing depends on anything (spec §20)."""

from __future__ import annotations

import threading

from runner.errors import AtmosError
from runner.terraform import select
from runner.terraform.execute import Failed, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App
    from runner.steps.executors import Dask
    from runner.terraform.argv import Invocation
    from runner.terraform.select import Job

    Key = tuple[str, str]

CHANGES = 2
# Flags of terraform that mean one component; with them nothing is run for several by accident.
_SINGLE = ("target", "replace", "out", "state", "state-out", "id", "backup")
_NOT_IN_BULK = ("shell", "console", "import", "taint", "untaint", "force-unlock")


def run(app: App, invocation: Invocation) -> int:
    """Run for all selected components."""
    explicit = any(name in invocation.given for name in ("all", "affected", "query", "components", "tags", "labels"))
    single = [name for name in _SINGLE if invocation.passes(name)]
    if (single and not explicit) or invocation.sub in _NOT_IN_BULK:
        raise AtmosError(
            "`component` is required.",
            explanation=f"Usage: `atmos terraform {invocation.command} <component> <arguments_and_flags>`",
            hints=[f"`-{single[0]}` takes the word after it as its value; write the component first"] if single else [],
        )
    stack = invocation.text("stack")
    if stack:
        from runner.stacks import project as projects

        projects.of(app).require_stack(stack)
    jobs = select.jobs(app, invocation)
    if not jobs:
        app.err("✓ No components matched\n")
        return 0
    app.log.info("Processing components in dependency order", count=len(jobs))
    if invocation.on("dry-run"):
        return dry_run(app, invocation, jobs)
    return Bulk(app, invocation, jobs).run()


def dry_run(app: App, invocation: Invocation, jobs: list[Job]) -> int:
    """Say what would run; mistakes of single components are errors as in a run."""
    for job in jobs:
        if Run(app, invocation, job.found).prepare():
            app.err(f"✓ Would {invocation.command} {job.key[0]} in {job.key[1]} (dry run)\n")
    return 0


class Bulk:
    """One bulk run in this process."""

    def __init__(self, app: App, invocation: Invocation, jobs: list[Job]) -> None:
        self.app, self.invocation, self.jobs = app, invocation, jobs
        self.limit = _number(invocation.text("max-concurrency") or "1")
        self.keep_going = _choice(invocation, "failure-mode", ("fail-fast", "keep-going")) == "keep-going"
        self.grouped = _choice(invocation, "log-order", ("stream", "grouped")) == "grouped"
        self.lock = threading.Lock()
        self.changed = threading.Condition(self.lock)
        self.preparing = threading.Lock()
        self.state: dict[Key, str] = {}
        self.fault: Exception | None = None
        self.failed: list[tuple[Job, AtmosError]] = []
        self.changes = False
        self.executor: Dask | None = None

    def run(self) -> int:
        """All jobs; the exit code of the first failure."""
        if self.limit == 1:
            for job in self.jobs:
                if self._allowed(job):
                    self._work(job)
        else:
            from runner.steps import executors

            self.executor = executors.named("", self.app.env, self.limit)
            try:
                self._side_by_side()
            finally:
                if self.executor is not None:
                    self.executor.close()
        return self._result()

    def _allowed(self, job: Job) -> bool:
        if self.failed and not self.keep_going:
            return False
        return not any(self.state.get(need) in ("failed", "skipped") for need in job.needs)

    def _side_by_side(self) -> None:
        from runner.process import signals

        waiting = list(self.jobs)
        running: set[Key] = set()
        threads: list[threading.Thread] = []

        def work(job: Job) -> None:
            try:
                self._work(job)
            except AtmosError as error:  # interrupted: the waiting thread knows and says so
                self._note(job, "failed", error)
            except Exception as error:  # noqa: BLE001 - a fault of ours is raised where it is seen
                self.fault = error
                self._note(job, "failed", AtmosError(str(error)))
            finally:
                with self.changed:
                    running.discard(job.key)
                    self.changed.notify_all()

        with signals.holding(), self.changed:
            while waiting or running:
                for job in list(waiting):
                    if signals.received() or not self._allowed(job):
                        waiting.remove(job)
                        self.state.setdefault(job.key, "skipped")
                    elif len(running) < self.limit and all(self.state.get(need) == "done" for need in job.needs):
                        waiting.remove(job)
                        running.add(job.key)
                        thread = threading.Thread(target=work, args=(job,), daemon=True)
                        threads.append(thread)
                        thread.start()
                if waiting or running:
                    self.changed.wait(0.2)
        for thread in threads:
            thread.join()
        signals.check()
        if self.fault is not None:
            raise self.fault

    def _work(self, job: Job) -> None:
        """One component, whole; its failure is noted."""
        run_ = Run(self.app, self.invocation, job.found, alone=self.limit == 1, grouped=self.grouped and self.limit > 1)
        run_.executor = self.executor
        try:
            with self.preparing:
                wanted = run_.prepare()
                if wanted:
                    run_.authenticate()
            if wanted:
                run_.run()
        except Failed as error:
            if (
                error.exit_code == CHANGES
                and self.invocation.sub == "plan"
                and self.invocation.passes("detailed-exitcode")
            ):
                self.changes = True
                self._note(job, "done")
            else:
                self._note(job, "failed", error)
        except AtmosError as error:
            if getattr(error, "signal", 0):
                raise
            self._note(job, "failed", error)
        except Exception as error:
            if not hasattr(error, "exit_code"):
                raise
            self._note(job, "failed", AtmosError(str(getattr(error, "message", error)), exit_code=int(error.exit_code),
                                                 hints=list(getattr(error, "hints", ()))))  # fmt: skip
        else:
            self._note(job, "done")
        finally:
            run_.flush()

    def _note(self, job: Job, state: str, error: AtmosError | None = None) -> None:
        with self.lock:
            self.state[job.key] = state
            if error is not None:
                self.failed.append((job, error))

    def _result(self) -> int:
        if not self.failed:
            return CHANGES if self.changes else 0
        skipped = sum(1 for job in self.jobs if self.state.get(job.key) not in ("done", "failed"))
        parts = []
        for job, error in self.failed:
            text = f'Terraform execution failed for component "{job.key[0]}" in stack "{job.key[1]}".'
            detail = error.message + (f"\n{error.explanation}" if error.explanation else "")
            parts.append(f"{text}\n{detail}")
        if skipped:
            parts.append(f"{skipped} component(s) skipped after an earlier failure")
        first = self.failed[0][1]
        raise AtmosError(
            "terraform execution failed", explanation="\n\n".join(parts), exit_code=first.exit_code, hints=first.hints
        )


def _number(text: str) -> int:
    if text.isdigit() and int(text) > 0:
        return int(text)
    raise AtmosError(f"invalid value '{text}' for `--max-concurrency`: a whole number from 1 on is needed")


def _choice(invocation: Invocation, name: str, allowed: tuple[str, ...]) -> str:
    value = invocation.text(name)
    if value and value not in allowed:
        raise AtmosError(f"invalid value '{value}' for `--{name}`", hints=[f"The values are {' and '.join(allowed)}"])
    return value or allowed[0]
