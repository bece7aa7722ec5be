"""`auth list`, `validate`, `doctor`, `user configure` and the group itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from .conftest import MakeProject, Project, ended

ENTER = "\r"
BROKEN = """
auth:
  logs: {level: loud}
  providers:
    corp: {kind: aws/made-up}
    fake: {kind: mock/aws}
  identities:
    dev: {kind: mock/aws, default: true, via: {provider: fake}}
    lost: {kind: mock/aws, via: {identity: ghost}}
    odd: {kind: aws/rolle, via: {provider: fake}}
"""


def test_list_formats(project: Project) -> None:
    data = json.loads(project.run("auth", "list", "-f", "json").stdout)
    assert list(data) == ["identities", "providers"]
    assert yaml.safe_load(project.run("auth", "list", "-f", "yaml").stdout) == data
    for name, start in {"dot": "digraph", "md": "# Auth", "html": "<!DOCTYPE html>", "MERMAID": "graph LR"}.items():
        done = project.run("auth", "list", "-f", name)
        assert (done.returncode, done.stdout.startswith(start)) == (0, True)


def test_list_only_shows_deferred_values_as_they_are_written(project: Project) -> None:
    done = project.run("auth", "list", "-f", "json", env={"KEYED_SECRET": "canary-secret"})
    assert "canary" not in done.stdout


def test_list_needs_no_keyring_password(project: Project) -> None:
    child = project.terminal("auth", "list", env={"ATMOS_KEYRING_PASSWORD": ""})
    assert ended(child) == 0
    assert "Authentication Configuration" in child.before


def test_list_measures_from_a_fixed_time(project: Project) -> None:
    done = project.run("auth", "list", env={"ATMOS_TEST_NOW": "2025-10-31T20:57:59Z"})
    assert "● dev (mock/aws) [DEFAULT] 650139h2m" in done.stdout


def test_list_tells_of_a_bad_realm(project: Project) -> None:
    done = project.run("auth", "list", env={"ATMOS_AUTH_REALM": "a--b"})
    assert (done.returncode, done.stdout) == (1, "")
    assert "invalid realm value: ATMOS_AUTH_REALM environment variable" in done.stderr


def test_validate_lists_everything_with_its_place(make_project: MakeProject) -> None:
    project = make_project(BROKEN)
    done = project.run("auth", "validate")
    assert (done.returncode, done.stdout) == (1, "")
    for word in ("loud", "corp", "aws/made-up", "lost", "ghost", "odd", "aws/rolle"):
        assert word in done.stderr
    assert "atmos.yaml:5:" in done.stderr
    assert "invalid auth config: 4 problems found" in done.stderr
    assert project.run("auth", "exec", "--", "true").returncode == 0


def test_validate_for_programs(make_project: MakeProject, project: Project) -> None:
    assert json.loads(project.run("auth", "validate", "-f", "json").stdout) == []
    broken = make_project(BROKEN)
    done = broken.run("auth", "validate", "-f", "json")
    found = json.loads(done.stdout)
    assert (done.returncode, done.stderr, len(found)) == (1, "", 4)
    assert {row["path"] for row in found} >= {"logs.level", "providers.corp.kind"}
    assert all(row["file"].endswith("atmos.yaml") and row["line"] for row in found)


def test_validate_verbose(project: Project) -> None:
    for argv, env in ((["--verbose"], {}), ([], {"ATMOS_AUTH_VALIDATE_VERBOSE": "true"})):
        done = project.run("auth", "validate", *argv, env=env)
        assert (done.returncode, done.stdout) == (0, "")
        assert done.stderr.startswith("**Validating authentication configuration...**\n")
        assert done.stderr.endswith("**✅ Authentication configuration is valid**\n")


def test_doctor(project: Project) -> None:
    project.run("auth", "login")
    found = json.loads(project.run("auth", "doctor", "-f", "json").stdout)
    by_name = {check["name"]: check for check in found}
    assert by_name["keyring"]["text"] == "file"
    assert by_name["files"]["state"] == "good"
    assert "dev: " in by_name["session"]["text"] or "prod: " in by_name["session"]["text"]


def test_doctor_finds_files_that_others_can_read(project: Project) -> None:
    project.run("auth", "login")
    path = Path(project.env["HOME"], ".config/atmos/aws/fake/credentials")
    path.chmod(0o644)
    done = project.run("auth", "doctor")
    assert done.returncode == 1
    assert f"✗ files: {path} has mode 644" in done.stdout


def test_doctor_of_a_broken_section(make_project: MakeProject) -> None:
    done = make_project(BROKEN).run("auth", "doctor")
    assert done.returncode == 1
    assert "4 problems" in done.stdout


def login_works(project: Project, aws_endpoint: str) -> bool:
    done = project.run("auth", "login", "rescue", env={"AWS_ENDPOINT_URL": aws_endpoint})
    return done.returncode == 0 and "Identity  rescue" in done.stderr


def test_configure_asks_and_hides_the_secret(project: Project, aws_endpoint: str) -> None:
    child = project.terminal("auth", "user", "configure")
    child.expect_exact("Choose an identity to configure")
    child.expect_exact("esc to exit")
    child.send("rescue" + ENTER)
    child.expect_exact("AWS Access Key ID:")
    child.send("AKIAEXAMPLE" + ENTER)
    child.expect_exact("AWS Secret Access Key:")
    child.send("canary-secret" + ENTER)
    child.expect_exact("AWS User MFA ARN (optional):")
    child.send("nonsense" + ENTER)
    child.expect_exact("An MFA ARN looks like")
    child.send("\x15" + ENTER)
    child.expect_exact("Session Duration (optional, default: 12h):")
    child.send("2h" + ENTER)
    child.expect_exact("Saved credentials to keyring: rescue")
    child.expect_exact("Session duration configured: 2h")
    assert ended(child) == 0
    ring = Path(project.env["HOME"], ".local/share/atmos/keyring")
    assert [path.name for path in ring.iterdir() if path.is_file() and path.name.startswith("atmos_")] == [
        "atmos_rescue"
    ]
    assert b"canary" not in (ring / "atmos_rescue").read_bytes()
    assert login_works(project, aws_endpoint)


@pytest.mark.parametrize(
    "text",
    [
        '{"access_key_id": "AKIAEXAMPLE", "secret_access_key": "canary-secret", "session_duration": "1h"}',
        '{"AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "canary-secret"}',
        "export AWS_ACCESS_KEY_ID=AKIAEXAMPLE\nexport AWS_SECRET_ACCESS_KEY='canary-secret'\n",
        "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = canary-secret\n",
    ],
)
def test_configure_reads_standard_input(project: Project, aws_endpoint: str, text: str) -> None:
    done = project.run("auth", "user", "configure", "rescue", "--stdin", stdin=text)
    assert (done.returncode, done.stdout) == (0, "")
    assert "Saved credentials to keyring: rescue" in done.stderr
    assert "canary" not in done.stderr
    assert login_works(project, aws_endpoint)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lacks access_key_id and secret_access_key"),
        ('{"access_key_id": "A"}', "lacks secret_access_key"),
        ("{canary", "not valid JSON"),
        ("[1, 2]", "lacks"),
        ("canary-secret", "line 1 of standard input is not NAME=value"),
        ('{"access_key_id": "A", "secret_access_key": "canary", "mfa_arn": "x"}', "MFA ARN"),
        ('{"access_key_id": "A", "secret_access_key": "canary", "session_duration": "soon"}', "invalid duration"),
    ],
)
def test_configure_refuses_bad_input_without_repeating_it(project: Project, text: str, message: str) -> None:
    done = project.run("auth", "user", "configure", "rescue", "--stdin", stdin=text)
    assert done.returncode == 1
    assert message in done.stderr
    assert "canary" not in done.stderr


def test_configure_without_a_terminal_says_what_works(project: Project) -> None:
    done = project.run("auth", "user", "configure", "rescue")
    assert done.returncode == 1
    assert "requires a TTY" in done.stderr
    assert "--stdin" in done.stderr


def test_configure_leaves_configured_keys_alone(project: Project) -> None:
    done = project.run("auth", "user", "configure", "-i", "keyed")
    assert (done.returncode, done.stdout) == (0, "")
    assert "All credentials are managed by Atmos configuration (atmos.yaml)" in done.stderr


def test_configure_is_for_users(project: Project, make_project: MakeProject) -> None:
    done = project.run("auth", "user", "configure", "dev")
    assert done.returncode == 1
    assert 'identity "dev" has kind "mock/aws"' in done.stderr
    nobody = make_project("auth: {identities: {x: {kind: ambient}}}")
    assert "no identities configured for provider type 'aws/user'" in nobody.run("auth", "user", "configure").stderr


def test_configure_without_a_keyring_stores_nothing(project: Project) -> None:
    text = '{"access_key_id": "A", "secret_access_key": "canary-secret"}'
    env = {"ATMOS_KEYRING_TYPE": "system", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}
    done = project.run("auth", "user", "configure", "rescue", "--stdin", stdin=text, env=env)
    assert done.returncode == 1
    assert "the credentials were not saved" in done.stderr
    assert not [
        path for path in Path(project.env["HOME"]).rglob("*") if path.is_file() and b"canary" in path.read_bytes()
    ]


def test_help_of_every_command(project: Project) -> None:
    for name in "console credential-process doctor env exec list login logout shell validate whoami".split():
        done = project.run("auth", name, "--help")
        assert (done.returncode, done.stderr) == (0, "")
        assert f"$ atmos auth {name}" in done.stdout
        assert "EXAMPLES" in done.stdout
    assert "configure" in project.run("auth", "user", "--help").stdout


def test_the_group_by_itself(project: Project) -> None:
    for argv in ([], ["user"]):
        done = project.run("auth", *argv)
        assert (done.returncode, done.stdout) == (1, "")
        assert "requires a subcommand" in done.stderr
    assert "Unknown command bogus for atmos auth" in project.run("auth", "bogus").stderr
    assert "unknown flag --identty" in project.run("auth", "login", "--identty", "x").stderr
