"""Asking a person: the interface the package uses, and a plain terminal that implements it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Protocol

from auth.errors import AuthError, InteractionRequired, UserAborted

Validate = Callable[[str], str]
"""Gives an empty text for a good answer, else what is wrong with it."""


class Prompter(Protocol):
    """Whoever can ask. Each method raises `auth.errors.UserAborted` when the person gives up."""

    def text(self, title: str, *, message: str = "", default: str = "", validate: Validate | None = None) -> str: ...

    def secret(self, title: str, *, message: str = "", validate: Validate | None = None) -> str: ...

    def select(self, title: str, options: Sequence[tuple[str, str]]) -> str:
        """One of (value, label)."""

    def confirm(self, title: str, *, message: str = "", default: bool = False) -> bool: ...

    def show(self, title: str, lines: Sequence[str]) -> None:
        """Something a person must see before going on, such as a device code and its address."""


class Nobody:
    """Nobody is there: whatever has to be asked is an error that says what for. What is shown goes to `notify`."""

    def __init__(self, notify: Callable[[str], None] | None = None) -> None:
        self._notify = notify

    def text(self, title: str, *, message: str = "", default: str = "", validate: Validate | None = None) -> str:
        raise _needs(title)

    def secret(self, title: str, *, message: str = "", validate: Validate | None = None) -> str:
        raise _needs(title)

    def select(self, title: str, options: Sequence[tuple[str, str]]) -> str:
        raise _needs(title)

    def confirm(self, title: str, *, message: str = "", default: bool = False) -> bool:
        raise _needs(title)

    def show(self, title: str, lines: Sequence[str]) -> None:
        if self._notify is not None:
            self._notify("\n".join([title, *lines]))


def _needs(title: str) -> AuthError:
    return InteractionRequired(
        f"{title}: this has to be asked, and there is no interactive terminal",
        hints=["Run it in a terminal", "Or configure what it asks for, see docs/auth.md"],
    )


class Terminal:
    """A plain terminal: questions on stderr, answers from stdin, secrets unseen. For programs without a console."""

    def _ask(self, label: str, hidden: bool) -> str:
        import getpass

        try:
            if hidden:
                return getpass.getpass(label, stream=sys.stderr)
            sys.stderr.write(label)
            sys.stderr.flush()
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            raise UserAborted from None
        except EOFError:
            raise UserAborted(interrupt=False) from None
        if not line:
            raise UserAborted(interrupt=False)
        return line.rstrip("\n")

    def _until_good(self, title: str, message: str, default: str, validate: Validate | None, hidden: bool) -> str:
        if message:
            sys.stderr.write(message + "\n")
        while True:
            answer = self._ask(f"{title}{f' [{default}]' if default else ''}: ", hidden) or default
            problem = validate(answer) if validate else ""
            if not problem:
                return answer
            sys.stderr.write(problem + "\n")

    def text(self, title: str, *, message: str = "", default: str = "", validate: Validate | None = None) -> str:
        return self._until_good(title, message, default, validate, False)

    def secret(self, title: str, *, message: str = "", validate: Validate | None = None) -> str:
        return self._until_good(title, message, "", validate, True)

    def select(self, title: str, options: Sequence[tuple[str, str]]) -> str:
        listing = "\n".join(f"  {number}. {label}" for number, (_value, label) in enumerate(options, 1))

        def validate(answer: str) -> str:
            good = answer.isascii() and answer.isdigit() and 1 <= int(answer) <= len(options)
            return "" if good else f"A number from 1 to {len(options)}, please"

        return options[int(self._until_good(title, listing, "", validate, False)) - 1][0]

    def confirm(self, title: str, *, message: str = "", default: bool = False) -> bool:
        answer = self._until_good(f"{title} [{'Y/n' if default else 'y/N'}]", message, "", None, False)
        return answer.strip().lower() in ("y", "yes") if answer.strip() else default

    def show(self, title: str, lines: Sequence[str]) -> None:
        sys.stderr.write("\n".join([title, *lines]) + "\n")
