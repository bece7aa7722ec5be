"""Single sign-on, permission sets, CI tokens, SAML and browser sign-ins, each against a server that is asked for real."""

from __future__ import annotations

import base64
import hashlib
import json
import stat
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

import auth
from auth.aws import saml
from auth.credentials import AwsCredentials
from auth.errors import AuthError, ConfigError, InteractionRequired
from tests.auth.conftest import ROLE, Proxy, sts_error
from tests.auth.fake import Fake

Load = Callable[..., auth.Manager]


@pytest.fixture
def fake() -> Iterator[Fake]:
    server = Fake()
    yield server
    server.close()


class Person:
    """Looks at what is shown and answers what is asked."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.seen: list[str] = []

    def show(self, title: str, lines: Sequence[str]) -> None:
        self.seen.append("\n".join([title, *lines]))

    def text(self, title: str, **_: Any) -> str:
        self.seen.append(title)
        return self.answers["text"]

    def secret(self, title: str, **_: Any) -> str:
        self.seen.append(title)
        return self.answers["secret"]


def sso(url: str, **provider: Any) -> dict[str, Any]:
    return {
        "providers": {
            "corp": {
                "kind": "aws/iam-identity-center",
                "region": "us-east-1",
                "start_url": "https://corp.example/start",
                "spec": {"endpoint_url": url},
                **provider,
            }
        },
        "identities": {
            "adm": {
                "kind": "aws/permission-set",
                "default": True,
                "via": {"provider": "corp"},
                "principal": {"name": "Admin", "account": {"name": "core"}},
            },
            "byid": {
                "kind": "aws/permission-set",
                "via": {"provider": "corp"},
                "principal": {"name": "Admin", "account": {"id": 1234567890}},
            },
        },
    }


def sso_answers(fake: Fake) -> None:
    fake.on(
        "/client/register",
        {
            "clientId": "client-1",
            "clientSecret": "client-secret-1",
            "clientSecretExpiresAt": int(time.time()) + 90 * 86400,
        },
    )
    fake.on(
        "/device_authorization",
        {
            "deviceCode": "dev-1",
            "userCode": "WDDD-HRQV",
            "interval": 1,
            "expiresIn": 60,
            "verificationUriComplete": "https://device.example/?user_code=WDDD-HRQV",
        },
    )
    fake.on(
        "/assignment/accounts",
        {"accountList": [{"accountId": "111111111111", "accountName": "other"}], "nextToken": "page2"},
    )
    fake.on("/assignment/accounts", {"accountList": [{"accountId": "222222222222", "accountName": "core"}]})
    fake.on(
        "/federation/credentials",
        {
            "roleCredentials": {
                "accessKeyId": "ASIASSO",
                "secretAccessKey": "sso-secret-value",
                "sessionToken": "sso-session-token",
                "expiration": int((time.time() + 3600) * 1000),
            }
        },
    )


def test_device_sign_in(load: Load, fake: Fake, home: Path) -> None:
    sso_answers(fake)
    fake.error("/token", "AuthorizationPendingException")
    fake.error("/token", "SlowDownException")
    fake.on("/token", {"accessToken": "sso-access-token", "expiresIn": 28800, "refreshToken": "sso-refresh-token"})
    person, opened = Person(), []
    manager = load(sso(fake.url), interactive=True, prompter=person, open_browser=lambda url: not opened.append(url))
    _quick(manager)
    session = manager.authenticate("adm")
    assert "WDDD-HRQV" in person.seen[0]
    assert opened == ["https://device.example/?user_code=WDDD-HRQV"]
    assert session.account == "222222222222"
    assert isinstance(session.credentials, AwsCredentials)
    assert session.credentials.access_key_id == "ASIASSO"
    assert session.expires_at is not None
    assert abs(session.expires_at.timestamp() - time.time() - 3600) < 60
    assert fake.seen("/federation/credentials")[0].query == {"role_name": "Admin", "account_id": "222222222222"}
    assert "authorization" not in fake.seen("/federation/credentials")[0].headers
    assert fake.seen("/client/register")[0].json["scopes"] == ["sso:account:access"]
    digest = hashlib.sha1(b"https://corp.example/start|us-east-1").hexdigest()
    cache = home / f".cache/atmos/aws-sso/sessions/{digest}.json"
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600
    assert json.loads(cache.read_text())["refreshToken"] == "sso-refresh-token"
    calls = len(fake.seen("/token"))
    other = load(sso(fake.url)).authenticate("byid")
    assert other.account == "001234567890"
    assert len(fake.seen("/token")) == calls, "the token of the session is shared"
    gone = load(sso(fake.url)).logout(provider="corp")
    assert str(cache) in gone.files
    assert not cache.exists()
    assert not (home / ".config/atmos/aws/corp").exists()


def test_one_sign_in_for_a_session_whatever_its_providers_are_called(load: Load, fake: Fake, tmp_path: Path) -> None:
    sso_answers(fake)
    for _ in range(20):
        fake.error("/token", "AuthorizationPendingException")
    fake.on("/token", {"accessToken": "sso-access-token", "expiresIn": 28800, "refreshToken": "sso-refresh-token"})

    def sign_in(name: str) -> None:
        config = sso(fake.url)
        config["providers"][name] = config["providers"].pop("corp")
        for identity in config["identities"].values():
            identity["via"] = {"provider": name}
        manager = load(config, interactive=True, prompter=Person(), project=str(tmp_path / name))
        object.__setattr__(manager.services, "sleep", lambda _seconds: time.sleep(0.02))
        manager.authenticate("byid")

    threads = [threading.Thread(target=sign_in, args=(name,)) for name in ("corp", "company", "acme")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fake.seen("/federation/credentials")) == 3
    assert len(fake.seen("/device_authorization")) == 1


def _quick(manager: auth.Manager) -> None:
    object.__setattr__(manager.services, "sleep", lambda _seconds: None)


def cached_token(home: Path, *, access: str = "old", ends: str = "2020-01-01T00:00:00Z") -> Path:
    """A token of our own on disk that can be renewed."""
    digest = hashlib.sha1(b"https://corp.example/start|us-east-1").hexdigest()
    cache = home / f".cache/atmos/aws-sso/sessions/{digest}.json"
    cache.parent.mkdir(parents=True)
    cache.write_text(
        json.dumps(
            {
                "accessToken": access,
                "expiresAt": ends,
                "region": "us-east-1",
                "clientId": "c",
                "startUrl": "https://corp.example/start",
                "refreshToken": "r-1",
                "clientSecret": "s",
                "registrationExpiresAt": (datetime.now(UTC) + timedelta(days=3)).isoformat(),
            }
        )
    )
    return cache


def test_a_refresh_token_renews_silently(load: Load, fake: Fake, home: Path) -> None:
    sso_answers(fake)
    fake.on("/token", {"accessToken": "new-access", "expiresIn": 3600})
    cache = cached_token(home)
    load(sso(fake.url)).authenticate("adm")
    (request,) = fake.seen("/token")
    assert request.json["grantType"] == "refresh_token"
    assert json.loads(cache.read_text())["refreshToken"] == "r-1"
    assert fake.seen("/client/register") == []


def test_a_token_that_was_revoked_is_renewed(load: Load, fake: Fake, home: Path) -> None:
    sso_answers(fake)
    fake.first_error("/federation/credentials", "UnauthorizedException", 401)
    fake.on("/token", {"accessToken": "new-access", "expiresIn": 3600})
    cached_token(home, access="old-access", ends="2099-01-01T00:00:00Z")
    assert load(sso(fake.url)).authenticate("byid").account == "001234567890"
    assert [request.headers["x-amz-sso_bearer_token"] for request in fake.seen("/federation/credentials")] == [
        "old-access",
        "new-access",
    ]


def test_a_token_of_aws_sso_login_is_used_and_left_alone(load: Load, fake: Fake, home: Path) -> None:
    sso_answers(fake)
    folder = home / ".aws/sso/cache"
    folder.mkdir(parents=True)
    content = json.dumps(
        {
            "startUrl": "https://corp.example/start",
            "region": "us-east-1",
            "accessToken": "cli-token",
            "expiresAt": (datetime.now(UTC) + timedelta(hours=1)).isoformat().replace("+00:00", "Z"),
        }
    )
    (folder / "abc.json").write_text(content)
    (folder / "bad.json").write_text("{")
    load(sso(fake.url)).authenticate("adm")
    assert fake.seen("/federation/credentials")[0].headers["x-amz-sso_bearer_token"] == "cli-token"
    assert (folder / "abc.json").read_text() == content


def test_nobody_there_to_sign_in(load: Load, fake: Fake) -> None:
    with pytest.raises(
        InteractionRequired, match="provider=corp: AWS SSO device flow requires an interactive terminal"
    ):
        load(sso(fake.url)).authenticate("adm")
    assert fake.requests == []


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/client/register", "Failed to register SSO client"),
        ("/device_authorization", "Failed to initiate AWS SSO device"),
        ("/token", "Failed to create AWS SSO access token"),
        ("/federation/credentials", "failed to get role credentials"),
    ],
)
def test_refused_sign_ins_say_what_aws_said(load: Load, fake: Fake, path: str, message: str) -> None:
    fake.error(path, "AccessDeniedException", 403)
    sso_answers(fake)
    fake.on("/token", {"accessToken": "sso-access-token", "expiresIn": 28800})
    fake._answers[path] = fake._answers[path][:1]
    manager = load(sso(fake.url), interactive=True, prompter=Person(), open_browser=lambda _url: True)
    _quick(manager)
    with pytest.raises(AuthError, match=message) as caught:
        manager.authenticate("adm")
    assert "AccessDeniedException" in caught.value.message
    assert "client-secret-1" not in caught.value.message


def test_an_unknown_account_names_those_there_are(load: Load, fake: Fake) -> None:
    sso_answers(fake)
    fake.on("/token", {"accessToken": "t", "expiresIn": 28800})
    config = sso(fake.url)
    config["identities"]["adm"]["principal"]["account"]["name"] = "corr"
    manager = load(config, interactive=True, prompter=Person(), open_browser=lambda _url: True)
    _quick(manager)
    with pytest.raises(AuthError, match='account "corr" not found') as caught:
        manager.authenticate("adm")
    assert "`core`" in caught.value.hints[0]


def test_identities_are_provisioned(load: Load, fake: Fake, home: Path) -> None:
    sso_answers(fake)
    fake.on("/token", {"accessToken": "t", "expiresIn": 28800})
    fake.on("/assignment/roles", {"roleList": [{"roleName": "Admin"}, {"roleName": "Read"}]})
    fake.on("/assignment/roles", {"message": "no"}, 403)
    warnings: list[str] = []
    manager = load(
        sso(fake.url, auto_provision_identities=True),
        interactive=True,
        prompter=Person(),
        open_browser=lambda _url: True,
        warn=warnings.append,
    )
    _quick(manager)
    assert manager.authenticate_provider("corp").provider == "corp"
    document = yaml.safe_load((home / ".cache/atmos/auth/corp/provisioned-identities.yaml").read_text())["auth"]
    assert document["identities"] == {
        f"other/{role}": {
            "kind": "aws/permission-set",
            "provider": "corp",
            "via": {"provider": "corp"},
            "principal": {"name": role, "account": {"name": "other", "id": "111111111111"}},
        }
        for role in ("Admin", "Read")
    }
    assert document["_metadata"]["counts"] == {"accounts": 2, "roles": 2, "identities": 2}
    assert "core" in warnings[0]


def jwt(**claims: Any) -> str:
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({"alg": "RS256"}, claims)
    ]
    return ".".join([*parts, "c2ln"])


def oidc(kind: str, url: str, **spec: Any) -> dict[str, Any]:
    return {
        "providers": {"ci": {"kind": kind, "region": "eu-west-1", "spec": spec}},
        "identities": {
            "deploy": {
                "kind": "aws/assume-role",
                "default": True,
                "via": {"provider": "ci"},
                "spec": {"endpoint_url": url},
                "principal": {"assume_role": ROLE},
            }
        },
    }


def test_a_github_job_takes_on_a_role(load: Load, fake: Fake, sts: Proxy, env: dict[str, str]) -> None:
    token = jwt(exp=int(time.time()) + 600, aud="sts.amazonaws.com")
    fake.on("/token", {"message": "try again"}, 500)
    fake.on("/token", {"value": token})
    env.update(
        GITHUB_ACTIONS="true",
        ACTIONS_ID_TOKEN_REQUEST_TOKEN="request-token-value",
        ACTIONS_ID_TOKEN_REQUEST_URL=f"{fake.url}/token?api=2",
    )
    manager = load(oidc("github/oidc", sts.url))
    _quick(manager)
    session = manager.authenticate("deploy")
    assert fake.seen("/token")[1].query == {"api": "2", "audience": "sts.amazonaws.com"}
    assert fake.seen("/token")[1].headers["authorization"] == "bearer request-token-value"
    assert sts.calls == ["AssumeRoleWithWebIdentity"]
    assert sts.forms[0]["WebIdentityToken"] == token
    assert (session.account, session.region) == ("222222222222", "eu-west-1")
    load(oidc("github/oidc", sts.url)).authenticate("deploy")
    assert len(sts.calls) == 1, "the role's session is kept, the token is not"
    sts.answers.append(sts_error(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"))
    with pytest.raises(AuthError, match=f"assume the role {ROLE}.*RequestID req-1234") as caught:
        load(oidc("github/oidc", sts.url)).authenticate("deploy", force=True)
    assert token not in str(caught.value) + caught.value.explanation
    assert "web identity" in caught.value.explanation


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({}, "only available in GitHub Actions"),
        ({"GITHUB_ACTIONS": "true"}, "ACTIONS_ID_TOKEN_REQUEST_TOKEN not found - ensure job has 'id-token: write'"),
        (
            {
                "GITHUB_ACTIONS": "true",
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "t",
                "ACTIONS_ID_TOKEN_REQUEST_URL": "http://x.y/",
            },
            "must be an https address",
        ),
        ({"GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN": "nonsense"}, "failed to decode OIDC token"),
    ],
)
def test_jobs_without_a_token(load: Load, env: dict[str, str], variables: dict[str, str], message: str) -> None:
    env.update(variables)
    with pytest.raises(AuthError, match=message):
        load(oidc("github/oidc", "http://127.0.0.1:9")).authenticate("deploy")


def test_a_gitlab_job_takes_on_a_role(load: Load, sts: Proxy, env: dict[str, str]) -> None:
    env["MY_TOKEN"] = jwt(exp=int(time.time()) + 600, aud=["https://gitlab.example"])
    load(oidc("gitlab/oidc", sts.url, token_env="MY_TOKEN", audience="https://gitlab.example")).authenticate("deploy")
    assert sts.calls == ["AssumeRoleWithWebIdentity"]
    with pytest.raises(AuthError, match=r"is for https://gitlab\.example, not for other"):
        load(oidc("gitlab/oidc", sts.url, token_env="MY_TOKEN", audience="other")).authenticate("deploy", force=True)
    env["MY_TOKEN"] = jwt(exp=int(time.time()) - 1, aud="x")
    with pytest.raises(AuthError, match="the token in MY_TOKEN has expired"):
        load(oidc("gitlab/oidc", sts.url, token_env="MY_TOKEN")).authenticate("deploy", force=True)
    with pytest.raises(AuthError, match="the variable GITLAB_OIDC_TOKEN holds no") as caught:
        load(oidc("gitlab/oidc", sts.url)).authenticate("deploy", force=True)
    assert "id_tokens" in caught.value.hints[0]
    assert len(sts.calls) == 1


def assertion(*roles: str) -> str:
    values = "".join(
        f"<a:AttributeValue>{role},arn:aws:iam::222222222222:saml-provider/okta</a:AttributeValue>" for role in roles
    )
    text = (
        '<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"><a:Assertion '
        'xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion"><a:AttributeStatement>'
        f'<a:Attribute Name="{saml.ROLE_ATTRIBUTE}">{values}</a:Attribute>'
        '<a:Attribute Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName">'
        "<a:AttributeValue>me</a:AttributeValue></a:Attribute></a:AttributeStatement></a:Assertion></p:Response>"
    )
    return base64.b64encode(text.encode()).decode()


def saml_config(fake: Fake, sts: Proxy, **provider: Any) -> dict[str, Any]:
    return {
        "providers": {
            "idp": {
                "kind": "aws/saml",
                "region": "us-east-1",
                "url": f"{fake.url}/app",
                "driver": "Okta",
                "username": "me",
                "password": "idp-password",
                "spec": {"endpoint_url": sts.url},
                **provider,
            }
        },
        "identities": {
            "deploy": {"kind": "aws/assume-role", "via": {"provider": "idp"}, "principal": {"assume_role": ROLE}}
        },
    }


def test_okta_and_saml(load: Load, fake: Fake, sts: Proxy) -> None:
    fake.on(
        "/api/v1/authn",
        {
            "status": "MFA_REQUIRED",
            "stateToken": "st",
            "_embedded": {
                "factors": [{"factorType": "token:software:totp", "_links": {"verify": {"href": f"{fake.url}/verify"}}}]
            },
        },
    )
    fake.on("/verify", {"status": "SUCCESS", "sessionToken": "okta-session"})
    fake.on("/api/v1/sessions", {"id": "x"}, **{"Set-Cookie": "sid=abc; Path=/"})
    fake.on("/app", b'<form action="/next"><input name="RelayState" value="r"></form>', **{"Content-Type": "text/html"})
    saml_text = assertion(ROLE)
    fake.on(
        "/next",
        f'<form><input name="SAMLResponse" value="{saml_text}"></form>'.encode(),
        **{"Content-Type": "text/html"},
    )
    session = load(saml_config(fake, sts), interactive=True, prompter=Person(text="123456")).authenticate("deploy")
    assert fake.seen("/verify")[0].json["passCode"] == "123456"
    assert "sid=abc" in fake.seen("/app")[0].headers["cookie"]
    assert sts.calls == ["AssumeRoleWithSAML"], "the role is not assumed a second time by itself"
    assert sts.forms[0]["SAMLAssertion"] == saml_text
    assert sts.forms[0]["RoleArn"] == ROLE
    assert session.account == "222222222222"


def test_a_wrong_password_is_sent_once(load: Load, fake: Fake, sts: Proxy) -> None:
    fake.on("/api/v1/authn", {"errorSummary": "Authentication failed"}, 401)
    with pytest.raises(AuthError, match="Okta refused me: Authentication failed") as caught:
        load(saml_config(fake, sts)).authenticate("deploy")
    assert len(fake.requests) == 1
    assert "idp-password" not in str(caught.value)


def test_adfs_and_saml(load: Load, fake: Fake, sts: Proxy) -> None:
    fake.on(
        "/app/adfs/ls/IdpInitiatedSignOn.aspx",
        b'<form action="/login"><input name="UserName"><input name="Password"><input name="Kmsi" value="1"></form>',
        **{"Content-Type": "text/html"},
    )
    fake.on(
        "/login",
        f'<form><input name="SAMLResponse" value="{assertion(ROLE)}"></form>'.encode(),
        **{"Content-Type": "text/html"},
    )
    load(saml_config(fake, sts, driver="ADFS")).authenticate("deploy")
    assert fake.seen("/login")[0].form == {"UserName": "me", "Password": "idp-password", "Kmsi": "1"}


def test_a_role_that_is_not_offered_is_never_replaced_by_another() -> None:
    offered = saml.roles(assertion("arn:aws:iam::1:role/A", "arn:aws:iam::1:role/B"))
    with pytest.raises(AuthError, match="offers no role") as caught:
        saml.chosen(offered, ROLE)
    assert "arn:aws:iam::1:role/B" in caught.value.explanation
    assert saml.chosen(offered, "role/b")[0] == "arn:aws:iam::1:role/B"
    for bad in ("", "%%%", base64.b64encode(b"<a>").decode(), base64.b64encode(b"<!DOCTYPE x><a/>").decode()):
        with pytest.raises(AuthError, match="aws saml decode failed"):
            saml.roles(bad)


def test_a_saml_provider_alone_is_no_login(load: Load, fake: Fake, sts: Proxy) -> None:
    with pytest.raises(AuthError, match="must be part of a chain"):
        load(saml_config(fake, sts)).authenticate_provider("idp")


def browser_user(url: str) -> dict[str, Any]:
    return {
        "identities": {
            "web": {"kind": "aws/user", "credentials": {"region": "us-east-2"}, "spec": {"endpoint_url": url}}
        }
    }


def browse(url: str, **changes: str) -> bool:
    """A browser that signs in at once: it calls the address it is sent back to."""
    query = parse_qs(urlsplit(url).query)
    answer = {"code": "the-code", "state": query["state"][0], **changes}
    target = query["redirect_uri"][0] + "?" + "&".join(f"{key}={value}" for key, value in answer.items() if value)

    def call() -> None:
        try:
            urllib.request.urlopen(target, timeout=30).close()
        except urllib.error.HTTPError as error:
            error.close()

    threading.Thread(target=call).start()
    return True


TOKEN = {
    "access_token": {"access_key_id": "ASIAWEB", "secret_access_key": "web-secret", "session_token": "web-session"},
    "expires_in": 900,
    "refresh_token": "refresh-1",
}


def test_a_browser_sign_in_and_its_renewal(load: Load, fake: Fake, home: Path) -> None:
    fake.on("/v1/token", TOKEN)
    fake.on("/v1/token", {**TOKEN, "refresh_token": "refresh-2"})
    urls: list[str] = []

    def open_browser(url: str) -> bool:
        urls.append(url)
        return browse(url)

    manager = load(browser_user(fake.url), interactive=True, prompter=Person(), open_browser=open_browser)
    session = manager.authenticate("web")
    assert isinstance(session.credentials, AwsCredentials)
    assert session.credentials.access_key_id == "ASIAWEB"
    asked = {key: values[0] for key, values in parse_qs(urlsplit(urls[0]).query).items()}
    first = fake.seen("/v1/token")[0]
    assert asked["client_id"] == "arn:aws:signin:::devtools/same-device"
    assert asked["code_challenge_method"] == "SHA-256"
    digest = hashlib.sha256(first.form["code_verifier"].encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert first.form["redirect_uri"] == asked["redirect_uri"]
    _check_proof(first.headers["dpop"], f"{fake.url}/v1/token")
    kept = home / ".cache/atmos/aws-webflow/web-/refresh.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    later = load(browser_user(fake.url), clock=lambda: time.time() + 1000)
    later.authenticate("web")
    second = fake.seen("/v1/token")[1]
    assert second.form["grant_type"] == "refresh_token"
    assert second.form["refresh_token"] == "refresh-1"
    assert _key(second.headers["dpop"]) == _key(first.headers["dpop"]), "the same key signs the renewal"
    assert json.loads(kept.read_text())["refreshToken"] == "refresh-2"
    assert len(urls) == 1
    load(browser_user(fake.url)).logout("web")
    assert not kept.exists()


def _key(proof: str) -> Any:
    header = proof.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["jwk"]


def _check_proof(proof: str, address: str) -> None:
    from joserfc import jwt as joserfc_jwt
    from joserfc.jwk import ECKey

    decoded = joserfc_jwt.decode(proof, ECKey.import_key(_key(proof)), algorithms=["ES256"])
    assert decoded.header["typ"] == "dpop+jwt"
    assert decoded.claims["htm"] == "POST"
    assert decoded.claims["htu"] == address


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"state": "wrong"}, "state mismatch: possible CSRF attack"),
        ({"code": ""}, "missing authorization code"),
        ({"error": "access_denied", "error_description": "no"}, "authorization error: access_denied: no"),
    ],
)
def test_a_browser_that_comes_back_without_a_good_code(
    load: Load, fake: Fake, changes: dict[str, str], message: str
) -> None:
    manager = load(
        browser_user(fake.url), interactive=True, prompter=Person(), open_browser=lambda url: browse(url, **changes)
    )
    with pytest.raises(AuthError, match=message):
        manager.authenticate("web")
    assert fake.requests == []


def test_a_code_that_is_refused(load: Load, fake: Fake) -> None:
    fake.on("/v1/token", {"error": "invalid_grant", "error_description": "too late"}, 400)
    manager = load(browser_user(fake.url), interactive=True, prompter=Person(), open_browser=browse)
    with pytest.raises(AuthError, match=r"invalid_grant: too late \(HTTP 400") as caught:
        manager.authenticate("web")
    assert "the-code" not in caught.value.message


def test_no_browser_where_nobody_may_be_asked(load: Load, fake: Fake) -> None:
    with pytest.raises(InteractionRequired, match="Browser authentication requires"):
        load(browser_user(fake.url)).authenticate("web", prompts=False)


def test_a_users_browser_may_be_switched_off(load: Load) -> None:
    config = {"identities": {"u": {"kind": "aws/user", "credentials": {"webflow_enabled": False}}}}
    with pytest.raises(AuthError, match="browser authentication is disabled"):
        load(config).authenticate("u", force=True, options={"webflow": True})


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "aws/iam-identity-center", "region": "r"}, "start_url is required for AWS SSO provider"),
        ({"kind": "aws/iam-identity-center", "start_url": "https://x"}, "region is required for AWS SSO provider"),
        ({"kind": "aws/saml", "region": "r"}, "url is required for AWS SAML provider"),
        ({"kind": "aws/saml", "url": "https://x"}, "region is required for AWS SAML provider"),
        ({"kind": "aws/saml", "url": "nonsense", "region": "r"}, "invalid URL format"),
        ({"kind": "github/oidc"}, "region is required for GitHub OIDC provider"),
    ],
)
def test_providers_say_what_they_miss(load: Load, entry: dict[str, Any], message: str) -> None:
    manager = load({"providers": {"p": entry}})
    assert any(message in finding.message for finding in manager.validate())
    with pytest.raises(ConfigError, match=message):
        manager.authenticate_provider("p")
