"""Custom commands that join a built-in group below one of its own commands (decision D33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runner.cli import Builtin


def below(row: Builtin, node: dict[str, Any], child: str, words: list[str]) -> bool:
    """Whether the words after a built-in's own command `child` name a custom command that was added below it."""
    from runner.commands.complete_builtin import click_command
    from runner.commands.model import Command
    from runner.main import command_word

    at = command_word(words)
    if at < 0 or Command(node).child(words[at]) is None:
        return False
    import click

    command, _ = click_command(row, [child])
    return not (isinstance(command, click.Group) and words[at] in command.commands)
