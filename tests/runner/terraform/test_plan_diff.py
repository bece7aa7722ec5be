"""Two plans compared, with the real terraform and as terraform describes them."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from runner.terraform.plan_diff import differences, facts
from tests.runner.stacks.conftest import Project
from tests.runner.stacks.conftest import project as project

MODULE = """
variable "stage" { type = string }
variable "size" { type = number }
variable "pass" {
  type      = string
  sensitive = true
}
resource "terraform_data" "one" { input = { size = var.size, pass = var.pass } }
output "size" { value = var.size }
"""
STACK = "vars: {stage: dev, size: %d, pass: %s}\ncomponents: {terraform: {c: {}}}\n"

needs_terraform = pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not installed")


@needs_terraform
def test_a_saved_plan_and_what_would_be_planned(project: Callable[..., Project]) -> None:
    made = project({"stacks/deploy/dev.yaml": STACK % (1, "first"), "components/terraform/c/main.tf": MODULE})
    made.env["CHECKPOINT_DISABLE"] = "1"
    assert made.run("terraform", "plan", "c", "-s", "dev").returncode == 0
    diff = ("terraform", "plan-diff", "c", "-s", "dev", "--orig", "dev-c.planfile", "--skip-init")
    same = made.run(*diff)
    assert (same.returncode, same.stdout) == (0, "The plans do not differ.\n"), same.stderr
    made.put("stacks/deploy/dev.yaml", STACK % (2, "second"))
    done = made.run(*diff)
    assert done.returncode == 2, done.stderr
    assert done.stdout.splitlines() == [
        "Variables:", "  ~ pass: (sensitive value) -> (sensitive value)", "  ~ size: 1 -> 2", "",
        "Resources:", "  ~ terraform_data.one", "      ~ input.pass: (sensitive value) -> (sensitive value)",
        "      ~ input.size: 1 -> 2", "",
        "Outputs:", "  ~ size: 1 -> 2",
    ]  # fmt: skip
    folder = made.root / "components/terraform/c"
    assert [path.name for path in folder.glob("*plan*")] + [path.name for path in folder.glob(".*plan*")] == [
        "dev-c.planfile"
    ]


@needs_terraform
def test_two_saved_plans(project: Callable[..., Project]) -> None:
    made = project({"stacks/deploy/dev.yaml": STACK % (1, "x"), "components/terraform/c/main.tf": MODULE})
    for name in ("a", "b"):
        assert made.run("terraform", "plan", "c", "-s", "dev", f"-out={name}.plan").returncode == 0
    done = made.run("terraform", "plan-diff", "c", "-s", "dev", "--orig=a.plan", "--new=b.plan", "--skip-init")
    assert (done.returncode, done.stdout) == (0, "The plans do not differ.\n"), done.stderr


@pytest.mark.parametrize(
    ("flags", "message"), [((), "--orig is required"), (("--orig", "none.plan"), "there is no plan file none.plan")]
)
def test_mistakes(project: Callable[..., Project], flags: tuple[str, ...], message: str) -> None:
    made = project({"stacks/deploy/dev.yaml": STACK % (1, "x"), "components/terraform/c/main.tf": ""})
    done = made.run("terraform", "plan-diff", "c", "-s", "dev", *flags)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr


def change(actions: list[str], after: object, **more: object) -> dict[str, object]:
    return {"actions": actions, "after": after, **more}


def test_what_is_compared() -> None:
    before = facts({
        "variables": {"x": {"value": 1}, "s": {"value": "hush"}},
        "resource_changes": [
            {"address": "a", "change": change(["create"], {"n": 1, "p": "q"}, after_sensitive={"p": True})},
            {"address": "b", "change": change(["no-op"], {"n": 1})},
            {"address": "c", "change": change(["delete"], None)},
        ],
        "output_changes": {"o": change(["create"], [1], after_unknown=False)},
    }, {"s"})  # fmt: skip
    after = facts({
        "variables": {"y": {"value": "z"}, "s": {"value": "other"}},
        "resource_changes": [
            {"address": "a", "change": change(["delete", "create"], {"p": "other"}, after_sensitive={"p": True},
                                              after_unknown={"n": True})},
            {"address": "b", "change": change(["update"], {"n": 2})},
        ],
        "output_changes": {"o": change(["create"], None, after_unknown=True)},
    }, {"s"})  # fmt: skip
    assert differences(before, after) == [
        "Variables:", "  ~ s: (sensitive value) -> (sensitive value)", "  - x: 1", '  + y: "z"', "",
        "Resources:", "  ~ a", '      ~ action: "create" -> "delete/create"', "      ~ n: 1 -> (known after apply)",
        "      ~ p: (sensitive value) -> (sensitive value)",
        "  + b (update)", "  - c (delete)", "",
        "Outputs:", "  ~ o: [1] -> (known after apply)",
    ]  # fmt: skip
