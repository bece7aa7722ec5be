"""Files checked against JSON Schemas that the configuration names in `schemas:` (`atmos validate schema`)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from runner.config import globs, reader
from runner.config.effective import plain
from runner.config.findings import Report
from runner.config.record import Record
from runner.config.shape import dotted, position
from runner.errors import AtmosError, Problem, Where, nearest

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
        _entry(app, name, entries[name], report)
    return report


def _entry(app: App, name: str, entry: dict[str, Any], report: Report) -> None:
    validator = _validator(app, name, str(entry["schema"]))
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
            for found in validator.iter_errors(plain(tree)):
                keys = tuple(str(part) for part in found.absolute_path)
                where = position(tree, keys) or Where(path, 1)
                report.add(Problem(f"{dotted(keys) or 'the file'}: {found.message}", where, path=dotted(keys)))


def _validator(app: App, name: str, source: str) -> Any:
    try:
        from jsonschema import validators
    except ImportError:
        raise AtmosError("checking files against schemas of your own needs the package `jsonschema`",
                         hints=["Install it: `pip install 'atmos-runner[schemas]'`"]) from None  # fmt: skip
    from runner.config import include, remote

    if include.is_remote(source):
        path = remote.Fetcher(Record(app.env, app.cwd)).get(source)
    else:
        path = os.path.join(app.config.base_path, source)
    schema = plain(reader.read_file(path))
    if not isinstance(schema, dict):
        raise AtmosError(f"the schema of `{name}` is no mapping: {path}")
    kind = validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)
