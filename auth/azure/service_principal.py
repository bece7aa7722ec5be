"""`azure/service-principal`: an application with a secret. The secret stays where it is; only its tokens are stored."""

from __future__ import annotations

from auth.azure import clouds, exchange
from auth.azure.credentials import SERVICE_PRINCIPAL
from auth.config import Provider
from auth.credentials import Credentials
from auth.errors import AuthError
from auth.kind import Link, ProviderKind, Report, Run
from auth.secrets import Secret

VARIABLES = ("AZURE_CLIENT_SECRET", "ARM_CLIENT_SECRET")


class AzureServicePrincipal(ProviderKind):
    name = "azure/service-principal"
    ambient = True
    console = True

    def check(self, entry: Provider, report: Report) -> None:
        clouds.check(entry, report, noun="service principal", client=True)

    def authenticate(self, link: Link, run: Run) -> Credentials:
        secret = client_secret(link, run)
        if not secret:
            raise AuthError(
                f"the Azure service principal {link.name} has no client secret",
                hints=[f"Set spec.client_secret (best as `!env NAME`), or one of {', '.join(VARIABLES)}"],
            )
        return exchange.application(
            link, run, {"client_secret": secret}, method=SERVICE_PRINCIPAL, proof=Secret(secret)
        )


def client_secret(link: Link, run: Run) -> str:
    """The application's secret: of the configuration, else of the surroundings."""
    found = link.entry.text("spec.client_secret")
    return found or next((run.services.env[name] for name in VARIABLES if run.services.env.get(name)), "")


PROVIDER = AzureServicePrincipal()
