"""What the STS calls of several kinds share: answers into credentials, names and durations within AWS's limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from auth.config import Identity
from auth.credentials import AwsCredentials, parse_time
from auth.durations import seconds
from auth.errors import AuthError
from auth.kind import Run
from auth.secrets import Secret

MINIMUM = 900
MAXIMUM = 43200
CHAINED_MAXIMUM = 3600


def session_credentials(
    answer: Mapping[str, Any], *, region: str, source: str, account: str = "", principal: str = ""
) -> AwsCredentials:
    """The credentials of an answer; an answer without any is an error."""
    found = answer.get("Credentials") or {}
    if not found.get("AccessKeyId") or not found.get("SecretAccessKey"):
        raise AuthError("STS returned empty credentials")
    return AwsCredentials(
        expires_at=parse_time(found.get("Expiration")),
        access_key_id=str(found["AccessKeyId"]),
        secret_access_key=Secret(str(found["SecretAccessKey"])),
        session_token=Secret(str(found.get("SessionToken") or "")),
        region=region,
        account=account,
        principal=principal,
        source=source,
    )


def account_of(arn: str) -> str:
    """The account in an ARN."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 5 and parts[4].isdigit() else ""


def session_name(wanted: str) -> str:
    """A role session's name as AWS takes it: 64 characters of a small alphabet."""
    return re.sub(r"[^A-Za-z0-9+=,.@-]", "-", wanted)[:64].rstrip("-") or "atmos-session"


def clamped(value: object, run: Run, identity: Identity, *, low: int, high: int, default: int, what: str) -> int:
    """A duration within limits; out of them, or unreadable, it is changed with a warning that names the identity."""
    if value in (None, ""):
        return default
    try:
        wanted = seconds(value)
    except AuthError as error:
        run.services.warn(
            f'{what} of identity "{identity.name}" is not used, {default} seconds instead: {error.message}'
        )
        return default
    if wanted < low or wanted > high:
        limit = low if wanted < low else high
        run.services.warn(
            f'{what} of identity "{identity.name}" is {wanted} seconds; cut to the '
            f"{'minimum' if wanted < low else 'maximum'} of {limit} seconds"
        )
        return limit
    return wanted
