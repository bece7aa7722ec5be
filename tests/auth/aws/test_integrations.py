"""Registry logins, kubeconfigs, cluster tokens and the console: made of an identity, kept apart from the user's own."""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import yaml

import auth
from auth import integrations
from auth.aws import ecr, eks
from auth.aws.console import address
from auth.console import sign_in
from auth.errors import AuthError, ConfigError, IntegrationFailed
from tests.auth.conftest import Proxy, user_and_role
from tests.auth.fake import Fake

Load = Callable[..., auth.Manager]
REGISTRY = "123456789012.dkr.ecr.us-west-2.amazonaws.com"


@pytest.fixture
def fake() -> Iterator[Fake]:
    server = Fake()
    yield server
    server.close()


def config(url: str, **integrations: Any) -> dict[str, Any]:
    found = user_and_role(url)
    found["integrations"] = integrations or {
        "dev/ecr": {
            "kind": "aws/ecr",
            "via": {"identity": "BASE"},
            "spec": {"registry": {"account_id": 123456789012, "region": "us-west-2"}},
        }
    }
    return found


def docker(home: Path) -> dict[str, Any]:
    found = json.loads((home / ".docker/config.json").read_text())
    assert isinstance(found, dict)
    return found


def test_a_login_logs_docker_in_and_keeps_everything_else(
    load: Load, sts: Proxy, home: Path, env: dict[str, str]
) -> None:
    (home / ".docker").mkdir()
    own = {
        "auths": {"ghcr.example": {"auth": "eDp5", "email": "a@b.c"}},
        "proxies": {"default": {"httpProxy": "p"}},
        "currentContext": "mine",
        "HttpHeaders": {"X": "ü"},
    }
    (home / ".docker/config.json").write_text(json.dumps(own))
    told: list[str] = []
    manager = load(config(sts.url), notify=told.append)
    manager.authenticate("base")
    found = docker(home)
    entry = found["auths"].pop(REGISTRY)
    assert base64.b64decode(entry["auth"]).startswith(b"AWS:")
    assert found == own
    assert stat.S_IMODE((home / ".docker/config.json").stat().st_mode) == 0o600
    assert told[0].startswith(f"✓ ECR login: {REGISTRY} (expires in ")
    assert manager.prepare("base", env)["DOCKER_CONFIG"] == str(home / ".docker")
    assert "DOCKER_CONFIG" not in manager.prepare("deploy", env)
    load(config(sts.url)).authenticate("base")
    assert len(told) == 1, "not run again while the session holds"
    manager.logout("base")
    assert docker(home) == own


def test_a_credential_helper_gets_the_login_on_its_stdin(
    load: Load, sts: Proxy, home: Path, env: dict[str, str], tmp_path: Path
) -> None:
    helper = tmp_path / "bin" / "docker-credential-mine"
    helper.parent.mkdir()
    helper.write_text('#!/bin/sh\necho "$@" >> "$HOME/helper"\ncat >> "$HOME/helper"\n')
    helper.chmod(0o755)
    env["PATH"] = f"{helper.parent}{os.pathsep}{env['PATH']}"
    os.environ["PATH"], before = env["PATH"], os.environ["PATH"]
    try:
        (home / ".docker").mkdir()
        (home / ".docker/config.json").write_text('{"credsStore": "mine"}')
        load(config(sts.url)).authenticate("base")
    finally:
        os.environ["PATH"] = before
    verb, sent = (home / "helper").read_text().split("\n", 1)
    assert verb == "store"
    assert json.loads(sent)["ServerURL"] == REGISTRY
    assert docker(home) == {"credsStore": "mine"}


def test_a_failed_integration_is_a_warning_and_the_login_stands(load: Load, sts: Proxy, home: Path) -> None:
    (home / ".docker").mkdir()
    (home / ".docker/config.json").write_text("{not json")
    warnings: list[str] = []
    found = config(
        sts.url,
        broken={"kind": "aws/ecr", "via": {"identity": "base"}},
        unknown={"kind": "aws/made-up", "via": {"identity": "base"}},
        odd={
            "kind": "aws/eks",
            "via": {"identity": "base"},
            "spec": {"cluster": {"name": "x", "region": "r", "kubeconfig": {"update": "overwrite"}}},
        },
        good={
            "kind": "aws/ecr",
            "via": {"identity": "base"},
            "spec": {"registry": {"account_id": "123456789012", "region": "us-west-2"}},
        },
    )
    manager = load(found, warn=warnings.append)
    assert manager.authenticate("base").identity == "base"
    text = "\n".join(warnings)
    for part in (
        "broken",
        "has no registry configured",
        "aws/made-up",
        "must be merge, replace, or error",
        "invalid JSON",
    ):
        assert part in text
    assert (home / ".docker/config.json").read_text() == "{not json"
    with pytest.raises(IntegrationFailed, match=r"integration execution failed 'broken'.*registry"):
        integrations.run_one(manager, "broken")
    problems = "\n".join(finding.message for finding in manager.validate())
    assert "overwrite" in problems
    assert "aws/made-up" in problems


