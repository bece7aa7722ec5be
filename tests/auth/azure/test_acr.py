"""Docker logins for registries of Azure."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

import auth
from auth import integrations
from auth.azure import acr
from auth.errors import IntegrationFailed
from tests.auth.azure.test_applications import TENANT, TOKEN, config, fake, jwt
from tests.auth.fake import Fake

__all__ = ["fake"]
Load = Callable[..., auth.Manager]
EXCHANGE = "/oauth2/exchange"


def with_registry(fake: Fake, cloud: str = "public", **registry: str) -> dict[str, Any]:
    found = config(fake, "azure/service-principal", client_secret="s", cloud_environment=cloud)
    found["integrations"] = {
        "images": {"kind": "azure/acr", "via": {"identity": "dev"}, "spec": {"registry": registry or {"name": "MyReg"}}}
    }
    return found


def test_a_login_logs_docker_in(load: Load, fake: Fake, home: Path) -> None:
    fake.on(TOKEN, {"access_token": "management-token", "expires_in": 3600})
    fake.on(EXCHANGE, {"refresh_token": jwt(exp=time.time() + 3 * 3600 - 20)})
    said: list[str] = []
    manager = load(with_registry(fake), notify=said.append)
    manager.authenticate("dev")
    assert said == ["✓ ACR login: myreg.azurecr.io (expires in 3h)"]
    assert dict(parse_qsl(fake.seen(EXCHANGE)[0].body.decode())) == {
        "grant_type": "access_token",
        "service": "myreg.azurecr.io",
        "tenant": TENANT,
        "access_token": "management-token",
    }
    entry = json.loads((home / ".docker/config.json").read_text())["auths"]["myreg.azurecr.io"]
    user, _, token = base64.b64decode(entry["auth"]).decode().partition(":")
    assert (user, token.count(".")) == (acr.USER, 2)
    assert manager.prepare("dev", {})["DOCKER_CONFIG"] == str(home / ".docker")
    manager.logout("dev")
    assert not (home / ".docker/config.json").exists()


@pytest.mark.parametrize(("cloud", "host"), [("usgovernment", "azurecr.us"), ("china", "azurecr.cn")])
def test_hosts_follow_the_cloud(load: Load, fake: Fake, home: Path, cloud: str, host: str) -> None:
    fake.on(TOKEN, {"access_token": "t", "expires_in": 3600})
    fake.on(EXCHANGE, {"refresh_token": "opaque"})
    found = with_registry(fake, cloud, name="myreg", tenant_id="other-tenant")
    assert integrations.run_one(load(found), "images") == f"✓ ACR login: myreg.{host}"
    assert dict(parse_qsl(fake.seen(EXCHANGE)[0].body.decode()))["tenant"] == "other-tenant"


def test_a_refusal_is_a_warning_and_the_login_stands(load: Load, fake: Fake, home: Path) -> None:
    fake.on(TOKEN, {"access_token": "canary-token", "expires_in": 3600})
    fake.on(EXCHANGE, {"errors": []}, 401)
    warned: list[str] = []
    assert load(with_registry(fake), warn=warned.append).authenticate("dev").fresh
    (warning,) = warned
    assert "Integration failed integration=images" in warning
    assert "ACR token exchange returned status 401" in warning
    assert "canary" not in warning
    with pytest.raises(IntegrationFailed, match="integration execution failed 'images'"):
        integrations.run_one(load(with_registry(fake)), "images")
    assert not (home / ".docker").exists() or not list((home / ".docker").glob("*.json"))


def test_what_is_missing_is_said(load: Load, fake: Fake) -> None:
    found = with_registry(fake)
    found["integrations"]["none"] = {"kind": "azure/acr", "via": {"identity": "dev"}}
    found["integrations"]["nameless"] = {
        "kind": "azure/acr",
        "via": {"identity": "dev"},
        "spec": {"registry": {"tenant_id": "t"}},
    }
    messages = [finding.message for finding in load(found).validate()]
    assert any(
        "'none' has no registry configured (spec.registry is required for azure/acr)" in text for text in messages
    )
    assert any("'nameless' has no registry name configured" in text for text in messages)
