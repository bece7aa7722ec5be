"""Patterns of imports."""

from __future__ import annotations

import pytest

from runner.config import globs
from runner.config.record import Record

from .conftest import Project

NAMES = ("a.yaml", "b.yml", "x/a.yaml", "x/y/deep.yaml", "x/y/a1.yaml", "x/z/a2.yaml", "x/z/ab.yaml", ".hid/h.yaml")


@pytest.mark.parametrize(("pattern", "found"), [
    ("*.yaml", ["a.yaml"]), ("*", ["a.yaml", "b.yml"]), ("?.y*", ["a.yaml", "b.yml"]), ("x/*/a[0-9].yaml", ["x/y/a1.yaml", "x/z/a2.yaml"]),
    ("x/*/a[!0-9].yaml", ["x/z/ab.yaml"]), ("{a,b}.{yaml,yml}", ["a.yaml", "b.yml"]), ("x/{y/{deep,a1},z/ab}.yaml",
                                                                                       ["x/y/a1.yaml", "x/y/deep.yaml", "x/z/ab.yaml"]),
    ("**/*.yaml", ["a.yaml", ".hid/h.yaml", "x/a.yaml", "x/y/a1.yaml", "x/y/deep.yaml", "x/z/a2.yaml", "x/z/ab.yaml"]),
    ("x/**", ["x/a.yaml", "x/y/a1.yaml", "x/y/deep.yaml", "x/z/a2.yaml", "x/z/ab.yaml"]), ("**/deep.yaml", ["x/y/deep.yaml"]),
    ("nowhere/*.yaml", []), ("{a", []), ("[a", []), ("../project/a.y*", ["a.yaml"]),
])  # fmt: skip
def test_matches(project: Project, pattern: str, found: list[str]) -> None:
    for name in NAMES:
        project.write(name, "")
    paths = globs.matches(str(project.root), pattern, Record({}, str(project.root)))
    assert [path.removeprefix(f"{project.root}/") for path in paths] == found


def test_alternatives() -> None:
    assert globs.alternatives("a{b,c{d,e}}f") == ["abf", "acdf", "acef"]
    assert len(globs.alternatives("{a,b}" * 30)) <= 1000


def test_a_folder_that_leads_back_to_itself(project: Project) -> None:
    project.write("x/a.yaml", "")
    (project.root / "x/loop").symlink_to(project.root / "x")
    record = Record({}, str(project.root))
    assert globs.matches(str(project.root), "**/*.yaml", record) == [str(project.root / "x/a.yaml")]
