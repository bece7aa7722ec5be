"""`atmos list`: the group; each of its commands is a module of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks

if TYPE_CHECKING:
    from runner.app import App

_EXAMPLES = """\
 $ atmos list commands
 $ atmos list stacks
 $ atmos list workflows --format json"""


@clicks.group("atmos list", "List stacks, components, workflows, commands, aliases", examples=_EXAMPLES)
def group() -> None:
    """Nothing happens before the subcommand is known."""


def run(app: App, argv: list[str]) -> int:
    return clicks.run(group, app, argv)
