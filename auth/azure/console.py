"""The Azure portal: an address in a tenant. A browser signs in there as whoever it is; the address holds no secret."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from auth.azure import clouds
from auth.azure.credentials import AzureCredentials
from auth.console import SignIn
from auth.errors import AuthError, nearest
from auth.session import Session

_BROWSE = "/blade/HubsExtension/BrowseResource/resourceType/"
PLACES = {
    "resourcegroups rg": "/blade/HubsExtension/BrowseResourceGroups",
    "vm virtualmachines": f"{_BROWSE}Microsoft.Compute%2FVirtualMachines",
    "storage storageaccounts": f"{_BROWSE}Microsoft.Storage%2FStorageAccounts",
    "network vnet virtualnetworks": f"{_BROWSE}Microsoft.Network%2FVirtualNetworks",
    "cosmosdb cosmos": f"{_BROWSE}Microsoft.DocumentDb%2FDatabaseAccounts",
    "sql sqldatabases": f"{_BROWSE}Microsoft.Sql%2FServers",
    "keyvault kv": f"{_BROWSE}Microsoft.KeyVault%2FVaults",
    "aks kubernetes": f"{_BROWSE}Microsoft.ContainerService%2FManagedClusters",
    "appservice webapps": f"{_BROWSE}Microsoft.Web%2FSites",
    "functions functionapps": f"{_BROWSE}Microsoft.Web%2FSites/kind/functionapp",
    "containers containerinstances": f"{_BROWSE}Microsoft.ContainerInstance%2FContainerGroups",
    "monitor monitoring": "/blade/Microsoft_Azure_Monitoring/AzureMonitoringBrowseBlade",
}
ALIASES = {alias: path for names, path in PLACES.items() for alias in names.split()}


def sign_in(session: Session, *, destination: str = "", seconds: float = 3600) -> SignIn:
    """The portal's address for a session. `destination` is a service's name or a whole address."""
    keys = session.credentials
    assert isinstance(keys, AzureCredentials)
    if not keys.access_token:
        raise AuthError("access token required for console access")
    if not keys.tenant_id:
        raise AuthError("tenant ID required for console access")
    ends = datetime.now(UTC) + timedelta(seconds=seconds)
    if "://" in destination:
        return SignIn(destination, seconds, ends)
    portal = clouds.named(keys.cloud).portal
    return SignIn(f"{portal}#@{keys.tenant_id}{_path(destination.strip().lower(), keys)}", seconds, ends)


def _path(alias: str, keys: AzureCredentials) -> str:
    if alias in ("", "home"):
        return ""
    if alias in ("subscription", "sub"):
        if not keys.subscription_id:
            raise AuthError(f"subscription_id required for '{alias}' destination")
        return f"/resource/subscriptions/{keys.subscription_id}/overview"
    if alias not in ALIASES:
        near = nearest(alias, [*ALIASES, "subscription"], 1)
        raise AuthError(
            f"invalid auth config: unsupported destination alias: {alias}",
            hints=[f"Did you mean `{near[0]}`?"] if near else ["Give a whole address, or one such as rg, vm, aks"],
        )
    return ALIASES[alias]
