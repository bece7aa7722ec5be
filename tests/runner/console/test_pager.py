"""The pager: which one, and only where it helps."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from runner.app import App
from runner.console import pager
from runner.globals import GlobalFlags


def app(tmp_path: Path, given: dict[str, object], env: dict[str, str]) -> App:
    return App([], {"HOME": str(tmp_path), **env}, str(tmp_path), GlobalFlags(given, env))


@pytest.mark.parametrize(
    ("given", "env", "command"),
    [
        ({}, {}, ""),
        ({"pager": "more"}, {}, "more"),
        ({"pager": "true"}, {}, "less"),
        ({"pager": "true"}, {"PAGER": "most -s"}, "most -s"),
        ({"pager": "off"}, {"PAGER": "more"}, ""),
        ({"pager": "more"}, {"NO_PAGER": "1"}, "more"),
        ({}, {"NO_PAGER": "1", "PAGER": "more"}, ""),
        ({}, {"PAGER": "more"}, "more"),
        ({}, {"ATMOS_PAGER": "cat", "PAGER": "more"}, "cat"),
        ({}, {"ATMOS_PAGER": "No", "PAGER": "more"}, ""),
    ],
)
def test_choice(tmp_path: Path, given: dict[str, object], env: dict[str, str], command: str) -> None:
    assert pager.chosen(app(tmp_path, given, env)) == command


def test_only_the_flag_counts_for_help(tmp_path: Path) -> None:
    assert pager.chosen(app(tmp_path, {}, {"PAGER": "more"}), configured=False) == ""
    assert pager.chosen(app(tmp_path, {"pager": "more"}, {}), configured=False) == "more"


def test_the_configured_one(tmp_path: Path) -> None:
    (tmp_path / "atmos.yaml").write_text("settings: {terminal: {pager: more}}\n")
    assert pager.chosen(app(tmp_path, {}, {})) == "more"


@pytest.mark.parametrize(
    ("words", "rows", "paged"),
    [
        (["help"], 10, True),
        (["help", "list", "aliases"], 5, True),
        (["--help"], 10, False),
        (["--help", "--pager", "PAGE"], 10, True),
        (["help"], 500, False),
    ],
)
def test_at_a_terminal(atmos: Path, tmp_path: Path, words: list[str], rows: int, paged: bool) -> None:
    import pexpect

    tool = tmp_path / "page"
    tool.write_text('#!/bin/sh\necho "<<$(wc -l | tr -d " ") lines>>"\n')
    tool.chmod(0o755)
    child = pexpect.spawn(str(atmos), [str(tool) if word == "PAGE" else word for word in words], cwd=str(tmp_path), timeout=60,
                          env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "ATMOS_PAGER": str(tool)},  # type: ignore[arg-type]
                          encoding="utf-8", dimensions=(rows, 100))  # fmt: skip
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert bool(re.search(r"<<\d+ lines>>", child.before)) == paged
