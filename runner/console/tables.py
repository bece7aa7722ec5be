"""Rows of named columns in every format the `list` commands share: table, json, yaml, csv, tsv, tree, matrix.

On a terminal a table, elsewhere lines of tab-separated values without a header, so that `cut` and `grep` work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.errors import AtmosError, nearest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.app import App

FORMATS = ("table", "json", "yaml", "csv", "tsv", "tree", "matrix")
Row = dict[str, str]


def render(
    app: App,
    rows: Sequence[Row],
    columns: Sequence[str],
    *,
    format_: str = "",
    chosen: str = "",
    sort: str = "",
    extra: Sequence[str] = (),
) -> str:
    """The rows as text. chosen: `--columns`, names separated by commas; sort: `--sort`, `name[:desc],…`.

    extra: columns that are there but shown only when they are chosen.
    """
    from runner.console import listing

    check_format(format_)
    known = [*columns, *extra]
    shown = [_column(name, known) for name in chosen.split(",") if name.strip()] or list(columns)
    ordered = _sorted(list(rows), sort, known)
    if format_ in ("json", "yaml"):
        from runner.console import formats

        data = [{name: row.get(name, "") for name in shown} for row in ordered]
        return formats.to_json(data, sort=True) if format_ == "json" else formats.to_yaml(data, sort=True)
    if format_ == "tree":
        return _tree(ordered, shown)
    if format_ == "matrix":
        return _matrix(app, ordered, shown)
    cells = [[row.get(name, "") for name in shown] for row in ordered]
    return listing.table(app, shown, cells, format_ or "table")


def check_format(format_: str) -> None:
    """Raise for a format that there is not."""
    if format_ and format_ not in FORMATS:
        close = nearest(format_, FORMATS)
        hints = [f"Did you mean `{close[0]}`?"] if close else []
        raise AtmosError(f"invalid format '{format_}'", hints=[*hints, f"The formats are: {', '.join(FORMATS)}"])


def _column(name: str, known: Sequence[str]) -> str:
    """A column by its name, in any letter case."""
    word = name.strip().lower()
    for column in known:
        if column.lower() == word:
            return column
    raise AtmosError(f"unknown column '{name.strip()}'", hints=[f"The columns are: {', '.join(known)}"])


def _sorted(rows: list[Row], sort: str, known: Sequence[str]) -> list[Row]:
    for key in reversed([part for part in sort.split(",") if part.strip()]):
        name, _, order = key.partition(":")
        column = _column(name, known)
        if order.strip().lower() not in ("", "asc", "desc"):
            raise AtmosError(f"cannot sort by '{key.strip()}': the order is asc or desc")
        rows = sorted(rows, key=lambda row: _key(row.get(column, "")), reverse=order.strip().lower() == "desc")
    return rows


def _key(text: str) -> tuple[int, int, str]:
    """Numbers by size and before words."""
    return (0, int(text), "") if text.isdigit() else (1, 0, text)


def _tree(rows: list[Row], columns: Sequence[str]) -> str:
    """The first column as branches, what belongs to it below."""
    groups: dict[str, list[str]] = {}
    for row in rows:
        rest = " ".join(row.get(name, "") for name in columns[1:] if row.get(name, ""))
        below = groups.setdefault(row.get(columns[0], ""), [])
        if rest:
            below.append(rest)
    lines: list[str] = []
    names = list(groups)
    for number, name in enumerate(names):
        last = number == len(names) - 1
        lines.append(f"{'└──' if last else '├──'} {name}")
        for index, item in enumerate(groups[name]):
            lines.append(f"{'    ' if last else '│   '}{'└──' if index == len(groups[name]) - 1 else '├──'} {item}")
    return "".join(line + "\n" for line in lines)


def _matrix(app: App, rows: list[Row], columns: Sequence[str]) -> str:
    """The rows as a CI job matrix."""
    return matrix(app, [{name.lower(): row.get(name, "") for name in columns} for row in rows])


def matrix(app: App, include: list[dict[str, str]]) -> str:
    """`{"include": […]}`, to `$GITHUB_OUTPUT` where there is one, else as the result."""
    import json

    text = json.dumps({"include": include}, separators=(",", ":"))
    target = app.env.get("GITHUB_OUTPUT")
    if not target:
        return text + "\n"
    with open(target, "a", encoding="utf-8") as stream:
        stream.write(f"matrix={text}\ncount={len(include)}\n")
    return ""
