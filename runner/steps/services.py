"""Background steps: containers that run beside the steps after them, until they are cancelled or the run ends.

A service is started without waiting. Before the next step runs in the foreground every service has to be ready, once:
its `health` command succeeds, its image's own health check says so, or, with neither, it runs.
"""

from __future__ import annotations

import time

from runner.process import signals
from runner.steps import containers
from runner.steps.errors import StepError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from runner.steps.context import Context
    from runner.steps.engine import Run

READY_IN = 60.0
INTERVAL = 0.5
TAIL = 20


class Service:
    """One container that runs. ready: it was seen to be."""

    def __init__(self, ctx: Context, path: str, container: str) -> None:
        self.name, self.path, self.container = ctx.step.label, path, container
        self.env = dict(ctx.env)
        self.ready = False
        health = (ctx.step.get("with") or {}).get("health") or {}
        self.check = ctx.render(health.get("command"), "with.health.command").strip() if health.get("command") else ""
        self.interval = float(health.get("interval") or INTERVAL)
        self.limit = float(health.get("timeout") or READY_IN)

    def state(self) -> str:
        """`ready`, `starting`, or `gone`."""
        seen = self._ask("inspect", "--format", "{{.State.Running}} {{if .State.Health}}{{.State.Health.Status}}{{end}}", self.container)  # fmt: skip
        words = seen.stdout.split()
        if seen.returncode or not words or words[0] != "true":
            return "gone"
        if self.check:
            return "starting" if self._ask("exec", self.container, "sh", "-c", self.check).returncode else "ready"
        return "ready" if words[1:] in ([], ["healthy"]) else "starting"

    def wait(self, limit: float | None = None) -> None:
        """Until it is ready. StepError when it ends before, or takes too long."""
        if self.ready:
            return
        seconds = self.limit if limit is None else limit
        deadline = time.monotonic() + seconds
        while True:
            state = self.state()
            if state == "ready":
                self.ready = True
                return
            if state == "gone":
                raise self._error(f'background step "{self.name}" ended before it was ready')
            if time.monotonic() >= deadline:
                raise self._error(f'background step "{self.name}" was not ready after {seconds:g}s')
            pause = time.monotonic() + min(self.interval, max(0.0, deadline - time.monotonic()))
            while time.monotonic() < pause:
                signals.check()
                time.sleep(min(0.1, max(0.0, pause - time.monotonic())))

    def stop(self) -> None:
        """End and remove it."""
        self._ask("stop", "--time", "10", self.container)
        containers.remove(self.path, self.container, self.env)

    def _ask(self, *words: str) -> CompletedProcess[str]:
        return containers.ask(self.path, list(words), self.env)

    def _error(self, message: str) -> StepError:
        said = self._ask("logs", "--tail", str(TAIL), self.container)
        tail = "\n".join(filter(None, (said.stdout.strip(), said.stderr.strip()))) if not said.returncode else ""
        explanation = "The last it printed:\n\n" + "\n".join(f" {line}" for line in tail.splitlines()) if tail else ""
        return StepError(message, explanation=explanation, tail=tail)


class Services:
    """The services of one run, in the order of their start."""

    def __init__(self) -> None:
        self.running: dict[str, Service] = {}

    def gate(self) -> None:
        """Before a step in the foreground: all are ready."""
        for service in self.running.values():
            service.wait()

    def named(self, names: list[str], what: str) -> list[Service]:
        """The services that a step means. A step that was skipped has started none."""
        missing = [name for name in names if name not in self.running]
        if missing:
            raise StepError(
                f'{what} references unknown or already-stopped background step "{missing[0]}"',
                hints=[f"In the background run: {', '.join(self.running) or 'none'}"], retryable=False,
            )  # fmt: skip
        return [self.running[name] for name in names]

    def cancel(self, service: Service) -> None:
        service.stop()
        self.running.pop(service.name, None)

    def close(self, run: Run) -> None:
        """The run is over: whatever still runs ends, the youngest first. A second signal does not cut this short."""
        with signals.holding():
            for service in reversed(list(self.running.values())):
                run.app.log.debug("Stopping background step", step=service.name)
                self.cancel(service)
