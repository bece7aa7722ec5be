"""`atmos help [COMMAND…]`, and `atmos` without a command word."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runner.config import git
from runner.errors import AtmosError, UsageError, nearest
from runner.globals import FLAGS, complaint, scan

if TYPE_CHECKING:
    from runner.app import App

WITHOUT_CONFIGURATION = "The atmos.yaml CLI config file was not found."


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
    check_surroundings(app)
    return show_root(app, "")


def check_surroundings(app: App) -> None:
    """Say what is missing here: a configuration, or the folder of stacks that it names."""
    config = app.config
    folder = str(config.get("stacks", "base_path", default=""))
    if config.found and (not folder or os.path.isdir(config.stacks_path)):
        return
    explanation = [] if config.found else [WITHOUT_CONFIGURATION]
    if not os.path.isdir(config.stacks_path):
        explanation.append(
            f"The atmos.yaml CLI config file specifies the directory for Atmos stacks as {folder}, "
            "but the directory does not exist."
            if config.found
            else f"The default Atmos stacks directory is set to {folder}, "
            "but the directory does not exist in the current path."
        )
    hints = ["Create that directory, or correct `stacks.base_path`"] if config.found else [
        "Create an `atmos.yaml` in this directory, or go to a directory at or below one that has it",
    ]  # fmt: skip
    if not config.found and not git.find_root(app.cwd, os.path.exists):
        app.log.warning("You're not inside a git repository. The configuration is also looked for at the top of one.")
    raise AtmosError(explanation[0], title="## Missing Configuration", explanation="\n\n".join(explanation[1:]),
                     hints=[*hints, "Run `atmos --help` for usage"])  # fmt: skip
