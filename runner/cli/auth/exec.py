"""`atmos auth exec -- COMMAND`: run a command under an identity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runner.cli import clicks
from runner.cli.auth import child, parts
from runner.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.app import App

EXAMPLES = """\
# With the default identity
atmos auth exec -- terraform plan

# With a certain one
atmos auth exec --identity prod-admin -- aws sts get-caller-identity

# Its output can be captured: messages of atmos go to stderr
account=$(atmos auth exec -- aws sts get-caller-identity --query Account --output text)

# Without any identity, whatever the default is
atmos auth exec --identity=false -- aws sts get-caller-identity
"""


class Trailing(clicks.Command):
    """A command that leaves what follows `--` alone.

    Its function gets `words`, those before `--` that are no flags, and `trailing`, those after it: None without a `--`.
    """

    tail = "[-- ARG...]"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the words after the first `--` from the parser (decision D41)."""
        trailing: list[str] | None = None
        if "--" in args:
            at = args.index("--")
            args, trailing = args[:at], args[at + 1 :]
        super().parse_args(ctx, args)
        ctx.params["words"], ctx.params["trailing"] = tuple(ctx.args), trailing
        ctx.args = []
        return []


def trailing_command(path: str, summary: str, examples: str, tail: str) -> Callable[[Callable[..., Any]], Trailing]:
    """Like `clicks.command`, for commands with words after `--`."""

    def wrap(function: Callable[..., Any]) -> Trailing:
        made = click.command(
            cls=Trailing, name=path.split()[-1], help=summary, path=path, examples=examples,
            context_settings={"allow_extra_args": True},
        )(click.pass_obj(function))  # fmt: skip
        assert isinstance(made, Trailing)
        made.tail = tail
        return made

    return wrap


@trailing_command("atmos auth exec", "Run a command under an identity.", EXAMPLES, "-- COMMAND [ARG...]")
@parts.identity_flag
def command(app: App, words: tuple[str, ...], trailing: list[str] | None) -> int:
    """Run what follows `--`."""
    if not trailing:
        hints = [f"Write `atmos auth exec -- {' '.join(words)}`"] if words and trailing is None else []
        raise UsageError(
            "no command specified: invalid subcommand",
            usage="atmos auth exec [flags] -- COMMAND [ARG...]",
            command="atmos auth exec",
            hints=hints,
        )
    return child.execute(app, trailing)
