"""What the auth package asks a person, asked with this program's prompts (`auth.prompts.Prompter`)."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from runner.console import prompts, terminal
from runner.errors import UserAborted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from runner.app import App


class AuthPrompter:
    """Questions of a login: MFA codes, passphrases, choices. What is to be seen goes to stderr."""

    def __init__(self, app: App) -> None:
        self.app = app

    def text(
        self,
        title: str,
        *,
        message: str = "",
        default: str = "",
        validate: Callable[[str], str] | None = None,
    ) -> str:
        """A line."""
        self._say(message)
        with self._alone():
            return prompts.text(title, default, validate=_check(validate), app=self.app)

    def secret(self, title: str, *, message: str = "", validate: Callable[[str], str] | None = None) -> str:
        """A line that nobody sees."""
        self._say(message)
        with self._alone():
            return prompts.password(title, _check(validate), app=self.app)

    def select(self, title: str, options: Sequence[tuple[str, str]]) -> str:
        """One of (value, label)."""
        labels = [label for _value, label in options]
        if len(set(labels)) < len(labels):  # two entries that look the same: their values tell them apart
            labels = [label if label == value else f"{label} ({value})" for value, label in options]
        with self._alone():
            chosen = prompts.select(title, labels, app=self.app)
        return options[labels.index(chosen)][0]

    def confirm(self, title: str, *, message: str = "", default: bool = False) -> bool:
        """Yes or no."""
        with self._alone():
            return prompts.confirm(title, default=default, description=message, app=self.app)

    def show(self, title: str, lines: Sequence[str]) -> None:
        """What must be seen before going on, such as a device code and its address: in a box on a terminal."""
        if terminal.is_tty(2) or terminal.forced_tty(self.app.flags):
            text = boxed(title, lines, terminal.width(self.app.env))
        else:
            text = "\n".join([title, *(f"  {line}" if line else "" for line in lines)])
        self.app.err(f"\n{text}\n\n")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The terminal is the question's, not the spinner's."""
        with self.app.spinner.paused() if self.app.spinner is not None else nullcontext(), aborting():
            yield

    def _say(self, message: str) -> None:
        if message:
            self.app.err(message + "\n")


def _check(validate: Callable[[str], str] | None) -> Callable[[str], str | None] | None:
    if validate is None:
        return None
    return lambda text: validate(text) or None


@contextmanager
def aborting() -> Iterator[None]:
    """Give the auth package a cancelled prompt as its own error."""
    from auth import errors

    try:
        yield
    except UserAborted as error:
        raise errors.UserAborted(interrupt=error.exit_code == 130) from None


def boxed(title: str, lines: Sequence[str], columns: int) -> str:
    """A title and lines in a box. A line that is too long for it, an address mostly, stands below, whole on its line
    so that it can be clicked and copied."""
    from prompt_toolkit.utils import get_cwidth

    room = min(columns, 100) - 6
    rows = [title, ""]
    for line in lines:
        if get_cwidth(line) <= room and (line or rows[-1]):  # no two blank lines in a row
            rows.append(line)
    while not rows[-1]:
        rows.pop()
    below = [line for line in lines if get_cwidth(line) > room]
    wide = max(get_cwidth(row) for row in rows)
    top, bottom = f"╭{'─' * (wide + 4)}╮", f"╰{'─' * (wide + 4)}╯"
    inside = [f"│  {row}{' ' * (wide - get_cwidth(row))}  │" for row in rows]
    return "\n".join([top, *inside, bottom, *below])
