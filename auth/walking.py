"""Walking a chain: from the nearest link whose stored credentials hold to the target, one walker at a time."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from auth import kinds
from auth.config import Identity
from auth.credentials import AwsCredentials, Credentials, NoCredentials
from auth.errors import (
    AuthenticationFailed,
    AuthError,
    CloudError,
    ConfigError,
    InteractionRequired,
    KeyringError,
    LockTimeout,
    UserAborted,
)
from auth.files import locks
from auth.kind import IdentityKind, Link, ProviderKind, Run

if TYPE_CHECKING:
    from auth.manager import Manager

MARGIN = 15 * 60.0
"""Seconds a stored link must still hold for a chain to start from it."""


REFUSALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
        "UnauthorizedException",
    }
)
"""What AWS says of credentials that are no longer good."""


def standalone(identity: Identity) -> bool:
    """Whether an identity may be the base of a chain."""
    try:
        return kinds.identity(identity.kind).standalone
    except ConfigError:
        identity.usable()
        raise


def stored(link: Link, run: Run) -> Credentials | None:
    """The stored credentials of a link, over or not."""
    return link.kind.cached(link, run)


def authenticate(run: Run, *, force: bool) -> tuple[Credentials, bool]:
    """Credentials of the target, and whether they are new."""
    target = run.target
    before = _usable(target, run, 0.0)
    if before is not None and not force:
        run.services.debug(f"identity={target.name}: the stored session is used")
        return before, False
    if target.kind.ambient:
        return _walk(run), force  # found anew each time, which is no login
    with _one_at_a_time(target, run) as waited:
        if not force or waited:
            now_stored = _usable(target, run, 0.0)
            if now_stored is not None and (not force or _differs(before, now_stored)):
                run.services.debug(f"identity={target.name}: somebody else has just authenticated it")
                return now_stored, False
        credentials = _walk(run)
        if not isinstance(credentials, NoCredentials):
            _save(target, credentials, run)
    return credentials, True


def provider(link: Link, run: Run) -> Credentials:
    """Credentials of a provider, by itself."""
    with _one_at_a_time(link, run):
        return _provider_step(link, run)


def _walk(run: Run) -> Credentials:
    """Start at the nearest link above the target that holds for a while yet, else at the root.

    Stored credentials that the cloud refuses (revoked, or a clock is wrong) cost another walk from further up.
    """
    while True:
        start, credentials, held = _start(run)
        try:
            result = _step(run.links[start], credentials, run)
        except AuthError as error:
            base = run.links[start - 1].name if start else ""
            if not held or base in run.refused or not _is_refusal(error.__cause__):
                raise
            run.services.debug(f"the stored session of {base} is refused: starting further up")
            run.refused.add(base)
            continue
        for following in run.links[start + 1 :]:
            result = _step(following, result, run)
        return result


def _start(run: Run) -> tuple[int, Credentials | None, bool]:
    """The link to authenticate next, the credentials of the one above it, and whether these were stored."""
    for index in range(len(run.links) - 2, -1, -1):
        link = run.links[index]
        if link.kind.ambient:
            break
        found = _usable(link, run, MARGIN)
        if found is not None:
            run.services.debug(f"chain {' -> '.join(run.names)}: starting from the stored session of {link.name}")
            return index + 1, found, True
    if len(run.links) == 1:
        return 0, None, False
    before = None if run.root.kind.ambient else _usable(run.root, run, 0.0)
    credentials = _base(run)
    return 1, credentials, before is not None and not _differs(before, credentials)


def _is_refusal(error: object) -> bool:
    return isinstance(error, CloudError) and error.code in REFUSALS


def _base(run: Run) -> Credentials:
    """Authenticate the root: a provider, or a standalone identity (decision D10)."""
    link = run.root
    if link.kind.ambient:
        return _provider_step(link, run) if link.is_provider else _step(link, None, run)
    with _one_at_a_time(link, run) as waited:
        if waited:
            found = _usable(link, run, 0.0)
            if found is not None:
                return found
        if link.is_provider:
            return _provider_step(link, run)
        credentials = _step(link, None, run)
        _save(link, credentials, run)
        return credentials


def _provider_step(link: Link, run: Run) -> Credentials:
    assert isinstance(link.kind, ProviderKind)
    run.services.debug(f"provider={link.name} kind={link.entry.kind}: authenticating")
    run.services.progress(f"Authenticating with provider {link.name}")
    try:
        credentials = link.kind.authenticate(link, run)
    except AuthError as error:
        raise _failed(error, f"provider={link.name}", link, run) from error
    if link.kind.ambient:
        _purge(link, run)
    else:
        _save(link, credentials, run)
    return credentials


def _step(link: Link, base: Credentials | None, run: Run) -> Credentials:
    assert isinstance(link.kind, IdentityKind)
    run.services.debug(f"identity={link.name} kind={link.entry.kind}: authenticating")
    run.services.progress(f"Authenticating {link.name}{_position(link, run)}")
    try:
        return link.kind.authenticate(link, base, run)
    except AuthError as error:
        index = run.links.index(link)
        step = f" step={index}" if index else ""
        raise _failed(error, f"identity={link.name}{step}", link, run) from error


def _position(link: Link, run: Run) -> str:
    return f" ({run.links.index(link) + 1} of {len(run.links)})" if len(run.links) > 1 else ""


def _failed(error: AuthError, where: str, link: Link, run: Run) -> AuthError:
    """The error with the step of the chain in front, keeping its class's meaning for those who catch it."""
    if isinstance(error, UserAborted):
        return error
    chain = f"Chain: {' -> '.join(run.names)}" if len(run.links) > 1 else ""
    explanation = "\n".join(part for part in (error.explanation, chain) if part)
    failed: AuthError
    message = f"authentication failed: {where}: {error.message.removeprefix('authentication failed: ')}"
    if isinstance(error, (InteractionRequired, LockTimeout, KeyringError)):
        failed = type(error)(message, explanation=explanation, hints=error.hints, exit_code=error.exit_code)
    else:
        failed = AuthenticationFailed(
            message,
            explanation=explanation,
            hints=error.hints,
            where=error.where or (link.entry.where if isinstance(error, ConfigError) else None),
            exit_code=error.exit_code,
        )
        failed.identity = "" if link.is_provider else link.name
        failed.provider = link.name if link.is_provider else ""
    return failed


