"""Completion of built-in commands: from the table of them, and from the click objects that serve them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from runner.commands.complete import DEFAULT, Found, custom, flag_value, flags, globals_, identity_names, semantic
from runner.commands.model import Command, Flag
from runner.console.page import first_line
from runner.errors import AtmosError
from runner.globals import SHORTHANDS

if TYPE_CHECKING:
    import click

    from runner.app import App
    from runner.cli import Builtin


def builtin(app: App, row: Builtin, rest: list[str], current: str) -> Found:
    """Candidates for the last word of a built-in's command line."""
    from runner.main import command_word

    own = {flag.name: flag for flag in globals_()}
    target, words = click_command(row, rest)
    options = _terraform_flags(words) if row.name == "terraform" else _options(app, target)
    by_name = {**own, **{flag.name: flag for flag in options}}
    by_shorthand = {short: own[name] for short, name in SHORTHANDS.items()}
    if row.identity_shorthand:
        by_shorthand["i"] = own["identity"]
    by_shorthand.update({flag.shorthand: flag for flag in options if flag.shorthand})
    value = flag_value(app, by_name, by_shorthand, rest, current, None)
    if value is not None:
        return value
    if current.startswith("-"):
        given = [word[2:].split("=", 1)[0] for word in rest if word.startswith("--")]
        return Found([*flags(list(by_name.values()), given, current), ("--help", "help for this command")])
    at = command_word(rest)
    if row.subcommands and at < 0:
        found = [(name, summary) for name, (_, summary) in row.subcommands.items()]
        try:
            tree = app.config.command(row.name)
        except AtmosError:
            tree = None
        found += [
            (child.name, first_line(child.description))
            for child in (Command(tree).children if tree is not None else ())
            if not child.internal and child.name not in row.subcommands
        ]
        return Found(sorted(found))
    if row.subcommands and at >= 0 and rest[at] not in row.subcommands:
        try:
            tree = app.config.command(row.name)
        except AtmosError:
            tree = None
        return custom(app, Command({**tree, "joined": row.name}), rest, current) if tree is not None else Found()
    if row.name == "terraform":
        return _terraform_arguments(app, by_name, words, rest)
    return _click_arguments(app, row.name, target, words, rest)


def click_command(row: Builtin, rest: list[str]) -> tuple[click.Command | None, list[str]]:
    """The click object that serves a built-in command line, and the words it gets."""
    import importlib

    words = [word for word in rest if not word.startswith("-")]
    path, module = f"atmos {row.name}", row.flags
    if words and words[0] in row.subcommands:
        module = row.subcommands[words[0]][0] or row.flags
    try:
        loaded = importlib.import_module(module)
    except Exception:  # noqa: BLE001 - completion never fails
        return None, words
    import click

    make = getattr(loaded, "group", None)  # a group that is put together when it is called
    if make is not None and not isinstance(make, click.Command):
        found: tuple[click.Command, int] | None = (make(words[0] if words else ""), 0)
    else:
        found = _by_path(loaded, [path, *(f"{path} {words[0]}" for _ in words[:1])])
    if found is None:
        return None, words
    command, depth = found
    rest_words = words[depth:]
    while isinstance(command, click.Group) and rest_words and rest_words[0] in command.commands:
        command = command.commands[rest_words[0]]
        rest_words = rest_words[1:]
    return command, rest_words


def _by_path(module: object, paths: list[str]) -> tuple[click.Command, int] | None:
    """A click object of a module, by how it is called: the longest path first."""
    import click

    for depth in range(len(paths) - 1, -1, -1):
        for value in vars(module).values():
            if isinstance(value, click.Command) and getattr(value, "path", "") == paths[depth]:
                return value, depth
    return None


def _options(app: App, target: click.Command | None) -> list[Flag]:
    """The options of a built-in as flags, with the values that their `shell_complete` knows."""
    import click

    flags = []
    ctx = click.Context(target, obj=app) if target is not None else None
    for param in target.params if target is not None else ():
        if not isinstance(param, click.Option) or param.hidden:
            continue
        longs = [opt[2:] for opt in param.opts if opt.startswith("--")]
        if not longs:
            continue
        short = next((opt[1:] for opt in param.opts if not opt.startswith("--")), "")
        name = longs[0]
        flags.append(Flag({
            "name": name, "shorthand": short, "description": param.help or "",
            "type": "bool" if param.is_flag or param.count else "list" if param.multiple else "string",
            "values": [item.value for item in param.shell_complete(ctx, "") if item.type == "plain"] if ctx else [],
            "semantic": name if name in ("stack", "component") else "",
        }))  # fmt: skip
    return flags


