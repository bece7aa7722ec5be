"""Large and hostile files cost what their size costs: three times the file, about three times the work."""

from __future__ import annotations

import sys
from types import FrameType

import pytest

from runner.config import findings
from runner.errors import AtmosError
from runner.globals import scan

from .conftest import Project

# what the file begins with, what is repeated, what it ends with
FORMS = {
    "commands": ("commands:\n", "  - name: c{i}\n    flags: [{{name: a, shorthand: a}}]\n    steps: [echo {i}]\n", ""),
    "broken commands": ("commands:\n", "  - name: c{i}\n    setps: [a]\n", ""),
    "one command many times": ("commands:\n", "  - {{name: c, steps: [a{i}]}}\n", ""),
    "nested commands": ("commands:\n", "  - {{name: a b c{i}, steps: [a]}}\n", ""),
    "variables": ("env:\n", "  N{i}: v\n", ""),
    "wrong types": ("env:\n", "  N{i}: [v]\n", ""),
    "unknown sections": ("", "unknown{i}: {{a: 1}}\n", ""),
    "mistyped settings": ("settings:\n", "  terminl{i}: 1\n", ""),
    "spellings": ("stores:\n", "  Name{i}: 1\n", ""),
    "unknown functions": ("auth: {x: [", "!nope {i}, ", "]}\n"),
    "imports of nothing": ("import:\n", "  - nope{i}\n", ""),
    "merge keys": ("e: &e {A: 1}\nb:\n", "  - {{<<: *e, n{i}: *e}}\n", ""),
    "a mistake at the end": ("env:\n", "  N{i}: v\n", "a: [\n"),
}  # fmt: skip


def work(project: Project, text: str) -> int:
    """How many calls, of Python and of C functions, a load and all findings take."""
    project.write("atmos.yaml", text)
    count = 0

    def watch(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1

    flags, _ = scan([], project.env)
    sys.setprofile(watch)
    try:
        try:
            project.load()
        except AtmosError:
            pass
        findings.configuration(flags, project.env, str(project.root))
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("form", FORMS)
def test_work_grows_with_the_size(project: Project, form: str) -> None:
    head, line, tail = FORMS[form]
    small, large = (head + "".join(line.format(i=i) for i in range(count)) + tail for count in (100, 300))
    work(project, small)  # imports
    assert work(project, large) < 4 * work(project, small)
