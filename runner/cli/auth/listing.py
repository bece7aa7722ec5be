"""What `auth list` shows: the chosen providers and identities, how they hang together, what is known of sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from runner.errors import AtmosError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auth.config import Entry, Identity, Provider

FEW_SECONDS = 15 * 60  # less than this left is worth a warning

# The order in which a person reads an entry; anything else follows in the order it was written.
KEY_ORDER = (
    "kind", "default", "required", "via", "start_url", "url", "region", "username", "password", "driver",
    "provider_type", "auto_provision_identities", "principal", "credentials", "alias", "env", "session", "console",
    "emulator", "spec", "tags",
)  # fmt: skip


@dataclass(frozen=True)
class Listing:
    """Providers and identities, each sorted by name. `expiries`: seconds left of a session, None: it never ends.

    whole: what this is a part of.
    """

    providers: Mapping[str, Provider]
    identities: Mapping[str, Identity]
    expiries: Mapping[str, float | None] = field(default_factory=dict)
    whole: Listing | None = None

    def parent(self, name: str) -> tuple[str, str]:
        """What an identity stands on: ("provider" | "identity" | "", the name as it is configured)."""
        via = self.identities[name].via
        whole = self.whole or self
        if via is None:
            return "", ""
        if via.provider:
            return "provider", spelled(via.provider, whole.providers) or via.provider
        return ("identity", spelled(via.identity, whole.identities) or via.identity) if via.identity else ("", "")

    def children(self, kind: str, name: str) -> list[str]:
        """The identities that stand directly on a provider or identity."""
        return [child for child in self.identities if self.parent(child) == (kind, name)]

    def edges(self) -> list[tuple[str, str]]:
        """(what it stands on, identity) for everything that is shown."""
        shown: list[tuple[str, str]] = []
        for name in self.identities:
            kind, parent = self.parent(name)
            if parent in (self.providers if kind == "provider" else self.identities):
                shown.append((parent, name))
        return shown


def spelled(name: str, known: Iterable[str]) -> str:
    """The configured spelling of a name: exact, else the only one that differs in letter case; "" if there is none."""
    names = list(known)
    if name in names:
        return name
    same = [other for other in names if other.lower() == name.lower()]
    return same[0] if len(same) == 1 else ""


def narrowed(
    listing: Listing, *, providers: list[str] | None, identities: list[str] | None, tags: list[str]
) -> Listing:
    """The part of a listing that was asked for; an empty list of names means all of that sort."""
    if providers is not None and identities is not None:
        raise AtmosError(
            "mutually exclusive flags provided: --providers and --identities cannot be combined",
            hints=["Give one of them, or neither to see both"],
        )
    shown_providers: Mapping[str, Provider] = listing.providers
    shown_identities: Mapping[str, Identity] = listing.identities
    if providers is not None:
        shown_providers, shown_identities = _named(shown_providers, providers, "provider"), {}
    elif identities is not None:
        shown_providers, shown_identities = {}, _named(shown_identities, identities, "identity")
    if tags:
        shown_providers = {name: entry for name, entry in shown_providers.items() if set(entry.tags) & set(tags)}
        shown_identities = {name: entry for name, entry in shown_identities.items() if set(entry.tags) & set(tags)}
    return Listing(shown_providers, shown_identities, listing.expiries, listing.whole or listing)


def _named(entries: Mapping[str, Any], names: list[str], noun: str) -> dict[str, Any]:
    wanted = set()
    for name in names:
        found = spelled(name, entries)
        if not found:
            close = nearest(name, entries)
            hints = [f"Did you mean `{close[0]}`?"] if close else []
            if entries:
                hints.append(f"Configured: {', '.join(entries)}")
            raise AtmosError(f'{noun} not found: "{name}"', hints=hints)
        wanted.add(found)
    return {name: entry for name, entry in entries.items() if not names or name in wanted}


def plain(entry: Entry) -> dict[str, Any]:
    """An entry as data fit to be shown: in reading order, empty values left out, secrets starred (decision D21)."""
    shown = entry.public()
    keys = [key for key in KEY_ORDER if key in shown] + [key for key in shown if key not in KEY_ORDER]
    return {key: shown[key] for key in keys if shown[key] not in (None, "", [], {}, False)}


def as_data(listing: Listing) -> dict[str, Any]:
    """The listing for machines."""
    data: dict[str, Any] = {}
    for section, entries in (("identities", listing.identities), ("providers", listing.providers)):
        if entries:
            data[section] = {name: plain(entry) for name, entry in entries.items()}
    return data


def left(seconds: float | None) -> str:
    """How much of a session is left, short: `2h5m`, `2h`, `45m`, `30s`, `expired`; "" when it never ends."""
    if seconds is None:
        return ""
    whole = int(seconds)
    if whole <= 0:
        return "expired"
    hours, minutes = whole // 3600, whole % 3600 // 60
    if hours:
        return f"{hours}h{minutes}m" if minutes else f"{hours}h"
    return f"{minutes}m" if minutes else f"{whole}s"


def color(seconds: float | None) -> str:
    """The ANSI colour of a session's dot: green, yellow when it ends soon, red when it is over."""
    if seconds is None or seconds > FEW_SECONDS:
        return "\x1b[32m"
    return "\x1b[33m" if seconds > 0 else "\x1b[31m"
