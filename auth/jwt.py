"""Reading claims of a JSON Web Token that somebody else will verify. Nothing here trusts a token."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from auth.errors import AuthError

SKEW = timedelta(minutes=5)


def claims(token: str) -> dict[str, Any]:
    """The claims of a token; `AuthError` when it is none. The token itself is never in the error."""
    parts = token.split(".")
    try:
        if len(parts) != 3:
            raise ValueError("it has not three parts")
        found = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        raise AuthError("failed to decode OIDC token: it is no JSON Web Token") from None
    if not isinstance(found, dict):
        raise AuthError("failed to decode OIDC token: its claims are no object")
    return found


def expiry(found: dict[str, Any]) -> datetime | None:
    """When a token counts as over: five minutes before its `exp`, for clocks differ. None: it does not say."""
    value = found.get("exp")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return datetime.fromtimestamp(value, UTC) - SKEW
    except (OverflowError, OSError, ValueError):
        return None


def audiences(found: dict[str, Any]) -> list[str]:
    value = found.get("aud")
    return [str(item) for item in value] if isinstance(value, list) else [str(value)] if value is not None else []
