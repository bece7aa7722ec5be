"""Azure through applications and `az`: a server of our own stands in for Entra ID and the resource manager."""

from __future__ import annotations

import base64
import json
import os
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import auth
from auth.azure import cli
from auth.azure.credentials import AzureCredentials
from auth.console import sign_in
from auth.errors import AuthError
from tests.auth.fake import Fake

Load = Callable[..., auth.Manager]
TENANT, CLIENT, SUBSCRIPTION = "11111111-aaaa", "22222222-bbbb", "33333333-cccc"
TOKEN = f"/{TENANT}/oauth2/v2.0/token"


def jwt(**claims: Any) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"e30.{body}.c2ln"


@pytest.fixture
def fake(env: dict[str, str]) -> Iterator[Fake]:
    server = Fake()
    env["AZURE_AUTHORITY_HOST"] = server.url
    yield server
    server.close()


def config(fake: Fake, kind: str, **spec: Any) -> dict[str, Any]:
    return {
        "providers": {
            "corp": {
                "kind": kind,
                "spec": {
                    "tenant_id": TENANT,
                    "client_id": CLIENT,
                    "endpoint_url": fake.url,
                    "location": "westus",
                    **spec,
                },
            }
        },
        "identities": {
            "dev": {
                "kind": "azure/subscription",
                "default": True,
                "via": {"provider": "corp"},
                "principal": {"subscription_id": SUBSCRIPTION, "resource_group": "my-rg"},
            },
            "prod": {
                "kind": "azure/subscription",
                "via": {"provider": "corp"},
                "principal": {"subscription_id": "44444444-dddd", "location": "eastus"},
            },
        },
    }


def forms(fake: Fake) -> list[dict[str, str]]:
    from urllib.parse import parse_qsl

    return [dict(parse_qsl(request.body.decode())) for request in fake.seen(TOKEN)]


def test_a_federated_application(load: Load, fake: Fake, env: dict[str, str], home: Path) -> None:
    fake.on(TOKEN, {"access_token": jwt(oid="o", upn="robot@corp.example"), "expires_in": 3599})
    (home / "federated").write_text("federated-token\n")
    env["AZURE_FEDERATED_TOKEN_FILE"] = "~/federated"
    manager = load(config(fake, "azure/oidc"))
    session = manager.authenticate("dev")
    assert (session.account, session.region, session.provider) == (SUBSCRIPTION, "westus", "corp")
    assert session.expires_at is not None
    assert abs(session.expires_at.timestamp() - time.time() - 3599) < 60
    assert {form["scope"] for form in forms(fake)} == {
        "https://management.azure.com/.default",
        "https://graph.microsoft.com/.default",
        "https://vault.azure.net/.default",
        "6dae42f8-4368-4678-94ff-3960e28e3630/.default",
    }
    for form in forms(fake):
        assert form["grant_type"] == "client_credentials"
        assert form["client_id"] == CLIENT
        assert form["client_assertion"] == "federated-token"
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    folder = home / ".config/atmos/azure/corp/dev"
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == dict.fromkeys(
        ["credentials.json", "msal_token_cache.json", "azureProfile.json", "service_principal_entries.json"], 0o600
    )
    for each in (folder, *folder.parents):
        if each == home / ".config":
            break
        assert stat.S_IMODE(each.stat().st_mode) == 0o700
    inside = manager.prepare("dev", {"AZURE_CLIENT_SECRET": "mine", "ARM_USE_MSI": "true", "PATH": "/bin"})
    assert inside == {
        "PATH": "/bin",
        "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
        "ARM_SUBSCRIPTION_ID": SUBSCRIPTION,
        "AZURE_LOCATION": "westus",
        "ARM_LOCATION": "westus",
        "AZURE_RESOURCE_GROUP": "my-rg",
        "AZURE_CONFIG_DIR": str(folder),
        "ARM_TENANT_ID": TENANT,
        "AZURE_TENANT_ID": TENANT,
        "ARM_CLIENT_ID": CLIENT,
        "AZURE_CLIENT_ID": CLIENT,
        "ARM_USE_OIDC": "true",
        "AZURE_FEDERATED_TOKEN_FILE": str(home / "federated"),
        "ARM_OIDC_TOKEN_FILE_PATH": str(home / "federated"),
    }
    cache = json.loads((folder / "msal_token_cache.json").read_text())
    (main,) = (entry for entry in cache["AccessToken"].values() if "management" in entry["target"])
    assert main["target"].split() == [
        "https://management.azure.com/.default",
        "https://management.core.windows.net/.default",
        "https://management.core.windows.net//.default",
    ]
    assert main["home_account_id"] is None
    assert isinstance(main["expires_on"], str)
    (subscription,) = json.loads((folder / "azureProfile.json").read_text())["subscriptions"]
    assert subscription["id"] == SUBSCRIPTION
    assert subscription["user"] == {"name": "robot@corp.example", "type": "servicePrincipal"}
    assert json.loads((folder / "service_principal_entries.json").read_text()) == [
        {"client_id": CLIENT, "tenant": TENANT, "client_assertion": "federated-token"}
    ]


