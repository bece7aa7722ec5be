"""From the engine's events to the record, the journal and the view of a run."""

from __future__ import annotations

from runner.workflows.record import FAILED, FORGIVEN, RESTORED, SKIPPED, SUCCEEDED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from runner.steps.model import Step
    from runner.workflows.journal import Journal
    from runner.workflows.progress import Progress
    from runner.workflows.record import RunRecord, StepRecord

LARGEST = 1 << 20  # characters of a step's texts that a journal keeps


class Recorder:
    """Is told what happens (`Run(on_event=…)`); never disturbs the run."""

    def __init__(
        self,
        run: RunRecord,
        steps: Iterable[Step],
        *,
        mask: Callable[[str], str],
        journal: Journal | None = None,
        progress: Progress | None = None,
        replaced: Callable[[], None] | None = None,
        finished: Callable[[], None] | None = None,
    ) -> None:
        self.run, self.mask, self.journal, self.progress = run, mask, journal, progress
        self.replaced, self.finished = replaced, finished
        self.failed = False
        self._steps = {("", step.index): step for step in steps}
        self._steps |= {
            (step.label, child.index): child for step in list(self._steps.values()) for child in step.children
        }

    def __call__(self, event: dict[str, Any]) -> None:
        kind = event["event"]
        name, parent = str(event.get("name") or event["step"]), str(event.get("parent") or "")
        if kind == "step_started":
            self._started(event, name, parent)
        elif kind == "step_command":
            self._record(event, name, parent).command = self.mask(str(event.get("command", "")))
        elif kind == "step_retry":
            self._record(event, name, parent).attempts = int(event.get("attempt", 1)) + 1
        elif kind == "step_finished":
            self._finished(event, name, parent)
        elif kind == "step_replaced":
            self._replaced(event, name, parent)
        elif self.progress is not None and kind == "group_started":
            step = self._step(event, parent)
            if step is None or step.mode != "prefixed":  # prefixed lines are written while the group runs
                self.progress.group_begins(name)
        elif self.progress is not None and kind == "group_ended":
            self.progress.group_ends()

    def _record(self, event: dict[str, Any], name: str, parent: str, type: str = "") -> StepRecord:
        return self.run.step(name, parent, type, event.get("index"))

    def _step(self, event: dict[str, Any], parent: str) -> Step | None:
        """The declaration of the step an event is about."""
        return self._steps.get((parent, int(event.get("index", -1))))

    def _started(self, event: dict[str, Any], name: str, parent: str) -> None:
        record = self._record(event, name, parent, str(event.get("type", "")))
        record.identity, record.stack = str(event.get("identity") or ""), str(event.get("stack") or "")
        self._declared(record, event, parent)
        if self.journal is not None:
            facts: dict[str, Any] = {"parent": parent} if parent else {}
            self.journal.write("start", step=name, **facts)

    def _declared(self, record: StepRecord, event: dict[str, Any], parent: str) -> None:
        """Until the rendered command is known, show it as it is declared."""
        step = self._step(event, parent)
        if step is None:
            return
        record.type = record.type or step.type
        command = step.fields.get("command") or step.fields.get("script") or step.fields.get("url")
        if isinstance(command, str):
            record.command = self.mask(command.strip())

    def _finished(self, event: dict[str, Any], name: str, parent: str) -> None:
        record = self._record(event, name, parent)
        status = str(event.get("status", SUCCEEDED))
        if not record.type:
            self._declared(record, event, parent)
        record.status = status
        record.ended = self.run.now()
        record.code = event.get("code")
        if status == SKIPPED:
            record.started = record.ended
        if event.get("attempts"):
            record.attempts = int(event["attempts"])
        record.error = self.mask(str(event.get("error") or ""))
        record.tail = [self.mask(line) for line in event.get("tail") or ()]
        if event.get("identity"):
            record.identity = str(event["identity"])
        if self.journal is not None and status != RESTORED:
            self._journal(event, record, name, parent)
        if status == FAILED and not parent:
            self.failed = True

    def _journal(self, event: dict[str, Any], record: StepRecord, name: str, parent: str) -> None:
        assert self.journal is not None
        facts: dict[str, Any] = {"step": name, "index": event.get("index"), "status": record.status}
        if parent:
            facts["parent"] = parent
        if record.code:
            facts["code"] = record.code
        if record.attempts > 1:
            facts["attempts"] = record.attempts
        if record.identity:
            facts["identity"] = record.identity
        facts["seconds"] = round(record.seconds, 3)
        step = self._step(event, parent)
        if self.failed or (step is not None and runs_again(step)):
            facts["again"] = True
        elif record.status in (SUCCEEDED, FORGIVEN) and event.get("result"):
            facts["result"] = compact(event["result"])
            if self.finished is not None and not parent:
                self.finished()
        self.journal.write("end", urgent=record.status == FAILED, **facts)

    def _replaced(self, event: dict[str, Any], name: str, parent: str) -> None:
        """An `exec` step: what follows is no longer ours to see."""
        record = self._record(event, name, parent)
        record.status, record.ended = SUCCEEDED, self.run.now()
        if self.replaced is not None:
            self.replaced()


AGAIN = ("env", "wait", "wait-all", "cancel")


def runs_again(step: Step) -> bool:
    """Steps whose effect does not outlive the process, or whose result must not be stored."""
    return step.type in AGAIN or step.background or bool(step.fields.get("password"))


def compact(result: dict[str, Any]) -> dict[str, Any]:
    """What a step left, each text once and none without bound."""
    metadata = {key: clip(value) for key, value in (result.get("metadata") or {}).items()}
    kept: dict[str, Any] = {"metadata": metadata}
    value = result.get("value", "")
    if value == str(metadata.get("stdout", "")).strip():
        kept["trimmed"] = True
    elif value == metadata.get("stdout"):
        kept["same"] = True
    else:
        kept["value"] = clip(value)
    for key in ("values", "outputs", "skipped", "error"):
        if result.get(key):
            kept[key] = result[key]
    return kept


def expand(kept: dict[str, Any] | None) -> dict[str, Any] | None:
    """The way back: the result as templates see it."""
    if kept is None:
        return None
    metadata = kept.get("metadata") or {}
    value = kept.get("value", "")
    if kept.get("trimmed"):
        value = str(metadata.get("stdout", "")).strip()
    elif kept.get("same"):
        value = metadata.get("stdout", "")
    return {
        **metadata,
        "value": value,
        "values": kept.get("values") or [],
        "metadata": metadata,
        "outputs": kept.get("outputs") or {},
        "skipped": bool(kept.get("skipped")),
        "error": kept.get("error") or "",
    }


def clip(value: Any) -> Any:
    """A text of bounded length."""
    return value[:LARGEST] if isinstance(value, str) else value
