"""Run a program or a shell under an identity. On the short way of `auth exec`: no click, no SDK with a session."""

from __future__ import annotations

import os

from runner import environment
from runner.cli.auth import choice
from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.app import App

NOT_FOUND = 127
NOT_EXECUTABLE = 126


def environment_of(app: App, identity: str | None, base: Mapping[str, str]) -> dict[str, str]:
    """The exact environment of a child (decision D5); without an identity, one that nothing nested logs in from."""
    if identity is None:
        return app.identities.disabled(base)
    try:
        return app.identities.environment(identity, base)
    except AtmosError as error:
        if type(error.__cause__).__name__ == "IdentityNotFound":  # nothing has been run yet: a profile may have it
            from runner import profile_hints

            profile_hints.offer(app, identity)
        raise


def base_environment(app: App) -> dict[str, str]:
    """The caller's environment and `env:` of atmos.yaml."""
    env = dict(app.env)
    environment.apply(env, top_level(app))
    return env


def top_level(app: App) -> list[tuple[str, str | None]]:
    """`env:` of atmos.yaml, evaluated."""
    return list(app.config.env_section().items())


def find(name: str, app: App) -> str | None:
    """The program as the caller's PATH finds it."""
    from runner.process import launch

    return launch.find(name, app.env, app.cwd)


def run(app: App, argv: list[str], env: dict[str, str]) -> int:
    """Run a program in our terminal and process group; its exit code, 128 + n after signal n."""
    from runner.process import launch, signals

    path = find(argv[0], app)
    if path is None:
        raise AtmosError(
            f"command not found: {argv[0]}",
            hints=[f'Ensure "{argv[0]}" is installed and available on your PATH'],
            exit_code=NOT_FOUND,
        )
    with signals.watch():
        try:
            outcome = launch.run(argv, env=env, cwd=app.cwd, path=path, shared_terminal=True)
        except OSError as error:
            raise AtmosError(
                f"cannot run {argv[0]}: {os.strerror(error.errno or 0)}", exit_code=NOT_EXECUTABLE
            ) from error
    return outcome.code


def execute(app: App, argv: list[str]) -> int:
    """`auth exec -- ARGV`."""
    identity = choice.pick_or_none(app)
    env = environment_of(app, identity, base_environment(app))
    code = run(app, argv, env)
    if code:
        raise AtmosError(f"subcommand exited with code {code}", exit_code=code)
    return 0
