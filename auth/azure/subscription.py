"""`azure/subscription`: a subscription, worked on with the tokens of an Azure provider."""

from __future__ import annotations

import os
from dataclasses import replace

from auth import web
from auth.azure import clouds, exchange, files, service_principal
from auth.azure import oidc as federation
from auth.azure.credentials import AzureCredentials
from auth.config import Identity
from auth.credentials import Credentials
from auth.errors import AuthError, CloudError
from auth.kind import Change, Facts, IdentityKind, Link, Report, Run
from auth.secrets import Secret

CONFLICTING = (
    "AZURE_CLIENT_ID AZURE_CLIENT_SECRET AZURE_CLIENT_CERTIFICATE_PATH AZURE_USERNAME AZURE_PASSWORD "
    "AZURE_FEDERATED_TOKEN_FILE AZURE_SUBSCRIPTION_ID AZURE_TENANT_ID AZURE_LOCATION AZURE_REGION AZURE_RESOURCE_GROUP "
    "AZURE_ENVIRONMENT ARM_CLIENT_ID ARM_CLIENT_SECRET ARM_CLIENT_CERTIFICATE_PATH ARM_SUBSCRIPTION_ID ARM_TENANT_ID "
    "ARM_LOCATION ARM_ENVIRONMENT ARM_USE_MSI ARM_USE_CLI ARM_USE_OIDC ARM_OIDC_TOKEN ARM_OIDC_TOKEN_FILE_PATH"
).split()
"""Variables that could lead a client past the identity."""
APPLICATIONS = ("azure/oidc", "azure/service-principal")
API_VERSION = "2022-12-01"


class AzureSubscription(IdentityKind):
    name = "azure/subscription"

    def check(self, entry: Identity, report: Report) -> None:
        if not entry.given("principal.subscription_id"):
            report.config(
                "subscription_id is required in principal for Azure subscription identity",
                "principal",
                "subscription_id",
            )
        via = entry.via
        if via is not None and via.identity and not via.provider:
            report.config("via.provider is required", "via", hint="A subscription stands on an Azure provider")

    def authenticate(self, link: Link, base: Credentials | None, run: Run) -> Credentials:
        if not isinstance(base, AzureCredentials):
            raise AuthError("Azure subscription identity requires Azure credentials from provider")
        return replace(
            base,
            subscription_id=link.entry.text("principal.subscription_id"),
            location=_location(link) or base.location,
        )

    def cached(self, link: Link, run: Run) -> Credentials | None:
        found = files.read(link, run)
        if found is not None and run.root.entry.kind == "azure/service-principal":  # known, so that it is masked
            return replace(found, proof=Secret(service_principal.client_secret(run.root, run)))
        return found

    def save(self, link: Link, credentials: Credentials, run: Run) -> None:
        assert isinstance(credentials, AzureCredentials)
        files.write(link, credentials, run)

    def environment(self, link: Link, run: Run) -> dict[str, str]:
        entry, root = link.entry, run.root
        subscription = entry.text("principal.subscription_id")
        found = {"AZURE_SUBSCRIPTION_ID": subscription, "ARM_SUBSCRIPTION_ID": subscription}
        location = _location(link) or root.entry.text("spec.location")
        if location:
            found["AZURE_LOCATION"] = found["ARM_LOCATION"] = location
        if entry.text("principal.resource_group"):
            found["AZURE_RESOURCE_GROUP"] = entry.text("principal.resource_group")
        cloud = clouds.of(root.entry)
        if cloud.name != "public":
            found["ARM_ENVIRONMENT"] = found["AZURE_ENVIRONMENT"] = cloud.name
        if root.entry.kind != "azure/cli":  # that one is the user's own session of `az`
            found["AZURE_CONFIG_DIR"] = files.folder(link, run)
        if root.entry.kind not in APPLICATIONS:  # a person: no tenant, which `az` does not take beside a subscription
            found["ARM_USE_CLI"] = "true"
            return found
        found["ARM_TENANT_ID"] = found["AZURE_TENANT_ID"] = root.entry.text("spec.tenant_id")
        found["ARM_CLIENT_ID"] = found["AZURE_CLIENT_ID"] = root.entry.text("spec.client_id")
        if root.entry.kind == "azure/oidc":
            found["ARM_USE_OIDC"] = "true"
            path = federation.token_file(root, run)
            if path:
                found["AZURE_FEDERATED_TOKEN_FILE"] = found["ARM_OIDC_TOKEN_FILE_PATH"] = path
        else:
            found["ARM_USE_CLI"] = "false"
        return found

    def change(self, link: Link, run: Run) -> Change:
        change = Change(set=self.environment(link, run), unset=list(CONFLICTING))
        if run.root.entry.kind == "azure/service-principal":  # Terraform's providers ask for the secret itself
            secret = service_principal.client_secret(run.root, run)
            if secret:
                change.set["ARM_CLIENT_SECRET"] = change.set["AZURE_CLIENT_SECRET"] = secret
        return change

    def reference(self, link: Link, run: Run) -> str:
        return os.path.join(files.folder(link, run), "credentials.json")

    def logout(self, link: Link, run: Run, *, dry_run: bool = False) -> list[str]:
        return files.remove(link, run, dry_run=dry_run)

    def facts(self, link: Link, credentials: Credentials, run: Run) -> Facts:
        location = credentials.location if isinstance(credentials, AzureCredentials) else ""
        return Facts(link.entry.text("principal.subscription_id"), location or _location(link))

    def verify(self, link: Link, credentials: Credentials, run: Run) -> Facts:
        """Ask the resource manager for the subscription."""
        assert isinstance(credentials, AzureCredentials)
        known = self.facts(link, credentials, run)
        address = clouds.management(clouds.named(credentials.cloud), run, link)
        status, body = web.get(
            f"{address}/subscriptions/{credentials.subscription_id}?api-version={API_VERSION}",
            headers={"Authorization": f"Bearer {credentials.access_token.reveal()}"},
            what="ask Azure for the subscription",
            sleep=run.services.sleep,
        )
        if status != 200:
            raise CloudError(
                f"Azure does not show the subscription {credentials.subscription_id} (HTTP {status})", status=status
            )
        return Facts(credentials.tenant_id, known.region, str(exchange.parsed(body).get("id") or ""))


def _location(link: Link) -> str:
    """Where the identity works: as a component says, else as it is configured."""
    return link.entry.text("location") or link.entry.text("principal.location")


IDENTITY = AzureSubscription()
