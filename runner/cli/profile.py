"""`atmos profile list` and `atmos profile show`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from runner.cli import clicks
from runner.errors import AtmosError

if TYPE_CHECKING:
    import click

    from runner.app import App
    from runner.config.profiles import Location
    from runner.config.record import Record

_FIELDS = ("name", "description", "version", "tags", "deprecated")


@clicks.group("atmos profile", "List and show configuration profiles")
def profile() -> None:
    pass


@clicks.command(
    "atmos profile list",
    "List profiles",
    parent=profile,
    examples=" $ atmos profile list\n $ atmos profile list --format json",
)
@clicks.option("--format", "-f", "format_", metavar="FORMAT", default="table", help="table, json or yaml")
def list_(app: App, format_: str) -> int:
    from runner.config import profiles
    from runner.console import formats

    _check(format_, ("table", "json", "yaml"))
    record, places = profiles.visible(app)
    rows = _rows(record, places)
    if format_ == "json":
        app.out(formats.to_json(rows))
    elif format_ == "yaml":
        app.out(formats.to_yaml([{key.lower(): value for key, value in row.items()} for row in rows]))
    elif not rows:
        app.err("There are no profiles here. Looked in:\n" + "".join(f"  {place.folder}\n" for place in places))
    else:
        active = set(app.config.profiles)
        table = [("", "NAME", "LOCATION", "PATH")]
        table += [("●" if row["Name"] in active else "", row["Name"], row["LocationType"], row["Path"]) for row in rows]
        widths = [max(len(line[column]) for line in table) for column in range(3)]
        app.out("".join("  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[3]]) + "\n"
                        for line in table))  # fmt: skip
    return 0


def _names(ctx: click.Context, _param: click.Parameter, _begun: str) -> list[str]:
    """The names of the profiles, for completion."""
    from runner.config import profiles

    return profiles.names(ctx.obj)


@clicks.command("atmos profile show", "Show a profile", parent=profile, examples=" $ atmos profile show developer")
@clicks.argument("name", shell_complete=_names)
@clicks.option("--format", "-f", "format_", metavar="FORMAT", default="yaml", help="yaml or json")
def show(app: App, name: str, format_: str) -> int:
    from runner.config import effective, profiles
    from runner.config.record import Record
    from runner.console import formats, highlight

    _check(format_, ("yaml", "json", "table"))
    record, places = profiles.visible(app)
    if profiles.find(name, places, record) is None:
        auth = app.config.raw("auth")
        identities = auth.get("identities") if isinstance(auth, dict) else None
        raise profiles.unknown(name, places, record, list(identities or ()))
    row = next(row for row in _rows(record, places) if row["Name"] == name)
    from runner.config.loader import Loader

    loader = Loader(app.flags, Record(app.env, app.cwd))
    from runner.config import merge
    from runner.config.reader import Map

    merged: Any = Map()
    for path in row["Files"]:
        merged = merge.merge(merged, loader.read(os.path.join(row["Path"], path)))
    merged.pop("metadata", None)
    content = effective.shown({key: effective.masked(effective.plain(value), (key,)) for key, value in merged.items()})
    data = {**row, "Configuration": content}
    if format_ == "json":
        highlight.show(app, formats.to_json(data))
    else:
        highlight.show(app, formats.to_yaml({key.lower(): value for key, value in data.items()}))
    return 0


def _check(format_: str, known: tuple[str, ...]) -> None:
    if format_ not in known:
        raise AtmosError(f"invalid format: {format_}", explanation=f"The formats are {', '.join(known)}.", exit_code=2)


def _rows(record: Record, places: list[Location]) -> list[dict[str, Any]]:
    """What `list` shows: the profiles that a run would find, sorted by name."""
    from runner.config import profiles

    rows = []
    for name in profiles.known(places, record):
        found = profiles.find(name, places, record)
        if found is None:
            continue
        place, folder = found
        files = [os.path.relpath(path, folder) for path in profiles.files(folder, record)]
        rows.append({"Name": name, "Path": folder, "LocationType": place.kind, "Files": files,
                     "Metadata": _metadata(folder)})  # fmt: skip
    return rows


def _metadata(folder: str) -> dict[str, Any] | None:
    """`metadata:` of a profile's `atmos.yaml`; a profile that cannot be read is listed without."""
    from runner.config import reader

    for name in ("atmos.yaml", "atmos.yml"):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            try:
                tree = reader.read_map(path, on_tag=lambda _tag, value, _where: value)
            except AtmosError:
                return None
            found = tree.get("metadata")
            if isinstance(found, dict):
                return {key: found[key] for key in _FIELDS if key in found}
    return None


def run(app: App, argv: list[str]) -> int:
    return clicks.run(profile, app, argv)
