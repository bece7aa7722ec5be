"""Whatever a file holds, validation gives problems with places and never fails; what is valid compiles to plain data."""

from __future__ import annotations

import marshal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.config import reader
from runner.workflows import declare, describe
from runner.workflows.declare import compile_workflow
from runner.workflows.files import WorkflowFile


def file_of(text: str) -> WorkflowFile:
    def on_tag(tag: str, value: object, where: Any) -> object:
        return (tag, value, where.file, where.line)

    manifest = reader.parse(text, "w.yaml", on_tag=on_tag)
    assert isinstance(manifest, dict)
    return WorkflowFile("/w/w.yaml", "w.yaml", "w.yaml", manifest)


def problems_of(text: str) -> list[str]:
    file = file_of(text)
    return [str(problem) for problem in declare.check_file(file)]


def test_a_valid_workflow_is_plain_data() -> None:
    file = file_of("""
workflows:
  w:
    description: 1.10
    stack: dev
    env: {A: 1.10, B: null, C: !env X}
    working_directory: !repo-root
    show: {header: true}
    viewport: {height: 3}
    dependencies: {tools: {terraform: 1.9}, workflows: [a, {name: b, file: x, flags: {n: 1.0}, args: [1.0]}]}
    steps: [echo a, {name: b, command: version}]
""")  # fmt: skip
    compiled, problems = compile_workflow(file.workflows["w"], name="w", file=file)
    assert problems == []
    marshal.dumps(compiled)
    assert compiled["description"] == "1.10"
    assert ["A", "1.10", None] in compiled["env"]
    assert compiled["dependencies"]["tools"] == {"terraform": "1.9"}
    assert compiled["dependencies"]["workflows"][1]["flags"] == {"n": "1.0"}
    assert compiled["dependencies"]["workflows"][1]["args"] == ["1.0"]
    assert compiled["working_directory"][0] == "!repo-root"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("workflows: {w: 3}", "workflow `w` has to be a mapping"),
        ("workflows: {w: {steps: {a: b}}}", "`steps` of workflow `w` has to be a list"),
        ("workflows: {w: {steps: []}}", "no steps"),
        ("workflows: {w: {}}", "no steps"),
        ("workflows: {w: {setps: [x], steps: [x]}}", "unknown key `setps`"),
        ("workflows: {w: {steps: [x], stack: [a]}}", "`stack` of workflow `w` has to be text"),
        ("workflows: {w: {steps: [x], output: loud}}", "unsupported output mode `loud`"),
        ("workflows: {w: {steps: [x], container: {image: x}}}", "container"),
        ("workflows: {w: {steps: [x], identity: !env X}}", "plain name"),
        ("workflows: {w: {steps: [x], show: {header: perhaps}}}", "`show.header`"),
        ("workflows: {w: {steps: [x], viewport: {height: -1}}}", "`viewport.height`"),
        ("workflows: {w: {steps: [x], dependencies: {workflow: [a]}}}", "unknown key `workflow`"),
        ("workflows: {w: {steps: [x], dependencies: {workflows: a}}}", "has to be a list"),
        ("workflows: {w: {steps: [x], dependencies: {workflows: [{file: a}]}}}", "no `name`"),
        ("workflows: {w: {steps: [x], dependencies: {commands: [{name: a, fail: never}]}}}", "fail mode `never`"),
        ("workflows: {w: {steps: [x], env: {A: [1]}}}", "`A`"),
        ("workflow: {}\nworkflows: {w: {steps: [x]}}", "unknown key `workflow` in the manifest"),
    ],
)
def test_mistakes(text: str, expected: str) -> None:
    found = problems_of(text)
    assert any(expected in problem for problem in found), found
    assert all(problem.startswith("w.yaml:") for problem in found), found


def test_the_error_names_all_and_the_nearest() -> None:
    file = file_of("workflows:\n  a:\n    stak: x\n    steps: [{type: shel, command: x}]\n  b:\n    steps: 3\n")
    _, problems = compile_workflow(file.workflows["a"], name="a", file=file)
    error = declare.failure(file, "a", problems)
    assert error.title == "Workflow Error"
    assert error.where is not None
    assert error.where.line == 3
    assert "w.yaml:4" in error.explanation
    assert "Also in w.yaml" in error.explanation
    assert "w.yaml:6" in error.explanation
    assert "Did you mean `stack`?" in error.hints


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.text(max_size=6)
    | st.floats(allow_nan=False, allow_infinity=False)
)
KEYS = st.sampled_from(
    [*declare.KEYS, "name", "type", "command", "when", "retry", "needs", "matrix", "outputs", "x", "tools"]
)
VALUES = st.recursive(
    SCALARS | st.sampled_from(["shell", "parallel", "matrix", "exec", "always", "{{ .x", "status == 'a'"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(VALUES, st.lists(VALUES, max_size=3))
def test_nothing_makes_validation_fail(value: Any, steps: list[Any]) -> None:
    for raw in (
        value,
        {"steps": steps},
        {"steps": steps, "dependencies": value},
        {"steps": [{"type": "parallel", "steps": steps}]},
    ):
        file = WorkflowFile("/w", "w", "w", {"workflows": {"w": raw}})
        compiled, problems = compile_workflow(raw, name="w", file=file)
        assert isinstance(compiled["steps"], list)
        if problems:
            declare.failure(file, "w", problems)
        else:
            marshal.dumps(compiled)
        describe.shape([file], "all")
        describe.rows([file])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("exec step must be last (it is replaced: later ones never run): step \"a\"",
         ("exec step must be last (it is replaced: later ones never run)", 'step "a"')),
        ("unknown key `a: b` in x", ("unknown key `a: b` in x", "")),
        ("plain", ("plain", "")),
        ("one: two: three", ("one", "two: three")),
    ],
)  # fmt: skip
def test_the_first_colon_that_counts(text: str, parts: tuple[str, str]) -> None:
    assert declare.headline(text) == parts


def test_dependencies_of_a_file_are_checked() -> None:
    found = problems_of("""
workflows:
  build: {steps: [x]}
  a: {steps: [x], dependencies: {workflows: [b]}}
  b: {steps: [x], dependencies: {workflows: [c, buid]}}
  c: {steps: [x], dependencies: {workflows: [a, {name: other, file: elsewhere}]}}
  own: {steps: [x], dependencies: {workflows: [own]}}
""")  # fmt: skip
    assert len(found) == 3, found
    assert 'unknown dependency: workflow "buid", needed by workflow "b"' in found[1]
    assert 'workflow "a" -> workflow "b" -> workflow "c" -> workflow "a"' in found[0]
    assert 'circular dependency detected: workflow "own" -> workflow "own"' in found[2]
