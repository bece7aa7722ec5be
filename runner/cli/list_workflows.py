"""`atmos list workflows`, also `atmos workflow list`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.errors import AtmosError

if TYPE_CHECKING:
    from runner.app import App
    from runner.workflows.files import WorkflowFile

_EXAMPLES = """\
 $ atmos list workflows
 $ atmos list workflows --format json
 $ atmos list workflows --columns 'file,workflow' --sort 'Workflow:desc'
 $ atmos list workflows --columns 'Name={{ .workflow | upper }}'"""


@clicks.command("atmos list workflows", "List workflows", examples=_EXAMPLES)
@clicks.option(
    "--format",
    "-f",
    "format_",
    metavar="FORMAT",
    default="",
    help="table, json, yaml, csv or tsv",
    shell_complete=lambda *_: ["table", "json", "yaml", "csv", "tsv"],
)
@clicks.option("--columns", metavar="A,B", multiple=True, help="Fields, or NAME=TEMPLATE")
@clicks.option("--sort", metavar="COLUMN:ORDER", default="", help="As in File:asc,Workflow:desc")
@clicks.option("--file", metavar="PATH", default="", help="Only this file; relative to the current directory")
@clicks.option("--delimiter", metavar="TEXT", default="", help="What stands between the cells of csv and tsv")
def workflows(app: App, format_: str, columns: tuple[str, ...], sort: str, file: str, delimiter: str) -> int:
    from runner.console import tables
    from runner.workflows import describe

    section = app.config.section("workflows")
    settings = section.get("list") if isinstance(section, dict) else None
    if not isinstance(settings, dict):
        settings = {}
    format_ = format_ or app.env.get("ATMOS_LIST_FORMAT", "") or str(settings.get("format") or "")
    tables.check_format(format_)
    for part in sort.split(",") if sort else ():
        if ":" not in part:
            name = part.strip() or "File"
            raise AtmosError(
                f"invalid sort '{part.strip()}': an order is needed too",
                hints=[f"`--sort {name}:asc`, or `{name}:desc`"],
            )
    chosen = _columns(",".join(columns), settings.get("columns"))
    found = _files(app, file or app.env.get("ATMOS_WORKFLOW_FILE", ""))
    rows = describe.rows(found)
    broken = sum(len(each.workflows) for each in found) - len(rows)
    if broken and os.isatty(2):
        app.err(f"⚠ {broken} more cannot be read: `atmos validate` says why\n")
    if not rows:
        app.err("▶ No workflows found\n")
        return 0
    if not sort:
        rows.sort(key=lambda row: (row["file"], row["workflow"]))
    cells = [{title: _cell(template, row) for title, template in chosen.items()} for row in rows]
    if format_ in ("", "table", "tsv"):  # a row is a line
        cells = [{title: " ".join(cell.split()) for title, cell in row.items()} for row in cells]
    text = tables.render(app, cells, list(chosen), format_=format_, sort=sort)
    if delimiter and format_ in ("csv", "tsv"):
        text = _with_delimiter(cells, list(chosen), delimiter, sort)
    app.out(text)
    return 0


def _columns(chosen: str, configured: object) -> dict[str, str]:
    """Titles and templates: of `--columns`, else of `workflows.list.columns`, else the usual ones."""
    from runner.workflows.describe import COLUMNS

    if chosen.strip():
        titles = {title.lower(): title for title in COLUMNS}
        found: dict[str, str] = {}
        for part in _split(chosen):
            name, equals, template = part.partition("=")
            if equals:
                found[name.strip()] = template.strip()
            elif name.strip().lower() in titles:
                title = titles[name.strip().lower()]
                found[title] = COLUMNS[title]
            else:
                raise AtmosError(
                    f"unknown column '{name.strip()}'",
                    hints=[f"Columns: {', '.join(word.lower() for word in COLUMNS)}, or NAME=TEMPLATE"],
                )
        return found
    if isinstance(configured, list):
        declared = {
            str(entry["name"]): str(entry.get("value") or "")
            for entry in configured
            if isinstance(entry, dict) and entry.get("name")
        }
        if declared:
            return declared
    return dict(COLUMNS)


def _split(text: str) -> list[str]:
    """Split on commas that stand outside template actions."""
    parts, depth, start = [], 0, 0
    for index, char in enumerate(text):
        if text.startswith("{{", index):
            depth += 1
        elif text.startswith("}}", index):
            depth -= 1
        elif char == "," and not depth:
            parts.append(text[start:index])
            start = index + 1
    parts.append(text[start:])
    return [part for part in parts if part.strip()]


def _cell(template: str, row: dict[str, object]) -> str:
    from runner.workflows.describe import COLUMNS

    for title, usual in COLUMNS.items():
        if template == usual:
            return str(row[title.lower()])
    import templating
    from runner.workflows.columns import FUNCTIONS

    return templating.render(template, row, name="column", functions=FUNCTIONS)


def _with_delimiter(cells: list[dict[str, str]], columns: list[str], delimiter: str, sort: str) -> str:
    import csv
    import io

    from runner.console import tables

    if len(delimiter) != 1:
        raise AtmosError(f"invalid delimiter '{delimiter}'", hints=["It has to be one character"])
    ordered = tables._sorted(cells, sort, columns)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([[row[column] for column in columns] for row in ordered])
    return out.getvalue()


def _files(app: App, path: str) -> list[WorkflowFile]:
    from runner.workflows import files

    if not path:
        return files.discover(app, quiet=True)
    if not path.endswith((".yaml", ".yml")):
        raise AtmosError(f"invalid workflow file: {path}", hints=["The name has to end in .yaml or .yml"])
    absolute = os.path.join(app.cwd, path)
    if not os.path.isfile(absolute):
        raise files.missing(path)
    return [files.read(app, absolute, path)]


def run(app: App, argv: list[str]) -> int:
    return clicks.run(workflows, app, argv)
