"""What a step of a chain yields. Secrets are `Secret`s; `to_data`/`of_data` are the stored form, nothing else shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from auth.secrets import Secret


@dataclass(frozen=True)
class Credentials:
    """Credentials of any sort. `expires_at` is aware, or None for those without an end."""

    expires_at: datetime | None = None
    type: ClassVar[str] = ""

    def valid_at(self, now: float, margin: float = 0.0) -> bool:
        """Whether they are still good at a time, with a margin in seconds left."""
        return self.expires_at is None or self.expires_at.timestamp() > now + margin

    def secret_texts(self) -> list[str]:
        """Every secret in here, revealed."""
        return [value.reveal() for value in vars(self).values() if isinstance(value, Secret) and value]

    def to_data(self) -> dict[str, Any]:
        raise NotImplementedError

    @property
    def storable(self) -> bool:
        """Whether a keyring may hold them (sessions live in files instead)."""
        return True


@dataclass(frozen=True)
class NoCredentials(Credentials):
    """What a pass-through identity yields: nothing of its own."""

    type: ClassVar[str] = "none"

    @property
    def storable(self) -> bool:
        return False

    def to_data(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class AwsCredentials(Credentials):
    """Keys of AWS: long-lived (no session token) or a session. `source` says which call made them."""

    access_key_id: str = ""
    secret_access_key: Secret = field(default_factory=lambda: Secret(""))
    session_token: Secret = field(default_factory=lambda: Secret(""))
    region: str = ""
    mfa_arn: str = ""
    session_duration: str = ""
    account: str = ""
    principal: str = ""
    source: str = ""
    type: ClassVar[str] = "aws"

    @property
    def storable(self) -> bool:
        return not self.session_token

    def to_data(self) -> dict[str, Any]:
        data: dict[str, Any] = {
            "access_key_id": self.access_key_id,
            "secret_access_key": self.secret_access_key.reveal(),
            "session_token": self.session_token.reveal(),
            "region": self.region,
            "expiration": rfc3339(self.expires_at) if self.expires_at else "",
            "mfa_arn": self.mfa_arn,
            "session_duration": self.session_duration,
        }
        return {key: value for key, value in data.items() if value}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> AwsCredentials:
        return cls(
            expires_at=parse_time(data.get("expiration")),
            access_key_id=str(data.get("access_key_id", "")),
            secret_access_key=Secret(str(data.get("secret_access_key", ""))),
            session_token=Secret(str(data.get("session_token", ""))),
            region=str(data.get("region", "")),
            mfa_arn=str(data.get("mfa_arn", "")),
            session_duration=str(data.get("session_duration", "")),
        )

    def variables(self) -> dict[str, str]:
        """The raw variables, as `auth env` prints them after a login (decision D7)."""
        found = {"AWS_ACCESS_KEY_ID": self.access_key_id, "AWS_SECRET_ACCESS_KEY": self.secret_access_key.reveal()}
        if self.session_token:
            found["AWS_SESSION_TOKEN"] = self.session_token.reveal()
        return found


@dataclass(frozen=True)
class TokenCredentials(Credentials):
    """A bearer token: an OIDC token, an SSO access token."""

    token: Secret = field(default_factory=lambda: Secret(""))
    provider: str = ""
    audience: str = ""
    region: str = ""
    type: ClassVar[str] = "oidc"

    def to_data(self) -> dict[str, Any]:
        data = {
            "token": self.token.reveal(),
            "provider": self.provider,
            "audience": self.audience,
            "region": self.region,
            "expiration": rfc3339(self.expires_at) if self.expires_at else "",
        }
        return {key: value for key, value in data.items() if value}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> TokenCredentials:
        return cls(
            expires_at=parse_time(data.get("expiration")),
            token=Secret(str(data.get("token", ""))),
            provider=str(data.get("provider", "")),
            audience=str(data.get("audience", "")),
            region=str(data.get("region", "")),
        )


@dataclass(frozen=True)
class MockCredentials(Credentials):
    """What the kind `mock` makes: enough to be stored and shown."""

    name: str = ""
    token: Secret = field(default_factory=lambda: Secret(""))
    region: str = ""
    type: ClassVar[str] = "mock"

    def to_data(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "token": self.token.reveal(),
            "region": self.region,
            "expiration": rfc3339(self.expires_at) if self.expires_at else "",
        }

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> MockCredentials:
        return cls(
            expires_at=parse_time(data.get("expiration")),
            name=str(data.get("name", "")),
            token=Secret(str(data.get("token", ""))),
            region=str(data.get("region", "")),
        )


def rfc3339(moment: datetime) -> str:
    """`2025-01-01T12:00:00Z`; a moment that is not in UTC keeps its offset."""
    text = moment.replace(microsecond=0).isoformat()
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def parse_time(value: object) -> datetime | None:
    """An aware moment from RFC 3339 text or a datetime; None for anything else."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if not isinstance(value, str) or not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


TYPES: dict[str, type[Credentials]] = {
    "aws": AwsCredentials,
    "oidc": TokenCredentials,
    "mock": MockCredentials,
}


def register(cls: type[Credentials]) -> type[Credentials]:
    """Let a further type be stored; kinds of other clouds call this when they are imported."""
    TYPES[cls.type] = cls
    return cls
