"""What is kept of workflow files: it is used while nothing has changed, and never after."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from runner.cli import workflow, workflow_flags
from runner.workflows import lines
from tests.runner.workflows.conftest import Project

PROBE = """
import sys
before = set(sys.modules)
sys.argv = [{atmos!r}, *{argv!r}]
from runner.main import main
code = main()
print("HEAVY", sorted((set(sys.modules) - before) & {{"yaml", "click", "json", "re", "typing", "runner.workflows.declare", "runner.steps.declare"}}))
sys.exit(code)
"""


def heavy(project: Project, *argv: str) -> tuple[str, list[str]]:
    """What a run printed, and which expensive modules it took."""
    result = subprocess.run(
        [sys.executable, "-c", PROBE.format(atmos=str(project.atmos), argv=list(argv))],
        cwd=project.root, env=project.env, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    out, _, modules = result.stdout.rpartition("HEAVY ")
    return out, eval(modules)


def old(project: Project) -> None:
    """Give all files times of a while ago: what has just been written is not trusted yet."""
    for path in [project.root, *project.root.rglob("*")]:
        os.utime(path, (1_700_000_000.5, 1_700_000_000.5))


@pytest.fixture
def two(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr("runner.config.cache.RACY_NS", 0)
    project.write("w/a.yaml", "workflows:\n  one:\n    steps: ['echo one']\n")
    project.write(
        "w/sub/b.yaml",
        "workflows:\n  two:\n    steps: [{name: x, type: shell, when: 'os != \"\"', command: echo two}]\n",
    )
    return project


def settle(project: Project, *argv: str) -> None:
    """Run until the result is kept: files that have only just been written are not trusted."""
    import time

    old(project)
    time.sleep(0.1)  # their change times cannot be set
    project.run(*argv)
    project.run(*argv)


@pytest.mark.parametrize("argv", [("workflow", "two"), ("workflow", "two", "-f", "sub/b", "--report=r.json")])
def test_a_second_run_parses_nothing(two: Project, argv: tuple[str, ...]) -> None:
    settle(two, *argv)
    out, modules = heavy(two, *argv)
    assert out == "two\n"
    assert not {"yaml", "click", "runner.workflows.declare", "runner.steps.declare"} & set(modules)


def test_a_plain_second_run_imports_little(two: Project) -> None:
    settle(two, "workflow", "one")
    assert heavy(two, "workflow", "one") == ("one\n", [])


def test_what_has_changed_is_read_again(two: Project) -> None:
    settle(two, "workflow", "one")
    two.write("w/a.yaml", "workflows:\n  one:\n    steps: ['echo changed']\n")
    assert two.run("workflow", "one").stdout == "changed\n"
    two.write("w/new.yml", "workflows:\n  one:\n    steps: ['echo twin']\n")
    assert "a.yaml, new.yml" in two.run("workflow", "one").stderr
    (two.root / "w/a.yaml").unlink()
    assert two.run("workflow", "one").stdout == "twin\n"
    two.write("w/deep/er/c.yaml", "workflows:\n  three:\n    steps: ['echo three']\n")
    assert two.run("workflow", "three").stdout == "three\n"


def test_a_broken_file_is_told_of_every_time(two: Project) -> None:
    two.write("w/bad.yaml", "workflows: [\n")
    settle(two, "workflow", "one")
    assert "bad.yaml" in two.run("workflow", "one").stderr


def test_an_included_file_counts(two: Project) -> None:
    two.write("w/text.sh", "echo first\n")
    two.write("w/inc.yaml", "workflows:\n  inc:\n    steps: [{type: shell, command: !include text.sh}]\n")
    settle(two, "workflow", "inc")
    two.write("w/text.sh", "echo second\n")
    assert two.run("workflow", "inc").stdout == "second\n"


def test_mistakes_are_not_kept(two: Project) -> None:
    two.write("w/m.yaml", "workflows:\n  m:\n    steps: [{type: shell, comand: echo}]\n")
    settle(two, "workflow", "m")
    failed = two.run("workflow", "m")
    assert failed.returncode == 1
    assert "comand" in failed.stderr


def test_places_of_errors_are_relative_to_where_one_stands(two: Project) -> None:
    two.write("w/f.yaml", "workflows:\n  f:\n    steps: [{type: shell, command: 'echo {{ .nope }}'}]\n")
    settle(two, "workflow", "f")
    assert "w/f.yaml:3" in two.run("workflow", "f").stderr
    assert "f.yaml:3" in two.run("workflow", "f", cwd="w").stderr
    assert "w/f.yaml:3" not in two.run("workflow", "f", cwd="w").stderr


CALLS: list[list[str]] = [
    [], ["a"], ["a", "-f", "x"], ["a", "--file=x", "--stack", "s"], ["--from-step=3", "a"], ["--dry-run", "a"],
    ["a", "--report", "r.html", "--report=r.json"], ["a", "-s", "dev", "--tags", "x,y", "--labels=k:v"], ["--resume", "last"],
    ["a", "--stack="], ["a", "--only", "g/x"], ["a", "--matrix=g"],
]  # fmt: skip


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_ordinary_calls_mean_what_the_flags_say(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []

    def start(_app: object, **values: Any) -> int:
        seen.append(values)
        return 0

    monkeypatch.setattr(workflow, "start", start)
    assert isinstance(workflow_flags.command, click.Command)
    workflow_flags.command.main(args=words, standalone_mode=False, obj=None)
    quick = workflow.ordinary(words)
    assert quick is not None
    empty = {"workflow": "", "file": "", "stack": "", "from_step": "", "dry_run": None, "identity": None, "tags": "", "labels": "",
             "report": [], "resume": "", "only": "", "matrix": "", "only_tags": "", "skip_tags": "", "trailing": []}  # fmt: skip
    assert {**empty, **quick} == seen[0]


@pytest.mark.parametrize("words", [["a", "b"], ["--help"], ["-h"], ["a", "-f"], ["a", "-fx"], ["a", "--nope"], ["a", "--dry-run=true"],
                                   ["a", "-f", "-s"], ["a", "-i", "x"]], ids=" ".join)  # fmt: skip
def test_everything_else_is_looked_at_closely(words: list[str]) -> None:
    assert workflow.ordinary(words) is None


def test_lines_are_json(tmp_path: Path) -> None:
    import json

    data: dict[str, Any] = {
        "a": 'ü\n"\\\x01\u2028',
        "b": [1, -2.5, True, False, None, {}],
        "c": {"d": {"e": []}},
        "f": "\ud800",
    }
    assert json.loads(lines.line(data)) == data
    assert json.loads(lines.line({"p": tmp_path, "t": (1, 2), "n": float("inf")})) == {
        "p": str(tmp_path),
        "t": [1, 2],
        "n": None,
    }
