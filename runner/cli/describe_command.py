"""`atmos describe command NAME…`: a custom command as it stands after merging and checking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.errors import UsageError

if TYPE_CHECKING:
    from runner.app import App
    from runner.commands.model import Command

_EXAMPLES = """\
 $ atmos describe command deploy
 $ atmos describe command ops db dump --format json"""


@clicks.command("atmos describe command", "Show a custom command as it is declared", examples=_EXAMPLES)
@clicks.argument("command", nargs=-1, required=True)
@clicks.option("--format", "-f", "format_", type=clicks.Choice(["yaml", "json"]), default="yaml", help="How to print")
@clicks.option("--query", "-q", default="", metavar="EXPRESSION", help="Select from the result, in yq's language")
def describe(app: App, command: tuple[str, ...], format_: str, query: str) -> int:
    from runner.console import listing

    data: object = described(find(app, [word for words in command for word in words.split()]))
    if query:
        from runner.query import query as select

        data = select(data, query)
    app.out(listing.data(data, format_))
    return 0


def find(app: App, words: list[str]) -> Command:
    """The custom command that the words name, by names and aliases. UsageError when there is none."""
    from runner.commands import grammar
    from runner.commands.model import Command

    tree = app.config.command(words[0])
    if tree is None:
        known = {name: name for name in (summary[0] for summary in app.config.command_summaries())}
        known |= {str(alias): summary[0] for summary in app.config.command_summaries() for alias in summary[2]}
        if words[0] not in known:
            from runner.errors import nearest

            close = nearest(words[0], known)
            raise UsageError(
                f"there is no custom command {words[0]}", usage="atmos describe command NAME [flags]",
                hints=[f"Did you mean `{close[0]}`?"] if close else ["`atmos list commands` lists them"],
                command="atmos describe command",
            )  # fmt: skip
        tree = app.config.command(known[words[0]])
        assert tree is not None
    command = Command(tree)
    for word in words[1:]:
        child = command.child(word)
        if child is None:
            raise grammar.unknown_child(command, word)
        command = child
    return command


def described(command: Command) -> dict[str, object]:
    """A command as data: the keys of a declaration, computed values as they are written, and what is wrong with it."""
    from runner.errors import Problem

    found: dict[str, object] = {}
    for key, value in command.data.items():
        if key == "commands":
            found[key] = {child.name: described(child) for child in command.children}
        elif key == "broken":
            found["problems"] = [str(Problem.of(plain)) for plain in value]  # type: ignore[attr-defined]
        elif key == "where":
            found["file"] = f"{value[0]}:{value[1]}" if isinstance(value, list) else ""
        elif key == "path":
            found[key] = command.path
        elif key == "env":
            found[key] = [_env_entry(entry) for entry in value]  # type: ignore[attr-defined]
        elif key == "steps":
            found[key] = [_step(step) for step in command.steps]
        else:
            found[key] = _plain(value)
    return found


def _env_entry(entry: list[object]) -> dict[str, object]:
    key, value, command = entry
    return {"key": key, "valueCommand": _plain(command)} if command else {"key": key, "value": _plain(value)}


def _step(step: dict[str, object]) -> dict[str, object]:
    from runner.steps import conditions

    found: dict[str, object] = {}
    for key, value in step.items():
        if key in ("index", "where", "broken") or value in ("", None):
            continue
        if key == "steps":
            found[key] = [_step(child) for child in value]  # type: ignore[attr-defined]
        elif key in ("env", "vars"):
            found[key] = [_env_entry(entry) for entry in value]  # type: ignore[attr-defined]
        elif key in ("when", "continue"):
            found[key] = conditions.written(value)
        else:
            found[key] = _plain(value)
    return found


def _plain(value: object) -> object:
    """Values that are computed later, as they are written: `!env NAME`."""
    if isinstance(value, tuple):
        if len(value) == 4 and isinstance(value[0], str) and value[0].startswith("!"):
            return value[1] if value[0] == "!literal" else f"{value[0]} {value[1]}".strip()
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def run(app: App, argv: list[str]) -> int:
    return clicks.run(describe, app, argv)
