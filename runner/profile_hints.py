"""Profiles that would bring what is missing: an identity, or any authentication at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NoReturn

from runner.commands.aliases import without_chdir
from runner.errors import AtmosError, UserAborted

if TYPE_CHECKING:
    from runner.app import App

DEPTH = "ATMOS_REEXEC_DEPTH"  # set in a run that was started again: it does not offer that a second time


def names(app: App) -> list[str]:
    """The profiles there are."""
    from runner.config import profiles
    from runner.config.record import Record

    config = app.config
    base = str(config.get("profiles", "base_path", default="") or "")
    where = config.where("profiles", "base_path")
    declared_in = os.path.dirname(os.path.join(app.cwd, where.file)) if where else ""
    record = Record(dict(app.env), app.cwd)
    return profiles.known(profiles.locations(base, declared_in, config.config_dir, record), record)


def chosen(app: App) -> bool:
    """Whether somebody asked for a profile: then others are not suggested."""
    return bool(app.flags.given.get("profile") or app.env.get("ATMOS_PROFILE", "").strip())


def sections(app: App) -> dict[str, dict[str, Any]]:
    """The auth section under each profile alone. A profile that cannot be read says nothing here."""
    from runner import config
    from runner.globals import GlobalFlags

    found: dict[str, dict[str, Any]] = {}
    for name in names(app):
        env = dict(app.env)
        flags = GlobalFlags({**app.flags.given, "profile": [name]}, env)
        try:
            section = config.load(flags, env, app.cwd).raw("auth")
        except AtmosError:
            continue
        found[name] = section if isinstance(section, dict) else {}
    return found


def having_identity(app: App, identity: str) -> list[str]:
    """The profiles that define an identity; none when somebody asked for a profile."""
    if chosen(app):
        return []
    return [
        name
        for name, section in sections(app).items()
        if identity.lower() in (str(key).lower() for key in section.get("identities") or {})
    ]


def having_anything(app: App) -> list[str]:
    """The profiles that define identities or providers; none when somebody asked for a profile."""
    if chosen(app):
        return []
    return [name for name, section in sections(app).items() if section.get("identities") or section.get("providers")]


def for_identity(app: App, identity: str) -> list[str]:
    """What to run instead when an identity is not here but in a profile."""
    having = having_identity(app, identity)
    if not having:
        return []
    if len(having) == 1:
        return [
            f"Identity `{identity}` is defined in profile `{having[0]}`",
            f"Re-run with `--profile {having[0]}` to use it",
        ]
    return [
        f"Identity `{identity}` is defined in these profiles: {_listed(having)}",
        "Re-run with `--profile <name>` using one of the profiles above",
    ]


def for_anything(app: App) -> list[str]:
    """What to run instead when nothing is configured here but profiles bring something."""
    having = having_anything(app)
    if not having:
        return []
    if len(having) == 1:
        return [
            f"Profile `{having[0]}` defines auth configuration",
            f"Re-run with `--profile {having[0]}` to use it",
        ]
    return [
        f"These profiles define auth configuration: {_listed(having)}",
        "Re-run with `--profile <name>` using one of the profiles above",
    ]


def _listed(names_: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names_)


def offer(app: App, identity: str = "") -> None:
    """Let a person switch to a profile that has what is missing: this run starts again under it, and does not return.

    Returns where nobody can be asked, no profile helps, or this is such a second start already.
    """
    if not app.interactive or app.env.get(DEPTH, "0") not in ("", "0"):
        return
    having = having_identity(app, identity) if identity else having_anything(app)
    if not having:
        return
    from runner.console import prompts

    if len(having) == 1:
        question = f"Switch to profile `{having[0]}`" + (f" for identity `{identity}`?" if identity else "?")
        if not prompts.confirm(question, default=True, app=app):
            raise UserAborted(interrupt=False)
        start_again(app, having[0])
    title = f"Select a profile for identity `{identity}`:" if identity else "Select a profile with auth config:"
    start_again(app, prompts.select(title, having, app=app))


def start_again(app: App, profile: str) -> NoReturn:
    """Replace this process by the same command line under a profile, in the directory it is in by now."""
    argv = [app.executable, "--profile", profile, *without_chdir(app.argv)]
    env = {**app.env, DEPTH: "1", "ATMOS_CHDIR": ""}
    app.close()
    os.execve(app.executable, argv, env)


def nothing_configured(app: App, message: str) -> AtmosError:
    """There is nothing to authenticate with."""
    hints = for_anything(app)
    return AtmosError(
        "no identities available" if hints else message,
        explanation="No identities or providers are defined in the currently loaded configuration.",
        hints=hints or ["Define providers and identities under `auth` in atmos.yaml"],
    )


def refuse_empty_list(app: App) -> None:
    """`auth list` with nothing to list is an error when profiles exist: one of them was probably meant."""
    there = names(app)
    if not there or chosen(app):
        return
    listed = ", ".join(f"`{name}`" for name in there)
    raise AtmosError(
        "authentication not configured in atmos.yaml",
        explanation=f"The current configuration has no providers and no identities.\nAvailable profiles: {listed}",
        hints=[
            "Run `atmos auth list --profile <name>` to list those of a profile",
            "Run `atmos profile list` to see all profiles",
        ],
    )
