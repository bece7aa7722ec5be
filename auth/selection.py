"""Which identity is meant: defaults, tags, and the values that switch authentication off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from auth.config import Entry, Identity
from auth.errors import AuthError, MultipleDefaults, NoDefaultIdentity

DISABLED = frozenset({"", "false", "0", "no", "off"})


def disabled(value: str) -> bool:
    """Whether a value of `--identity` or `ATMOS_IDENTITY` means: authenticate nobody (decision D4)."""
    return value.strip().lower() in DISABLED


def defaults(identities: Mapping[str, Identity]) -> list[str]:
    """The names with `default: true`, sorted. A single identity without it is no default."""
    return sorted(name for name, identity in identities.items() if identity.default)


def default_identity(identities: Mapping[str, Identity]) -> str:
    """The one default; an error when there is none, or more than one."""
    found = defaults(identities)
    if not found:
        raise NoDefaultIdentity(identities)
    if len(found) > 1:
        raise MultipleDefaults(found)
    return found[0]


def by_tags(entries: Mapping[str, Entry], tags: Iterable[str], noun: str) -> list[str]:
    """Names of entries that carry any of the tags, sorted; an error that lists the tags there are when none does."""
    wanted = {tag.strip() for tag in tags if tag.strip()}
    found = sorted(name for name, entry in entries.items() if wanted & set(entry.tags))
    if not found:
        available = sorted({tag for entry in entries.values() for tag in entry.tags})
        listing = ", ".join(f"`{tag}`" for tag in available)
        raise AuthError(
            f"no {noun} match the specified tags",
            explanation="Tags asked for: " + ", ".join(f"`{tag}`" for tag in sorted(wanted)),
            hints=[f"Available tags: {listing}" if available else f"No {noun} carry tags"],
        )
    return found
