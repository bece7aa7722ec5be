"""Single sign-on on the installed program: the code in its box, the browser, the identities it brings."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from tests.auth.fake import Fake

from .conftest import MakeProject, Project, ended

PROJECT = """
auth:
  providers:
    corp:
      kind: aws/iam-identity-center
      region: us-east-1
      start_url: https://corp.example/start
      auto_provision_identities: true
      spec: {endpoint_url: "%s"}
  identities:
    adm: {kind: aws/permission-set, default: true, via: {provider: corp}, principal: {name: Admin, account: {name: core}}}
"""


@pytest.fixture
def fake() -> Iterator[Fake]:
    server = Fake()
    server.on(
        "/client/register", {"clientId": "c", "clientSecret": "s", "clientSecretExpiresAt": int(time.time()) + 86400}
    )
    server.on("/device_authorization", {"deviceCode": "d", "userCode": "WDDD-HRQV", "interval": 1, "expiresIn": 60,
                                        "verificationUriComplete": "https://device.example/?user_code=WDDD-HRQV"})  # fmt: skip
    server.on("/assignment/accounts", {"accountList": [{"accountId": "222222222222", "accountName": "core"}]})
    server.on("/assignment/roles", {"roleList": [{"roleName": "Admin"}, {"roleName": "Read"}]})
    server.on("/federation/credentials", {"roleCredentials": {
        "accessKeyId": "ASIASSO", "secretAccessKey": "canary-secret", "sessionToken": "canary-token",
        "expiration": int((time.time() + 3600) * 1000)}})  # fmt: skip
    yield server
    server.close()


@pytest.fixture
def signing(make_project: MakeProject, fake: Fake) -> Project:
    project = make_project(PROJECT % fake.url)
    browser = project.folder / "mybrowser"
    browser.write_text('#!/bin/sh\necho "$1" > "$(dirname "$0")/opened"\n')
    browser.chmod(0o755)
    project.env["BROWSER"] = str(browser)
    return project


def test_a_person_signs_in(signing: Project, fake: Fake) -> None:
    fake.error("/token", "AuthorizationPendingException")
    fake.on("/token", {"accessToken": "canary-access", "expiresIn": 28800})
    child = signing.terminal("auth", "login")
    child.expect_exact("╭")
    child.expect_exact("AWS SSO Authentication Required")
    child.expect_exact("WDDD-HRQV")
    child.expect_exact("https://device.example/?user_code=WDDD-HRQV")
    child.expect_exact("╰")
    child.expect("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] Authenticating with provider corp [0-9]+s")
    child.expect_exact("\r\x1b[K")
    child.expect_exact("Authentication successful!")
    child.expect_exact("222222222222")
    assert ended(child) == 0
    for _ in range(600):
        if (signing.folder / "opened").exists():
            break
        time.sleep(0.1)
    assert (signing.folder / "opened").read_text() == "https://device.example/?user_code=WDDD-HRQV\n"
    listed = json.loads(signing.run("auth", "list", "-f", "json").stdout)["identities"]
    assert sorted(listed) == ["adm", "core/Admin", "core/Read"]
    again = signing.run("auth", "exec", "-i", "core/read", "--", "sh", "-c", "echo $AWS_PROFILE")
    assert again.stdout == "core/Read\n", again.stderr
    assert "canary" not in again.stderr
    gone = signing.run("auth", "logout", "--provider", "corp")
    assert gone.returncode == 0
    assert list(json.loads(signing.run("auth", "list", "-f", "json").stdout)["identities"]) == ["adm"]


def test_giving_up(signing: Project, fake: Fake) -> None:
    fake.error("/token", "AuthorizationPendingException")
    child = signing.terminal("auth", "login")
    child.expect_exact("WDDD-HRQV")
    child.expect_exact("Waiting for authentication")
    child.send("\x03")
    assert ended(child) == 130
    assert "user aborted" in child.before


def test_without_a_terminal_nobody_waits(signing: Project) -> None:
    done = signing.run("auth", "login")
    assert done.returncode == 1
    assert "requires an interactive terminal (TTY)" in done.stderr
    assert "atmos auth login --provider corp" in done.stderr
