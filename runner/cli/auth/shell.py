"""`atmos auth shell`: an interactive shell under an identity."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runner import environment
from runner.cli import clicks
from runner.cli.auth import child, choice, parts
from runner.cli.auth.exec import trailing_command
from runner.cli.auth.words import Voice
from runner.errors import AtmosError, UsageError

if TYPE_CHECKING:
    from runner.app import App

MARKER = "ATMOS_SHELL_PROMPT"  # for people's own prompts: set in these shells alone

EXAMPLES = """\
# Your shell under the default identity
atmos auth shell

# Another shell, another identity
atmos auth shell --shell /bin/zsh -i prod-admin

# Arguments for the shell follow --
atmos auth shell -- -c 'aws sts get-caller-identity'

# Show the identity in the prompt: a line for ~/.bashrc or ~/.zshrc (there with `setopt PROMPT_SUBST`)
PS1='${ATMOS_SHELL_PROMPT}'$PS1
"""


@trailing_command("atmos auth shell", "Start a shell under an identity.", EXAMPLES, "[-- SHELL-ARG...]")
@parts.identity_flag
@clicks.option(
    "--shell",
    "program",
    default="",
    metavar="PROGRAM",
    help="The shell to start (default: ATMOS_SHELL, SHELL, bash, sh).",
)
def command(app: App, words: tuple[str, ...], program: str, trailing: list[str] | None) -> int:
    """Start the shell and give its exit code."""
    if words:
        raise UsageError(
            "invalid arguments: use `--shell` to choose a shell binary, and place shell args only after `--`",
            command="atmos auth shell",
        )
    argv = [shell(app, program), *(["-l"] if trailing is None and os.name != "nt" else trailing or [])]
    identity = choice.pick_or_none(app)
    env = child.environment_of(app, identity, child.base_environment(app))
    environment.apply(env, child.top_level(app))  # what atmos.yaml sets on purpose beats the identity here
    environment.enter_level(env)
    env[MARKER] = f"({identity or 'no identity'}) "
    voice = Voice(app)
    label = _label(app, identity)
    voice.say()
    voice.say(f"→ Entering Atmos shell {label}")
    voice.say("  Type 'exit' to return to your normal shell")
    voice.say()
    code = child.run(app, argv, env)
    voice.say()
    voice.say(f"← Exited Atmos shell {label.replace('with', 'for', 1)}")
    voice.say()
    return code


def _label(app: App, identity: str | None) -> str:
    if identity is None:
        return "with authentication disabled"
    return f"with identity: {identity} ({app.identities.manager().chain(identity)[0]})"


def shell(app: App, program: str) -> str:
    """The shell to start."""
    wanted = program or app.env.get("ATMOS_SHELL") or app.env.get("SHELL")
    if wanted:
        return wanted
    for name in ("cmd.exe",) if os.name == "nt" else ("bash", "sh"):
        if child.find(name, app):
            return name
    raise AtmosError("no suitable shell found", hints=["Name one: `--shell /bin/sh`, or set SHELL"])
