"""The clouds of Azure: hosts and scopes of each. `AZURE_AUTHORITY_HOST` replaces the host that gives tokens, as in Azure's SDKs."""

from __future__ import annotations

from dataclasses import dataclass

from auth import web
from auth.config import Entry
from auth.errors import ConfigError
from auth.kind import Link, Report, Run

AKS_SCOPE = "6dae42f8-4368-4678-94ff-3960e28e3630/.default"


@dataclass(frozen=True)
class Cloud:
    """Hosts of one cloud. `core`: of the older management scopes; `profile`: its name in az's files."""

    name: str
    login: str
    management: str
    core: str
    graph: str
    vault: str
    portal: str
    profile: str
    registry: str

    @property
    def management_scope(self) -> str:
        return f"https://{self.management}/.default"

    @property
    def management_scopes(self) -> str:
        """All scopes that a management token serves, as az and the Terraform providers ask for them."""
        return f"{self.management_scope} https://{self.core}/.default https://{self.core}//.default"


CLOUDS = {
    "public": Cloud(
        "public",
        "login.microsoftonline.com",
        "management.azure.com",
        "management.core.windows.net",
        "https://graph.microsoft.com/.default",
        "https://vault.azure.net/.default",
        "https://portal.azure.com/",
        "AzureCloud",
        "azurecr.io",
    ),
    "usgovernment": Cloud(
        "usgovernment",
        "login.microsoftonline.us",
        "management.usgovcloudapi.net",
        "management.core.usgovcloudapi.net",
        "https://graph.microsoft.us/.default",
        "https://vault.usgovcloudapi.net/.default",
        "https://portal.azure.us/",
        "AzureUSGovernment",
        "azurecr.us",
    ),
    "china": Cloud(
        "china",
        "login.chinacloudapi.cn",
        "management.chinacloudapi.cn",
        "management.core.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn/.default",
        "https://vault.azure.cn/.default",
        "https://portal.azure.cn/",
        "AzureChinaCloud",
        "azurecr.cn",
    ),
}


def of(entry: Entry) -> Cloud:
    """The cloud an entry names; the public one where it names none."""
    return named(entry.text("spec.cloud_environment"))


def named(name: str) -> Cloud:
    found = CLOUDS.get(name.lower() or "public")
    if found is None:
        raise ConfigError(f"invalid auth config: {_unknown(name)}")
    return found


def check(entry: Entry, report: Report, *, noun: str, client: bool = False) -> None:
    """What every Azure provider needs. noun: how the provider is called in messages."""
    report.require("spec.tenant_id", f"tenant_id is required in spec for Azure {noun} provider")
    if client:
        report.require("spec.client_id", f"client_id is required in spec for Azure {noun} provider")
    cloud = entry.get("spec.cloud_environment")
    if isinstance(cloud, str) and cloud.lower() not in ("", *CLOUDS):
        report.config(f"invalid auth config: {_unknown(cloud)}", "spec", "cloud_environment")


def _unknown(name: str) -> str:
    return f'unknown cloud_environment "{name}"; valid values are: {", ".join(sorted(CLOUDS))}'


def authority(cloud: Cloud, run: Run) -> str:
    """The address of the host that gives tokens."""
    chosen = run.services.env.get("AZURE_AUTHORITY_HOST", "").rstrip("/")
    if not chosen:
        return f"https://{cloud.login}"
    address = chosen if "://" in chosen else f"https://{chosen}"
    if not web.secure(address):
        raise ConfigError("AZURE_AUTHORITY_HOST must be an https address: secrets are sent there")
    return address


def management(cloud: Cloud, run: Run, link: Link) -> str:
    """The address of the resource manager."""
    return endpoint(link, run) or f"https://{cloud.management}"


def endpoint(link: Link, run: Run) -> str:
    """`spec.endpoint_url` of a link, or of one above it, which serves every client in place of Azure (decision D25)."""
    for each in run.upward(link):
        if each.entry.text("spec.endpoint_url"):
            return each.entry.text("spec.endpoint_url").rstrip("/")
    return ""
