"""What can go wrong with one step. On the short way."""

from __future__ import annotations

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class StepError(AtmosError):
    """A step did its work and failed. command: what to show as the failed command. tail: the last lines it printed.

    retryable: another attempt may help. An owner turns it into the error that is shown (`Owner.failure`).
    """

    def __init__(
        self, message: str, *, command: str = "", exit_code: int = 1, explanation: str = "", hints: Iterable[str] = (),
        retryable: bool = True, tail: str = "", title: str = "Error",
    ) -> None:  # fmt: skip
        super().__init__(message, exit_code=exit_code, explanation=explanation, hints=hints, title=title)
        self.command = command
        self.retryable = retryable
        self.tail = tail


class PrepareError(AtmosError):
    """A step could not be prepared: a template, its environment, its identity. Never forgiven by `continue`."""


class ExitRequest(BaseException):
    """An `exit` step: the run ends with its code, after the steps that run always."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code
