"""`auth.logs` says how much is logged about authentication, and where."""

from __future__ import annotations

from .conftest import MakeProject

PROJECT = """
auth:
  logs: {level: %s%s}
  identities:
    long: {kind: aws/user, session: {duration: 40h}, credentials: {access_key_id: A, secret_access_key: canary}}
"""


def test_warnings_reach_stderr_and_the_file(make_project: MakeProject, aws_endpoint: str) -> None:
    project = make_project(PROJECT % ("Info", ", file: auth.log"))
    done = project.run("auth", "login", "long", env={"AWS_ENDPOINT_URL": aws_endpoint})
    assert done.returncode == 0, done.stderr
    assert "WARN " in done.stderr
    lines = (project.folder / "auth.log").read_text().splitlines()
    assert any(line.startswith(('WARN "atmos-auth: ', "WARN atmos-auth: ")) for line in lines)
    assert "canary" not in "".join(lines)


def test_a_higher_level_is_quieter(make_project: MakeProject, aws_endpoint: str) -> None:
    project = make_project(PROJECT % ("Error", ""))
    env = {"AWS_ENDPOINT_URL": aws_endpoint}
    assert "WARN" not in project.run("auth", "login", "long", env=env).stderr
    env["ATMOS_AUTH_REALM"] = "fresh"
    assert "WARN" in project.run("--logs-level", "Warn", "auth", "login", "long", env=env).stderr
