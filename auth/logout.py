"""Logout: removes what logins left, all of it and nothing else; or says what it would remove.

An identity's logout takes its own files and session; its provider's session stays while others use it and goes with
the provider (decision D52). Keyring entries go only when asked for, or where they should never have been. Other
realms and other projects are left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auth import integrations
from auth.errors import AuthError
from auth.kind import Run

if TYPE_CHECKING:
    from auth.manager import Manager


@dataclass
class LogoutResult:
    """What was (or, in a dry run, would be) removed."""

    target: str
    """`identity`, `provider` or `all`."""
    name: str = ""
    identities: list[str] = field(default_factory=list)
    providers: list[str] = field(default_factory=list)
    keyring: list[str] = field(default_factory=list)
    """Names whose keyring entries are removed."""
    files: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What could not be removed, and why."""
    provider_problems: list[str] = field(default_factory=list)
    """The same for providers themselves."""
    realm: str = ""
    dry_run: bool = False


def logout(
    manager: Manager, *, identity: str, provider: str, everything: bool, keychain: bool, dry_run: bool
) -> LogoutResult:
    """See `Manager.logout`."""
    if everything:
        result = LogoutResult("all", identities=list(manager.identities), providers=list(manager.providers))
    elif provider:
        found = manager.resolve_provider(provider)
        result = LogoutResult("provider", found, providers=[found], identities=_standing_on(manager, found))
    else:
        found = manager.resolve(identity)
        result = LogoutResult("identity", found, identities=[found])
    result.realm, result.dry_run = manager.realm, dry_run
    for name in result.identities:
        _identity(manager, name, result, keychain=keychain)
    for name in result.providers:
        _provider(manager, name, result, keychain=keychain)
    result.files = list(dict.fromkeys(result.files))
    return result


def _standing_on(manager: Manager, provider: str) -> list[str]:
    """Identities whose chain starts at a provider; broken ones cannot have logged in."""
    found = []
    for name in manager.identities:
        try:
            chain = manager.chain(name)
        except AuthError:
            continue
        if chain[0] == provider and len(chain) > 1:
            found.append(name)
    return found


def _identity(manager: Manager, name: str, result: LogoutResult, *, keychain: bool) -> None:
    try:
        run = manager.run(name, prompts=False)
    except AuthError as error:
        if result.target == "identity":
            raise
        if _could_have_logged_in(manager, name):
            result.problems.append(f"{name}: {error.message}")
        return
    _try(
        result.problems,
        name,
        lambda: result.files.extend(run.target.kind.logout(run.target, run, dry_run=result.dry_run)),
    )
    _try(result.problems, name, lambda: result.files.extend(integrations.cleanup(manager, run, dry_run=result.dry_run)))
    _keyring(manager, run, result, result.problems, keychain=keychain)
    if not result.dry_run:
        manager.forget(name)


def _could_have_logged_in(manager: Manager, name: str) -> bool:
    """Whether only a value could not be evaluated just now; entries that are broken as written never had a session."""
    from auth import kinds

    try:
        links = manager.chain(name)
        for link in links:
            entry = manager.identities.get(link) or manager.providers[link]
            entry.usable()
            kinds.of(entry)
    except AuthError:
        return False
    return True


def _provider(manager: Manager, name: str, result: LogoutResult, *, keychain: bool) -> None:
    try:
        run = manager.provider_run(name)
    except AuthError as error:
        if result.target == "provider":
            raise
        manager.services.store.debug(f"{name} is not logged out: {error.message}")
        return
    _try(
        result.provider_problems,
        name,
        lambda: result.files.extend(run.target.kind.logout(run.target, run, dry_run=result.dry_run)),
    )
    _keyring(manager, run, result, result.provider_problems, keychain=keychain)


def _keyring(manager: Manager, run: Run, result: LogoutResult, problems: list[str], *, keychain: bool) -> None:
    """Remove the keyring entry when that was asked for, or when nothing of the kind may be there."""
    name = run.target.name
    if not keychain and not run.target.kind.ambient:
        return
    if keychain:
        result.keyring.append(name)
    if result.dry_run:
        return
    _try(
        problems,
        name,
        lambda: manager.services.store.remove(name, run.target.kind.keyring_fingerprint(run.target, run)),
    )


def _try(problems: list[str], name: str, action: Callable[[], object]) -> None:
    try:
        action()
    except AuthError as error:
        problems.append(f"{name}: {error.message}")
