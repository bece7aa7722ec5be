"""Help of the program and of custom commands, in one shape with that of built-in ones (docs/commands.md).

A page is made of sections in a fixed order. What can be parsed and what help shows are the same declarations: custom
commands are read through `runner.commands.grammar`, built-in ones (`help_builtin`) through their click objects.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from runner.commands import grammar
from runner.commands.model import Argument, Command, Flag, text
from runner.console.page import Page, Row, first_line
from runner.errors import AtmosError
from runner.version import __version__

if TYPE_CHECKING:
    from runner.app import App

TOPICS = grammar.HELP_TOPICS
DASHES = (
    "--",
    "",
    "Use double dashes to separate Atmos-specific options from native arguments and flags for the command.",
)
MORE = "Use --help=usage for examples or --help=all for all flags and full help."

IGNORED = "Accepted and ignored"

# name -> one line of help of the program's own flags; shown under GLOBAL FLAGS
GLOBAL_HELP = {
    "ai": IGNORED,
    "base-path": "Base path of the project",
    "cast": IGNORED,
    "chdir": "Change to this directory before anything else",
    "config": "Configuration files to read instead of the discovered ones",
    "config-path": "Directories with configuration files to read instead of the discovered ones",
    "edition": IGNORED,
    "force-color": "Use colours even where no terminal is",
    "force-tty": "Treat all streams as terminals",
    "heatmap": IGNORED,
    "heatmap-mode": IGNORED,
    "identity": "Identity to use for authentication; empty or false turns authentication off, alone it asks",
    "interactive": "Ask for what is missing, where a person can be asked",
    "logs-file": "File for log lines: a path, /dev/stderr, /dev/stdout or /dev/null",
    "logs-level": "Log level: Trace, Debug, Info, Warning, Error or Off",
    "mask": "Mask secrets in what steps print; interactive steps have the terminal itself, unmasked",
    "no-color": "Use no colours",
    "pager": "Show long output in a pager",
    "profile": "Configuration profiles to apply",
    "profile-file": IGNORED,
    "profile-type": IGNORED,
    "profiler-enabled": IGNORED,
    "profiler-host": IGNORED,
    "profiler-port": IGNORED,
    "redirect-stderr": "File that takes what is written to stderr",
    "settings-list-merge-strategy": "How lists of stacks are merged: replace, append or merge",
    "skill": IGNORED,
    "use-version": "Version that is required",
    "verbose": "Log level Debug, and errors with their context",
}
STEP_TEXTS = ("command", "script", "prompt", "content", "title", "url", "path")  # what says best what a step does
TYPE_WORDS = {
    "bool": "",
    "optional": "string",
    "optional-list": "strings",
    "list": "strings",
    "int": "int",
    "string": "string",
}


def banner() -> list[str]:
    """The first lines of every page: version and platform."""
    system, _, _, _, machine = os.uname()
    arch = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
    return ["", f"👽 {__version__} {system.lower()}/{arch}", ""]


def check_topic(topic: str) -> str:
    """The topic of `--help=TOPIC`; AtmosError for one that does not exist."""
    if topic and topic not in TOPICS:
        raise AtmosError(
            f'unknown help topic: "{topic}"',
            title="Invalid Help Topic",
            hints=[f"Valid help topics: {', '.join(TOPICS)}"],
        )
    return topic


def _unfiltered(app: App) -> bool:
    """`settings.terminal.help.filter: false` shows everything at once."""
    try:
        settings = app.config.section("settings")
    except AtmosError:
        return False
    for key in ("terminal", "help"):
        settings = settings.get(key) if isinstance(settings, dict) else None
    return isinstance(settings, dict) and settings.get("filter") is False


# -- flags and arguments --------------------------------------------------------------------------------


def shown_default(default: object) -> str:
    if default in (None, "", False, 0, []):
        return ""
    value = ", ".join(map(text, default)) if isinstance(default, list) else "true" if default is True else text(default)
    return f"(default {value})"


def _allowed(values: list[object]) -> str:
    return f"(one of: {', '.join(text(value) for value in values)})" if values else ""


def flag_row(flag: Flag) -> Row:
    """One line of FLAGS: how it is written, and what it is."""
    word = TYPE_WORDS.get(flag.type, "string")
    name = (f"  -{flag.shorthand}, --" if flag.shorthand else "      --") + flag.name + (f" {word}" if word else "")
    words = text(flag.description)
    if flag.origin == "global" and not words:
        words = GLOBAL_HELP.get(flag.name, "")
    notes = ["(required)" if flag.required else "", _allowed(flag.values), shown_default(flag.default)]
    return name, " ".join(part for part in [words, *notes] if part)


def argument_row(argument: Argument) -> Row:
    """One line of ARGUMENTS."""
    mark = "(required)" if argument.needed else "(optional)" if argument.default is None else ""
    notes = [mark, _allowed(argument.values), shown_default(argument.default)]
    return argument.name, " ".join(part for part in [text(argument.description), *notes] if part)


def usage_words(command: Command) -> list[str]:
    """The usage lines of a command."""
    words = [f"<{argument.name}>" if argument.needed else f"[{argument.name}]" for argument in command.arguments]
    lines = []
    if command.steps or not command.children:
        lines.append(" ".join([command.path, "[flags]", *words]))
    if command.children:
        lines.append(f"{command.path} [sub-command] [flags]")
    return lines


def command_rows(commands: list[Command]) -> list[Row]:
    """Commands for a list, sorted; internal ones are left out, broken ones say so."""
    rows = []
    for command in sorted(commands, key=lambda item: item.name):
        if command.internal:
            continue
        summary = first_line(command.description)
        own = command.data.get("broken")
        if own:
            summary = _broken_note(own)  # type: ignore[arg-type]
        rows.append((command.name + (" [command]" if command.children else ""), summary))
    return rows


def _broken_note(broken: list[Any]) -> str:
    where = next((plain[1] for plain in broken if plain[1]), None)
    place = f"{where[0]}:{where[1]}" if where else "atmos.yaml"
    return f"(broken, see {place})"


# -- pages ------------------------------------------------------------------------------------------------


def render_command_help(app: App, command: Command, topic: str = "") -> str:
    """Help of a custom command."""
    topic = check_topic(topic)
    if not topic and _unfiltered(app):
        topic = "all"
    page = Page(app)
    page.add(*banner())
    page.prose(command.description)
    problems = command.problems()
    if problems:
        page.block(
            "PROBLEMS",
            "\n".join(str(problem) + (f"\n  {problem.hint}" if problem.hint else "") for problem in problems),
        )
    page.usage(*usage_words(command))
    if command.aliases:
        page.block("ALIASES", ", ".join([command.name, *command.aliases]))
    children = [child for child in command.children if not child.internal]
    if topic != "flags":
        page.rows(
            "SUBCOMMAND ALIASES", [(alias, f"alias for {child.path}") for child in children for alias in child.aliases]
        )
        _examples(page, command)
    page.rows("ARGUMENTS", [argument_row(argument) for argument in command.arguments])
    page.rows("CUSTOM COMMANDS", command_rows(children))
    if topic != "usage":
        _flags(page, command)
    if app.flags.on("verbose") and command.steps:
        _steps(page, command)
    if topic == "all":
        page.rows("GLOBAL FLAGS", global_rows(), indent=0)
    if children:
        page.footer(f"Use {command.path} [command] --help for more information about a command.")
    if not topic:
        page.footer(MORE)
    return page.render()


def _examples(page: Page, command: Command) -> None:
    examples = command.data.get("examples") or []
    lines: list[str] = []
    for example in examples:  # type: ignore[attr-defined]
        if example["description"]:
            lines.append(f"# {text(example['description'])}")
        lines += [*prompts(text(example["command"])).splitlines(), ""]
    if lines:
        page.block("EXAMPLES", "\n".join(lines).rstrip("\n"))


def prompts(lines: str) -> str:
    """Command lines with a prompt before each; comments and continued lines stay as they are."""
    return "\n".join(
        f"$ {line}" if line and not line.startswith(("#", "$", " ")) else line for line in lines.splitlines()
    )


def _flags(page: Page, command: Command) -> None:
    table = grammar.table_of(command)
    idle = () if command.steps else ("dry-run", "watch", "events", "force")
    identity = command.data.get("identity")
    own_identity = table.by_name.get("identity")
    if identity and own_identity is not None and own_identity.origin == "automatic":
        own_identity.default = identity
    own = [
        flag for flag in table.by_name.values()
        if flag.origin != "global" and not (flag.origin == "automatic" and flag.name in idle)
    ]  # fmt: skip
    rows = [("      " + DASHES[0], DASHES[2])]
    shown = [flag_row(flag) for flag in own]
    shown.append(("  -h, --help", f"help for {command.name}"))
    rows += sorted(shown, key=lambda row: row[0].split("--", 1)[1])
    page.rows("FLAGS", rows, indent=0, airy=True)


def _steps(page: Page, command: Command) -> None:
    page.block("STEPS", "\n".join(_step_lines(command.steps, "")))


def _step_lines(steps: list[dict[str, Any]], above: str) -> list[str]:
    """Steps, numbered: type, name, what they run or say, and what is special about each; children below theirs."""
    from runner.steps import conditions

    lines = []
    for number, step in enumerate(steps, 1):
        label = f"{above}{number}." if not above else f"{above}{number}"
        kind, name = text(step.get("type")) or "shell", text(step.get("name"))
        body = next((words for key in STEP_TEXTS if (words := text(step.get(key)).strip())), "")
        more = " …" if "\n" in body else ""
        notes = [f"{key}: {text(step[key])}" for key in ("identity", "stack", "working_directory") if step.get(key)]
        if step.get("tty") or step.get("interactive"):
            notes.append("terminal of its own" if step.get("tty") else "the terminal itself, not masked")
        notes += [
            f"{key}: {_shown_condition(conditions.written(step[key]))}"
            for key in ("when", "continue")
            if step.get(key) is not None
        ]
        parts = [
            f"[{kind}]",
            f"{name}:" if name and body else name,
            first_line(body) + more,
            f"({'; '.join(notes)})" if notes else "",
        ]
        lines.append("  " * bool(above) + " ".join([label, *(part for part in parts if part)]))
        lines += _step_lines(step.get("steps") or [], label.rstrip(".") + ".")
    return lines


def _shown_condition(condition: object) -> str:
    if isinstance(condition, list):
        return " and ".join(map(_shown_condition, condition))
    if isinstance(condition, dict):
        return "; ".join(
            f"{key} of " * (key == "any") + "not " * (key == "not")
            + (", ".join(map(_shown_condition, value)) if isinstance(value, list) else _shown_condition(value))
            for key, value in condition.items()
        )  # fmt: skip
    return text(condition)


def global_rows() -> list[Row]:
    """The program's own flags."""
    from runner.globals import DEFAULT_TRUE, FLAGS, SHORTHANDS

    shorthands = {name: short for short, name in SHORTHANDS.items()}
    rows = []
    for name in sorted(FLAGS):
        flag = grammar.global_flag(name, shorthands.get(name, ""))
        flag.default = True if name in DEFAULT_TRUE else None
        rows.append(flag_row(flag))
    return rows