def test_a_stored_session_needs_no_call_and_each_subscription_has_its_own_folder(
    load: Load, fake: Fake, env: dict[str, str], home: Path
) -> None:
    fake.on(TOKEN, {"access_token": "t", "expires_in": 3600})
    env["ARM_CLIENT_SECRET"] = "canary-secret"
    manager = load(config(fake, "azure/service-principal"))
    manager.authenticate("dev")
    manager.authenticate("prod")
    calls = len(fake.requests)
    again = load(config(fake, "azure/service-principal"))
    session = again.authenticate("prod")
    assert not session.fresh
    assert (session.account, session.region) == ("44444444-dddd", "eastus")
    assert len(fake.requests) == calls
    folders = {again.environment(name)["AZURE_CONFIG_DIR"] for name in ("dev", "prod")}
    assert folders == {str(home / f".config/atmos/azure/corp/{name}") for name in ("dev", "prod")}
    assert str(home / ".config/atmos/azure/corp/dev/credentials.json") in again.logout("dev").files
    assert not (home / ".config/atmos/azure/corp/dev").exists()
    assert (home / ".config/atmos/azure/corp/prod/credentials.json").exists()
    again.logout(everything=True)
    assert not (home / ".config/atmos/azure/corp").exists()


def test_an_applications_secret_is_in_the_environment_of_processes_alone(
    load: Load, fake: Fake, env: dict[str, str], home: Path
) -> None:
    fake.on(TOKEN, {"access_token": "t", "expires_in": 3600})
    manager = load(config(fake, "azure/service-principal", client_secret="canary-secret"))
    session = manager.authenticate("dev")
    assert forms(fake)[0]["client_secret"] == "canary-secret"
    inside = session.environment({})
    assert inside["ARM_CLIENT_SECRET"] == inside["AZURE_CLIENT_SECRET"] == "canary-secret"
    assert inside["ARM_USE_CLI"] == "false"
    assert "canary" not in str(manager.environment("dev")) + repr(session) + repr(session.credentials)
    for path in home.rglob("*"):
        assert not path.is_file() or b"canary" not in path.read_bytes(), path
    with pytest.raises(AuthError, match="has no client secret"):
        load(config(fake, "azure/service-principal")).authenticate("prod")


def test_refusals_and_outages(load: Load, fake: Fake, env: dict[str, str]) -> None:
    env["AZURE_CLIENT_SECRET"] = "canary-secret"
    refusal = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret.\r\nTrace ID: x"}
    fake.on(TOKEN, refusal, 401)
    manager = load(config(fake, "azure/service-principal"))
    with pytest.raises(AuthError) as caught:
        manager.authenticate("dev")
    assert (
        "Azure AD token endpoint returned status 401: invalid_client: AADSTS7000215: Invalid client secret."
        in caught.value.message
    )
    assert "canary" not in caught.value.message + caught.value.explanation
    assert len(fake.requests) == 1
    fake.requests.clear()
    fake._answers[TOKEN] = []
    fake.on(TOKEN, {}, 503)
    fake.on(TOKEN, {"access_token": "t", "expires_in": 3600})
    again = load(config(fake, "azure/service-principal"))
    object.__setattr__(again.services, "sleep", lambda _seconds: None)
    assert again.authenticate("dev").fresh
    assert len(fake.requests) == 5
    env["AZURE_AUTHORITY_HOST"] = "http://127.0.0.1:9"
    down = load(config(fake, "azure/service-principal"))
    object.__setattr__(down.services, "sleep", lambda _seconds: None)
    with pytest.raises(AuthError, match="cannot get a token from Entra ID"):
        down.authenticate("prod")