def test_integrations_by_provider_and_their_name(load: Load, sts: Proxy, home: Path) -> None:
    found = {
        "providers": {"fake": {"kind": "mock/aws", "spec": {"endpoint_url": sts.url}}},
        "identities": {"dev": {"kind": "mock/aws", "via": {"provider": "fake"}}},
        "integrations": {
            "e": {
                "kind": "aws/ecr",
                "via": {"provider": "Fake"},
                "spec": {"registry": {"account_id": "123456789012", "region": "us-west-2"}},
            }
        },
    }
    manager = load(found)
    manager.authenticate("dev", force=True)
    assert REGISTRY in docker(home)["auths"]
    with pytest.raises(AuthError, match="integration not found: nope"):
        manager.integration("nope")
    with pytest.raises(IntegrationFailed, match="has no identity configured"):
        integrations.run_one(manager, "e")


@pytest.fixture
def cluster(sts: Proxy) -> str:
    eks = boto3.client(
        "eks", endpoint_url=sts.url, region_name="us-west-2", aws_access_key_id="a", aws_secret_access_key="b"
    )
    name = f"blue-{os.getpid()}"
    if name not in eks.list_clusters()["clusters"]:
        eks.create_cluster(
            name=name, roleArn="arn:aws:iam::123456789012:role/eks", resourcesVpcConfig={"subnetIds": ["subnet-1"]}
        )
    sts.calls.clear()
    return name


def test_a_kubeconfig(load: Load, sts: Proxy, home: Path, env: dict[str, str], cluster: str) -> None:
    path = home / ".config/atmos/kube/config"
    path.parent.mkdir(parents=True)
    path.write_text(yaml.safe_dump({"clusters": [{"name": "mine", "cluster": {"server": "s"}}], "x-own": 1}))
    found = config(
        sts.url,
        eks={
            "kind": "aws/eks",
            "via": {"identity": "base"},
            "spec": {"cluster": {"name": cluster, "region": "us-west-2", "alias": "blue"}},
        },
    )
    told: list[str] = []
    manager = load(found, notify=told.append)
    manager.authenticate("base")
    document = yaml.safe_load(path.read_text())
    assert document["clusters"][0]["name"] == "mine"
    assert document["x-own"] == 1
    assert document["current-context"] == "blue"
    (user,) = document["users"]
    assert user["name"] == f"atmos-eks-{cluster}-us-west-2"
    assert user["user"]["exec"]["args"][:3] == ["aws", "eks", "token"]
    assert user["user"]["exec"]["args"][-1] == "--identity=base"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert told == [f"✓ EKS kubeconfig: blue → {path}"]
    prepared = manager.prepare("base", {**env, "KUBECONFIG": f"/mine:{path}"})
    assert prepared["KUBECONFIG"] == f"/mine:{path}"
    assert prepared["KUBE_CONFIG_PATH"] == str(path)
    before = path.read_bytes()
    integrations.run_one(manager, "eks")
    assert path.read_bytes() == before
    manager.logout("base")
    document = yaml.safe_load(path.read_text())
    assert [item["name"] for item in document["clusters"]] == ["mine"]
    assert document["current-context"] == ""


def test_update_modes_of_a_kubeconfig(load: Load, sts: Proxy, home: Path, cluster: str) -> None:
    path = home / "kube.yaml"

    def run(update: str) -> None:
        spec = {
            "cluster": {
                "name": cluster,
                "region": "us-west-2",
                "kubeconfig": {"path": "~/kube.yaml", "mode": "0640", "update": update},
            }
        }
        integrations.run_one(
            load(config(sts.url, eks={"kind": "aws/eks", "via": {"identity": "base"}, "spec": spec})), "eks"
        )

    run("error")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    with pytest.raises(IntegrationFailed, match="already exists in"):
        run("error")
    path.write_text("- broken")
    with pytest.raises(IntegrationFailed, match="it is not a mapping"):
        run("merge")
    path.write_text("clusters: [{name: mine}]")
    run("replace")
    assert len(yaml.safe_load(path.read_text())["clusters"]) == 1


