"""Tokens of an application: client credentials (RFC 6749 §4.4) with a secret or an assertion (RFC 7523) as the proof."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from auth import web
from auth.azure import clouds
from auth.azure.credentials import AzureCredentials, Token
from auth.errors import AuthError, CloudError
from auth.kind import Link, Run
from auth.secrets import Secret


def application(link: Link, run: Run, grant: Mapping[str, str], **more: Any) -> AzureCredentials:
    """The tokens of a provider's application. The management token must be had; the others are welcome."""
    entry = link.entry
    cloud = clouds.of(entry)
    main = _token(link, run, cloud.management_scope, grant)

    def welcome(scope: str) -> Token:
        try:
            return _token(link, run, scope, grant)
        except AuthError as error:
            run.services.debug(f"provider={link.name}: no token for {scope}: {error.message}")
            return Token()

    with ThreadPoolExecutor(3) as pool:
        graph, vault, aks = pool.map(welcome, (cloud.graph, cloud.vault, clouds.AKS_SCOPE))
    return AzureCredentials(
        expires_at=main.expires_at,
        access_token=main.secret,
        tenant_id=entry.text("spec.tenant_id"),
        subscription_id=entry.text("spec.subscription_id"),
        location=entry.text("spec.location"),
        graph=graph,
        key_vault=vault,
        aks=aks,
        client_id=entry.text("spec.client_id"),
        service_principal=True,
        cloud=cloud.name,
        **more,
    )


def _token(link: Link, run: Run, scope: str, grant: Mapping[str, str]) -> Token:
    form = {"grant_type": "client_credentials", "client_id": link.entry.text("spec.client_id"), "scope": scope, **grant}
    status, data = post(link, run, "token", form, retry=True)
    if status != 200:
        raise refused(status, data)
    return token_of(data, run)


def post(link: Link, run: Run, path: str, form: Mapping[str, str], *, retry: bool) -> tuple[int, dict[str, Any]]:
    """An address of the tenant that gives tokens: its status and answer. `retry` only where nothing is single-use."""
    entry = link.entry
    status, body = web.post_form(
        f"{clouds.authority(clouds.of(entry), run)}/{entry.text('spec.tenant_id')}/oauth2/v2.0/{path}",
        form,
        what="get a token from Entra ID",
        retry=retry,
        sleep=run.services.sleep,
    )
    return status, parsed(body)


def token_of(data: Mapping[str, Any], run: Run) -> Token:
    """The access token of an answer and its end."""
    secret = data.get("access_token")
    if not isinstance(secret, str) or not secret:
        raise AuthError("empty access token in Azure AD response")
    try:
        lifetime = float(data.get("expires_in") or 3600)
    except (TypeError, ValueError):
        lifetime = 3600.0
    ends = datetime.fromtimestamp(int(run.services.now()), UTC) + timedelta(seconds=lifetime)
    return Token(Secret(secret), ends)


def parsed(body: bytes) -> dict[str, Any]:
    """The object of an answer; an empty one where it is none."""
    try:
        data = json.loads(body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def refused(status: int, data: Mapping[str, Any]) -> CloudError:
    """A refusal in Azure's words: its error and the first line of what it says, which holds the trace id."""
    code = str(data.get("error") or "")
    said = str(data.get("error_description") or "").splitlines()
    text = ": ".join(part for part in (code, said[0] if said else "") if part)
    return CloudError(
        f"Azure AD token endpoint returned status {status}{': ' if text else ''}{text}",
        code=code,
        status=status,
        request_id=str(data.get("trace_id") or ""),
        hints=["Check tenant_id and client_id, and what the application trusts"] if status in (400, 401) else [],
    )
