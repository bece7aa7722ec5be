"""Sessions of people in Azure: what follows a sign-in, of whatever way, and renews it silently while that can be.

A provider's session rests in one private file; the tokens of its identities have folders of their own (`files`).
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from auth.azure import clouds, exchange, files
from auth.azure.credentials import AZ_CLIENT, AzureCredentials, Token
from auth.config import Provider
from auth.credentials import Credentials
from auth.errors import AuthError, InteractionRequired
from auth.files import atomic
from auth.kind import Link, ProviderKind, Report, Run
from auth.secrets import Secret

TITLE = "🔐 Azure Authentication Required"
SCOPES = "offline_access openid profile"


class AzurePerson(ProviderKind):
    """A provider whose tokens are a person's. noun: how it is called in messages; method: how somebody signed in."""

    noun: ClassVar[str]
    method: ClassVar[str]
    console = True

    def check(self, entry: Provider, report: Report) -> None:
        clouds.check(entry, report, noun=self.noun)

    def cached(self, link: Link, run: Run) -> Credentials | None:
        return stored(link, run)

    def save(self, link: Link, credentials: Credentials, run: Run) -> None:
        assert isinstance(credentials, AzureCredentials)
        keep(link, credentials, run)

    def authenticate(self, link: Link, run: Run) -> Credentials:
        before = stored(link, run)
        if before is not None and before.refresh_token:
            try:
                return renewed(link, run, before)
            except AuthError as error:
                run.services.debug(f"provider={link.name}: the session cannot be renewed: {error.message}")
        return signed_in(link, run, self.sign_in(link, run), self.method)

    def logout(self, link: Link, run: Run, *, dry_run: bool = False) -> list[str]:
        path = session_file(link, run)
        if not os.path.lexists(path):
            return []
        if not dry_run:
            atomic.remove(path)
            atomic.remove_if_empty(os.path.dirname(path))
        return [path]

    def sign_in(self, link: Link, run: Run) -> dict[str, Any]:
        """The token endpoint's answer to somebody who has just signed in."""
        raise NotImplementedError


def require_terminal(link: Link, run: Run, message: str) -> None:
    """Raise where nobody can sign in."""
    if not run.prompts or not (run.services.interactive or run.services.env.get("ATMOS_FORCE_TTY")):
        raise InteractionRequired(message, hints=[f"Run `atmos auth login --provider {link.name}` in a terminal"])


def client_of(link: Link) -> str:
    """The public client that asks: the Azure CLI's unless another one is configured."""
    return link.entry.text("spec.client_id") or AZ_CLIENT


def signed_in(link: Link, run: Run, answer: Mapping[str, Any], method: str) -> AzureCredentials:
    """The credentials of a person who has just signed in, with the further tokens that can be had silently."""
    entry = link.entry
    main = exchange.token_of(answer, run)
    first = AzureCredentials(
        expires_at=main.expires_at,
        access_token=main.secret,
        tenant_id=entry.text("spec.tenant_id"),
        subscription_id=entry.text("spec.subscription_id"),
        location=entry.text("spec.location"),
        client_id=client_of(link),
        cloud=clouds.of(entry).name,
        method=method,
        refresh_token=Secret(str(answer.get("refresh_token") or "")),
        family=str(answer.get("foci") or ""),
        home_account_id=_home(answer),
    )
    return _with_more(link, run, first)


def renewed(link: Link, run: Run, before: AzureCredentials) -> AzureCredentials:
    """New tokens for a refresh token; a new refresh token takes the place of the old one."""
    main, found = _refresh(link, run, before, clouds.of(link.entry).management_scope)
    entry = link.entry
    current = replace(
        found,
        access_token=main.secret,
        expires_at=main.expires_at,
        subscription_id=entry.text("spec.subscription_id"),
        location=entry.text("spec.location"),
    )
    return _with_more(link, run, current)


def _with_more(link: Link, run: Run, found: AzureCredentials) -> AzureCredentials:
    cloud = clouds.of(link.entry)
    tokens: list[Token] = []
    for scope in (cloud.graph, cloud.vault, clouds.AKS_SCOPE):
        token = Token()
        if found.refresh_token:
            try:  # one after the other: each answer may bring the next refresh token
                token, found = _refresh(link, run, found, scope)
            except AuthError as error:
                run.services.debug(f"provider={link.name}: no token for {scope}: {error.message}")
        tokens.append(token)
    graph, vault, aks = tokens
    return replace(found, graph=graph, key_vault=vault, aks=aks)


def _refresh(link: Link, run: Run, found: AzureCredentials, scope: str) -> tuple[Token, AzureCredentials]:
    form = {
        "grant_type": "refresh_token",
        "client_id": client_of(link),
        "refresh_token": found.refresh_token.reveal(),
        "scope": f"{scope} {SCOPES}",
        "client_info": "1",
    }
    status, data = exchange.post(link, run, "token", form, retry=False)
    if status != 200:
        raise exchange.refused(status, data)
    rotated = str(data.get("refresh_token") or "")
    return exchange.token_of(data, run), replace(found, refresh_token=Secret(rotated)) if rotated else found


def _home(answer: Mapping[str, Any]) -> str:
    """The home account: `uid.utid` of the answer's client information, which differs from the tenant for guests."""
    text = str(answer.get("client_info") or "")
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return f"{found['uid']}.{found['utid']}"
    except (ValueError, KeyError, TypeError):
        return ""


def session_file(link: Link, run: Run) -> str:
    """Where a provider's own session is kept."""
    return os.path.join(files.provider_folder(link, run), ".session.json")


def stored(link: Link, run: Run) -> AzureCredentials | None:
    """The kept session of a provider, over or not."""
    content = atomic.read_private(session_file(link, run))
    try:
        data = json.loads(content) if content else None
    except ValueError:
        return None
    if not isinstance(data, dict) or data.get("fingerprint") != run.fingerprint(link):
        return None
    return replace(
        AzureCredentials.of_data(data),
        refresh_token=Secret(str(data.get("refresh_token") or "")),
        family=str(data.get("family") or ""),
    )


def keep(link: Link, credentials: AzureCredentials, run: Run) -> None:
    path = session_file(link, run)
    data = {
        **credentials.to_data(),
        "refresh_token": credentials.refresh_token.reveal(),
        "family": credentials.family,
        "fingerprint": run.fingerprint(link),
    }
    atomic.private_below(os.path.dirname(path), run.services.config_home)
    atomic.write_private(path, json.dumps({key: value for key, value in data.items() if value}, indent=2) + "\n")
