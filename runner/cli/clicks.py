"""click, with our usage errors and exit codes, for the built-in commands. Imported only when one of them runs.

    @clicks.command("atmos profile list", "List profiles")
    @clicks.option("--format", "-f", default="table")
    def list_(app, format): ...
    def run(app, argv): return clicks.run(GROUP, app, argv)

A command returns an exit code or None. Errors of the command line become `UsageError` (exit status 1, decision D34).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import click

from runner.errors import AtmosError, UsageError, nearest
from runner.globals import FALSE, TRUE, complaint

if TYPE_CHECKING:
    from runner.app import App

option = click.option
argument = click.argument
Choice = click.Choice
MISSING_COMMAND = "Missing command."  # click's words for a group without a subcommand
Path = click.Path


def _with_pager(help_option: click.Option | None) -> click.Option | None:
    """Help goes through the pager where one was asked for."""

    def show(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            from runner.console import pager

            pager.show(ctx.obj, ctx.get_help() + "\n", configured=False)
            ctx.exit()

    if help_option is not None:
        help_option.callback = show
    return help_option


def _as_click_reads(command: click.Command, ctx: click.Context, args: list[str]) -> tuple[list[str], set[str]]:
    """`-s=dev` and `--dry-run=false`, which users write and click does not take: words that it takes, and the
    parameters that are false in the end, whatever the words or the environment say.

    Commands that hand words on to other programs are left alone, and so is what follows `--`.
    """
    if not ctx.allow_interspersed_args or ctx.ignore_unknown_options:
        return args, set()
    options = {name: param for param in command.params if isinstance(param, click.Option) for name in param.opts}
    words: list[str] = []
    denied: set[str] = set()
    for index, word in enumerate(args):
        if word == "--":
            return words + args[index:], denied
        name, equals, value = word.partition("=")
        param = options.get(name)
        before = options.get(args[index - 1]) if index else None
        if not equals or param is None or (before is not None and not before.is_flag and not before.count):
            words.append(word)
            if param is not None and param.is_flag:
                denied.discard(str(param.name))
        elif param.is_flag and value in TRUE:
            words.append(name)
            denied.discard(str(param.name))
        elif param.is_bool_flag and value in FALSE:
            denied.add(str(param.name))
        elif len(name) == 2 and not param.is_flag:
            words += [name, value]
        else:
            words.append(word)
    return words, denied


class Command(click.Command):
    """A leaf. `examples` are printed by its help."""

    def __init__(self, *args: Any, path: str = "", examples: str = "", **more: Any) -> None:
        more.setdefault("context_settings", {}).setdefault("help_option_names", ["-h", "--help"])
        super().__init__(*args, **more)
        self.path = path
        self.examples = examples

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words, denied = _as_click_reads(self, ctx, args)
        rest = super().parse_args(ctx, words)
        ctx.params.update(dict.fromkeys(denied, False))
        return rest

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(help_text(self, ctx))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _with_pager(super().get_help_option(ctx))


class Group(click.Group):
    """A group whose unknown words name the nearest children."""

    def __init__(self, *args: Any, path: str = "", examples: str = "", **more: Any) -> None:
        more.setdefault("no_args_is_help", False)
        more.setdefault("context_settings", {}).setdefault("help_option_names", ["-h", "--help"])
        super().__init__(*args, **more)
        self.path = path
        self.examples = examples

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(help_text(self, ctx))

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _with_pager(super().get_help_option(ctx))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        command = self.get_command(ctx, name)
        if command is None:
            path = self.path or str(ctx.command_path)
            raise unknown_subcommand(name, path, children_of(ctx.obj, path, self.list_commands(ctx)))
        return name, command, args[1:]


def children_of(app: App, path: str, own: Iterable[str]) -> list[str]:
    """The names below a group: its own, those with modules of their own, and custom commands that joined it."""
    from runner import cli

    names = set(own)
    words = path.split()[1:]
    if len(words) == 1 and words[0] in cli.BY_NAME:
        names |= set(cli.BY_NAME[words[0]].subcommands)
        try:
            tree = app.config.command(words[0]) or {}
        except AtmosError:
            tree = {}
        names |= {name for name, child in (tree.get("commands") or {}).items() if not child.get("internal")}
    return sorted(names)


def unknown_subcommand(word: str, path: str, known: list[str]) -> UsageError:
    """The error for a word that is no child of a group (spec: config §2.6)."""
    close = nearest(word, known)
    heading = "Did you mean this?" if close else "Valid subcommands are:"
    bullets = "\n".join(f"  • {name}" for name in (close or sorted(known)))
    return UsageError(
        f"Unknown command {word} for {path}",
        explanation=f"{heading}\n\n{bullets}",
        usage=f"{path} [sub-command] [flags]",
        command=path,
    )


def group(path: str, summary: str, *, examples: str = "", **more: Any) -> Callable[[Callable[..., Any]], Group]:
    """Declare a group; `path` is how it is called, as in `atmos auth`."""

    def wrap(function: Callable[..., Any]) -> Group:
        made = click.group(cls=Group, name=path.split()[-1], help=summary, path=path, examples=examples, **more)(
            function
        )
        assert isinstance(made, Group)
        return made

    return wrap


def command(
    path: str, summary: str, *, examples: str = "", parent: Group | None = None, **more: Any
) -> Callable[[Callable[..., Any]], Command]:
    """Declare a command; with `parent`, add it to that group. The function gets the App first."""

    def wrap(function: Callable[..., Any]) -> Command:
        made = click.command(cls=Command, name=path.split()[-1], help=summary, path=path, examples=examples, **more)(
            click.pass_obj(function)
        )
        assert isinstance(made, Command)
        if parent is not None:
            parent.add_command(made)
        return made

    return wrap


_topic: ContextVar[str] = ContextVar("help topic", default="")


def take_topic(argv: list[str]) -> list[str]:
    """`--help=TOPIC` is `--help`, and the topic is kept for whoever prints the help."""
    _topic.set("")
    end = argv.index("--") if "--" in argv else len(argv)
    for index, word in enumerate(argv[:end]):
        if word.startswith("--help="):
            _topic.set(word[7:])
            return [*argv[:index], "--help", *argv[index + 1 :]]
    return argv


def help_text(target: Command | Group, ctx: click.Context) -> str:
    """Help of a built-in, in the look that custom commands have."""
    from runner.console import help_builtin

    return help_builtin.render_builtin_help(ctx.obj, target, ctx, _topic.get())


def missing_subcommand(known: list[str], path: str) -> UsageError:
    """The error for a group that was called by itself."""
    return UsageError(
        f"`{path}` requires a subcommand.",
        explanation="Valid subcommands are:\n\n" + "\n".join(f"  • {name}" for name in known),
        usage=f"{path} [sub-command] [flags]",
        command=path,
    )


def _usage_error(error: click.UsageError, path: str, argv: list[str]) -> UsageError:
    """click's complaint in the words of the specification (custom commands §4.6, config §2.6)."""
    ctx = error.ctx
    where = getattr(ctx.command, "path", "") or path if ctx else path
    if ctx and isinstance(ctx.command, Group) and error.message == MISSING_COMMAND:
        return missing_subcommand(children_of(ctx.obj, where, ctx.command.commands), where)
    usage = f"{where} [flags]"
    hints: list[str] = []
    if isinstance(error, click.NoSuchOption):
        name = error.option_name
        wrong = next(filter(None, (complaint(word) for word in argv if word.partition("=")[0] == name)), "")
        if wrong:
            message = f"{wrong} for command {where}"
        elif name.startswith("--"):
            message = f"unknown flag {name} for command {where}"
            close = nearest(name, [o for p in (ctx.command.params if ctx else []) for o in p.opts])
            hints = [f"Did you mean `{close[0]}`?"] if close else []
        else:
            message = f"unknown shorthand flag '{name.lstrip('-')[:1]}' in {name} for command {where}"
    elif isinstance(error, click.BadOptionUsage) and "requires an argument" in error.message:
        message = f"{error.option_name} flag needs an argument for command {where}"
    elif (
        isinstance(error, click.MissingParameter)
        and error.param is not None
        and error.param.param_type_name == "option"
    ):
        message = f'required flag(s) "{error.param.opts[0].lstrip("-")}" not set'
    elif isinstance(error, click.MissingParameter) and error.param is not None:
        message = f"missing argument {error.param.make_metavar(ctx) if ctx else error.param.name}"
    else:
        message = error.format_message()
        message = message[:1].lower() + message[1:].rstrip(".")
    return UsageError(message, usage=usage, command=where, hints=hints)


def run(target: click.Command, app: App, argv: list[str]) -> int:
    """Parse `argv` and run; the exit code. Raises UsageError; errors of commands pass through."""
    path = getattr(target, "path", "") or f"atmos {target.name}"
    argv = take_topic(argv)
    try:
        result = target.main(args=argv, prog_name=path, obj=app, standalone_mode=False)
    except click.exceptions.Exit as leave:
        return int(leave.exit_code)
    except click.UsageError as error:
        raise _usage_error(error, path, argv) from None
    except click.Abort:
        from runner.errors import UserAborted

        raise UserAborted from None
    return int(result) if isinstance(result, int) else 0
