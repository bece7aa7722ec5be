"""`atmos help [COMMAND…]`, and `atmos` without a command word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.errors import AtmosError, UsageError, nearest
from runner.globals import FLAGS, complaint, scan

if TYPE_CHECKING:
    from runner.app import App

MISSING = (
    "The atmos.yaml CLI config file was not found.\n\n"
    "Create one in this directory, or go to a directory at or below one that has it."
)


def run(app: App, argv: list[str]) -> int:
    """Help of the command that the words name: the same as that command with `--help`."""
    words = [word for word in argv if word not in ("--help", "-h")]
    if not words or words[0] == "help":
        return show_root(app, "", configured_pager=True)

    from runner.console import pager
    from runner.main import dispatch

    cut = words.index("--") if "--" in words else len(words)
    app.argv = [*words[:cut], "--help", *words[cut:]]
    with pager.honoured():
        return dispatch(app)


def show_root(app: App, topic: str, *, configured_pager: bool = False) -> int:
    """Print the help of the program itself."""
    from runner.console import pager
    from runner.console.help import render_root_help

    pager.show(app, render_root_help(app, topic), configured=configured_pager)
    return 0


def run_bare(app: App) -> int:
    """No command word: `--help` in its forms, an unknown flag, or what can be done here."""
    _, rest = scan(app.argv, app.env)
    for word in rest:
        if word in ("--help", "-h"):
            return show_root(app, "")
        if word.startswith("--help="):
            return show_root(app, word[7:])
    for word in rest:
        if word == "--":
            break
        name = word.split("=", 1)[0]
        usage = "atmos [sub-command] [flags]"
        wrong = complaint(word)
        if wrong:
            raise UsageError(f"{wrong} for command atmos", usage=usage, command="atmos")
        if name.startswith("--"):
            close = nearest(name[2:], [*FLAGS, "help", "version"], 1)
            hints = [f"Did you mean `--{close[0]}`?"] if close else []
            raise UsageError(f"unknown flag {name} for command atmos", usage=usage, command="atmos", hints=hints)
        if name.startswith("-"):
            raise UsageError(
                f"unknown shorthand flag '{name[1:2]}' in {name} for command atmos", usage=usage, command="atmos"
            )
    if not app.config.found:
        raise AtmosError(MISSING.split("\n", 1)[0], title="Missing Configuration",
                         explanation=MISSING.split("\n\n", 1)[1], hints=["Run `atmos --help` for usage"])  # fmt: skip
    return show_root(app, "")
