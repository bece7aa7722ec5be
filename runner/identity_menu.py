"""Letting a person choose an identity: what is shown beside each name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auth.listing import ListedIdentity
    from auth.manager import Manager


def details(manager: Manager) -> dict[str, str]:
    """Kind, account and what is left of the session of each identity; nothing is evaluated or called."""
    from auth.durations import compact

    listing = manager.listing()
    found: dict[str, str] = {}
    for name, identity in listing.identities.items():
        words = [identity.kind, account(identity)]
        left = identity.seconds_left(listing.now) if identity.stored else None
        if left is not None:
            words.append(f"{compact(left)} left" if left > 0 else "expired")
        if identity.default:
            words.append("default")
        found[name] = "  ".join(word for word in words if word)
    return found


def account(identity: ListedIdentity) -> str:
    """The account, subscription or project that an identity is for, as far as its entry says."""
    principal = identity.raw.get("principal")
    if not isinstance(principal, dict):
        return ""
    place: Any = principal.get("account")
    if isinstance(place, dict):
        return str(place.get("name") or place.get("id") or "")
    role = str(principal.get("assume_role") or "")
    if role.startswith("arn:"):
        return (role.split(":") + [""] * 5)[4]
    for key in ("target_principal", "subscription_id", "project_id", "service_account_email"):
        if principal.get(key):
            return str(principal[key])
    return ""
