"""Signing in to Azure with a code: a server of our own stands in for Entra ID."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import stat
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

import auth
from auth.azure.credentials import AzureCredentials
from auth.errors import AuthError, InteractionRequired
from tests.auth.azure.test_applications import SUBSCRIPTION, TENANT, TOKEN, jwt
from tests.auth.fake import Fake

Load = Callable[..., auth.Manager]
CODE = f"/{TENANT}/oauth2/v2.0/devicecode"
AZ = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
CLIENT_INFO = base64.urlsafe_b64encode(b'{"uid": "home", "utid": "elsewhere"}').rstrip(b"=").decode()


class Person:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def show(self, title: str, lines: Sequence[str]) -> None:
        self.seen.append("\n".join([title, *lines]))


@pytest.fixture
def fake(env: dict[str, str]) -> Iterator[Fake]:
    server = Fake()
    env["AZURE_AUTHORITY_HOST"] = server.url
    server.on(CODE, {"device_code": "dc", "user_code": "ABCD-1234", "interval": 1, "expires_in": 900,
                     "verification_uri": "https://microsoft.com/devicelogin"})  # fmt: skip
    yield server
    server.close()


def config(**spec: Any) -> dict[str, Any]:
    return {
        "providers": {"corp": {"kind": "azure/device-code", "spec": {"tenant_id": TENANT, **spec}}},
        "identities": {
            "dev": {
                "kind": "azure/subscription",
                "via": {"provider": "corp"},
                "principal": {"subscription_id": SUBSCRIPTION},
            }
        },
    }


def tokens(refresh: str, **more: Any) -> dict[str, Any]:
    access = jwt(oid="object", upn="me@corp.example")
    return {
        "access_token": access,
        "expires_in": 3600,
        "refresh_token": refresh,
        "foci": "1",
        "client_info": CLIENT_INFO,
        **more,
    }


def forms(fake: Fake) -> list[dict[str, str]]:
    return [dict(parse_qsl(request.body.decode())) for request in fake.seen(TOKEN)]


def signed_in(load: Load, **options: Any) -> tuple[auth.Manager, Person, list[str]]:
    person = Person()
    opened: list[str] = []

    def browse(address: str) -> bool:
        opened.append(address)
        return True

    manager = load(config(), interactive=True, prompter=person, open_browser=browse, **options)
    object.__setattr__(manager.services, "sleep", lambda _seconds: None)
    return manager, person, opened


def test_a_fault_of_the_server_does_not_end_the_waiting(load: Load, fake: Fake) -> None:
    fake.on(TOKEN, {"error": "authorization_pending"}, 400)
    fake.on(TOKEN, {}, 503)
    fake.on(TOKEN, tokens("r-1"))
    manager, _, _ = signed_in(load)
    assert manager.authenticate("dev").account == SUBSCRIPTION


def test_a_person_signs_in(load: Load, fake: Fake, home: Path) -> None:
    fake.on(TOKEN, {"error": "authorization_pending"}, 400)
    fake.on(TOKEN, {"error": "slow_down"}, 400)
    for refresh in ("r-1", "r-2", "r-3", "r-4"):
        fake.on(TOKEN, tokens(refresh))
    manager, person, opened = signed_in(load)
    session = manager.authenticate("dev")
    assert "ABCD-1234" in person.seen[0]
    assert "https://microsoft.com/devicelogin" in person.seen[0]
    assert opened == ["https://microsoft.com/devicelogin?otc=ABCD-1234"]
    asked = dict(parse_qsl(fake.seen(CODE)[0].body.decode()))
    assert asked["scope"].split()[0] == "https://management.azure.com/.default"
    assert asked["client_id"] == AZ
    grants = [form["grant_type"].rpartition(":")[2] for form in forms(fake)]
    assert grants == ["device_code"] * 3 + ["refresh_token"] * 3
    assert [form["refresh_token"] for form in forms(fake)[3:]] == ["r-1", "r-2", "r-3"], (
        "a rotated token replaces the last"
    )
    assert (session.account, session.provider) == (SUBSCRIPTION, "corp")
    folder = home / ".config/atmos/azure/corp"
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == {
        ".session.json",
        "dev.lock",
        "dev/credentials.json",
        "dev/msal_token_cache.json",
        "dev/azureProfile.json",
    }
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in folder.rglob("*") if path.is_file())
    assert "r-4" not in (folder / "dev/credentials.json").read_text()
    cache = json.loads((folder / "dev/msal_token_cache.json").read_text())
    (account,) = cache["Account"].values()
    assert account["home_account_id"] == "home.elsewhere"
    assert account["local_account_id"] == "object"
    assert account["username"] == "me@corp.example"
    (refresh_token,) = cache["RefreshToken"].values()
    assert (refresh_token["secret"], refresh_token["client_id"], refresh_token["family_id"]) == ("r-4", AZ, "1")
    assert {entry["home_account_id"] for entry in cache["AccessToken"].values()} == {"home.elsewhere"}
    assert len(cache["AccessToken"]) == 3
    inside = manager.prepare("dev", {"ARM_TENANT_ID": "other", "ARM_CLIENT_SECRET": "mine"})
    assert inside == {
        "AZURE_SUBSCRIPTION_ID": SUBSCRIPTION,
        "ARM_SUBSCRIPTION_ID": SUBSCRIPTION,
        "AZURE_CONFIG_DIR": str(folder / "dev"),
        "ARM_USE_CLI": "true",
    }


def test_a_second_login_asks_nobody(load: Load, fake: Fake, home: Path) -> None:
    for refresh in ("r-1", "r-2", "r-3", "r-4"):
        fake.on(TOKEN, tokens(refresh))
    signed_in(load)[0].authenticate("dev")
    fake.requests.clear()
    load(config()).authenticate("dev", force=True)
    assert fake.requests == [], "the provider's session still holds"
    later = load(config(), clock=lambda: time.time() + 7200)
    session = later.authenticate("dev")
    assert isinstance(session.credentials, AzureCredentials)
    assert [form["grant_type"] for form in forms(fake)] == ["refresh_token"] * 4
    assert forms(fake)[0]["refresh_token"] == "r-4"
    gone = later.logout(provider="corp").files
    assert str(home / ".config/atmos/azure/corp/.session.json") in gone
    assert not (home / ".config/atmos/azure/corp").exists()


def test_a_session_that_cannot_be_renewed_is_had_anew(load: Load, fake: Fake) -> None:
    for refresh in ("r-1", "r-2", "r-3", "r-4"):
        fake.on(TOKEN, tokens(refresh))
    signed_in(load)[0].authenticate("dev")
    fake._answers[TOKEN] = []
    fake.on(TOKEN, {"error": "invalid_grant", "error_description": "AADSTS700082: The refresh token has expired"}, 400)
    fake.on(TOKEN, tokens("s-1"))
    with pytest.raises(InteractionRequired, match="requires an interactive terminal \\(no TTY detected\\)"):
        load(config(), clock=lambda: time.time() + 7200).authenticate("dev")
    fake._answers[TOKEN] = []
    fake.on(TOKEN, {"error": "invalid_grant"}, 400)
    fake.on(TOKEN, tokens("s-1"))
    manager, person, _opened = signed_in(load, clock=lambda: time.time() + 7200)
    manager.authenticate("dev")
    assert len(person.seen) == 1


def test_nobody_there(load: Load, fake: Fake) -> None:
    with pytest.raises(InteractionRequired, match="Azure device code flow requires an interactive terminal"):
        load(config()).authenticate("dev")
    assert fake.requests == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            {"error": "authorization_declined", "error_description": "AADSTS70016"},
            "authorization_declined: AADSTS70016",
        ),
        ({"error": "expired_token"}, "device code authentication failed: .*expired_token"),
        ({"access_token": ""}, "status 400"),
    ],
)
def test_refused_sign_ins(load: Load, fake: Fake, answer: dict[str, str], message: str) -> None:
    fake.on(TOKEN, answer, 400)
    with pytest.raises(AuthError, match=message):
        signed_in(load)[0].authenticate("dev")


def test_a_flow_that_does_not_start(load: Load, fake: Fake) -> None:
    fake._answers[CODE] = []
    fake.on(CODE, {"error": "unauthorized_client"}, 400)
    with pytest.raises(AuthError, match=r"failed to start device code flow: .*unauthorized_client"):
        signed_in(load)[0].authenticate("dev")


def test_the_provider_says_what_it_misses(load: Load) -> None:
    (finding,) = load(config(tenant_id="")).validate()
    assert "tenant_id is required in spec for Azure device code provider" in finding.message


def test_msal_finds_what_az_would(load: Load, fake: Fake, home: Path) -> None:
    """The library that the Azure CLI reads its cache with takes the tokens from ours, without a call."""
    msal = pytest.importorskip("msal")
    for refresh in ("r-1", "r-2", "r-3", "r-4"):
        fake.on(TOKEN, tokens(refresh))
    signed_in(load)[0].authenticate("dev")
    cache = msal.SerializableTokenCache()
    cache.deserialize((home / ".config/atmos/azure/corp/dev/msal_token_cache.json").read_text())
    app = msal.PublicClientApplication(
        AZ, authority=f"https://login.microsoftonline.com/{TENANT}", token_cache=cache, instance_discovery=False,
        http_client=Closed(),
    )  # fmt: skip
    (account,) = app.get_accounts()
    assert account["username"] == "me@corp.example"
    for scope in ("https://management.core.windows.net//.default", "https://graph.microsoft.com/.default"):
        found = app.acquire_token_silent([scope], account=account)
        assert found is not None, scope
        assert found["token_source"] == "cache"


def in_a_browser(load: Load, answer: Callable[[dict[str, str]], dict[str, str]], *, post: bool = True) -> auth.Manager:
    """A manager whose browser comes back with an answer to what it was asked."""

    def browse(address: str) -> bool:
        asked = dict(parse_qsl(urlsplit(address).query))
        query = urlencode(answer(asked))

        def come_back() -> None:
            target = asked["redirect_uri"] if post else f"{asked['redirect_uri']}/?{query}"
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(target, query.encode() if post else None).close()

        threading.Thread(target=come_back, daemon=True).start()
        return True

    found = config()
    found["providers"]["corp"]["kind"] = "azure/interactive"
    return load(found, interactive=True, prompter=Person(), open_browser=browse)


@pytest.mark.parametrize("post", [True, False])
def test_a_person_signs_in_in_the_browser(load: Load, fake: Fake, home: Path, post: bool) -> None:
    for refresh in ("r-1", "r-2", "r-3", "r-4"):
        fake.on(TOKEN, tokens(refresh))
    seen: list[dict[str, str]] = []

    def answer(asked: dict[str, str]) -> dict[str, str]:
        seen.append(asked)
        return {"code": "the-code", "state": asked["state"]}

    in_a_browser(load, answer, post=post).authenticate("dev")
    (asked,) = seen
    form = forms(fake)[0]
    assert (form["grant_type"], form["code"], form["redirect_uri"]) == (
        "authorization_code",
        "the-code",
        asked["redirect_uri"],
    )
    assert asked["redirect_uri"].startswith("http://localhost:")
    challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (challenge, "S256")
    cache = json.loads((home / ".config/atmos/azure/corp/dev/msal_token_cache.json").read_text())
    assert next(iter(cache["Account"].values()))["account_source"] == "authorization_code"
    again = load({**config(), "providers": {"corp": {**config()["providers"]["corp"], "kind": "azure/interactive"}}})
    assert not again.authenticate("dev").fresh


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"code": "c", "state": "wrong"}, "state mismatch"),
        ({"error": "access_denied", "error_description": "no"}, "access_denied: no"),
        ({}, "missing authorization code"),
    ],
)
def test_a_browser_that_comes_back_without_a_good_code(
    load: Load, fake: Fake, answer: dict[str, str], message: str
) -> None:
    with pytest.raises(AuthError, match=f"interactive browser authentication failed: .*{message}"):
        in_a_browser(load, lambda _asked: answer).authenticate("dev")
    assert fake.requests == [], "the code is not redeemed"


class Closed:
    """Stands in for a network that is not there; the description of a tenant is all that is asked for."""

    def get(self, url: str, **_: Any) -> Any:
        assert url.endswith("/.well-known/openid-configuration"), url

        class Answer:
            status_code = 200
            headers: dict[str, str] = {}
            text = json.dumps(
                {
                    "authorization_endpoint": f"https://login.microsoftonline.com/{TENANT}/a",
                    "token_endpoint": f"https://login.microsoftonline.com/{TENANT}/t",
                    "issuer": f"https://login.microsoftonline.com/{TENANT}/v2.0",
                }
            )

        return Answer()

    def post(self, url: str, **_: Any) -> Any:
        raise AssertionError(url)

    def close(self) -> None:
        return