def test_tokens_of_a_job(load: Load, fake: Fake, env: dict[str, str]) -> None:
    with pytest.raises(AuthError, match="no federated token source found"):
        load(config(fake, "azure/oidc")).authenticate("dev")
    fake.on("/github", {"value": "github-token"})
    fake.on(TOKEN, {"access_token": "t", "expires_in": 3600})
    env.update(
        GITHUB_ACTIONS="true", ACTIONS_ID_TOKEN_REQUEST_URL=f"{fake.url}/github?a=b", ACTIONS_ID_TOKEN_REQUEST_TOKEN="r"
    )
    manager = load(config(fake, "azure/oidc"))
    manager.authenticate("dev")
    assert fake.seen("/github")[0].query == {"a": "b", "audience": "api://AzureADTokenExchange"}
    assert forms(fake)[0]["client_assertion"] == "github-token"
    inside = manager.prepare("dev", {})
    assert inside["ARM_USE_OIDC"] == "true"
    assert "AZURE_FEDERATED_TOKEN_FILE" not in inside
    env["AZURE_FEDERATED_TOKEN_FILE"] = "/no/such/file"
    with pytest.raises(AuthError, match='failed to read federated token file "/no/such/file"'):
        load(config(fake, "azure/oidc")).authenticate("prod")


AZ = """#!/bin/sh
echo "$*" >> "$HOME/az.log"
if [ -n "$AZ_FAILS" ]; then echo "ERROR: $AZ_FAILS" >&2; exit 1; fi
echo '{"accessToken": "az-token", "expiresOn": "2036-01-01 10:00:00.000000", "expires_on": 2082758400, "tenant": "x", "tokenType": "Bearer"}'
"""


def test_whoever_is_logged_in_to_az(load: Load, fake: Fake, env: dict[str, str], home: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/az").write_text(AZ)
    (tmp_path / "bin/az").chmod(0o755)
    env["PATH"] = f"{tmp_path / 'bin'}{os.pathsep}{env['PATH']}"
    found = config(fake, "azure/cli", subscription_id="9")
    manager = load(found)
    session = manager.authenticate("dev")
    assert isinstance(session.credentials, AzureCredentials)
    assert session.credentials.access_token.reveal() == "az-token"
    lines = (home / "az.log").read_text().splitlines()
    assert lines == [
        f"account get-access-token --tenant {TENANT} --output json",
        f"account get-access-token --tenant {TENANT} --resource 6dae42f8-4368-4678-94ff-3960e28e3630 --output json",
    ]
    assert [path.name for path in (home / ".config/atmos/azure/corp/dev").iterdir()] == ["credentials.json"]
    assert not (home / ".azure").exists()
    inside = manager.prepare("dev", {"AZURE_CONFIG_DIR": "/mine", "ARM_TENANT_ID": "other"})
    assert inside["AZURE_CONFIG_DIR"] == "/mine"
    assert inside["ARM_USE_CLI"] == "true"
    assert "ARM_TENANT_ID" not in inside
    env["AZ_FAILS"] = "Please run 'az login' to setup account."
    with pytest.raises(AuthError, match="Azure CLI not logged in"):
        load(found).authenticate("prod")
    env["AZ_FAILS"] = "AADSTS50076"
    with pytest.raises(AuthError, match="failed to get Azure CLI access token: ERROR: AADSTS50076"):
        load(found).authenticate("prod")
    env["PATH"] = str(tmp_path)
    with pytest.raises(AuthError, match="failed to get Azure CLI access token: az: No such file"):
        load(found).authenticate("prod")


def test_ends_of_az() -> None:
    assert cli.expiry("1767225600").year == 2026
    assert cli.expiry("2026-01-01T00:00:00Z").isoformat() == "2026-01-01T00:00:00+00:00"
    local = time.mktime(time.strptime("2026-01-01 10:00:00", "%Y-%m-%d %H:%M:%S"))
    assert cli.expiry("2026-01-01 10:00:00.123456").timestamp() - local < 1
    with pytest.raises(AuthError, match='failed to parse Azure CLI token expiration "soon"'):
        cli.expiry("soon")
    with pytest.raises(AuthError, match='failed to parse Azure CLI token expiration "99999999999999"'):
        cli.expiry("99999999999999")


def test_whoami_asks_the_resource_manager(load: Load, fake: Fake, env: dict[str, str]) -> None:
    fake.on(TOKEN, {"access_token": "canary-token", "expires_in": 3600})
    env["AZURE_CLIENT_SECRET"] = "canary-secret"
    path = f"/subscriptions/{SUBSCRIPTION}"
    fake.on(path, {"id": path, "displayName": "Dev"})
    manager = load(config(fake, "azure/service-principal"))
    status = manager.whoami("dev")
    assert (status.valid, status.principal, status.account) == (True, path, TENANT)
    assert fake.seen(path)[0].headers["authorization"] == "Bearer canary-token"
    assert "canary" not in json.dumps(status.as_data())
    fake._answers[path] = []
    fake.on(path, {"error": {}}, 403)
    assert not load(config(fake, "azure/service-principal")).whoami("dev").valid


def test_secrets_go_to_nobody_in_plain_text(load: Load, fake: Fake, env: dict[str, str]) -> None:
    env.update(AZURE_CLIENT_SECRET="canary-secret", AZURE_AUTHORITY_HOST="http://login.example")
    with pytest.raises(AuthError, match="AZURE_AUTHORITY_HOST must be an https address"):
        load(config(fake, "azure/service-principal")).authenticate("dev")


def test_the_portal(load: Load, fake: Fake, env: dict[str, str]) -> None:
    fake.on(TOKEN, {"access_token": "canary-token", "expires_in": 3600})
    env["AZURE_CLIENT_SECRET"] = "s"
    session = load(config(fake, "azure/service-principal", cloud_environment="usgovernment")).authenticate("dev")
    for destination, address in (
        ("", f"https://portal.azure.us/#@{TENANT}"),
        ("rg", f"https://portal.azure.us/#@{TENANT}/blade/HubsExtension/BrowseResourceGroups"),
        ("sub", f"https://portal.azure.us/#@{TENANT}/resource/subscriptions/{SUBSCRIPTION}/overview"),
        ("https://x.example/", "https://x.example/"),
    ):
        assert sign_in(session, destination=destination).url == address
    with pytest.raises(AuthError, match="unsupported destination alias: vmm") as caught:
        sign_in(session, destination="vmm")
    assert caught.value.hints == ["Did you mean `vm`?"]
    assert session.environment({})["AZURE_ENVIRONMENT"] == "usgovernment"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"tenant_id": None}, "tenant_id is required in spec for Azure OIDC provider"),
        ({"client_id": ""}, "client_id is required in spec for Azure OIDC provider"),
        (
            {"cloud_environment": "usgov"},
            'unknown cloud_environment "usgov"; valid values are: china, public, usgovernment',
        ),
    ],
)
def test_providers_say_what_they_miss(load: Load, fake: Fake, change: dict[str, Any], message: str) -> None:
    (finding,) = load(config(fake, "azure/oidc", **change)).validate()
    assert message in finding.message


