"""`azure/oidc`: an application that trusts somebody else's tokens (workload identity federation). Found anew each time."""

from __future__ import annotations

from auth.azure import clouds, exchange
from auth.azure.credentials import OIDC
from auth.config import Provider
from auth.credentials import Credentials
from auth.errors import AuthError
from auth.kind import Link, ProviderKind, Report, Run
from auth.secrets import Secret

DEFAULT_AUDIENCE = "api://AzureADTokenExchange"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class AzureOidc(ProviderKind):
    name = "azure/oidc"
    ambient = True
    console = True

    def check(self, entry: Provider, report: Report) -> None:
        clouds.check(entry, report, noun="OIDC", client=True)

    def authenticate(self, link: Link, run: Run) -> Credentials:
        token = federated_token(link, run)
        return exchange.application(
            link,
            run,
            {"client_assertion_type": ASSERTION, "client_assertion": token},
            method=OIDC,
            token_file=token_file(link, run),
            proof=Secret(token),
        )


def token_file(link: Link, run: Run) -> str:
    """The file that holds the federated token; empty where it comes from GitHub."""
    path = link.entry.text("spec.token_file_path") or run.services.env.get("AZURE_FEDERATED_TOKEN_FILE", "")
    return run.services.path(path) if path else ""


def federated_token(link: Link, run: Run) -> str:
    """The token to be exchanged: of a file, else of the GitHub job that this is."""
    path = token_file(link, run)
    if path:
        return _read(path)
    if run.services.env.get("GITHUB_ACTIONS") == "true":
        from auth.github import oidc

        return oidc.fetch_token(run, link.entry.text("spec.audience") or DEFAULT_AUDIENCE)
    raise AuthError(
        "no federated token source found. Set token_file_path in config, AZURE_FEDERATED_TOKEN_FILE environment "
        "variable, or run in GitHub Actions with id-token: write permission"
    )


def _read(path: str) -> str:
    try:
        with open(path, "rb") as file:
            text = file.read(1 << 20).decode("utf-8", "replace").strip()
    except OSError as error:
        raise AuthError(f'failed to read federated token file "{path}": {error.strerror or error}') from error
    if not text:
        raise AuthError(f'federated token file "{path}" is empty')
    return text


PROVIDER = AzureOidc()
