"""The order of identities (decisions D4 and D30), without any cloud."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from runner.globals import GlobalFlags
from runner.identity import DISABLED, Identities


def identities(**env: str) -> Identities:
    app = SimpleNamespace(env=env, flags=GlobalFlags({}, env), interactive=False)
    return Identities(app)  # type: ignore[arg-type]


INHERITED = {"ATMOS_IDENTITY": "outer", "ATMOS_IDENTITY_INHERITED": "outer"}


@pytest.mark.parametrize(
    ("env", "flag", "owner", "step", "expected"),
    [
        ({}, None, "", "", None),
        ({}, None, "owner", "", "owner"),
        ({}, None, "owner", "step", "step"),
        ({}, "flag", "owner", "step", "step"),
        ({}, "flag", "owner", "", "flag"),
        ({}, "flag", "", "", "flag"),
        ({}, "", "owner", "step", DISABLED),
        ({}, "false", "owner", "", DISABLED),
        ({}, "OFF", "", "", DISABLED),
        ({}, " 0 ", "owner", "", DISABLED),
        ({"ATMOS_IDENTITY": "env"}, None, "", "", None),
        ({"ATMOS_IDENTITY": "env"}, None, "owner", "", "env"),
        ({"ATMOS_IDENTITY": "env"}, None, "owner", "step", "step"),
        ({"ATMOS_IDENTITY": "env"}, "flag", "owner", "", "flag"),
        ({"IDENTITY": "second"}, None, "owner", "", "second"),
        ({"ATMOS_IDENTITY": "first", "IDENTITY": "second"}, None, "owner", "", "first"),
        ({"ATMOS_IDENTITY": "No"}, None, "owner", "step", DISABLED),
        ({"ATMOS_IDENTITY": "no"}, "flag", "owner", "", "flag"),
        ({}, None, "owner", "Off", DISABLED),
        ({}, "flag", "owner", "false", DISABLED),
        ({}, None, "0", "", DISABLED),
        ({}, None, "no", "step", "step"),
        ({}, "flag", "no", "", "flag"),
        ({"ATMOS_IDENTITY": "env"}, None, "false", "", DISABLED),
        (INHERITED, None, "owner", "", "owner"),
        (INHERITED, None, "", "", None),
        ({"ATMOS_IDENTITY": "mine", "ATMOS_IDENTITY_INHERITED": "outer"}, None, "owner", "", "mine"),
    ],
)
def test_choice(env: dict[str, str], flag: str | None, owner: str, step: str, expected: object) -> None:
    assert identities(**env).choose(flag, owner, step) == expected


def test_a_disabled_run_disables_what_is_nested() -> None:
    env = identities().disabled({**INHERITED, "AWS_PROFILE": "mine"})
    assert env == {"ATMOS_IDENTITY": "false", "AWS_PROFILE": "mine"}


def test_built_in_commands_take_what_was_inherited() -> None:
    assert identities(**INHERITED).choose_builtin(None) == "outer"
    assert identities(**INHERITED).choose_builtin("told") == "told"
    assert identities(ATMOS_IDENTITY="off").choose_builtin(None) is DISABLED
    assert identities().choose_builtin(None) is None
