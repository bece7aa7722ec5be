"""`aws/ecr` and `aws/ecr-public`: a docker login for a registry of an account, or for the public one."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from auth.aws import client
from auth.aws.assume_role import checked_base
from auth.aws.partitions import of_region
from auth.config import Integration, account_id
from auth.credentials import Credentials, parse_time
from auth.errors import AuthError, ConfigError
from auth.files import docker
from auth.files.docker import Login, until
from auth.kind import Change, IntegrationKind, Report, Run
from auth.secrets import Secret

PUBLIC = "public.ecr.aws"
PUBLIC_REGION = "us-east-1"
PUBLIC_REGIONS = ("us-east-1", "us-west-2")
_REGISTRY = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")


class Ecr(IntegrationKind):
    name = "aws/ecr"

    def check(self, entry: Integration, report: Report) -> None:
        problem = _registry_problem(entry)
        if problem:
            report.config(problem, "spec", "registry")

    def target(self, entry: Integration) -> str:
        return f"aws/ecr:{account_id(entry.get('spec.registry.account_id'))}:{entry.text('spec.registry.region')}"

    def registry(self, entry: Integration) -> str:
        region = entry.text("spec.registry.region")
        number = account_id(entry.get("spec.registry.account_id"))
        return f"{number}.dkr.ecr.{region}.{of_region(region).dns}"

    def execute(self, entry: Integration, credentials: Credentials, run: Run) -> str:
        problem = _registry_problem(entry)
        if problem:
            raise ConfigError(problem, where=entry.where)
        found = login(self.registry(entry), entry.text("spec.registry.region"), credentials, run)
        docker.store(run, found.registry, found.user, found.password)
        return f"✓ ECR login: {found.registry}{until(found, run)}"

    def change(self, entry: Integration, run: Run) -> Change:
        return Change(set={"DOCKER_CONFIG": docker.folder(run)})

    def cleanup(self, entry: Integration, run: Run, *, dry_run: bool = False) -> list[str]:
        return docker.remove(run, self.registry(entry), dry_run=dry_run)


class EcrPublic(Ecr):
    name = "aws/ecr-public"

    def check(self, entry: Integration, report: Report) -> None:
        region = entry.text("spec.registry.region")
        if region and region not in PUBLIC_REGIONS:
            report.config(_PUBLIC_REGION_PROBLEM, "spec", "registry", "region")

    def target(self, entry: Integration) -> str:
        return "aws/ecr-public"

    def registry(self, entry: Integration) -> str:
        return PUBLIC

    def execute(self, entry: Integration, credentials: Credentials, run: Run) -> str:
        found = public_login(credentials, run)
        docker.store(run, found.registry, found.user, found.password)
        return f"✓ ECR Public login: {found.registry}{until(found, run)}"


_PUBLIC_REGION_PROBLEM = "invalid ECR Public region: only us-east-1 and us-west-2 are supported"


def _registry_problem(entry: Integration) -> str:
    if not entry.given("spec.registry"):
        return f"integration '{entry.name}' has no registry configured (spec.registry is required for aws/ecr)"
    if not entry.given("spec.registry.account_id"):
        return f"integration '{entry.name}' has no account_id configured"
    if not entry.given("spec.registry.region"):
        return f"integration '{entry.name}' has no region configured"
    return ""


def parsed_registry(registry: str) -> tuple[str, str]:
    """Account and region of a registry's address; an address of another sort is an error."""
    found = _REGISTRY.fullmatch(registry)
    if found is None:
        raise AuthError(
            f"invalid ECR registry URL: {registry}",
            hints=["It looks like 123456789012.dkr.ecr.us-east-1.amazonaws.com"],
        )
    return found[1], found[2]


def login(registry: str, region: str, credentials: Credentials, run: Run) -> Login:
    """A token for the registries that these credentials may use in a region."""
    connection = client.connect(
        "ecr", run.target, run, region=region, credentials=checked_base(run.target, credentials)
    )
    answer = client.call(connection.get_authorization_token, what=f"get a token of the registry {registry}")
    listed = answer.get("authorizationData") or [{}]
    return _login(registry, listed[0])


def public_login(credentials: Credentials, run: Run) -> Login:
    connection = client.connect(
        "ecr-public", run.target, run, region=PUBLIC_REGION, credentials=checked_base(run.target, credentials)
    )
    answer = client.call(connection.get_authorization_token, what=f"get a token of {PUBLIC}")
    return _login(PUBLIC, answer.get("authorizationData") or {})


def _login(registry: str, data: dict[str, Any]) -> Login:
    try:
        user, _, password = (
            base64.b64decode(str(data.get("authorizationToken", "")), validate=True).decode().partition(":")
        )
    except (ValueError, binascii.Error):
        user = password = ""
    if not user or not password:
        raise AuthError(f"the registry {registry} gave no usable token")
    return Login(registry, user, Secret(password), parse_time(data.get("expiresAt")))


ECR = Ecr()
ECR_PUBLIC = EcrPublic()
