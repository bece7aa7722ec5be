"""What a login asks a person, in a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import MakeProject, Project, ended

ENTER = "\r"
PROJECT = """
auth:
  keyring: {type: file}
  identities:
    mfa:
      kind: aws/user
      default: true
      credentials: {access_key_id: AKIAMFA, secret_access_key: canary-secret, mfa_arn: "arn:aws:iam::123456789012:mfa/me"}
    rescue: {kind: aws/user, credentials: {webflow_enabled: false}}
"""


@pytest.fixture
def asking(make_project: MakeProject, aws_endpoint: str) -> Project:
    project = make_project(PROJECT)
    project.env["AWS_ENDPOINT_URL"] = aws_endpoint
    return project


def test_an_mfa_code(asking: Project) -> None:
    child = asking.terminal("auth", "login")
    child.expect_exact("arn:aws:iam::123456789012:mfa/me")
    child.expect("MFA")
    child.send("12345" + ENTER)
    child.expect("6 digits")
    child.send("6" + ENTER)
    child.expect_exact("Authentication successful!")
    assert ended(child) == 0


def test_an_mfa_code_that_nobody_gives(asking: Project) -> None:
    child = asking.terminal("auth", "exec", "--", "true")
    child.expect_exact("mfa/me")
    child.expect("MFA")
    child.send("\x03")
    assert ended(child) == 130
    assert "user aborted" in child.before


def test_without_a_terminal_an_mfa_code_is_an_error(asking: Project) -> None:
    done = asking.run("auth", "login")
    assert done.returncode == 1
    assert "MFA" in done.stderr
    assert "canary" not in done.stderr


def test_the_passphrase_of_the_keyring(asking: Project) -> None:
    del asking.env["ATMOS_KEYRING_PASSWORD"]
    keys = '{"access_key_id": "AKIAR", "secret_access_key": "canary-stdin"}'
    refused = asking.run("auth", "user", "configure", "rescue", "--stdin", stdin=keys)
    assert refused.returncode == 1
    assert "password required" in refused.stderr
    stored = asking.run(
        "auth", "user", "configure", "rescue", "--stdin", stdin=keys, env={"ATMOS_KEYRING_PASSWORD": "long enough"}
    )
    assert stored.returncode == 0, stored.stderr
    child = asking.terminal("auth", "login", "rescue")
    child.expect_exact("passphrase")
    child.send("long enough" + ENTER)
    child.expect_exact("Authentication successful!")
    assert ended(child) == 0
    assert "long enough" not in child.before
    assert not any(
        b"long enough" in path.read_bytes() for path in Path(asking.env["HOME"]).rglob("*") if path.is_file()
    )


def test_answers_come_from_the_terminal_while_stdout_is_a_pipe(asking: Project, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    child = asking.terminal("auth", "env", "--login", "-f", "json", stdout=str(out))
    child.expect_exact("mfa/me")
    child.expect("MFA")
    child.send("123456" + ENTER)
    assert ended(child) == 0
    assert out.read_text().startswith("{\n")
