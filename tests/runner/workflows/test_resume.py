"""The resume command is faithful to how the run was started, and survives a shell."""

from __future__ import annotations

import shlex

import pytest

from runner.globals import SELECT
from runner.workflows.resume import Invocation, command, file_argument, hint, quote


def test_the_phrases_that_scripts_look_for() -> None:
    text = hint(Invocation("fail-with-stack", label="test.yaml", stack="prod"), "step1")
    assert text == (
        "To resume the workflow from this step, run:\n\n"
        " atmos workflow fail-with-stack -f test --from-step 'step1' -s 'prod'"
    )


@pytest.mark.parametrize(
    ("label", "argument"),
    [
        ("test.yaml", "test"),
        ("subdir/test.yaml", "subdir/test"),
        ("team/tools.yml", "team/tools.yml"),
        ("v1.2.yaml", "v1.2.yaml"),
        ("x.yaml.tmpl", "x.yaml.tmpl"),
        ("/abs/dir.d/w.yaml", "/abs/dir.d/w"),
        (".yaml", ".yaml"),
    ],
)
def test_file_argument(label: str, argument: str) -> None:
    assert file_argument(label) == argument


def test_everything_that_was_given_is_given_again() -> None:
    run = Invocation(
        "my flow", label="a b.yaml", stack="it's", identity="prod admin", tags="a,b", labels="tier:1",
        trailing=["--x", "two words"], flags={"profile": ["ci"], "base-path": "/p q", "logs-level": "Debug"},
    )  # fmt: skip
    words = shlex.split(command(run, "do it"))
    assert words == [
        "atmos", "--base-path=/p q", "--profile=ci", "workflow", "my flow", "-f", "a b", "--from-step", "do it",
        "-s", "it's", "--identity=prod admin", "--tags=a,b", "--labels=tier:1", "--", "--x", "two words",
    ]  # fmt: skip


def test_identity_off_and_chosen() -> None:
    assert "--identity= " in command(Invocation("w", label="w.yaml", identity=""), "s") + " "
    assert command(Invocation("w", label="w.yaml", identity=SELECT), "s").endswith("--identity")
    assert "--identity" not in command(Invocation("w", label="w.yaml"), "s")


def test_inline_workflows_need_no_file_unless_one_was_given() -> None:
    assert command(Invocation("w", inline=True), "s") == "atmos workflow w --from-step 's'"
    assert command(Invocation("w", inline=True, file="atmos.yaml"), "s") == "atmos workflow w -f atmos --from-step 's'"


@pytest.mark.parametrize("word", ["", "a b", "it's", "~", "=x", "$HOME", "`id`", 'q"q', "plain-1.2/x", "\n"])
def test_quoting_survives_a_shell(word: str) -> None:
    assert shlex.split(quote(word)) == [word]
