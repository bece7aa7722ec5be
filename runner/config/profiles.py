"""Profiles: folders of configuration laid over the base (spec: config §1.9, seed 002)."""

from __future__ import annotations

import os

from runner.config import discovery
from runner.errors import AtmosError, nearest
from runner.globals import SELECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App
    from runner.config.loader import Loader
    from runner.config.reader import Map
    from runner.config.record import Record

EXIT = 2


class Location:
    """A folder that may hold profiles. kind: configurable, project-hidden, xdg or project."""

    __slots__ = ("folder", "kind")

    def __init__(self, kind: str, folder: str) -> None:
        self.kind, self.folder = kind, folder


def chosen(loader: Loader, tree: Map) -> list[str]:
    """The names of the profiles in force: flag, else variable, else the configured default."""
    given = loader.flags.given.get("profile")
    names = [item.strip() for text in (given if isinstance(given, list) else []) for item in str(text).split(",")]
    names = [name for name in names if name]
    if names:
        return names
    names = [name.strip() for name in loader.record.getenv("ATMOS_PROFILE").split(",")]
    names = [name for name in names if name]
    if names:
        return names
    section = tree.get("profiles")
    default = loader.text(section.get("default")).strip() if isinstance(section, dict) else ""
    return [default] if default else []


def locations(base: str, declared_in: str, config_dir: str, record: Record) -> list[Location]:
    """Where profiles are looked for, first ones first. base: `profiles.base_path`, relative to its file's folder."""
    places: list[Location] = []
    if base:
        places.append(Location("configurable", os.path.normpath(os.path.join(declared_in or config_dir, base))))
    if config_dir:
        places.append(Location("project-hidden", os.path.join(config_dir, ".atmos", "profiles")))
    home = record.getenv("ATMOS_XDG_CONFIG_HOME") or record.getenv("XDG_CONFIG_HOME")
    if not home and record.home():
        home = os.path.join(record.home(), ".config")
    if home:
        places.append(Location("xdg", os.path.join(home, "atmos", "profiles")))
    if config_dir:
        places.append(Location("project", os.path.join(config_dir, "profiles")))
    return places


def find(name: str, places: list[Location], record: Record) -> tuple[Location, str] | None:
    """The folder of a profile: that of the first location that has it."""
    if not name or os.sep in name or name in (".", ".."):
        return None
    for place in places:
        folder = os.path.join(place.folder, name)
        if record.is_dir(folder):
            return place, folder
    return None


def known(places: list[Location], record: Record) -> list[str]:
    """The names of all profiles, sorted."""
    names: set[str] = set()
    for place in places:
        names.update(name for name in record.names(place.folder) if os.path.isdir(os.path.join(place.folder, name)))
    return sorted(names)


def visible(app: App) -> tuple[Record, list[Location]]:
    """Where the profiles of a loaded configuration are looked for."""
    from runner.config.record import Record

    config = app.config
    record = Record(app.env, app.cwd)
    section = config.section("profiles")
    base = str(section.get("base_path") or "") if isinstance(section, dict) else ""
    where = config.where("profiles", "base_path")
    return record, locations(base, os.path.dirname(where.file) if where else "", config.config_dir, record)


def names(app: App) -> list[str]:
    """The names of the profiles of a loaded configuration, sorted."""
    record, places = visible(app)
    return known(places, record)


def files(folder: str, record: Record) -> list[str]:
    """The files of a profile, in the order in which they are merged."""
    return discovery.yaml_files(folder, record)


def unknown(name: str, places: list[Location], record: Record, identities: list[str]) -> AtmosError:
    """The error for a profile that no location has."""
    names = known(places, record)
    near = nearest(name, names, 1)
    hints = []
    if name in identities:
        hints.append(f"`{name}` is an identity: use `--identity {name}` or `ATMOS_IDENTITY={name}`")
    elif near:
        hints.append(f"Did you mean `{near[0]}`?")
    else:
        hints.append("Check the spelling of the profile's name")
    hints.append("Run `atmos profile list` to see all profiles")
    return AtmosError(
        f"profile not found: {name}", title="Profile Error", exit_code=EXIT, hints=hints,
        explanation=f"Profile {name} does not exist in any configured location.\n"
        + (f"Available profiles are: {', '.join(names)}" if names else "There are no profiles here.\nLooked in:\n"
           + "\n".join(f"  {place.folder}" for place in places)),
    )  # fmt: skip


def select(loader: Loader, places: list[Location], names: list[str]) -> list[str]:
    """Ask which profiles are meant (a bare `--profile`)."""
    from runner.console import prompts, terminal

    if not terminal.interactive(loader.flags, loader.record.env):
        raise AtmosError("interactive mode not available", exit_code=EXIT, title="Profile Error",
                         hints=["Name a profile: `--profile NAME`", "Run `atmos profile list` to see all profiles"])  # fmt: skip
    loader.record.volatile = "profiles chosen by a person"
    picked = [name for name in names if name != SELECT]
    return prompts.multiselect("Choose profiles", known(places, loader.record), default=picked)
