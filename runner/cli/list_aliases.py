"""`atmos list aliases`: other names of commands, built-in, configured at the top level, and of custom commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks

if TYPE_CHECKING:
    from runner.app import App

_EXAMPLES = """\
 $ atmos list aliases
 $ atmos list aliases --format json"""
COLUMNS = ("Alias", "Command", "Type")


@clicks.command("atmos list aliases", "List aliases of commands", examples=_EXAMPLES)
@clicks.option(
    "--format",
    "-f",
    "format_",
    type=clicks.Choice(["table", "json", "yaml", "csv", "tsv"]),
    default="table",
    help="How to print",
)
def aliases(app: App, format_: str) -> int:
    from runner.console import listing

    rows = all_aliases(app)
    if format_ in ("json", "yaml"):
        app.out(listing.data([dict(zip(("alias", "command", "type"), row, strict=True)) for row in rows], format_))
    else:
        app.out(listing.table(app, COLUMNS, rows, format_))
    return 0


def all_aliases(app: App) -> list[list[str]]:
    """(alias, command, type), sorted by alias."""
    from runner import cli
    from runner.cli.list_commands import all_commands

    standing = cli.standing(app)
    rows = [[alias, f"atmos {row.name}", "built-in"] for row in cli.TABLE for alias in row.aliases]
    rows += [
        [name, f"atmos {words}", "configured"] for name, words in app.config.aliases().items() if name not in standing
    ]
    for command in all_commands(app):
        parent = command.path.rsplit(" ", 1)[0].removeprefix("atmos").strip()
        rows += [[f"{parent} {alias}".strip(), command.path, "custom"] for alias in command.aliases]
    return sorted(rows)


def run(app: App, argv: list[str]) -> int:
    return clicks.run(aliases, app, argv)