def render_root_help(app: App, topic: str = "") -> str:
    """Help of the program itself: built-in commands, the project's own, its aliases. Works without a configuration."""
    from runner import cli

    topic = check_topic(topic)
    page = Page(app)
    page.add(*banner())
    page.prose(
        "Runs the commands and workflows that a project declares in atmos.yaml, under the cloud identities they need"
    )
    page.usage("atmos [sub-command] [flags]")
    custom: list[Command] = []
    configured: dict[str, str] = {}
    standing = cli.standing(app)
    try:
        configured = app.config.aliases()
        custom = [
            Command(tree)
            for tree in _trees(app)
            if str(tree["name"]) not in standing and tree["name"] not in configured
        ]
        if not topic and _unfiltered(app):
            topic = "all"
    except AtmosError as error:
        with contextlib.suppress(AtmosError):  # the log's own settings may be what is wrong
            app.log.warning("Could not load config", error=error.message)
    if topic != "flags":
        page.rows(
            "SUBCOMMAND ALIASES", [(alias, f"alias for atmos {row.name}") for row in cli.TABLE for alias in row.aliases]
        )
        page.block("EXAMPLES", "$ atmos help COMMAND\n$ atmos list commands\n$ atmos auth login NAME")
        page.rows(
            "BUILT-IN COMMANDS",
            [(row.name + (" [command]" if row.subcommands else ""), row.summary) for row in standing.values()],
        )
        page.rows("CUSTOM COMMANDS", command_rows(custom))
        page.rows(
            "ALIASES",
            [(name, f"alias for {words}") for name, words in sorted(configured.items()) if name not in standing],
        )
    if topic != "usage":
        page.rows(
            "FLAGS", [("  -h, --help", "help for atmos"), ("      --version", "Print the version")], indent=0, airy=True
        )
    if topic == "all":
        page.rows("GLOBAL FLAGS", global_rows(), indent=0)
    page.footer("Use atmos [command] --help for more information about a command.")
    if not topic:
        page.footer(MORE)
    return page.render()


def _trees(app: App) -> list[dict[str, object]]:
    """The trees of all top-level custom commands."""
    found = []
    for summary in app.config.command_summaries():
        tree = app.config.command(summary[0])
        if tree is not None:
            found.append(tree)
    return found