def _usable(link: Link, run: Run, margin: float) -> Credentials | None:
    """Stored credentials that hold for `margin` seconds; a keyring that cannot be read counts as empty here."""
    if link.name in run.refused:
        return None
    try:
        found = stored(link, run)
    except KeyringError as error:
        run.services.store.problem = error.message
        return None
    return found if found is not None and found.valid_at(run.services.now(), margin) else None


def _save(link: Link, credentials: Credentials, run: Run) -> None:
    link.kind.save(link, credentials, run)
    run.refused.discard(link.name)


def _purge(link: Link, run: Run) -> None:
    """Nothing of an ambient provider may lie in the keyring."""
    try:
        if run.services.store.type != "noop":
            run.services.store.remove(link.name, link.kind.keyring_fingerprint(link, run))
    except AuthError as error:
        run.services.warn(f"stale keyring entry of {link.name} was not removed: {error.message}")


def _differs(before: Credentials | None, now: Credentials) -> bool:
    if before is None:
        return True
    if isinstance(before, AwsCredentials) and isinstance(now, AwsCredentials):
        return before.access_key_id != now.access_key_id
    return before.expires_at != now.expires_at


def _one_at_a_time(link: Link, run: Run) -> Any:
    path = os.path.join(run.services.cache_home, "auth", "locks", f"{link.kind.lock_name(link, run)}.lock")

    def on_wait(holder: str) -> None:
        run.services.notify(f"Waiting for {holder}, which is authenticating {link.name}")

    return locks.locked(
        path, deadline=locks.LOGIN_DEADLINE, purpose=f"authenticating {link.name}", on_wait=on_wait, transient=True
    )


def audit(manager: Manager, run: Run, credentials: Credentials, event: str) -> None:
    """Write down who authenticated, if that is wanted."""
    from auth.audit import record

    record(manager, run, credentials, event)
