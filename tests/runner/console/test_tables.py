"""Rows in every format of the `list` commands."""

from __future__ import annotations

import json
import os

import pytest

from runner.app import App
from runner.console import tables
from runner.errors import AtmosError
from runner.globals import scan

ROWS = [{"Name": "b", "N": "10"}, {"Name": "a", "N": "9"}, {"Name": "c, d", "N": ""}]


@pytest.fixture
def app() -> App:
    env = {"HOME": "/nonexistent"}
    flags, _ = scan([], env)
    return App([], env, os.sep, flags)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "b\t10\na\t9\nc, d\t\n"),
        ({"format_": "csv"}, 'Name,N\nb,10\na,9\n"c, d",\n'),
        ({"format_": "tsv", "chosen": "n"}, 'N\n10\n9\n""\n'),
        ({"sort": "n"}, "a\t9\nb\t10\nc, d\t\n"),
        ({"sort": "name:desc"}, "c, d\t\nb\t10\na\t9\n"),
        ({"format_": "tree"}, "├── b\n│   └── 10\n├── a\n│   └── 9\n└── c, d\n"),
        ({"format_": "matrix"}, '{"include":[{"name":"b","n":"10"},{"name":"a","n":"9"},{"name":"c, d","n":""}]}\n'),
    ],
)
def test_formats(app: App, options: dict[str, str], expected: str) -> None:
    assert tables.render(app, ROWS, ["Name", "N"], **options) == expected  # type: ignore[arg-type]


def test_data(app: App) -> None:
    assert json.loads(tables.render(app, ROWS[:1], ["Name", "N"], format_="json")) == [{"N": "10", "Name": "b"}]
    assert tables.render(app, ROWS[:1], ["Name"], format_="yaml") == "- Name: b\n"


@pytest.mark.parametrize("options", [{"format_": "xml"}, {"chosen": "nope"}, {"sort": "nope"}, {"sort": "name:up"}])
def test_mistakes(app: App, options: dict[str, str]) -> None:
    with pytest.raises(AtmosError):
        tables.render(app, ROWS, ["Name", "N"], **options)  # type: ignore[arg-type]
