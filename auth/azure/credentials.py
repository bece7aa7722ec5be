"""Tokens of Azure, and their stored form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from auth.credentials import Credentials, parse_time, register, rfc3339
from auth.secrets import Secret

CLI, OIDC, SERVICE_PRINCIPAL = "cli", "oidc", "service_principal"
DEVICE_CODE, INTERACTIVE = "device_code", "interactive"
AZ_CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
"""The public client of the Azure CLI."""


@dataclass(frozen=True)
class Token:
    """A token for one more audience than the management one."""

    secret: Secret = field(default_factory=lambda: Secret(""))
    expires_at: datetime | None = None


@register
@dataclass(frozen=True)
class AzureCredentials(Credentials):
    """The management token, those for Graph, Key Vault and AKS where there are any, and whose they are.

    `method` says how they came; `proof` is what they were exchanged for (a federated token, a secret), kept in memory alone.
    `refresh_token`, `family` and `home_account_id` are a person's.
    """

    access_token: Secret = field(default_factory=lambda: Secret(""))
    tenant_id: str = ""
    subscription_id: str = ""
    location: str = ""
    graph: Token = field(default_factory=Token)
    key_vault: Token = field(default_factory=Token)
    aks: Token = field(default_factory=Token)
    client_id: str = ""
    service_principal: bool = False
    token_file: str = ""
    cloud: str = ""
    method: str = ""
    proof: Secret = field(default_factory=lambda: Secret(""))
    refresh_token: Secret = field(default_factory=lambda: Secret(""))
    family: str = ""
    home_account_id: str = ""
    type: ClassVar[str] = "azure"

    @property
    def storable(self) -> bool:
        return False  # they rest in files of their own

    def secret_texts(self) -> list[str]:
        more = [token.secret.reveal() for token in (self.graph, self.key_vault, self.aks) if token.secret]
        return [*super().secret_texts(), *more]

    def to_data(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "access_token": self.access_token.reveal(),
            "token_type": "Bearer",
            "expiration": rfc3339(self.expires_at) if self.expires_at else "",
            "tenant_id": self.tenant_id,
            "subscription_id": self.subscription_id,
            "location": self.location,
            "client_id": self.client_id,
            "is_service_principal": self.service_principal,
            "token_file_path": self.token_file,
            "cloud_environment": self.cloud,
            "auth_method": self.method,
            "home_account_id": self.home_account_id,
        }
        for name, token, end in (
            ("graph_api_token", self.graph, "graph_api_expiration"),
            ("key_vault_token", self.key_vault, "key_vault_expiration"),
            ("aks_token", self.aks, "aks_token_expiration"),
        ):
            data[name] = token.secret.reveal()
            data[end] = rfc3339(token.expires_at) if token.expires_at else ""
        return {key: value for key, value in data.items() if value}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> AzureCredentials:
        def text(name: str) -> str:
            return str(data.get(name) or "")

        def token(name: str, end: str) -> Token:
            return Token(Secret(text(name)), parse_time(data.get(end)))

        return cls(
            expires_at=parse_time(data.get("expiration")),
            access_token=Secret(text("access_token")),
            tenant_id=text("tenant_id"),
            subscription_id=text("subscription_id"),
            location=text("location"),
            graph=token("graph_api_token", "graph_api_expiration"),
            key_vault=token("key_vault_token", "key_vault_expiration"),
            aks=token("aks_token", "aks_token_expiration"),
            client_id=text("client_id"),
            service_principal=data.get("is_service_principal") is True,
            token_file=text("token_file_path"),
            cloud=text("cloud_environment"),
            method=text("auth_method"),
            home_account_id=text("home_account_id"),
        )
