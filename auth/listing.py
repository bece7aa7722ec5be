"""What `auth list` shows, as data: providers, identities, who stands on whom, what is logged in until when.

Nothing is evaluated, called or unlocked; secrets are stars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from auth import kinds
from auth.credentials import parse_time
from auth.errors import AuthError

if TYPE_CHECKING:
    from auth.manager import Manager


@dataclass(frozen=True)
class ListedProvider:
    name: str
    kind: str
    default: bool
    region: str
    url: str
    tags: tuple[str, ...]
    raw: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class ListedIdentity:
    name: str
    kind: str
    default: bool
    alias: str
    via_provider: str
    via_identity: str
    label: str
    """Shown as its provider: what it stands on, or its standalone kind's own name."""
    standalone: bool
    tags: tuple[str, ...]
    stored: bool
    """Whether credentials of it are stored (over or not)."""
    expires_at: datetime | None
    raw: dict[str, Any] = field(repr=False)

    def seconds_left(self, now: float) -> float | None:
        return None if self.expires_at is None else self.expires_at.timestamp() - now


@dataclass(frozen=True)
class Listing:
    providers: dict[str, ListedProvider]
    identities: dict[str, ListedIdentity]
    now: float
    """The time expiries are measured from: the clock's, or `ATMOS_TEST_NOW`."""


def listing(manager: Manager) -> Listing:
    providers = {
        name: ListedProvider(
            name,
            _kind(entry.raw.get("kind")),
            entry.default,
            entry.text("region"),
            entry.text("start_url") or entry.text("url"),
            entry.tags,
            entry.public(),
        )
        for name, entry in manager.providers.items()
    }
    identities = {}
    for name, entry in manager.identities.items():
        via = entry.via
        stored, expires_at = _stored(manager, name)
        via_provider, via_identity = _names(manager, via.provider if via else "", via.identity if via else "")
        identities[name] = ListedIdentity(
            name,
            _kind(entry.raw.get("kind")),
            entry.default,
            entry.alias,
            via_provider,
            via_identity,
            _label(manager, name),
            not (via_provider or via_identity),
            entry.tags,
            stored,
            expires_at,
            entry.public(),
        )
    return Listing(providers, identities, _now(manager))


def _kind(value: object) -> str:
    return str(value) if isinstance(value, str) else ""


def _names(manager: Manager, provider: str, identity: str) -> tuple[str, str]:
    """References as the names they mean; a reference to nothing as it is written."""
    try:
        provider = manager.resolve_provider(provider) if provider else ""
        identity = manager.resolve(identity) if identity else ""
    except AuthError:
        return provider, identity
    return provider, identity


def _label(manager: Manager, name: str) -> str:
    try:
        identity = manager.identities[name]
        via = identity.via
        placed = via is not None and bool(via.provider or via.identity)
        if identity.via_is_deferred or not (placed or kinds.identity(identity.kind).standalone):
            return ""
        return manager.provider_label(name)
    except AuthError:
        return ""


def _stored(manager: Manager, name: str) -> tuple[bool, datetime | None]:
    try:
        if not _evaluable(manager, name):
            expires_at = manager.indexed_expiry(name)
            return expires_at is not None, expires_at
        run = manager.run(name, prompts=False)
        if run.target.kind.ambient:
            return False, None
        if run.target.kind.keyring:
            expires_at = manager.expires_at(name)
            return expires_at is not None, expires_at
        found = run.target.kind.cached(run.target, run)
    except AuthError:
        return False, None
    return found is not None, found.expires_at if found is not None else None


def _evaluable(manager: Manager, name: str) -> bool:
    """Whether everything in a chain can be known without running anything: `!env`, but no `!exec` (decision D18)."""
    from auth import chain, walking

    links = chain.build(manager.config, name, walking.standalone)
    entries = [manager.identities[link] for link in links if link in manager.identities]
    entries_of_root = [manager.providers[links[0]]] if links[0] in manager.providers else []
    return all(_simple(entry.raw) for entry in (*entries, *entries_of_root))


def _simple(value: object) -> bool:
    if isinstance(value, tuple):
        return bool(value) and value[0] in ("!env", "!literal")
    if isinstance(value, Mapping):
        return all(_simple(item) for item in value.values())
    return all(_simple(item) for item in value) if isinstance(value, list) else True


def _now(manager: Manager) -> float:
    fixed = parse_time(manager.services.env.get("ATMOS_TEST_NOW"))
    return fixed.astimezone(UTC).timestamp() if fixed is not None else manager.services.now()
