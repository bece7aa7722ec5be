"""Missing arguments and flags of every kind, asked for at a real terminal."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.runner.commands.conftest import Place

if TYPE_CHECKING:
    import pexpect

PROJECT = """
stacks: {base_path: stacks, included_paths: ["*"], name_template: "{{ .vars.stage }}"}
components: {terraform: {base_path: components/terraform}}
commands:
  - name: go
    arguments:
      - {name: who, required: true, description: Whose}
      - {name: note}
      - {name: component, type: component, required: true}
    flags:
      - {name: count, type: int, required: true}
      - {name: stack, semantic_type: stack, required: true}
      - {name: tags, type: list, values: [a, b, c], required: true}
      - {name: words, type: list, required: true}
      - {name: sure, type: bool, required: true, description: Are you sure}
    steps:
      - echo "{{ .Arguments.who }}|{{ .Arguments.component }}|{{ .Flags.count }}|{{ .Flags.stack }}|{{ .Flags.tags }}|{{ .Flags.words }}|{{ .Flags.sure }}"
  - {name: after, deps: [before], steps: [echo after]}
  - {name: before, arguments: [{name: env, required: true, values: [dev, prod]}], steps: ['echo before {{ .Arguments.env }}']}
"""


def answer(child: pexpect.spawn[str], question: str, keys: str) -> None:
    child.expect_exact(question)
    time.sleep(0.3)
    child.send(keys)


def test_every_kind_of_parameter(place: Place) -> None:
    place.declare(PROJECT)
    (place.root / "stacks").mkdir()
    for stage, component in (("dev", "vpc"), ("prod", "rds")):
        (place.root / "stacks" / f"{stage}.yaml").write_text(
            f"vars: {{stage: {stage}}}\ncomponents: {{terraform: {{{component}: {{}}}}}}\n"
        )
    child = place.terminal("go")
    try:
        answer(child, "Choose stack", "\x1b[B\r")
        answer(child, "Whose", "Neo\r")
        answer(child, "Choose component", "\r")  # only what is in that stack
        answer(child, "count", "many\r")
        answer(child, "a whole number is needed", "\x7f\x7f\x7f\x7f5\r")
        answer(child, "Choose tags", "\r")  # nothing is marked: it is asked again
        answer(child, "Choose tags", " \x1b[B \r")
        child.expect_exact("Selected tags a, b")
        answer(child, "words", "x,y\r")
        answer(child, "Are you sure", "y")
        child.expect_exact("Selected sure true")
        child.expect_exact("Neo|rds|5|prod|[a b]|[x y]|true")
        child.wait()
        assert child.exitstatus == 0
    finally:
        child.close(force=True)


def test_what_a_dependency_needs_is_asked_for_too(place: Place) -> None:
    place.declare(PROJECT)
    child = place.terminal("after")
    try:
        answer(child, "Choose env", "\r")
        child.expect_exact("before dev")
        child.expect_exact("after")
    finally:
        child.close(force=True)


def test_a_dry_run_asks_nothing(place: Place) -> None:
    place.declare(PROJECT)
    child = place.terminal("before", "--dry-run")
    try:
        child.expect_exact("You invoked atmos before incorrectly.")
        child.wait()
        assert child.exitstatus == 1
    finally:
        child.close(force=True)
