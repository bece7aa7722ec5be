"""Help of built-in commands and groups, from their click objects; custom commands that joined a group are shown with it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from runner.commands.model import Command
from runner.console.help import banner, check_topic, command_rows, global_rows, prompts, shown_default
from runner.console.page import Page, Row, first_line
from runner.errors import AtmosError

if TYPE_CHECKING:
    import click

    from runner.app import App


def render_builtin_help(app: App, target: click.Command, ctx: click.Context, topic: str = "") -> str:
    """Help of a built-in command or group, from its click object."""
    import click

    topic = check_topic(topic)
    path = str(getattr(target, "path", "") or ctx.command_path)
    page = Page(app)
    page.add(*banner())
    page.prose(target.help or "")
    children: list[Row] = []
    custom: list[Row] = []
    if isinstance(target, click.Group):
        for name in target.list_commands(ctx):
            child = target.get_command(ctx, name)
            if child is not None and not child.hidden:
                more = " [command]" if isinstance(child, click.Group) else ""
                children.append((name + more, first_line(child.help or child.short_help or "")))
        children = _with_modules(path, children)
        custom = joined(app, path, [name.split(" ")[0] for name, _ in children])
    arguments = [param for param in target.params if isinstance(param, click.Argument)]
    words = [_argument_word(param) for param in arguments]
    lines = []
    if not isinstance(target, click.Group) or target.invoke_without_command:
        lines.append(" ".join(part for part in [path, *words, "[flags]", str(getattr(target, "tail", ""))] if part))
    if children or custom:
        lines.append(f"{path} [sub-command] [flags]")
    page.usage(*lines)
    examples = str(getattr(target, "examples", "") or "")
    if examples and topic != "flags":
        page.block("EXAMPLES", prompts(textwrap.dedent(examples).strip("\n")))
    page.rows("ARGUMENTS", [(str(param.name), "(required)" if param.required else "(optional)") for param in arguments])
    page.rows("BUILT-IN COMMANDS", children)
    page.rows("CUSTOM COMMANDS", custom)
    if topic != "usage":
        shown = [
            _option_row(param, ctx) for param in target.params if isinstance(param, click.Option) and not param.hidden
        ]
        shown.append(("  -h, --help", f"help for {path.split()[-1]}"))
        page.rows("FLAGS", sorted(shown, key=lambda row: row[0].split("--", 1)[-1]), indent=0, airy=True)
    if topic == "all":
        page.rows("GLOBAL FLAGS", global_rows(), indent=0)
    if children:
        page.footer(f"Use {path} [command] --help for more information about a command.")
    return page.render()


def _argument_word(param: click.Argument) -> str:
    name = str(param.name) + ("..." if param.nargs != 1 else "")
    return f"<{name}>" if param.required else f"[{name}]"


def _option_row(param: click.Option, ctx: click.Context) -> Row:
    import click

    longs = [opt for opt in param.opts if opt.startswith("--")]
    short = next((opt for opt in param.opts if not opt.startswith("--")), "")
    if not longs:
        name = f"  {short}"
    else:
        name = (f"  {short}, " if short else "      ") + longs[0]
    if not param.is_flag and not param.count:
        name += " strings" if param.multiple else " int" if param.type is click.INT else " string"
    notes = []
    if param.required:
        notes.append("(required)")
    if isinstance(param.type, click.Choice):
        notes.append(f"(one of: {', '.join(map(str, param.type.choices))})")
    default = param.get_default(ctx, call=False)
    if isinstance(default, str | int | float) and not callable(default):
        notes.append(shown_default(default))
    return name, " ".join(part for part in [(param.help or ""), *notes] if part)


def _with_modules(path: str, own: list[Row]) -> list[Row]:
    """The children of a group, those included that are served by modules of their own."""
    from runner import cli

    words = path.split()[1:]
    row = cli.BY_NAME.get(words[0]) if len(words) == 1 else None
    names = {name.split(" ")[0] for name, _ in own}
    more = row.subcommands.items() if row is not None else ()
    return sorted([*own, *((name, summary) for name, (_, summary) in more if name not in names)])


def joined(app: App, path: str, builtin: list[str]) -> list[Row]:
    """Custom commands that joined a built-in group."""
    words = path.split()[1:]
    try:
        tree = app.config.command(words[0])
    except AtmosError:
        return []
    command = Command(tree) if tree is not None else None
    for word in words[1:]:
        command = command.child(word) if command is not None else None
    return (
        command_rows([child for child in command.children if child.name not in builtin]) if command is not None else []
    )
