"""What `auth list` shows: the chosen providers and identities, how they hang together, what is known of sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from runner.errors import AtmosError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auth.listing import ListedIdentity, ListedProvider, Listing

FEW_SECONDS = 15 * 60  # less than this left is worth a warning

# The order in which a person reads an entry; anything else follows in the order it was written.
KEY_ORDER = (
    "kind", "default", "required", "via", "start_url", "url", "region", "username", "password", "driver",
    "provider_type", "auto_provision_identities", "principal", "credentials", "alias", "env", "session", "console",
    "emulator", "spec", "tags",
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """The providers and identities to draw, each sorted by name. partial: a filter left some of them out."""

    providers: Mapping[str, ListedProvider]
    identities: Mapping[str, ListedIdentity]
    now: float = 0.0
    partial: bool = False

    def parent(self, name: str) -> tuple[str, str]:
        """What an identity stands on: ("provider" | "identity" | "", its name)."""
        identity = self.identities[name]
        if identity.via_provider:
            return "provider", identity.via_provider
        return ("identity", identity.via_identity) if identity.via_identity else ("", "")

    def children(self, kind: str, name: str) -> list[str]:
        """The identities that stand directly on a provider or identity."""
        return [child for child in self.identities if self.parent(child) == (kind, name)]

    def left(self, name: str) -> float | None:
        """Seconds that the stored session of an identity still has; None: it does not end."""
        return self.identities[name].seconds_left(self.now)


def everything(listing: Listing) -> Shown:
    """All there is."""
    return Shown(dict(sorted(listing.providers.items())), dict(sorted(listing.identities.items())), listing.now)


def spelled(name: str, known: Iterable[str]) -> str:
    """The configured spelling of a name: exact, else the only one that differs in letter case; "" if there is none."""
    names = list(known)
    if name in names:
        return name
    same = [other for other in names if other.lower() == name.lower()]
    return same[0] if len(same) == 1 else ""


def narrowed(listing: Shown, *, providers: list[str] | None, identities: list[str] | None, tags: list[str]) -> Shown:
    """The part of a listing that was asked for; an empty list of names means all of that sort."""
    if providers is not None and identities is not None:
        raise AtmosError(
            "mutually exclusive flags provided: --providers and --identities cannot be combined",
            hints=["Give one of them, or neither to see both"],
        )
    shown_providers: Mapping[str, ListedProvider] = listing.providers
    shown_identities: Mapping[str, ListedIdentity] = listing.identities
    if providers is not None:
        shown_providers, shown_identities = _named(shown_providers, providers, "provider"), {}
    elif identities is not None:
        shown_providers, shown_identities = {}, _named(shown_identities, identities, "identity")
    if tags:
        shown_providers = {name: entry for name, entry in shown_providers.items() if set(entry.tags) & set(tags)}
        shown_identities = {name: entry for name, entry in shown_identities.items() if set(entry.tags) & set(tags)}
    partial = providers is not None or identities is not None or bool(tags)
    return Shown(shown_providers, shown_identities, listing.now, partial)


def _named(entries: Mapping[str, Any], names: list[str], noun: str) -> dict[str, Any]:
    wanted = set()
    aliases = {entry.alias: name for name, entry in entries.items() if getattr(entry, "alias", "")}
    for name in names:
        found = spelled(name, entries) or spelled(name, aliases)
        if not found:
            close = nearest(name, entries)
            hints = [f"Did you mean `{close[0]}`?"] if close else []
            if entries:
                hints.append(f"Configured: {', '.join(entries)}")
            raise AtmosError(f'{noun} not found: "{name}"', hints=hints)
        wanted.add(aliases.get(found, found))
    return {name: entry for name, entry in entries.items() if not names or name in wanted}


def plain(entry: ListedProvider | ListedIdentity) -> dict[str, Any]:
    """An entry as data fit to be shown: in reading order, empty values left out, secrets starred (decision D21)."""
    shown = entry.raw
    keys = [key for key in KEY_ORDER if key in shown] + [key for key in shown if key not in KEY_ORDER]
    return {key: shown[key] for key in keys if shown[key] not in (None, "", [], {}, False)}


def as_data(listing: Shown) -> dict[str, Any]:
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
    from auth.durations import compact

    return compact(seconds)


def color(seconds: float | None) -> str:
    """The ANSI colour of a session's dot: green, yellow when it ends soon, red when it is over."""
    if seconds is None or seconds > FEW_SECONDS:
        return "\x1b[32m"
    return "\x1b[33m" if seconds > 0 else "\x1b[31m"
