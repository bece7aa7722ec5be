"""Small pieces of the auth commands by themselves."""

from __future__ import annotations

import pytest

import auth
from runner import identity_menu
from runner.cli.auth import user, words
from runner.commands.aliases import without_chdir


@pytest.mark.parametrize(
    ("argv", "kept"),
    [
        (["-C", "x", "auth", "login"], ["auth", "login"]),
        (
            ["--chdir=x", "auth", "exec", "--", "tar", "-C", "/", "--chdir=y"],
            ["auth", "exec", "--", "tar", "-C", "/", "--chdir=y"],
        ),
        (["auth", "--chdir", "x", "env", "-Cy"], ["auth", "env"]),
        (["auth", "env", "-C"], ["auth", "env"]),
    ],
)
def test_a_second_start_does_not_change_directory_again(argv: list[str], kept: list[str]) -> None:
    assert without_chdir(argv) == kept


def test_what_stands_beside_a_name() -> None:
    section = {
        "identities": {
            "named": {"kind": "aws/permission-set", "via": {"provider": "p"}, "principal": {"name": "A", "account": {"name": "core"}}},
            "role": {"kind": "aws/assume-role", "default": True, "via": {"identity": "named"},
                     "principal": {"assume_role": "arn:aws:iam::222222222222:role/x"}},
            "odd": {"kind": "aws/assume-role", "principal": {"assume_role": "arn:"}},
            "sub": {"kind": "azure/subscription", "principal": {"subscription_id": "123-456"}},
            "bare": {"kind": "ambient"},
        }
    }  # fmt: skip
    found = identity_menu.details(auth.load(section, env={"HOME": "/nowhere"}))
    assert found == {
        "named": "aws/permission-set  core",
        "role": "aws/assume-role  222222222222  default",
        "odd": "aws/assume-role",
        "sub": "azure/subscription  123-456",
        "bare": "ambient",
    }


@pytest.mark.parametrize(
    ("text", "good"),
    [("", True), (" arn:aws:iam::123456789012:mfa/me ", True), ("arn:aws:iam::1:role/me", False), ("123456", False)],
)
def test_mfa_devices(text: str, good: bool) -> None:
    assert (user.check_mfa(text) is None) == good


def test_answers_do_not_show_the_secret() -> None:
    assert "canary" not in repr(user.parse('{"access_key_id": "A", "secret_access_key": "canary"}'))


def test_moments_keep_their_zone() -> None:
    from datetime import UTC, datetime, timedelta, timezone

    assert words.clock(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2030-01-02 03:04:05 UTC"
    assert (
        words.clock(datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))) == "2030-01-02 03:04:05 +0200"
    )
