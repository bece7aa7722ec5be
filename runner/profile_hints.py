"""Profiles that would bring what is missing: an identity, or any authentication at all."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from runner.errors import AtmosError

if TYPE_CHECKING:
    from runner.app import App


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


def for_identity(app: App, identity: str) -> list[str]:
    """What to run instead when an identity is not here but in a profile."""
    if chosen(app):
        return []
    having = [
        name
        for name, section in sections(app).items()
        if identity.lower() in (str(key).lower() for key in section.get("identities") or {})
    ]
    if not having:
        return []
    if len(having) == 1:
        return [
            f"Identity `{identity}` is defined in profile `{having[0]}`",
            f"Re-run with `--profile {having[0]}` to use it",
        ]
    listed = ", ".join(f"`{name}`" for name in having)
    return [
        f"Identity `{identity}` is defined in these profiles: {listed}",
        "Re-run with `--profile <name>` using one of the profiles above",
    ]


def for_anything(app: App) -> list[str]:
    """What to run instead when nothing is configured here but profiles bring something."""
    if chosen(app):
        return []
    having = [name for name, section in sections(app).items() if section.get("identities") or section.get("providers")]
    if not having:
        return []
    if len(having) == 1:
        return [
            f"Profile `{having[0]}` defines auth configuration",
            f"Re-run with `--profile {having[0]}` to use it",
        ]
    listed = ", ".join(f"`{name}`" for name in having)
    return [
        f"These profiles define auth configuration: {listed}",
        "Re-run with `--profile <name>` using one of the profiles above",
    ]


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
