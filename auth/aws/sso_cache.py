"""Tokens of IAM Identity Center on disk: our own, and those that `aws sso login` left, which are only read."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from auth import paths
from auth.credentials import parse_time, rfc3339
from auth.errors import AuthError
from auth.files import atomic
from auth.kind import Run
from auth.secrets import Secret

MARGIN = 300.0
NOTHING = Secret("")


@dataclass(frozen=True)
class Token:
    """An access token, and what renews it."""

    access: Secret
    expires_at: datetime
    region: str
    start_url: str
    refresh: Secret = NOTHING
    client_id: str = ""
    client_secret: Secret = NOTHING
    registration_ends: datetime | None = None

    def fits(self, now: float) -> bool:
        return bool(self.access) and self.expires_at.timestamp() > now + MARGIN

    def renewable(self, now: float) -> bool:
        registered = self.registration_ends is None or self.registration_ends.timestamp() > now
        return bool(self.refresh and self.client_id and self.client_secret) and registered

    def registered(self, now: float) -> bool:
        """Whether the client's registration can be used again."""
        ends = self.registration_ends
        return bool(self.client_id and self.client_secret) and ends is not None and ends.timestamp() > now + MARGIN


def digest(start_url: str, region: str) -> str:
    """Names a session of IAM Identity Center."""
    return hashlib.sha1(f"{start_url}|{region}".encode(), usedforsecurity=False).hexdigest()


def own_file(run: Run, start_url: str, region: str) -> str:
    return os.path.join(run.services.cache_home, "aws-sso", "sessions", f"{digest(start_url, region)}.json")


def read(run: Run, start_url: str, region: str) -> Token | None:
    """Our own token of a session, good or over."""
    try:
        content = atomic.read_private(own_file(run, start_url, region))
    except AuthError as error:
        run.services.warn(error.message)
        return None
    found = _parsed(content, start_url)
    return found if found is not None and (found.start_url, found.region) == (start_url, region) else None


def of_aws_cli(run: Run, start_url: str, region: str) -> Token | None:
    """A token that the AWS CLI holds for the same session and that is still good."""
    folder = os.path.join(paths.home(run.services.env), ".aws", "sso", "cache")
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return None
    for name in names:
        if not name.endswith(".json"):
            continue
        try:
            with open(os.path.join(folder, name), "rb") as file:
                if os.fstat(file.fileno()).st_uid != os.getuid():
                    continue
                found = _parsed(file.read(1 << 20), start_url)
        except OSError:
            continue
        if (
            found is not None
            and found.start_url.rstrip("/#") == start_url.rstrip("/#")
            and found.region == region
            and found.fits(run.services.now())
        ):
            return found
    return None


def write(run: Run, token: Token) -> None:
    data: dict[str, Any] = {
        "accessToken": token.access.reveal(),
        "expiresAt": rfc3339(token.expires_at),
        "region": token.region,
        "startUrl": token.start_url,
        "refreshToken": token.refresh.reveal(),
        "clientId": token.client_id,
        "clientSecret": token.client_secret.reveal(),
        "registrationExpiresAt": rfc3339(token.registration_ends) if token.registration_ends else "",
    }
    path = own_file(run, token.start_url, token.region)
    try:
        atomic.private_folder(os.path.dirname(path))
        atomic.write_private(path, json.dumps({key: value for key, value in data.items() if value}, indent=2) + "\n")
    except AuthError as error:
        run.services.warn(f"the SSO token is not kept: {error.message}")


def _parsed(content: bytes | None, start_url: str) -> Token | None:
    if not content:
        return None
    try:
        data = json.loads(content)
        expires_at = parse_time(data["expiresAt"].replace("UTC", "Z"))
        access = str(data["accessToken"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    if expires_at is None:
        return None
    return Token(
        Secret(access),
        expires_at.astimezone(UTC),
        str(data.get("region", "")),
        str(data.get("startUrl", start_url)),
        Secret(str(data.get("refreshToken") or "")),
        str(data.get("clientId") or ""),
        Secret(str(data.get("clientSecret") or "")),
        parse_time(data.get("registrationExpiresAt")),
    )
