"""`azure/cli`: the tokens of whoever is logged in to `az`. Its files are only read, and by `az` alone."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from typing import Any

from auth.azure import clouds, exchange
from auth.azure.credentials import CLI, AzureCredentials, Token
from auth.config import Provider
from auth.credentials import Credentials, parse_time
from auth.errors import AuthError
from auth.kind import Link, ProviderKind, Report, Run
from auth.secrets import Secret

SECONDS = 60
INSTALL = "Install the Azure CLI and run `az login`"


class AzureCli(ProviderKind):
    name = "azure/cli"
    ambient = True
    console = True

    def check(self, entry: Provider, report: Report) -> None:
        clouds.check(entry, report, noun="CLI")

    def authenticate(self, link: Link, run: Run) -> Credentials:
        entry = link.entry
        answer = _ask(link, run, [])
        try:
            aks = _token(_ask(link, run, ["--resource", clouds.AKS_SCOPE.partition("/")[0]]))
        except AuthError as error:
            run.services.debug(f"provider={link.name}: no token for AKS: {error.message}")
            aks = Token()
        main = _token(answer)
        return AzureCredentials(
            expires_at=main.expires_at,
            access_token=main.secret,
            tenant_id=entry.text("spec.tenant_id"),
            subscription_id=entry.text("spec.subscription_id") or str(answer.get("subscription") or ""),
            location=entry.text("spec.location"),
            aks=aks,
            cloud=clouds.of(entry).name,
            method=CLI,
        )


def _ask(link: Link, run: Run, more: list[str]) -> dict[str, Any]:
    """What `az account get-access-token` answers. Tenant and subscription together are refused by `az`."""
    argv = [
        "az",
        "account",
        "get-access-token",
        "--tenant",
        link.entry.text("spec.tenant_id"),
        *more,
        "--output",
        "json",
    ]
    try:
        done = subprocess.run(
            argv,
            env=dict(run.services.env),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = getattr(error, "strerror", None) or f"it did not answer within {SECONDS} seconds"
        raise AuthError(f"failed to get Azure CLI access token: az: {reason}", hints=[INSTALL]) from None
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).decode("utf-8", "replace").split())[:500]
        if "az login" in said:
            raise AuthError(f"Azure CLI not logged in. Run 'az login' first: {said}", hints=["Run `az login`"])
        raise AuthError(f"failed to get Azure CLI access token: {said}")
    answer = exchange.parsed(done.stdout)
    if not answer:
        raise AuthError("failed to parse Azure CLI token response: it is no JSON object")
    return answer


def _token(answer: dict[str, Any]) -> Token:
    secret = answer.get("accessToken")
    if not isinstance(secret, str) or not secret:
        raise AuthError("failed to parse Azure CLI token response: it holds no accessToken")
    return Token(Secret(secret), expiry(answer.get("expires_on") or answer.get("expiresOn")))


def expiry(value: object) -> datetime:
    """When a token ends: RFC 3339, seconds since 1970, or a local time without a zone."""
    text = str(value or "").strip()
    try:
        moment = datetime.fromtimestamp(int(text), UTC) if text.isdecimal() else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise AuthError(f'invalid auth config: failed to parse Azure CLI token expiration "{text}"') from None
    if moment.tzinfo is None:
        return moment.astimezone().astimezone(UTC)
    found = parse_time(moment)
    assert found is not None
    return found


PROVIDER = AzureCli()
