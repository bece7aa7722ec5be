"""The files of the Azure CLI, as it and the Terraform providers read them: MSAL's unified token cache and a profile."""

from __future__ import annotations

from typing import Any

from auth import jwt
from auth.azure import clouds
from auth.azure.clouds import Cloud
from auth.azure.credentials import AZ_CLIENT, OIDC, AzureCredentials, Token
from auth.errors import AuthError


def contents(credentials: AzureCredentials) -> dict[str, Any]:
    """The content of each file by its name. Of a person's tokens only those that say whose they are go there."""
    cloud = clouds.named(credentials.cloud)
    claims = claims_of(credentials)
    application = credentials.service_principal
    if not application and not isinstance(claims.get("oid"), str):
        return {}
    cache: dict[str, Any] = {"AccessToken": dict(_tokens(credentials, cloud))}
    if application:
        client = credentials.client_id
        cache["AppMetadata"] = {
            f"appmetadata-{cloud.login}-{client}".lower(): {
                "client_id": client,
                "environment": cloud.login,
                "family_id": "",
            }
        }
    else:
        cache |= _person(credentials, cloud, claims)
    found: dict[str, Any] = {
        "msal_token_cache.json": cache,
        "azureProfile.json": {"installationId": "", "subscriptions": _subscriptions(credentials, cloud, claims)},
    }
    if credentials.method == OIDC:  # a secret is never written down; this assertion lives for minutes
        found["service_principal_entries.json"] = [
            {
                "client_id": credentials.client_id,
                "tenant": credentials.tenant_id,
                "client_assertion": credentials.proof.reveal(),
            }
        ]
    return found


def claims_of(credentials: AzureCredentials) -> dict[str, Any]:
    """What the management token says of its owner; nothing where it is no JSON Web Token."""
    try:
        return jwt.claims(credentials.access_token.reveal())
    except AuthError:
        return {}


def _subscriptions(credentials: AzureCredentials, cloud: Cloud, claims: dict[str, Any]) -> list[dict[str, Any]]:
    subscription = credentials.subscription_id
    if not subscription:
        return []
    return [
        {
            "id": subscription,
            "name": subscription,
            "tenantId": credentials.tenant_id,
            "isDefault": True,
            "state": "Enabled",
            "environmentName": cloud.profile,
            "user": {
                "name": _user(credentials, claims),
                "type": "servicePrincipal" if credentials.service_principal else "user",
            },
        }
    ]


def _person(credentials: AzureCredentials, cloud: Cloud, claims: dict[str, Any]) -> dict[str, Any]:
    """The account of a person, and what renews its tokens."""
    home, oid = credentials.home_account_id or f"{claims['oid']}.{credentials.tenant_id}", str(claims["oid"])
    found: dict[str, Any] = {
        "Account": {
            f"{home}-{cloud.login}-{credentials.tenant_id}": {
                "home_account_id": home,
                "environment": cloud.login,
                "realm": credentials.tenant_id,
                "local_account_id": oid,
                "username": _user(credentials, claims),
                "authority_type": "MSSTS",
                "account_source": "device_code" if credentials.method == "device_code" else "authorization_code",
            }
        }
    }
    if credentials.refresh_token and credentials.home_account_id:
        client = credentials.client_id or AZ_CLIENT
        found["RefreshToken"] = {
            f"{home}-{cloud.login}-refreshtoken-{credentials.family or client}--{cloud.management_scope}": {
                "credential_type": "RefreshToken",
                "secret": credentials.refresh_token.reveal(),
                "home_account_id": home,
                "environment": cloud.login,
                "client_id": client,
                "target": cloud.management_scope,
                **({"family_id": credentials.family} if credentials.family else {}),
            }
        }
    return found


def _tokens(credentials: AzureCredentials, cloud: Cloud) -> list[tuple[str, dict[str, Any]]]:
    """Access tokens. An application's have no home account: null, which MSAL tells from an empty text."""
    application = credentials.service_principal
    home = (
        None
        if application
        else credentials.home_account_id or f"{claims_of(credentials)['oid']}.{credentials.tenant_id}"
    )
    client = credentials.client_id if application else AZ_CLIENT
    found = []
    for token, target in (
        (Token(credentials.access_token, credentials.expires_at), cloud.management_scopes),
        (credentials.graph, cloud.graph),
        (credentials.key_vault, cloud.vault),
    ):
        if not token.secret or token.expires_at is None:
            continue
        ends = str(int(token.expires_at.timestamp()))
        key = f"{home or ''}-{cloud.login}-accesstoken-{client}-{credentials.tenant_id}-{target}"
        entry = {
            "credential_type": "AccessToken",
            "secret": token.secret.reveal(),
            "home_account_id": home,
            "environment": cloud.login,
            "client_id": client,
            "target": target,
            "realm": credentials.tenant_id,
            "token_type": "Bearer",
            "cached_at": str(int(token.expires_at.timestamp()) - 3600),
            "expires_on": ends,
            "extended_expires_on": ends,
        }
        found.append((key, entry))
    return found


def _user(credentials: AzureCredentials, claims: dict[str, Any]) -> str:
    for name in ("upn", "unique_name", "email"):
        if isinstance(claims.get(name), str):
            return str(claims[name])
    return credentials.client_id if credentials.service_principal else "user@unknown"