def _click_arguments(app: App, group: str, target: click.Command | None, words: list[str], rest: list[str]) -> Found:
    """Candidates for a positional of a built-in: children, identities, components, workflows, commands."""
    import click

    if isinstance(target, click.Group):
        return Found(
            sorted((name, first_line(child.help or "")) for name, child in target.commands.items() if not child.hidden)
        )
    names = (
        [str(param.name) for param in target.params if isinstance(param, click.Argument)] if target is not None else []
    )
    position = len(words)
    name = names[min(position, len(names) - 1)].rstrip("_") if names else ""
    if name == "workflow":
        from runner.workflows.names import workflow_names

        return Found([] if position else [(found, file) for found, file, _ in workflow_names(app)])
    if name in ("component", "components"):
        return Found([(found, "") for found in semantic(app, "component", None, rest)])
    if name in ("identity", "identities") or (group == "auth" and name == "name"):
        return Found([(found, "") for found in identity_names(app)])
    if name == "command" and group == "describe":
        return _custom_commands(app, words)
    param = next((param for param in target.params if param.name == name), None) if target is not None else None
    if param is not None and target is not None:
        items = param.shell_complete(click.Context(target, obj=app), "")
        known = [(str(item.value), first_line(item.help or "")) for item in items if item.type == "plain"]
        if known:
            return Found([] if position >= len(names) else known)
    return Found(directive=DEFAULT)


def _custom_commands(app: App, words: list[str]) -> Found:
    """The custom commands below the one that some words name."""
    if not words:
        return Found([(summary[0], first_line(summary[1])) for summary in app.config.command_summaries()])
    tree = app.config.command(words[0])
    command = Command(tree) if tree is not None else None
    for word in words[1:]:
        command = command.child(word) if command is not None else None
    return Found([(child.name, first_line(child.description)) for child in command.children] if command else [])


# -- terraform: a parser of its own ---------------------------------------------------------------------


def _terraform_flags(words: list[str]) -> list[Flag]:
    from runner.terraform import flags as table

    sub = words[0] if words else ""
    kinds = {"text": "string", "optional": "optional"}
    shorthands = {name: short for short, name in {**table.SHORTHANDS, **table.SHORTHANDS_BY_SUB.get(sub, {})}.items()}
    rows = {**table.COMMON, **table.BY_SUB.get(" ".join(words[:2]), {}), **table.BY_SUB.get(sub, {})}
    return [
        Flag({
            "name": name, "shorthand": shorthands.get(name, ""), "type": kinds.get(kind, kind),
            "description": table.HELP.get(name, ""), "semantic": {"stack": "stack", "components": "component"}.get(name, ""),
        })
        for name, kind in rows.items() if name != "help"
    ]  # fmt: skip


def _terraform_arguments(app: App, by_name: dict[str, Flag], words: list[str], rest: list[str]) -> Found:
    """Below a group its commands; then the component."""
    from runner.terraform import flags as table

    values = {word for flag, word in pairwise(rest) if _takes(by_name, flag)}
    plain = [word for word in words if word not in values]
    group = table.GROUPS.get(plain[0], ()) if plain else ()
    if group and len(plain) == 1:
        return Found([(name, "") for name in group])
    if len(plain) == (2 if group and plain[1] in group else 1):
        return Found([(name, "") for name in semantic(app, "component", None, rest, "terraform")])
    return Found(directive=DEFAULT)


def _takes(by_name: dict[str, Flag], word: str) -> bool:
    """Whether a word is a flag whose value is the next one."""
    if not word.startswith("-") or "=" in word:
        return False
    named = by_name.get(word.lstrip("-"))
    found = named or next((flag for flag in by_name.values() if flag.shorthand and word == f"-{flag.shorthand}"), None)
    return found is not None and found.type != "bool"
