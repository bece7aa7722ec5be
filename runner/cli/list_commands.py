"""`atmos list commands`: the custom commands of the project, children included."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.app import App
    from runner.commands.model import Command

_EXAMPLES = """\
 $ atmos list commands
 $ atmos list commands --format json"""
COLUMNS = ("command", "description", "arguments", "flags", "aliases", "file")


@clicks.command("atmos list commands", "List custom commands", examples=_EXAMPLES)
@clicks.option(
    "--format",
    "-f",
    "format_",
    type=clicks.Choice(["table", "json", "yaml", "csv", "tsv"]),
    default="table",
    help="How to print",
)
@clicks.option("--all", "-a", "everything", is_flag=True, help="Internal commands too")
def commands(app: App, format_: str, everything: bool) -> int:
    from runner.console import listing

    rows = [row(command) for command in all_commands(app) if everything or not hidden(command)]
    if format_ in ("json", "yaml"):
        app.out(listing.data(rows, format_))
    else:
        cells = [[_cell(found[column]) for column in COLUMNS] for found in rows]
        app.out(listing.table(app, COLUMNS, cells, format_))
    return 0


def _cell(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def all_commands(app: App) -> Iterator[Command]:
    """Every custom command, parents before children, sorted on each level."""
    from runner.commands.model import Command

    def below(command: Command) -> Iterator[Command]:
        yield command
        for child in sorted(command.children, key=lambda item: item.name):
            yield from below(child)

    for name in sorted(summary[0] for summary in app.config.command_summaries()):
        tree = app.config.command(name)
        if tree is not None:
            yield from below(Command(tree))


def hidden(command: Command) -> bool:
    return any(ancestor.internal for ancestor in command.lineage)


def row(command: Command) -> dict[str, object]:
    """What the list says of one command."""
    from runner.console.page import first_line

    place = command.data.get("where")
    found: dict[str, object] = {
        "command": command.path.removeprefix("atmos "),
        "description": first_line(command.description),
        "arguments": [argument.name for argument in command.arguments],
        "flags": [flag.name for flag in command.flags],
        "aliases": command.aliases,
        "internal": command.internal,
        "file": f"{place[0]}:{place[1]}" if isinstance(place, list) else "",
    }
    broken = command.problems()
    if broken:
        found["problems"] = [str(problem) for problem in broken]
    return found


def run(app: App, argv: list[str]) -> int:
    return clicks.run(commands, app, argv)
