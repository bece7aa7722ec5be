"""The rows of a group as jobs: a matrix for the CI, whose commands run exactly their row."""

from __future__ import annotations

import json
import shlex

import pytest

from tests.runner.workflows.conftest import Project

TEXT = """
workflows:
  grid:
    steps:
      - {name: before, type: shell, command: echo before}
      - name: plans
        type: matrix
        output: {mode: grouped, order: definition, show_summary: false}
        matrix: {stage: [dev, "a b"], component: [vpc, app]}
        steps:
          - {name: init, type: shell, command: 'echo init {{ .matrix.component }} {{ .matrix.stage }}'}
          - {name: plan, type: shell, command: 'echo plan {{ .flags.stack }}{{ .TrailingArgs }}; test ! -e broken'}
      - name: checks
        type: parallel
        output: {show_summary: false}
        steps: [{name: lint, type: shell, command: echo lint}, {name: unit, type: shell, command: echo unit}]
      - name: chain
        type: parallel
        steps: [{name: x, type: shell, command: echo x}, {name: y, type: shell, needs: [x], command: echo y}]
"""


@pytest.fixture
def grid(project: Project) -> Project:
    project.write("w/g.yaml", TEXT)
    return project


def test_every_row_is_an_entry_that_runs_alone(grid: Project) -> None:
    found = json.loads(grid.run("workflow", "grid", "--matrix", "plans", "-s", "ue1", "--", "z").stdout)["include"]
    assert [(row["component"], row["stage"]) for row in found] == [
        ("vpc", "dev"),
        ("vpc", "a b"),
        ("app", "dev"),
        ("app", "a b"),
    ]
    words = shlex.split(found[1]["command"])
    assert words[:3] == ["atmos", "workflow", "grid"]
    ran = grid.run(*words[1:])
    assert (ran.returncode, ran.stdout) == (0, "init vpc a b\nplan ue1z\n")


def test_children_of_a_parallel_step(grid: Project) -> None:
    found = json.loads(grid.run("workflow", "grid", "--matrix=checks").stdout)["include"]
    assert [row["name"] for row in found] == ["lint", "unit"]
    assert grid.run(*shlex.split(found[0]["command"])[1:]).stdout == "lint\n"
    refused = grid.run("workflow", "grid", "--matrix=chain")
    assert refused.returncode == 1
    assert "need each other" in refused.stderr
    assert grid.run("workflow", "grid", "--only", "chain/y").stdout == "y\n"


def test_the_output_of_a_github_job(grid: Project) -> None:
    target = grid.write("out.txt", "")
    assert grid.run("workflow", "grid", "--matrix=checks", env={"GITHUB_OUTPUT": str(target)}).stdout == ""
    assert target.read_text().startswith('matrix={"include":[{"name":"lint","command":"atmos workflow grid')
    assert target.read_text().endswith("count=2\n")


def test_one_step(grid: Project) -> None:
    assert grid.run("workflow", "grid", "--only", "before").stdout == "before\n"
    assert grid.run("workflow", "grid", "--only", "befor").returncode == 1
    assert "`before`" in grid.run("workflow", "grid", "--only", "befor").stderr.replace("before?", "`before`")
    assert "has no row" in grid.run("workflow", "grid", "--only", "plans/nope").stderr
    assert "is no group" in grid.run("workflow", "grid", "--matrix", "before").stderr
    assert "cannot be used together" in grid.run("workflow", "grid", "--only", "before", "--from-step", "checks").stderr


def test_the_hints_of_a_failed_row_run_that_row(grid: Project) -> None:
    grid.write("broken", "")
    row = json.loads(grid.run("workflow", "grid", "--matrix", "plans").stdout)["include"][0]["name"]
    failed = grid.run("workflow", "grid", "--only", f"plans/{row}")
    assert failed.returncode == 1
    assert f"--only=plans/{row}" in failed.stderr
    (grid.root / "broken").unlink()
    again = grid.run("workflow", "--resume", "last")
    assert (again.returncode, again.stdout) == (0, "plan\n")


TAGGED = """
workflows:
  w:
    steps:
      - {name: a, type: shell, tags: [build], command: echo a}
      - {name: b, type: shell, tags: [test, slow], command: 'echo b; test ! -e broken'}
      - {name: c, type: shell, command: echo c}
      - name: g
        type: parallel
        output: {order: definition, show_summary: false}
        steps:
          - {name: g1, type: shell, tags: [build], command: echo g1}
          - {name: g2, type: shell, tags: [slow], needs: [g1], command: echo g2}
"""


@pytest.mark.parametrize(
    ("flags", "shown"),
    [(("--only-tags", "build"), "a g1"), (("--only-tags=slow,build",), "a b g1 g2"), (("--skip-tags", "slow"), "a c g1"),
     (("--only-tags", "slow", "--skip-tags", "test"), "g2")],
)  # fmt: skip
def test_steps_by_their_tags(project: Project, flags: tuple[str, ...], shown: str) -> None:
    project.write("w/t.yaml", TAGGED)
    done = project.run("workflow", "w", *flags)
    assert (done.returncode, done.stdout.split()) == (0, shown.split())


def test_tags_that_nothing_has(project: Project) -> None:
    project.write("w/t.yaml", TAGGED)
    wrong = project.run("workflow", "w", "--only-tags", "biuld")
    assert wrong.returncode == 1
    assert "no step has the tag biuld" in wrong.stderr
    assert "Did you mean build?" in wrong.stderr
    assert "no step is left" in project.run("workflow", "w", "--only-tags", "test", "--skip-tags", "slow").stderr
    project.write("broken", "")
    failed = project.run("workflow", "w", "--only-tags", "slow")
    assert "--from-step 'b' --only-tags=slow" in failed.stderr
    (project.root / "broken").unlink()
    assert project.run("workflow", "--resume", "last").stdout.split() == ["b", "g2"]


def test_unwanted_children_of_a_group_with_tags_are_left_out(project: Project) -> None:
    project.write(
        "w/g.yaml",
        """
workflows:
  all:
    steps:
      - name: g
        type: parallel
        tags: [check]
        output: {show_summary: false}
        steps:
          - {name: quick, type: shell, command: echo quick}
          - {name: slow, type: shell, command: echo slow, tags: [slow]}
""",
    )
    assert project.run("workflow", "all", "--only-tags=check", "--skip-tags=slow").stdout == "quick\n"
    assert sorted(project.run("workflow", "all", "--only-tags=check").stdout.split()) == ["quick", "slow"]
    assert project.run("workflow", "all", "--skip-tags=check").returncode == 1
