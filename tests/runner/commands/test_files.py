"""Patterns of `sources`, `generates` and `--watch`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from runner.commands.freshness import files
from runner.commands.watch import ADDED, Matcher, touched, translate, without_watch


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("a.py", "b.txt", "sub/c.py", "sub/deep/d.py", ".git/x.py", "sub/[odd].py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("*.py", ["a.py"]),
        ("sub/**/*.py", ["sub/[odd].py", "sub/c.py", "sub/deep/d.py"]),
        ("*.{py,txt}", ["a.py", "b.txt"]),
        ("sub", ["sub/[odd].py", "sub/c.py", "sub/deep/d.py"]),
        ("nothing", []),
    ],
)
def test_sources(tree: Path, pattern: str, found: list[str]) -> None:
    assert files(str(tree), pattern) == found


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("/p/*.py", ["/p/a.py"], ["/p/sub/a.py", "/p/a.pyc"]),
        ("/p/**/*.py", ["/p/a.py", "/p/x/y/a.py"], ["/p/a.txt"]),
        ("/p/**", ["/p/a", "/p/x/y"], ["/q/a"]),
        ("/p/?.[!a]", ["/p/x.b"], ["/p/x.a", "/p/xx.b"]),
        ("/p/a.b", ["/p/a.b"], ["/p/aXb"]),
    ],
)
def test_globs(pattern: str, yes: list[str], no: list[str]) -> None:
    compiled = re.compile(translate(pattern))
    assert all(compiled.match(path) for path in yes)
    assert not any(compiled.match(path) for path in no)


def test_what_counts_as_a_change(tree: Path) -> None:
    matcher = Matcher(str(tree), ["sub", "*.txt"], ["sub/out.*"])
    assert matcher.roots() == [str(tree)]
    assert Matcher(str(tree), ["sub/**", "sub/deep/*.py"], []).roots() == [str(tree / "sub")]
    assert matcher.match(str(tree / "sub" / "deep" / "d.py")) == "sub/deep/d.py"
    assert matcher.match(str(tree / "b.txt")) == "b.txt"
    for name in ("a.py", "sub/out.txt", "sub/.git/x", "sub/c.py~"):
        assert matcher.match(str(tree / name)) == ""


def test_the_command_line_of_each_run() -> None:
    assert without_watch(["go", "--watch", "*.py", "-s", "x", "--watch=y", "--", "--watch"]) == [
        "go",
        "-s",
        "x",
        "--",
        "--watch",
    ]
    assert without_watch(["go", "--watch", "--fast"]) == ["go", "--fast"]
    assert without_watch(["go", "--watch"]) == ["go"]


def test_files_in_a_folder_that_was_just_made_count(tmp_path: Path) -> None:
    (tmp_path / "new" / "deep").mkdir(parents=True)
    (tmp_path / "new" / "deep" / "a.py").touch()
    new, file = str(tmp_path / "new"), str(tmp_path / "new" / "deep" / "a.py")
    assert list(touched(ADDED, new)) == [new, file]
    assert list(touched(ADDED, file)) == [file]
    assert list(touched(ADDED + 1, new)) == [new]
