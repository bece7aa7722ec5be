"""`atmos terraform`: terraform for a component in a stack."""

from __future__ import annotations

from runner.errors import AtmosError, UsageError, nearest
from runner.terraform import argv as splitting
from runner.terraform import flags as table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App
    from runner.terraform.argv import Invocation

_USAGE = "atmos terraform <command> <component> -s <stack> [flags] [-- terraform arguments]"


def run(app: App, argv: list[str]) -> int:
    """Entry of the command group."""
    from runner.process import signals

    if argv and argv[0] in ("-help", "-version"):
        from runner.terraform import plain

        return plain.run(app, argv)
    app_identity = app.flags.given.get("identity")
    invocation = splitting.split(argv, app.env)
    if invocation.identity is None and isinstance(app_identity, str):
        invocation.identity = app_identity
    if not invocation.sub and not invocation.help:
        raise UsageError("`atmos terraform` requires a subcommand.", usage=_USAGE, command="atmos terraform",
                         explanation="Valid subcommands are:\n\n" + "\n".join(f"  • {name}" for name in _supported()))  # fmt: skip
    if invocation.sub in ("", "help"):
        app.out(help_text(app, invocation.component))
        return 0
    if invocation.sub not in table.SUBCOMMANDS:
        raise _unknown(app, invocation.sub)
    if invocation.help:
        app.out(help_text(app, invocation.command))
        return 0
    if invocation.sub in table.UNSUPPORTED:
        raise AtmosError(
            f"atmos terraform {invocation.sub} is not supported", hints=[f"Supported: {', '.join(_supported())}"]
        )
    splitting.check(invocation)
    _tell_without_effect(app, invocation)
    with signals.watch():
        return _dispatch(app, invocation)


def _tell_without_effect(app: App, invocation: Invocation) -> None:
    ignored = [f"`--{name}`" for name in table.WITHOUT_EFFECT if invocation.given.get(name)]
    if ignored:
        from runner.console.errors import warn

        warn(app, f"{', '.join(ignored)}: accepted, but without effect")


def _dispatch(app: App, invocation: Invocation) -> int:
    sub, command = invocation.sub, invocation.command
    if sub == "version":
        from runner.terraform import plain

        return plain.run(app, ["version", *([invocation.component] if invocation.component else []), *invocation.extra])
    if command in (
        "generate varfile",
        "generate backend",
        "generate varfiles",
        "generate backends",
        "write varfile",
        "varfile",
    ):
        from runner.terraform import generate

        return generate.run(app, invocation)
    if sub in ("generate", "write"):
        if invocation.component:
            raise _no_such_child(sub, invocation.component)
        raise UsageError(f"`atmos terraform {sub}` requires a subcommand.", usage=f"atmos terraform {sub} <command> <component> -s <stack>",
                         explanation="Valid subcommands are:\n\n" + "\n".join(f"  • {name}" for name in table.GROUPS[sub]))  # fmt: skip
    if sub == "clean":
        from runner.terraform import clean

        return clean.run(app, invocation)
    from runner.terraform import single

    return single.run(app, invocation)


def _supported() -> list[str]:
    return [name for name in table.SUBCOMMANDS if name not in table.UNSUPPORTED]


def _unknown(app: App, word: str) -> UsageError:
    from runner.cli.clicks import children_of

    names = children_of(app, "atmos terraform", table.SUBCOMMANDS)
    close = nearest(word, names)
    return UsageError(
        f"Unknown command {word} for atmos terraform",
        explanation="Valid subcommands are:\n\n" + "\n".join(f"  • {name}" for name in names),
        usage=_USAGE, command="atmos terraform", hints=[f"Did you mean `{close[0]}`?"] if close else [],
    )  # fmt: skip


def _no_such_child(sub: str, word: str) -> UsageError:
    from runner.cli.clicks import unknown_subcommand

    return unknown_subcommand(word, f"atmos terraform {sub}", list(table.GROUPS[sub]))


def help_text(app: App, command: str = "") -> str:
    """Help, made from the tables that are parsed with."""
    from runner.console.help_builtin import joined

    sub = command.partition(" ")[0]
    lines = []
    if command and sub in table.SUBCOMMANDS:
        lines += [f"Run terraform {command} for a component in a stack.", "", "USAGE", "",
                  f"  atmos terraform {command} <component> -s <stack> [flags] [-- terraform arguments]", ""]  # fmt: skip
        flags = table.known(command, sub)
        if sub in table.GROUPS and command == sub:
            lines += ["SUBCOMMANDS", "", *(f"  {name}" for name in table.GROUPS[sub]), ""]
    else:
        lines += ["Run terraform for a component in a stack.", "", "USAGE", "", f"  {_USAGE}", "",
                  "SUBCOMMANDS", "", *(f"  {name}" for name in _supported()), ""]  # fmt: skip
        custom = joined(app, "atmos terraform", list(table.SUBCOMMANDS))
        if custom:
            width = max(len(name) for name, _ in custom)
            lines += ["CUSTOM COMMANDS", "", *(f"  {name:<{width}}  {text}".rstrip() for name, text in custom), ""]
        flags = table.COMMON
    letters = {name: letter for letter, name in table.shorthands(command, sub).items()}
    lines += ["FLAGS", ""]
    for name in sorted(name for name in {**flags, "identity": "optional"} if name in table.HELP):
        kind = flags.get(name, "optional")
        letter = "i" if name == "identity" else letters.get(name)
        value = {"bool": "", "list": " a,b", "optional": "[=value]"}.get(kind, " value")
        head = f"{'-' + letter + ', ' if letter else '    '}--{name}{value}"
        lines.append(f"  {head:<38}{table.HELP[name]}")
    lines += ["", "Flags of terraform itself have one dash (`-target=x`); unlisted ones follow `--`.", ""]
    return "\n".join(lines)
