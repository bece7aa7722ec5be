"""Files checked against JSON Schemas that the configuration names in `schemas:` (`atmos validate schema`)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from runner.config import globs, include, reader
from runner.config.effective import plain
from runner.config.findings import Report
from runner.config.record import Record
from runner.config.shape import dotted, position
from runner.errors import AtmosError, Problem, Where, nearest
from runner.json_schema import Schema

if TYPE_CHECKING:
    from runner.app import App


def check(app: App, names: tuple[str, ...]) -> Report:
    """Check the files of the named entries of `schemas:` (all of them when none is named)."""
    section = app.config.section("schemas")
    entries = {name: entry for name, entry in (section if isinstance(section, dict) else {}).items()
               if isinstance(entry, dict) and "schema" in entry}  # fmt: skip
    for name in names:
        if name not in entries:
            near = nearest(name, [*entries, "config"], 1)
            raise AtmosError(f"no schema is named `{name}` in `schemas:`",
                             hints=[f"Did you mean `{near[0]}`?"] if near else ["Known names: " + ", ".join([*entries, "config"])])  # fmt: skip
    report = Report()
    report.config = app.config
    for name in names or entries:
        _entry(app, entries[name], report)
    return report


def _entry(app: App, entry: dict[str, Any], report: Report) -> None:
    schema = Schema(app, _path(app, str(entry["schema"])))
    patterns = entry.get("matches") or []
    record = Record(app.env, app.cwd)
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        for path in globs.matches(app.config.base_path, str(pattern), record):
            report.files.append(path)
            try:
                tree = reader.read_file(path, on_tag=lambda _tag, value, _where: value)
            except AtmosError as error:
                report.add_error(error)
                continue
            for place, message in schema.problems(plain(tree)):
                keys = tuple(str(part) for part in place)
                where = position(tree, keys) or Where(path, 1)
                report.add(Problem(f"{dotted(keys) or 'the file'}: {message}", where, path=dotted(keys)))


def _path(app: App, source: str) -> str:
    return app.config.fetch(source) if include.is_remote(source) else os.path.join(app.config.base_path, source)
