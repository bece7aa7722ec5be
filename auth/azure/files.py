"""The folder of an Azure identity: its tokens, and the files that `az` and the Terraform providers read (decisions D16, D51).

`<config home>/[<realm>/]azure/<provider>/<identity>/` belongs to one identity, so that two subscriptions may be worked on at
once; it is what a process gets as `AZURE_CONFIG_DIR`. The user's own `~/.azure` is never touched.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote

from auth import jwt
from auth.azure import clouds
from auth.azure.clouds import Cloud
from auth.azure.credentials import CLI, OIDC, AzureCredentials
from auth.errors import AuthError
from auth.files import atomic, locks
from auth.kind import Link, Run

NAMES = ("credentials.json", "msal_token_cache.json", "azureProfile.json", "service_principal_entries.json")
ABANDONED = 36 * 3600.0
"""Seconds after their end when another project's tokens count as abandoned."""


def _plain(link: Link, run: Run) -> str:
    above = os.path.join(run.services.config_home, run.services.realm, "azure")
    return os.path.join(above, _part(run.root.name), _part(link.name))


def _part(name: str) -> str:
    """A name as one part of a path."""
    found = quote(name, safe=" ()+,@=")
    return found if found.strip(". ") else found.replace(".", "%2E").replace(" ", "%20") or "_"


def folder(link: Link, run: Run) -> str:
    """The identity's folder; the one beside it while another project's tokens are in it (decision D6)."""
    plain, fingerprint = _plain(link, run), run.fingerprint(link)
    found = _stored(plain)
    if found is None or found.get("fingerprint") == fingerprint:
        return plain
    ends = AzureCredentials.of_data(found).expires_at
    if ends is not None and ends.timestamp() + ABANDONED < run.services.now():
        return plain
    return f"{plain}~{fingerprint[:8]}"


def read(link: Link, run: Run) -> AzureCredentials | None:
    """The stored tokens of an identity, over or not; None when there are none of our fingerprint."""
    found = _stored(folder(link, run))
    if found is None or found.get("fingerprint") != run.fingerprint(link):
        return None
    credentials = AzureCredentials.of_data(found)
    return credentials if credentials.access_token and credentials.expires_at is not None else None


def write(link: Link, credentials: AzureCredentials, run: Run) -> str:
    """Store the tokens, and what `az` needs of them; gives the folder."""
    top = run.services.config_home
    above = os.path.dirname(_plain(link, run))
    atomic.private_below(above, top)
    with locks.locked(os.path.join(above, f"{_part(link.name)}.lock"), purpose=f"writing the tokens of {link.name}"):
        where = folder(link, run)
        atomic.private_below(where, top)
        contents = {"credentials.json": {**credentials.to_data(), "fingerprint": run.fingerprint(link)}}
        if credentials.method != CLI:
            contents.update(_az(credentials))
        for name in NAMES:
            path = os.path.join(where, name)
            if name in contents:
                atomic.write_private(path, json.dumps(contents[name], indent=2) + "\n")
            else:
                atomic.remove(path)
    return where


def remove(link: Link, run: Run, *, dry_run: bool = False) -> list[str]:
    """Remove what was stored of an identity; gives the paths."""
    where = folder(link, run)
    found = _stored(where)
    if found is not None and found.get("fingerprint") != run.fingerprint(link):
        return []
    gone = [path for name in NAMES if os.path.lexists(path := os.path.join(where, name))]
    if not dry_run:
        for path in gone:
            atomic.remove(path)
        atomic.remove(os.path.join(os.path.dirname(where), f"{_part(link.name)}.lock"))
        for each in (where, os.path.dirname(where)):
            atomic.remove_if_empty(each)
    return gone


def _stored(where: str) -> dict[str, Any] | None:
    content = atomic.read_private(os.path.join(where, "credentials.json"))
    try:
        found = json.loads(content) if content else None
    except ValueError:
        return None  # damaged: it costs a new login
    return found if isinstance(found, dict) else None


def _az(credentials: AzureCredentials) -> dict[str, Any]:
    """The files of an application's login as `az` writes them."""
    cloud = clouds.named(credentials.cloud)
    client, tenant = credentials.client_id, credentials.tenant_id
    contents: dict[str, Any] = {
        "msal_token_cache.json": {
            "AccessToken": dict(_cached_tokens(credentials, cloud)),
            "AppMetadata": {
                f"appmetadata-{cloud.login}-{client}".lower(): {
                    "client_id": client,
                    "environment": cloud.login,
                    "family_id": "",
                }
            },
        },
        "azureProfile.json": {
            "installationId": "",
            "subscriptions": [
                {
                    "id": credentials.subscription_id,
                    "name": credentials.subscription_id,
                    "tenantId": tenant,
                    "isDefault": True,
                    "state": "Enabled",
                    "environmentName": cloud.profile,
                    "user": {"name": _user(credentials), "type": "servicePrincipal"},
                }
            ]
            if credentials.subscription_id
            else [],
        },
    }
    if credentials.method == OIDC:  # a secret is never written down; this assertion lives for minutes
        contents["service_principal_entries.json"] = [
            {"client_id": client, "tenant": tenant, "client_assertion": credentials.proof.reveal()}
        ]
    return contents


def _cached_tokens(credentials: AzureCredentials, cloud: Cloud) -> list[tuple[str, dict[str, Any]]]:
    """Entries of MSAL's unified cache. An application's have no home account: null, which MSAL tells from an empty text."""
    from auth.azure.credentials import Token

    rows = (
        (Token(credentials.access_token, credentials.expires_at), cloud.management_scopes),
        (credentials.graph, cloud.graph),
        (credentials.key_vault, cloud.vault),
    )
    found = []
    for token, target in rows:
        if not token.secret or token.expires_at is None:
            continue
        ends = str(int(token.expires_at.timestamp()))
        key = f"-{cloud.login}-accesstoken-{credentials.client_id}-{credentials.tenant_id}-{target}"
        found.append(
            (
                key,
                {
                    "credential_type": "AccessToken",
                    "secret": token.secret.reveal(),
                    "home_account_id": None,
                    "environment": cloud.login,
                    "client_id": credentials.client_id,
                    "target": target,
                    "realm": credentials.tenant_id,
                    "token_type": "Bearer",
                    "cached_at": str(int(token.expires_at.timestamp()) - 3600),
                    "expires_on": ends,
                    "extended_expires_on": ends,
                },
            )
        )
    return found


def _user(credentials: AzureCredentials) -> str:
    try:
        claims = jwt.claims(credentials.access_token.reveal())
    except AuthError:
        claims = {}
    for name in ("upn", "unique_name", "email"):
        if isinstance(claims.get(name), str):
            return str(claims[name])
    return credentials.client_id or "user@unknown"
