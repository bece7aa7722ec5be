"""Run a custom command: words in, exit code out. On the short way.

In this order: mistakes of the declaration → parse → nothing to run (`when`) is success → missing values are asked for →
values → working directory → dependencies → component → the one engine. Nothing authenticates before the engine's
first step that needs it.
"""

from __future__ import annotations

import os

from runner.commands import grammar, values
from runner.commands.model import Command
from runner.errors import AtmosError, Where

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App
    from runner.commands.grammar import Parsed
    from runner.commands.values import Values


class Choice(AtmosError):
    """A command that only holds others was called: they are listed, without the usual block around it."""

    bare = True

    def __init__(self, paths: list[str]) -> None:
        lines = [f"{number}. {path}" for number, path in enumerate(paths, 1)]
        super().__init__("\n".join(["Available command(s):", *lines]))
        self.commands = paths


def run(app: App, tree: dict[str, object], words: list[str]) -> int:
    """Run the command of `tree` that `words` mean: all words of the command line but the command's own name."""
    command, _, _ = grammar.locate(Command(tree), words)
    problems = command.problems()
    if problems:
        return _broken(app, command, words)
    parsed = grammar.parse(tree, words)
    take_globals(app, parsed)
    if parsed.help_topic is not None:
        return _help(app, parsed)
    command = parsed.resolve(app.config.resolve)
    if not command.steps:
        return _without_steps(parsed)
    grammar.check_words(parsed)
    if parsed.flags.get("watch") is not None and _automatic(parsed, "watch"):
        from runner.commands import watch

        return watch.run(app, parsed)
    return run_parsed(app, parsed)


def run_parsed(app: App, parsed: Parsed) -> int:
    """Run a command whose words are read."""
    dry_run = bool(parsed.flags.get("dry-run")) and _automatic(parsed, "dry-run")
    ask = app.interactive and not dry_run
    values.check_complete(parsed, ask=ask)

    from runner.commands.execution import Execution

    app.warn_of(app.config.warnings_of([command.name for command in parsed.command.lineage]))
    for note in parsed.command.data.get("notes") or ():  # type: ignore[attr-defined]
        app.err(f"⚠ {note}\n")
    given = values.Values(app, parsed)
    prepared = Execution(app, given, dry_run=dry_run)
    if not prepared.anything_to_do():
        return 0
    if ask and (wanted := values.missing(given)):
        from runner.commands import asking

        asking.ask(app, given, wanted)
    values.check_values(given)
    force = bool(parsed.flags.get("force")) and _automatic(parsed, "force")
    if parsed.flags.get("events") and _automatic(parsed, "events") and not dry_run:
        return prepared.run_with_events(str(parsed.flags["events"]), force=force)
    return prepared.run(force=force)


def take_globals(app: App, parsed: Parsed) -> None:
    """Global flags that stand after the command word count like those before it."""
    if parsed.globals_given != app.flags.given:
        app.flags.given.clear()
        app.flags.given.update(parsed.globals_given)
        app._log = None  # its level may be another now


def _automatic(parsed: Parsed, name: str) -> bool:
    """Whether a flag is the automatic one, not one that the command declares itself."""
    flag = parsed.table.by_name.get(name)
    return flag is not None and flag.origin == "automatic"


def _help(app: App, parsed: Parsed) -> int:
    command = parsed.named
    if command.children and not command.arguments:
        grammar.check_words(parsed)
    _print_help(app, command, parsed.help_topic or "")
    return 0


def _print_help(app: App, command: Command, topic: str) -> None:
    from runner.console import help as console_help
    from runner.console import pager

    pager.show(app, console_help.render_command_help(app, command, topic), configured=False)


def _broken(app: App, command: Command, words: list[str]) -> int:
    """A command with mistakes: its help, which names them, or an error that does."""
    own = words[: words.index("--")] if "--" in words else words
    if "--help" in own or "-h" in own or any(word.startswith("--help=") for word in own):
        _print_help(app, command, "")
        return 0
    from runner.config.mistakes import told

    problems = command.problems()
    lines = [told(problem, app.cwd) for problem in problems]
    first = problems[0].where
    count = "a mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
    raise AtmosError(
        f"`{command.path}` is not valid: its declaration has {count}",
        title="Invalid Command",
        explanation="\n".join(lines),
        where=first,
        hints=[f"Check the 'commands' section in {os.path.basename(first.file) if first else 'atmos.yaml'}"],
    )


def _without_steps(parsed: Parsed) -> int:
    """A command that only holds others, or nothing at all."""
    command = parsed.command
    children = [child for child in command.children if not child.internal]
    if command.children:
        if parsed.arguments:
            raise grammar.unknown_child(command, parsed.arguments[0])
        raise Choice([child.path for child in children])
    if parsed.arguments and command.arguments:
        raise grammar.usage_error(command, f"Unknown command {parsed.arguments[0]} for {command.path}")
    grammar.check_count(parsed)
    place = command.data.get("where")
    raise AtmosError(
        f"The `{command.path}` command has no steps or subcommands configured.",
        title="Invalid Command",
        where=Where(*place) if isinstance(place, list) else None,
        hints=["Give it `steps`, or `commands` below it"],
    )


def values_of(app: App, parsed: Parsed) -> Values:
    """Arguments and flags of a parsed command line, for others who run commands."""
    return values.Values(app, parsed)
