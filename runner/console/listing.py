"""Small lists of rows: aligned on a terminal, tab-separated without a header elsewhere, or as data."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from runner.console import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.app import App


def data(rows: object, format_: str) -> str:
    """Rows as JSON or YAML."""
    from runner.console import formats

    return formats.to_json(rows) + "\n" if format_ == "json" else formats.to_yaml(rows)


def table(app: App, columns: Sequence[str], rows: Sequence[Sequence[object]], format_: str = "table") -> str:
    """Rows under a header; plain tab-separated ones where no person looks."""
    cells = [[str(cell) for cell in row] for row in rows]
    if format_ in ("csv", "tsv"):
        out = io.StringIO()
        writer = csv.writer(out, delimiter="," if format_ == "csv" else "\t", lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(cells)
        return out.getvalue()
    if not (terminal.is_tty(1) or terminal.forced_tty(app.flags)):
        return "".join("\t".join(row) + "\n" for row in cells)
    shown = [index for index in range(len(columns)) if any(row[index] for row in cells)] or [0]
    widths = {
        index: max(len(columns[index]), *(len(row[index]) for row in cells)) if cells else len(columns[index])
        for index in shown
    }
    color = terminal.use_color(app.flags, app.env, fd=1)
    head = "  ".join(columns[index].ljust(widths[index]) for index in shown).rstrip()
    lines = [f"\x1b[1m{head}\x1b[0m" if color else head]
    lines += ["  ".join(row[index].ljust(widths[index]) for index in shown).rstrip() for row in cells]
    return "\n".join(lines) + "\n"
