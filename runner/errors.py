"""The runner's error family: what happened, where, what to do next. Core code raises these; `runner.console` prints them.

`auth.errors.AuthError` and `templating.errors.TemplateError` carry the same attributes, so one printer serves all.
This module is on the short way and imports nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Where:
    """A place in a file: path as shown to people, line and column counted from 1 (0: unknown)."""

    __slots__ = ("column", "file", "line")

    def __init__(self, file: str, line: int = 0, column: int = 0) -> None:
        self.file, self.line, self.column = file, line, column

    def __str__(self) -> str:
        text = self.file
        if self.line:
            text += f":{self.line}"
            if self.column:
                text += f":{self.column}"
        return text

    def __repr__(self) -> str:
        return f"Where({str(self)!r})"

    def plain(self) -> tuple[str, int, int]:
        """For the compiled configuration; `Where(*plain)` is the way back."""
        return (self.file, self.line, self.column)


class AtmosError(Exception):
    """An error to show to a person.

    message: one line. title: the heading of the block, with its own `##` where it is a lower one. explanation: a
    paragraph or several.
    hints: what to do next, one sentence each. where: file:line or None. exit_code: see docs/exit-codes.md.
    usage: a usage line, shown in its own section. context: more facts, shown with --verbose.
    quiet: the message is already on the screen (a child printed it), only the exit code counts.
    """

    def __init__(
        self,
        message: str,
        *,
        title: str = "Error",
        explanation: str = "",
        hints: Iterable[str] = (),
        where: Where | None = None,
        exit_code: int = 1,
        usage: str = "",
        context: dict[str, str] | None = None,
        quiet: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.title = title
        self.explanation = explanation
        self.hints = list(hints)
        self.where = where
        self.exit_code = exit_code
        self.usage = usage
        self.context = context or {}
        self.quiet = quiet


class UsageError(AtmosError):
    """The command line is not what the command takes. Exit status 1 (decision D34)."""

    def __init__(self, message: str, *, usage: str = "", command: str = "", **more: object) -> None:
        hints = list(more.pop("hints", ()))  # type: ignore[call-overload]
        if command:
            hints.append(f"Run `{command} --help` for usage")
        super().__init__(message, title="Incorrect Usage", usage=usage, hints=hints, **more)  # type: ignore[arg-type]


class UserAborted(AtmosError):
    """A person cancelled a prompt: ctrl-c gives 130 (D34), escape 1."""

    def __init__(self, *, interrupt: bool = True) -> None:
        super().__init__("user aborted", exit_code=130 if interrupt else 1)


class Problem:
    """One finding of validation: shown when what it concerns is used (D12), all at once by `atmos validate`.

    unreadable: it is no mistake in what was declared, but what stands there cannot be read as a declaration at all.
    """

    __slots__ = ("hint", "message", "path", "severity", "unreadable", "where")

    def __init__(
        self, message: str, where: Where | None = None, *, path: str = "", hint: str = "", severity: str = "error"
    ) -> None:
        self.message, self.where, self.path, self.hint, self.severity = message, where, path, hint, severity
        self.unreadable = False

    def plain(self) -> tuple[str, tuple[str, int, int] | None, str, str, str]:
        return (self.message, self.where.plain() if self.where else None, self.path, self.hint, self.severity)

    @classmethod
    def of(cls, plain: tuple[str, tuple[str, int, int] | None, str, str, str]) -> Problem:
        message, where, path, hint, severity = plain
        return cls(message, Where(*where) if where else None, path=path, hint=hint, severity=severity)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{place}{self.message}"


def nearest(word: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Known words close to a mistyped one, best first; imported late because it is only for mistakes."""
    from difflib import get_close_matches

    by_fold: dict[str, str] = {}
    for name in known:
        by_fold.setdefault(name.lower(), name)
    return [by_fold[match] for match in get_close_matches(word.lower(), list(by_fold), limit, 0.6)]