def test_subscriptions_say_what_they_miss(load: Load, fake: Fake) -> None:
    found = config(fake, "azure/oidc")
    found["identities"] = {
        "none": {"kind": "azure/subscription", "via": {"provider": "corp"}},
        "chained": {"kind": "azure/subscription", "via": {"identity": "none"}, "principal": {"subscription_id": "1"}},
        "alone": {"kind": "azure/subscription", "principal": {"subscription_id": "1"}},
    }
    messages = [finding.message for finding in load(found).validate()]
    assert any("subscription_id is required in principal for Azure subscription identity" in text for text in messages)
    assert any('"chained"' in text and "via.provider is required" in text for text in messages)
    assert any('"alone"' in text and "via" in text for text in messages)


def test_two_projects_with_the_same_names_never_share(load: Load, fake: Fake, env: dict[str, str]) -> None:
    fake.on(TOKEN, {"access_token": "t", "expires_in": 3600})
    fake.on("/other-tenant/oauth2/v2.0/token", {"access_token": "u", "expires_in": 3600})
    env["AZURE_CLIENT_SECRET"] = "s"
    one = load(config(fake, "azure/service-principal"))
    other = load(config(fake, "azure/service-principal", tenant_id="other-tenant"))
    one.authenticate("dev")
    assert other.cached("dev") is None
    other.authenticate("dev")
    assert one.environment("dev")["AZURE_CONFIG_DIR"] != other.environment("dev")["AZURE_CONFIG_DIR"]
    for manager, token in ((one, "t"), (other, "u")):
        session = manager.cached("dev")
        assert session is not None
        assert isinstance(session.credentials, AzureCredentials)
        assert session.credentials.access_token.reveal() == token
