"""Who an identity is just now, as data for a table or JSON. Credentials are never part of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from auth import paths
from auth.credentials import rfc3339
from auth.errors import AuthError
from auth.kind import IdentityKind

if TYPE_CHECKING:
    from auth.manager import Manager

_SENSITIVE = re.compile("SECRET|TOKEN|PASSWORD|PRIVATE|ACCESS_KEY|SESSION", re.IGNORECASE)
REDACTED = "***REDACTED***"


@dataclass(frozen=True)
class Whoami:
    identity: str
    provider: str
    realm: str = ""
    realm_source: str = ""
    principal: str = ""
    account: str = ""
    region: str = ""
    expires_at: datetime | None = None
    environment: dict[str, str] = field(default_factory=dict)
    credentials_ref: str = ""
    last_updated: datetime | None = None
    valid: bool = True
    problem: str = ""
    """Why the cloud does not know these credentials, when it does not."""

    def as_data(self) -> dict[str, Any]:
        """The keys of `whoami --output json`, empty ones left out except `principal`."""
        data: dict[str, Any] = {
            "realm": self.realm,
            "realm_source": self.realm_source,
            "provider": self.provider,
            "identity": self.identity,
            "principal": self.principal,
            "account": self.account,
            "region": self.region,
            "expiration": rfc3339(self.expires_at) if self.expires_at else "",
            "environment": self.environment,
            "credentials_ref": self.credentials_ref,
            "last_updated": rfc3339(self.last_updated) if self.last_updated else "",
        }
        return {key: value for key, value in data.items() if value or key in ("principal", "environment")}


def whoami(manager: Manager, name: str) -> Whoami:
    """Stored credentials, else new ones without asking anybody; then the cloud's word for who that is."""
    session = manager.authenticate(name, prompts=False)
    run = manager.run(name, prompts=False)
    kind = run.target.kind
    assert isinstance(kind, IdentityKind)
    valid, problem = True, ""
    facts = kind.facts(run.target, session.credentials, run)
    try:
        facts = kind.verify(run.target, session.credentials, run)
    except AuthError as error:
        valid, problem = False, error.message
    now = manager.services.now()
    if not session.credentials.valid_at(now):
        valid, problem = False, problem or "the credentials have expired"
    home = paths.home(manager.services.env)
    return Whoami(
        identity=session.identity,
        provider=session.provider,
        realm=session.realm,
        realm_source=session.realm_source,
        principal=facts.principal,
        account=facts.account,
        region=facts.region,
        expires_at=session.expires_at,
        environment=_shown(manager.environment(name), home),
        credentials_ref=_short(kind.reference(run.target, run), home),
        last_updated=datetime.fromtimestamp(int(now), UTC),
        valid=valid,
        problem=problem,
    )


def _shown(variables: dict[str, str], home: str) -> dict[str, str]:
    return {
        name: REDACTED if _SENSITIVE.search(name) else _short(value, home) for name, value in sorted(variables.items())
    }


def _short(value: str, home: str) -> str:
    return "~" + value[len(home) :] if home and (value == home or value.startswith(home + "/")) else value
