"""Root sessions of member accounts, the public registry, tokens in files, sign-ins that cannot be renewed."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import auth
from auth import integrations
from auth.credentials import AwsCredentials
from auth.errors import AuthError
from tests.auth.aws.test_sign_in import TOKEN, Person, browse, browser_user, jwt, oidc
from tests.auth.conftest import Proxy, sts_error, user_and_role
from tests.auth.fake import Fake

Load = Callable[..., auth.Manager]
TASK = "arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy"


@pytest.fixture
def fake() -> Iterator[Fake]:
    server = Fake()
    yield server
    server.close()


def rooted(url: str) -> dict[str, Any]:
    config = user_and_role(url)
    config["identities"]["rooted"] = {
        "kind": "aws/assume-root",
        "via": {"identity": "base"},
        "principal": {"target_principal": "555555555555", "task_policy_arn": TASK, "duration": "10m"},
    }
    return config


def test_root_of_a_member_account(load: Load, sts: Proxy) -> None:
    load(rooted(sts.url)).authenticate("base")
    ends = (datetime.now(UTC) + timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = (
        '<AssumeRootResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRootResult><Credentials>'
        "<AccessKeyId>ASIAROOT</AccessKeyId><SecretAccessKey>root-secret</SecretAccessKey><SessionToken>root-token"
        f"</SessionToken><Expiration>{ends}</Expiration></Credentials></AssumeRootResult></AssumeRootResponse>"
    )
    sts.answers.append((200, body.encode(), {"Content-Type": "text/xml"}))
    session = load(rooted(sts.url)).authenticate("rooted")
    assert sts.forms[-1]["TargetPrincipal"] == "555555555555"
    assert sts.forms[-1]["TaskPolicyArn.arn"] == TASK
    assert sts.forms[-1]["DurationSeconds"] == "600"
    assert session.account == "555555555555"
    assert isinstance(session.credentials, AwsCredentials)
    assert session.credentials.access_key_id == "ASIAROOT"
    sts.answers.append(sts_error(403, "AccessDenied", "no"))
    with pytest.raises(AuthError, match="assume root of account 555555555555: AccessDenied") as caught:
        load(rooted(sts.url)).authenticate("rooted", force=True)
    assert "Failed to assume root on account '555555555555'" in caught.value.explanation


def test_the_public_registry(load: Load, fake: Fake, home: Path, sts: Proxy, env: dict[str, str]) -> None:
    token = base64.b64encode(b"AWS:public-password").decode()
    fake.on("/", {"authorizationData": {"authorizationToken": token, "expiresAt": time.time() + 43200}})
    config = user_and_role(sts.url)
    del config["identities"]["base"]["spec"]
    config["integrations"] = {"pub": {"kind": "aws/ecr-public", "via": {"identity": "base"}}}
    env.update(AWS_ENDPOINT_URL=sts.url, AWS_ENDPOINT_URL_ECR_PUBLIC=fake.url)
    manager = load(config)
    assert integrations.run_one(manager, "pub").startswith("✓ ECR Public login: public.ecr.aws (expires in ")
    auths = json.loads((home / ".docker/config.json").read_text())["auths"]
    assert base64.b64decode(auths["public.ecr.aws"]["auth"]) == b"AWS:public-password"
    manager.logout("base")
    assert not (home / ".docker/config.json").exists()
    fake._answers.clear()
    fake.on("/", {"authorizationData": {"authorizationToken": "%%%"}})
    with pytest.raises(AuthError, match=r"public\.ecr\.aws gave no usable token"):
        integrations.run_one(manager, "pub")


def test_a_gitlab_token_in_a_file(load: Load, sts: Proxy, tmp_path: Path) -> None:
    def problem() -> str:
        with pytest.raises(AuthError) as caught:
            load(oidc("gitlab/oidc", sts.url, token_file="./token")).authenticate("deploy", force=True)
        return caught.value.message

    assert "cannot read the token file" in problem()
    (tmp_path / "token").write_text(" \n")
    assert "is empty" in problem()
    (tmp_path / "token").write_text(jwt(aud="x", exp=int(time.time()) + 900) + "\n")
    assert load(oidc("gitlab/oidc", sts.url, token_file="./token")).authenticate("deploy").account == "222222222222"
    both = load(oidc("gitlab/oidc", sts.url, token_file="a", token_env="B"))
    assert "mutually exclusive" in both.validate()[0].message


def test_a_browser_sign_in_that_cannot_be_renewed_opens_the_browser_again(load: Load, fake: Fake, home: Path) -> None:
    fake.on("/v1/token", TOKEN)
    fake.on("/v1/token", {"error": "invalid_grant", "error_description": "gone"}, 400)
    fake.on("/v1/token", TOKEN)
    opened: list[str] = []

    def open_browser(url: str) -> bool:
        opened.append(url)
        return browse(url)

    def manager(later: float) -> auth.Manager:
        return load(
            browser_user(fake.url),
            interactive=True,
            prompter=Person(),
            open_browser=open_browser,
            clock=lambda: time.time() + later,
        )

    manager(0).authenticate("web")
    manager(1000).authenticate("web")
    assert len(opened) == 2
    assert [request.form["grant_type"] for request in fake.seen("/v1/token")] == [
        "authorization_code",
        "refresh_token",
        "authorization_code",
    ]
    manager(50000).authenticate("web")
    assert len(opened) == 3, "after twelve hours the kept token is not tried any more"
    kept = home / ".cache/atmos/aws-webflow/web-/refresh.json"
    kept.write_text("{")
    manager(100000).authenticate("web")
    assert len(opened) == 4
    manager(100000).authenticate("web", force=True, options={"webflow": True})
    assert len(opened) == 5


@pytest.mark.parametrize("answer", [{}, {"access_token": {"access_key_id": "A"}}, {"access_token": "x"}])
def test_a_token_answer_without_credentials(load: Load, fake: Fake, answer: dict[str, Any]) -> None:
    fake.on("/v1/token", answer)
    manager = load(browser_user(fake.url), interactive=True, prompter=Person(), open_browser=browse)
    with pytest.raises(AuthError, match="token response missing credentials"):
        manager.authenticate("web")
