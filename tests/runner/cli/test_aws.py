"""`atmos aws …` against moto."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
import yaml

PROJECT = """
auth:
  identities:
    user: {kind: aws/user, credentials: {access_key_id: AKIAX, secret_access_key: canary-secret, region: us-west-2}}
    other: {kind: aws/user, credentials: {access_key_id: AKIAY, secret_access_key: canary-secret, region: us-west-2}}
  integrations:
    dev/ecr:
      kind: aws/ecr
      via: {identity: user}
      spec: {registry: {account_id: "123456789012", region: us-west-2}}
    dev/eks:
      kind: aws/eks
      via: {identity: user}
      spec: {cluster: {name: nowhere, region: us-west-2}}
"""
REGISTRY = "123456789012.dkr.ecr.us-west-2.amazonaws.com"


class Aws:
    """Runs `atmos aws ARGV` in a project."""

    def __init__(self, atmos: Path, folder: Path, env: Mapping[str, str]) -> None:
        self.atmos, self.folder, self.env = atmos, folder, dict(env)

    def __call__(self, *argv: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.atmos), "aws", *argv],
            cwd=self.folder,
            env={**self.env, **more},
            capture_output=True,
            text=True,
            timeout=120,
        )

    @property
    def docker(self) -> dict[str, object]:
        return dict(json.loads(Path(self.env["HOME"], ".docker/config.json").read_text())["auths"])


@pytest.fixture
def aws(atmos: Path, clean_env: dict[str, str], tmp_path: Path, aws_endpoint: str) -> Aws:
    (tmp_path / "atmos.yaml").write_text(PROJECT)
    return Aws(atmos, tmp_path, {**clean_env, "AWS_ENDPOINT_URL": aws_endpoint})


def test_an_integration_by_name(aws: Aws) -> None:
    done = aws("ecr", "login", "DEV/ecr")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith(f"✓ ECR login: {REGISTRY} (expires in 0s)"), (
        "the test server gives tokens that are over"
    )
    assert list(aws.docker) == [REGISTRY]


def test_all_that_is_linked_to_an_identity(aws: Aws) -> None:
    done = aws("ecr", "login", "-i", "user")
    assert done.returncode == 1  # the cluster does not exist; the registry is logged in to all the same
    assert f"✓ ECR login: {REGISTRY}" in done.stderr
    assert "integration execution failed 'dev/eks': " in done.stderr
    done = aws("ecr", "login", "-i", "other")
    assert (done.returncode, "identity has no linked integrations: other" in done.stderr) == (1, True)


def test_registries_with_the_credentials_that_are_there(aws: Aws) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AKIAZ", "AWS_SECRET_ACCESS_KEY": "z"}
    done = aws("ecr", "login", "-r", REGISTRY, "-r", REGISTRY.replace("west-2", "east-1"), **keys)
    assert done.returncode == 0, done.stderr
    assert len(aws.docker) == 2
    assert done.stderr.count("(expires in 0s)") == 2
    done = aws("ecr", "login", "-r", "ghcr.io", **keys)
    assert (done.returncode, "invalid ECR registry URL: ghcr.io" in done.stderr) == (1, True)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["dev/ecr", "--public"], "--public cannot be combined with an integration argument"),
        (["-r", REGISTRY, "--public"], "--public cannot be combined with --registry"),
        (["dev/ecr", "-i", "user"], "--identity cannot be combined with an integration argument"),
        (["dev/ecr", "-r", REGISTRY], "--registry cannot be combined with an integration argument"),
        ([], "specify an integration name, --identity, or --registry"),
        (["nope"], "integration not found: nope"),
        (["--identity=false"], "disabled"),
    ],
)
def test_what_does_not_go_together(aws: Aws, argv: list[str], message: str) -> None:
    done = aws("ecr", "login", *argv)
    assert (done.returncode, done.stdout) == (1, "")
    assert message in done.stderr


def test_a_token_is_one_line_of_json(aws: Aws) -> None:
    done = aws("eks", "token", "--cluster-name", "blue", "--region", "us-west-2", "-i", "user")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\n" not in done.stdout
    text = json.loads(done.stdout)["status"]["token"].removeprefix("k8s-aws-v1.")
    url = urlparse(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    assert parse_qs(url.query)["X-Amz-SignedHeaders"] == ["host;x-k8s-aws-id"]


def test_a_token_needs_an_identity(aws: Aws) -> None:
    done = aws("eks", "token", "--cluster-name", "blue", "--region", "us-west-2")
    assert done.returncode == 1
    assert "failed to generate EKS token: no identity specified and no default identity found" in done.stderr
    assert aws("eks", "token", "--cluster-name", "b", "--region", "r", ATMOS_IDENTITY="user").returncode == 0


def test_a_kubeconfig_by_cluster_name(aws: Aws) -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AKIAZ", "AWS_SECRET_ACCESS_KEY": "z", "AWS_DEFAULT_REGION": "us-west-2"}
    name = f"blue-{aws.folder.name[-20:]}".replace("_", "-")
    subprocess.run(
        ["aws", "eks", "create-cluster", "--name", name, "--role-arn", "arn:aws:iam::123456789012:role/eks",
         "--resources-vpc-config", "subnetIds=subnet-1"],
        env={**aws.env, **keys}, check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    done = aws("eks", "update-kubeconfig", "--name", name, "-i", "user", "--kubeconfig", "kube", "--alias", "mine")
    assert done.returncode == 0, done.stderr
    assert done.stderr == f"✓ EKS kubeconfig: mine → {aws.folder}/kube\n"
    found = yaml.safe_load((aws.folder / "kube").read_text())
    assert found["current-context"] == "mine"
    assert "--identity=user" in found["users"][0]["user"]["exec"]["args"]
    assert (aws.folder / "kube").stat().st_mode & 0o777 == 0o600


def test_a_kubeconfig_by_the_aws_cli(aws: Aws) -> None:
    tools = aws.folder / "tools"
    tools.mkdir()
    (tools / "aws").write_text('#!/bin/sh\necho "$@"; exit 3\n')
    (tools / "aws").chmod(0o755)
    path = f"{tools}:{aws.env['PATH']}"
    done = aws("eks", "update-kubeconfig", "--name", "b", "--profile", "mine", "--region", "r", "--dry-run", PATH=path)
    assert (done.returncode, done.stdout) == (3, "eks update-kubeconfig --name b --profile mine --region r --dry-run\n")
    done = aws("eks", "update-kubeconfig", "--name", "b", "--profile", "mine", "--role-arn", "arn:x", PATH=path)
    assert (done.returncode, "--profile cannot be combined with --role-arn" in done.stderr) == (1, True)
    assert "specify --integration" in aws("eks", "update-kubeconfig").stderr
