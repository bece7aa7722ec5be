"""An Azure subscription through the installed program; a server of our own stands in for Entra ID."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.auth.fake import Fake

from .conftest import MakeProject, Project

PROJECT = """
auth:
  providers:
    corp:
      kind: azure/service-principal
      spec: {tenant_id: tenant-1, client_id: client-1, client_secret: !env ROBOT_SECRET, location: westus, endpoint_url: "%s"}
  identities:
    dev: {kind: azure/subscription, default: true, via: {provider: corp}, principal: {subscription_id: sub-1}}
commands:
  - name: show
    identity: dev
    steps: ['echo "$ARM_SUBSCRIPTION_ID $ARM_CLIENT_ID ${ARM_USE_MSI:-none} $ARM_CLIENT_SECRET"']
"""


@pytest.fixture
def fake() -> Iterator[Fake]:
    server = Fake()
    server.on("/tenant-1/oauth2/v2.0/token", {"access_token": "canary-token", "expires_in": 3600})
    server.on("/subscriptions/sub-1", {"id": "/subscriptions/sub-1"})
    yield server
    server.close()


@pytest.fixture
def project(make_project: MakeProject, fake: Fake) -> Project:
    made = make_project(PROJECT % fake.url)
    made.env.update(AZURE_AUTHORITY_HOST=fake.url, ROBOT_SECRET="canary-robot-secret", ARM_USE_MSI="true")
    return made


def test_a_subscription_from_login_to_logout(project: Project, fake: Fake) -> None:
    done = project.run("auth", "login")
    assert (done.returncode, done.stdout) == (0, "")
    for row in ("Provider  corp", "Identity  dev", "Account   sub-1", "Region    westus"):
        assert row in done.stderr
    folder = Path(project.env["HOME"], ".config/atmos/azure/corp/dev")
    calls = len(fake.requests)
    shown = project.run("auth", "env", "-f", "json")
    assert json.loads(shown.stdout) == {
        "ARM_CLIENT_ID": "client-1",
        "ARM_LOCATION": "westus",
        "ARM_SUBSCRIPTION_ID": "sub-1",
        "ARM_TENANT_ID": "tenant-1",
        "ARM_USE_CLI": "false",
        "AZURE_CLIENT_ID": "client-1",
        "AZURE_CONFIG_DIR": str(folder),
        "AZURE_LOCATION": "westus",
        "AZURE_SUBSCRIPTION_ID": "sub-1",
        "AZURE_TENANT_ID": "tenant-1",
    }
    inside = project.run(
        "auth", "exec", "--", "sh", "-c", 'test "$ARM_CLIENT_SECRET" = canary-robot-secret && echo same'
    )
    assert inside.stdout == "same\n"
    for _ in range(2):
        step = project.run("show")
        assert step.stdout.startswith("sub-1 client-1 none ")
        assert "canary" not in step.stdout + step.stderr, "a step's output is masked"
    assert len(fake.requests) == calls, "the stored session is used"
    status = json.loads(project.run("auth", "whoami", "-o", "json").stdout)
    assert (status["principal"], status["account"]) == ("/subscriptions/sub-1", "tenant-1")
    assert project.run("auth", "console", "--print-only", "--destination", "rg").stdout == (
        "https://portal.azure.com/#@tenant-1/blade/HubsExtension/BrowseResourceGroups\n"
    )
    assert "● dev (azure/subscription)" in project.run("auth", "list").stdout
    said = "".join(
        done.stdout + done.stderr
        for words in (("list", "-f", "json"), ("whoami",), ("doctor",), ("validate",), ("login", "--verbose"))
        for done in [project.run("auth", *words)]
    )
    assert "canary" not in said
    assert b"canary-robot" not in b"".join(
        path.read_bytes() for path in Path(project.env["HOME"]).rglob("*") if path.is_file()
    )
    assert project.run("auth", "logout", "--all").returncode == 0
    assert not folder.parent.exists()