def test_a_cluster_token(load: Load, sts: Proxy) -> None:
    manager = load(config(sts.url))
    session = manager.authenticate("deploy", options={"skip_integrations": True})
    found = eks.token("blue", "us-west-2", session.credentials, manager.run("deploy"))
    assert found["kind"] == "ExecCredential"
    head, text = found["status"]["token"].split(".", 1)
    url = urlsplit(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    query = {key: values[0] for key, values in parse_qs(url.query).items()}
    assert (head, query["Action"], query["X-Amz-Expires"]) == ("k8s-aws-v1", "GetCallerIdentity", "60")
    assert query["X-Amz-SignedHeaders"] == "host;x-k8s-aws-id"
    assert "=" not in text
    assert not [call for call in sts.calls if "authorization" in call.lower()], "no integration runs for a token"


def test_registries_by_address(load: Load, sts: Proxy) -> None:
    manager = load(config(sts.url))
    session = manager.authenticate("base", options={"skip_integrations": True})
    assert ecr.parsed_registry(REGISTRY) == ("123456789012", "us-west-2")
    found = ecr.login(REGISTRY, "us-west-2", session.credentials, manager.run("base"))
    assert (found.registry, found.user) == (REGISTRY, "AWS")
    assert found.password.reveal() not in repr(found)
    with pytest.raises(AuthError, match=r"invalid ECR registry URL: docker\.io"):
        ecr.parsed_registry("docker.io")
    assert [entry.name for entry in integrations.linked(manager, manager.run("base"))] == ["dev/ecr"]
    assert integrations.linked(manager, manager.run("deploy")) == []


def test_a_console_address(load: Load, fake: Fake, sts: Proxy) -> None:
    fake.on("/federation", {"SigninToken": "sign/in+token"})
    found = user_and_role(sts.url)
    found["identities"]["deploy"]["spec"] = {"endpoint_url": sts.url}
    manager = load(found, env={**load(found).services.env, "AWS_ENDPOINT_URL_SIGNIN": fake.url})
    session = manager.authenticate("deploy")
    # the configured endpoint serves every client, so the federation call goes there as well
    with pytest.raises(AuthError, match="gave no console sign-in token") as caught:
        sign_in(session)
    for secret in session.credentials.secret_texts():
        assert secret not in str(caught.value)
    plain = user_and_role(sts.url)
    del plain["identities"]["base"]["spec"]
    env = {**manager.services.env, "AWS_ENDPOINT_URL": sts.url, "AWS_ENDPOINT_URL_SIGNIN": fake.url}
    session = load(plain, env=env).authenticate("deploy")
    made = sign_in(session, destination="S3", seconds=7200, issuer="me")
    query = {key: values[0] for key, values in parse_qs(urlsplit(made.url).query).items()}
    assert query == {
        "Action": "login",
        "Issuer": "me",
        "Destination": "https://console.aws.amazon.com/s3",
        "SigninToken": "sign/in+token",
    }
    asked = fake.seen("/federation")[0].query
    assert json.loads(asked["Session"])["sessionToken"] in session.credentials.secret_texts()
    assert asked["SessionDuration"] == "7200"
    assert made.url not in repr(made)
    fake.on("/federation", {"SigninToken": "x"})
    user = load(plain, env=env).authenticate("base")
    sign_in(user)
    assert "SessionDuration" not in fake.seen("/federation")[-1].query


def test_places_of_the_console() -> None:
    assert address("", "us-east-1") == "https://console.aws.amazon.com/"
    assert address("https://x.y/z", "us-east-1") == "https://x.y/z"
    assert address("elb", "us-gov-west-1") == "https://console.amazonaws-us-gov.com/ec2/v2/home#LoadBalancers"
    assert address("ec2", "cn-north-1") == "https://console.amazonaws.cn/ec2"
    with pytest.raises(AuthError, match='unknown service alias: "lamda"') as caught:
        address("lamda", "us-east-1")
    assert "`lambda`" in caught.value.hints[0]


def test_entries_that_miss_something_are_config_errors(load: Load, sts: Proxy) -> None:
    bad = config(
        sts.url,
        public={"kind": "aws/ecr-public", "via": {"identity": "base"}, "spec": {"registry": {"region": "eu-west-1"}}},
    )
    with pytest.raises(IntegrationFailed, match="only us-east-1 and us-west-2") as caught:
        integrations.run_one(load(bad), "public")
    assert isinstance(caught.value.__cause__, ConfigError)


@pytest.mark.slow
def test_the_aws_cli_fetches_fresh_credentials_in_the_middle_of_a_run(
    load: Load, sts: Proxy, env: dict[str, str], tmp_path: Path
) -> None:
    """Decision D49: with `session.refresh: process` a profile has no keys, so its SDK calls us when they run out."""
    found = user_and_role(sts.url)
    found["identities"]["deploy"]["session"] = {"refresh": "process"}
    (tmp_path / "atmos.yaml").write_text(json.dumps({"base_path": "./", "auth": found}))
    manager = load(found)
    session = manager.authenticate("deploy")
    inside = manager.prepare("deploy", {**env, "PATH": os.environ["PATH"]})
    identity = ["aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"]

    def call() -> str:
        return subprocess.run(identity, env=inside, capture_output=True, text=True, check=True, cwd=tmp_path).stdout

    assert call() == "arn:aws:sts::222222222222:assumed-role/Deploy/ci-run\n"
    path = Path(env["HOME"], ".config/atmos/aws/base/credentials")
    assert session.expires_at is not None
    path.write_text(path.read_text().replace(f"expiration={session.expires_at.year}", "expiration=2001"))
    (Path(env["HOME"]) / ".cache/atmos/auth/sessions").rename(tmp_path / "gone")
    sts.calls.clear()
    assert call() == "arn:aws:sts::222222222222:assumed-role/Deploy/ci-run\n"
    assert sts.calls == ["AssumeRole", "GetCallerIdentity"]
