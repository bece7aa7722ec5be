"""What happened in one run of a workflow: a record per step, filled from the engine's events.

The journal writes it down, the report draws it, the progress view shows it while it grows.
"""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SUCCEEDED, FAILED, SKIPPED, CANCELED, FORGIVEN, RESTORED, RUNNING = (
    "succeeded", "failed", "skipped", "canceled", "forgiven", "restored", "running",
)  # fmt: skip
FINAL_LINES = 20


class StepRecord:
    """One step, or one child of a group. started/ended: seconds since the run began; ended None while it runs."""

    __slots__ = (
        "attempts", "code", "command", "ended", "error", "identity", "name", "parent", "stack", "started", "status",
        "tail", "type",
    )  # fmt: skip

    def __init__(self, name: str, *, type: str = "", parent: str = "", started: float = 0.0) -> None:
        self.name, self.type, self.parent, self.started = name, type, parent, started
        self.ended: float | None = None
        self.status = RUNNING
        self.code: int | None = None
        self.attempts = 1
        self.command = ""
        self.identity = ""
        self.stack = ""
        self.error = ""
        self.tail: list[str] = []

    @property
    def seconds(self) -> float:
        return max(0.0, (self.ended if self.ended is not None else self.started) - self.started)

    def plain(self) -> dict[str, Any]:
        """For the JSON report: only what is known."""
        facts: dict[str, Any] = {
            "name": self.name,
            "type": self.type,
            "status": self.status,
            "started": round(self.started, 3),
            "seconds": round(self.seconds, 3),
        }
        if self.parent:
            facts["parent"] = self.parent
        if self.code is not None:
            facts["exit_code"] = self.code
        if self.attempts != 1:
            facts["attempts"] = self.attempts
        for name in ("command", "identity", "stack", "error"):
            if getattr(self, name):
                facts[name] = getattr(self, name)
        if self.tail:
            facts["last_lines"] = list(self.tail)
        return facts


class RunRecord:
    """One run. `clock` gives seconds; tests replace it."""

    def __init__(
        self,
        workflow: str,
        *,
        file: str = "",
        description: str = "",
        run_id: str = "",
        stack: str = "",
        identity: str = "",
        clock: Any = time.monotonic,
        wall: float | None = None,
    ) -> None:
        self.workflow, self.file, self.description, self.run_id = workflow, file, description, run_id
        self.stack, self.identity = stack, identity
        self.clock = clock
        self.begun = clock()
        self.wall = time.time() if wall is None else wall
        self.steps: list[StepRecord] = []
        self.status = RUNNING
        self.code = 0
        self.seconds = 0.0
        self._by_key: dict[tuple[str, str, int | None], StepRecord] = {}

    def now(self) -> float:
        now: float = self.clock() - self.begun
        return now

    def step(self, name: str, parent: str = "", type: str = "", index: int | None = None) -> StepRecord:
        """The newest record of a step, made when there is none. index: tells steps of one name apart."""
        key = (parent, name, None if parent else index)
        record = self._by_key.get(key)
        if record is None or (type and record.ended is not None):
            record = StepRecord(name, type=type, parent=parent, started=self.now())
            self.steps.append(record)
            self._by_key[key] = record
        return record

    def include(self, other: RunRecord, under: str) -> None:
        """Take over the steps of another run, which was a part of this one."""
        for step in other.steps:
            step.parent = f"{under}/{step.parent}" if step.parent else under
            step.started += other.begun - self.begun
            if step.ended is not None:
                step.ended += other.begun - self.begun
            self.steps.append(step)

    def finish(self, code: int) -> None:
        """The run is over. Steps that still ran were interrupted, except an `exit` step: that is how one ends."""
        self.seconds = self.now()
        self.code = code
        self.status = SUCCEEDED if code == 0 else FAILED
        for record in self.steps:
            if record.ended is None:
                record.ended = self.seconds
                record.status = CANCELED
                if record.type == "exit":
                    record.status, record.code = self.status, code

    def counts(self) -> dict[str, int]:
        """How many steps ended how; groups and dependencies count, what is in them does not."""
        found: dict[str, int] = {}
        for record in self.steps:
            if not record.parent:
                found[record.status] = found.get(record.status, 0) + 1
        return found

    def plain(self) -> dict[str, Any]:
        """The JSON report."""
        facts: dict[str, Any] = {
            "workflow": self.workflow,
            "file": self.file,
            "status": self.status,
            "exit_code": self.code,
            "started": timestamp(self.wall),
            "seconds": round(self.seconds, 3),
        }
        for name in ("description", "run_id", "stack", "identity"):
            if getattr(self, name):
                facts[name] = getattr(self, name)
        facts["steps"] = [record.plain() for record in self.steps]
        return facts


def timestamp(seconds: float) -> str:
    """A moment as ISO 8601 in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def duration(seconds: float) -> str:
    """A duration for people: `0.04s`, `12.3s`, `4m05s`, `1h02m`."""
    if seconds < 10:
        return f"{seconds:.2f}s"
    if seconds < 60:
        return f"{seconds:.1f}s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
