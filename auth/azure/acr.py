"""`azure/acr`: a docker login for a container registry of Azure, with the tokens of a subscription."""

from __future__ import annotations

from auth import jwt, web
from auth.azure import clouds, exchange
from auth.azure.credentials import AzureCredentials
from auth.config import Integration
from auth.credentials import Credentials
from auth.errors import AuthError, CloudError, ConfigError
from auth.files import docker
from auth.files.docker import Login, until
from auth.kind import Change, IntegrationKind, Report, Run
from auth.secrets import Secret

USER = "00000000-0000-0000-0000-000000000000"
"""The name that a registry takes with a refresh token of its own."""


class Acr(IntegrationKind):
    name = "azure/acr"

    def check(self, entry: Integration, report: Report) -> None:
        problem = _problem(entry)
        if problem:
            report.config(problem, "spec", "registry")

    def target(self, entry: Integration) -> str:
        return f"azure/acr:{entry.text('spec.registry.name').lower()}"

    def execute(self, entry: Integration, credentials: Credentials, run: Run) -> str:
        problem = _problem(entry)
        if problem:
            raise ConfigError(problem, where=entry.where)
        if not isinstance(credentials, AzureCredentials):
            raise AuthError(f"integration '{entry.name}' needs Azure credentials")
        found = login(server(entry, run), entry.text("spec.registry.tenant_id"), credentials, run)
        docker.store(run, found.registry, found.user, found.password)
        return f"✓ ACR login: {found.registry}{until(found, run)}"

    def change(self, entry: Integration, run: Run) -> Change:
        return Change(set={"DOCKER_CONFIG": docker.folder(run)})

    def cleanup(self, entry: Integration, run: Run, *, dry_run: bool = False) -> list[str]:
        return docker.remove(run, server(entry, run), dry_run=dry_run)


def server(entry: Integration, run: Run) -> str:
    """The address of a registry, in the cloud of the provider that its identity stands on (decision D55)."""
    name = entry.text("spec.registry.name").lower()
    return name if "." in name else f"{name}.{clouds.of(run.root.entry).registry}"


def login(registry: str, tenant: str, credentials: AzureCredentials, run: Run) -> Login:
    """A registry's own token for the management token."""
    form = {
        "grant_type": "access_token",
        "service": registry,
        "tenant": tenant or credentials.tenant_id,
        "access_token": credentials.access_token.reveal(),
    }
    address = f"{clouds.endpoint(run.target, run) or f'https://{registry}'}/oauth2/exchange"
    status, body = web.post_form(
        address, form, what=f"log in to the registry {registry}", retry=True, sleep=run.services.sleep
    )
    data = exchange.parsed(body)
    if status != 200:
        raise CloudError(f"ACR authentication failed: ACR token exchange returned status {status}", status=status)
    token = data.get("refresh_token")
    if not isinstance(token, str) or not token:
        raise AuthError("ACR authentication failed: the registry gave no token")
    try:
        ends = jwt.expiry(jwt.claims(token))
    except AuthError:
        ends = None
    return Login(registry, USER, Secret(token), ends + jwt.SKEW if ends is not None else None)


def _problem(entry: Integration) -> str:
    if not entry.given("spec.registry"):
        return f"integration '{entry.name}' has no registry configured (spec.registry is required for azure/acr)"
    if not entry.given("spec.registry.name"):
        return f"integration '{entry.name}' has no registry name configured"
    return ""


INTEGRATION = Acr()
