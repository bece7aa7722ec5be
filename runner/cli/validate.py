"""`atmos validate`, `validate config` and `validate schema`: every finding at once, with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from runner.cli import clicks
from runner.config.mistakes import told
from runner.errors import AtmosError

if TYPE_CHECKING:
    from runner.app import App
    from runner.config.findings import Report
    from runner.errors import Problem

_EXAMPLES = """\
 $ atmos validate
 $ atmos validate config
 $ atmos validate --format json"""
SHOWN_AT_MOST = 100  # findings; nobody reads more at once
_format = clicks.option("--format", "-f", "format_", metavar="FORMAT", default="text", help="text or json")


@clicks.group(
    "atmos validate", "Check configuration, stacks and workflows", examples=_EXAMPLES, invoke_without_command=True
)
@_format
@click.pass_context
def validate(ctx: click.Context, format_: str) -> int | None:
    if ctx.invoked_subcommand is not None:
        return None
    from runner.config import findings

    app: App = ctx.obj
    _check(format_)
    report = findings.everything(app)
    code = _tell(app, report, format_, "The configuration")
    if report.config is not None and report.config.stacks_path and not code:
        return _stacks(app)
    return code


@clicks.command("atmos validate config", "Check the configuration files", parent=validate, examples=_EXAMPLES)
@_format
def config(app: App, format_: str) -> int:
    from runner.config import findings

    _check(format_)
    return _tell(app, findings.of(app), format_, "The configuration")


@clicks.command("atmos validate schema", "Check files against the schemas that `schemas:` names", parent=validate)
@clicks.argument("names", nargs=-1)
@_format
def schema(app: App, names: tuple[str, ...], format_: str) -> int:
    from runner.config import findings, schemas

    _check(format_)
    if names == ("config",):
        return _tell(app, findings.of(app), format_, "The configuration")
    return _tell(app, schemas.check(app, names), format_, "Every file")


def _check(format_: str) -> None:
    if format_ not in ("text", "json"):
        raise AtmosError(f"invalid format: {format_}", hints=["The formats are text and json"])


def _stacks(app: App) -> int:
    """The stack manifests, by the command that checks them."""
    import os

    if not os.path.isdir(app.config.stacks_path):
        return 0
    from runner.cli import validate_stacks

    return int(validate_stacks.run(app, []))


def _tell(app: App, report: Report, format_: str, subject: str) -> int:
    errors, warnings = report.count("error"), report.count("warning")
    if format_ == "json":
        from runner.console import formats

        app.out(formats.to_json({"valid": not errors, "files": report.files,
                                 "problems": [_record(problem) for problem in report.sorted()]}))  # fmt: skip
        return 1 if errors else 0
    found = report.sorted()
    for problem in found[:SHOWN_AT_MOST]:
        mark = {"error": "✗", "warning": "⚠"}.get(problem.severity, "·")
        app.err(f"{mark} {told(problem, app.cwd)}\n")
    if len(found) > SHOWN_AT_MOST:
        app.err(f"… and {len(found) - SHOWN_AT_MOST} more; `--format json` lists all\n")
    if not errors:
        count = len(report.files)
        extra = f", {warnings} warning{'s' if warnings != 1 else ''}" if warnings else ""
        app.err(f"✓ {subject} is valid ({count} file{'s' if count != 1 else ''}{extra})\n")
        return 0
    raise AtmosError(f"{errors} problem{'s' if errors != 1 else ''} found", title="Validation Error",
                     hints=["`atmos schema` prints what the files may hold, for your editor"])  # fmt: skip


def _record(problem: Problem) -> dict[str, Any]:
    record: dict[str, Any] = {"severity": problem.severity, "message": problem.message}
    if problem.path:
        record["path"] = problem.path
    if problem.where:
        record |= {"file": problem.where.file, "line": problem.where.line, "column": problem.where.column}
    if problem.hint:
        record["hint"] = problem.hint
    return record


def run(app: App, argv: list[str]) -> int:
    return clicks.run(validate, app, argv)
