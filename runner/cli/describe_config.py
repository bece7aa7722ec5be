"""`atmos describe config`: the effective configuration, and where each value comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.cli import clicks
from runner.errors import AtmosError, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.app import App
    from runner.config.model import Config

_EXAMPLES = """\
 $ atmos describe config
 $ atmos describe config -f yaml
 $ atmos describe config -q .stacks.base_path
 $ atmos describe config --provenance"""


@clicks.command("atmos describe config", "Show the effective configuration", examples=_EXAMPLES)
@clicks.option("--format", "-f", "format_", metavar="FORMAT", default="", help="json or yaml")
@clicks.option("--query", "-q", metavar="EXPRESSION", default="", help="Select from the result, in yq's language")
@clicks.option("--provenance", is_flag=True, help="Show which file and line each value comes from")
def describe(app: App, format_: str, query: str, provenance: bool) -> int:
    from runner.config import effective
    from runner.console import formats, highlight

    if format_ not in ("", "json", "yaml"):
        raise AtmosError(f"invalid 'format': {format_}", hints=["The formats are json and yaml"])
    config = app.config
    if provenance:
        data = effective.shown(effective.whole(config))
        if format_ == "json":
            leaves = _leaves(data, config, app.cwd)
            highlight.show(app, formats.to_json([_record(path, value, where) for path, value, where in leaves]))
        else:
            highlight.show(app, _commented(data, config, app.cwd))
        return 0
    data = effective.asked(config, query) if query else effective.shown(effective.whole(config))
    highlight.show(app, formats.to_yaml(data) if format_ == "yaml" else formats.to_json(data))
    return 0


def _leaves(
    data: Any, config: Config, cwd: str, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any, Where | None]]:
    """Every value that is no map, with its path and place."""
    for key, value in data.items():
        below = (*path, str(key))
        if isinstance(value, dict) and value:
            yield from _leaves(value, config, cwd, below)
        else:
            yield below, value, _place(config, below, cwd)


def _place(config: Config, path: tuple[str, ...], cwd: str) -> Where | None:
    from runner.config.mistakes import shown_path

    where = config.where(*path)
    return Where(shown_path(where.file, cwd), where.line, where.column) if where else None


def _record(path: tuple[str, ...], value: Any, where: Where | None) -> dict[str, Any]:
    record: dict[str, Any] = {"path": ".".join(path), "value": value}
    if where:
        record["file"] = where.file
        if where.line:
            record["line"], record["column"] = where.line, where.column
    else:
        record["file"] = "default"
    return record


def _commented(data: dict[str, Any], config: Config, cwd: str) -> str:
    """YAML with the place of each value as a comment behind it."""
    from runner.console import formats

    rows: list[tuple[str, str]] = []

    def walk(holder: dict[str, Any], path: tuple[str, ...], pad: str) -> None:
        for key, value in holder.items():
            below = (*path, str(key))
            where = _place(config, below, cwd)
            place = f"{where.file}:{where.line}" if where and where.line else where.file if where else ""
            if isinstance(value, dict) and value:
                rows.append((f"{pad}{formats.quoted(str(key))}:", ""))
                walk(value, below, pad + "  ")
                continue
            first, *rest = formats.to_yaml({str(key): value}).splitlines()
            rows.append((pad + first, place or ("" if below[0] == "commands" else "default")))
            rows.extend((pad + line, "") for line in rest)

    walk(data, (), "")
    width = min(max((len(text) for text, place in rows if place), default=0), 60)
    return "".join(f"{text.ljust(width)}  # {place}\n" if place else f"{text}\n" for text, place in rows)


def run(app: App, argv: list[str]) -> int:
    return clicks.run(describe, app, argv)
