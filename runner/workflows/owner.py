"""A workflow as the owner of its steps: what the engine asks it, and the error block of a step that failed."""

from __future__ import annotations

from runner.errors import AtmosError
from runner.steps.errors import StepError
from runner.steps.model import Owner
from runner.workflows import resume

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.steps.model import Step
    from runner.workflows.resume import Invocation

TITLE = "Workflow Error"
FAILED = "workflow step execution failed"


class WorkflowOwner(Owner):
    """The owner that the engine gets. The resume hint of a failed step repeats `invocation`.

    finished: how many steps have left a result in it.
    """

    __slots__ = ("finished", "first", "invocation")

    def __init__(self, compiled: dict[str, Any], invocation: Invocation) -> None:
        super().__init__(
            kind="workflow",
            name=compiled["name"],
            file=compiled["file"],
            env=compiled["env"],
            working_directory=compiled["working_directory"],
            identity=compiled["identity"],
            stack=compiled["stack"],
            show=compiled["show"],
            output=compiled["output"],
            viewport=compiled["viewport"],
            extra={"description": compiled["description"]},
            where=compiled["where"],
            engine=compiled.get("engine", ""),
        )
        self.invocation = invocation
        self.first: AtmosError | None = None
        self.finished = 0

    def count(self) -> None:
        """A step has finished and left its result in the journal."""
        self.finished += 1

    def failure(self, step: Step, error: AtmosError) -> AtmosError:
        """The error to show for a step that failed: what failed, the command, how to resume.

        The engine shows the first one with the messages of all; so that one also tells which steps the others were.
        """
        shown = self._failure(step, error)
        if self.first is None:
            self.first = shown
        else:
            lines = [f"Step `{step.label}` failed too: {error.message}"]
            command = getattr(error, "command", "")
            if command:
                lines += ["", *(f" {line}" for line in command.splitlines())]
            self.first.explanation = "\n\n".join(filter(None, [self.first.explanation, "\n".join(lines)]))
        return shown

    def _failure(self, step: Step, error: AtmosError) -> AtmosError:
        hints = [hint for hint in error.hints if hint]
        if error.exit_code != 0:
            hints.append(resume.hint(self.invocation, step.label))
            if self.run_id and self.finished:
                again = resume.command(self.invocation, run_id=self.run_id)
                hints.append(f"To go on with the results of the steps that have finished, run:\n\n {again}")
        if not isinstance(error, StepError):
            return AtmosError(
                error.message, title=error.title, explanation=error.explanation, hints=hints, where=error.where,
                exit_code=error.exit_code, context=error.context,
            )  # fmt: skip
        paragraphs = [error.explanation] if error.explanation else []
        if error.command:
            lines = "\n".join(f" {line}" for line in error.command.splitlines())
            paragraphs.append(f"The following command failed to execute:\n\n{lines}")
        place = step.where
        return AtmosError(
            f"{FAILED}: {error.message}",
            title=TITLE,
            explanation="\n\n".join(paragraphs),
            hints=hints,
            exit_code=error.exit_code,
            context={"step": step.label, **({"defined": f"{place[0]}:{place[1]}"} if place else {}), **error.context},
        )
