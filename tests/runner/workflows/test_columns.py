"""Columns of `list workflows`: their functions, and what sorting needs."""

from __future__ import annotations

import pytest

from tests.runner.workflows.conftest import Project

CELLS = [
    ("{{ truncate .workflow 6 }}", "dep..."), ("{{ .workflow | truncate 20 | pad 8 }}|", "deploy-all|"),
    ("{{ ternary \"many\" \"few\" (gt .steps 1) }}", "many"), ("{{ ternary (gt (toInt .steps) 9) \"many\" \"few\" }}", "few"),
    ("{{ getOr . \"nope\" \"d\" }}{{ get . \"steps\" }}", "d2"), ("{{ has . \"file\" }} {{ has . \"nope\" }}", "true false"),
    ("{{ join (split .workflow \"-\") \"+\" }}", "deploy+all"), ("{{ toString .steps }}{{ toBool \"yes\" }}", "2true"),
    ("{{ .workflow | upper }}{{ len .workflow }}", "DEPLOY-ALL10"),
]  # fmt: skip


@pytest.mark.parametrize(("template", "shown"), CELLS)
def test_functions_of_columns(project: Project, template: str, shown: str) -> None:
    project.write("w/a.yaml", "workflows:\n  deploy-all: {steps: [echo a, echo b]}\n")
    done = project.run("list", "workflows", "--columns", f"X={template}", "--sort", "X:asc", "--format", "csv")
    assert (done.returncode, done.stdout) == (0, f"X\n{shown}\n"), done.stderr


def test_sorting_needs_an_order(project: Project) -> None:
    project.write("w/a.yaml", "workflows:\n  a: {steps: [echo a]}\n")
    for sort in ("File", "File:up", "File:asc,Workflow"):
        failed = project.run("list", "workflows", "--sort", sort)
        assert (failed.returncode, failed.stdout) == (1, "")
        assert "order" in failed.stderr or "asc" in failed.stderr
