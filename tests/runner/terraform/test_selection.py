"""Which components a selection with its neighbours runs, and in which order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.runner.terraform.conftest import Fleet

Make = Callable[..., Fleet]
CHAIN = """
    net: {metadata: {component: myapp}}
    db: {metadata: {component: myapp}, dependencies: {components: [{component: net}]}}
    api: {metadata: {component: myapp}, dependencies: {components: [{component: db}]}}
    web: {metadata: {component: myapp}, settings: {depends_on: {1: {component: api}}}}
"""


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ((), ["api"]),
        (("--include-dependencies",), ["net", "db", "api"]),
        (("--include-dependencies=1",), ["db", "api"]),
        (("--include-dependencies=false",), ["api"]),
        (("--include-dependents",), ["api", "web"]),
        (("--include-dependents=1", "--include-dependencies=1"), ["db", "api", "web"]),
    ],
)
def test_neighbours(fleet: Make, flags: tuple[str, ...], expected: list[str]) -> None:
    lines = fleet(dev=CHAIN).lines("plan", "--components", "api", "-s", "dev", "--skip-init", *flags)
    assert [line.split("dev-")[1].split(".")[0] for line in lines if line.startswith("plan")] == expected


def test_a_depth_that_is_no_number(fleet: Make) -> None:
    assert "--include-dependents" in fleet(dev=CHAIN).error("plan", "--all", "--include-dependents=far")


def test_an_empty_user_agent_is_none(fleet: Make) -> None:
    done = fleet().run(
        "terraform", "plan", "myapp", "-s", "dev", "--append-user-agent=", PRINT_ENV="TF_APPEND_USER_AGENT"
    )
    assert (done.returncode, "TF_APPEND_USER_AGENT" in done.stdout) == (0, False)
