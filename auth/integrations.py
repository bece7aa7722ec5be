"""Integrations of an identity: run after a login (never failing it), their variables, their cleanup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auth import chain as chains
from auth import kinds
from auth.config import Integration
from auth.errors import AuthError, ConfigError, IntegrationFailed
from auth.kind import Change, Run

if TYPE_CHECKING:
    from auth.manager import Manager
    from auth.session import Session


def linked(manager: Manager, run: Run) -> list[Integration]:
    """Integrations bound to the target of a chain, or to the provider at its root; in the order they are written."""
    found = []
    for entry in manager.integrations.values():
        via = entry.via
        if via is None:
            continue
        by_identity = bool(via.identity) and _same(via.identity, run.target.name, manager)
        by_provider = bool(via.provider) and run.root.is_provider and via.provider.lower() == run.root.name.lower()
        if by_identity or by_provider:
            found.append(entry)
    return found


def _same(reference: str, name: str, manager: Manager) -> bool:
    try:
        return chains.identity_name(manager.config, reference) == name
    except AuthError:
        return False


def provision(manager: Manager, run: Run, session: Session, done: set[str]) -> None:
    """Run the integrations of an identity that has just been authenticated; a failure is a warning."""
    for entry in linked(manager, run):
        if not entry.auto_provision:
            continue
        try:
            status = execute(manager, entry, run, session, done)
        except AuthError as error:
            manager.services.warn(f"Integration failed integration={entry.name} error={error.message}")
            continue
        if status:
            manager.services.notify(status)


def execute(manager: Manager, entry: Integration, run: Run, session: Session, done: set[str]) -> str:
    """Run one; gives its status line, empty when its target was already served in this process."""
    entry.usable()
    kind = kinds.integration(entry.kind)
    entry = manager.evaluated(entry)
    from auth.validate import checked_integration

    checked_integration(entry, kind, manager.place).usable()
    target = kind.target(entry)
    if target in done:
        return ""
    done.add(target)
    manager.services.progress(f"Integration {entry.name}")
    try:
        return kind.execute(entry, session.credentials, run)
    except BaseException:
        done.discard(target)
        raise


def run_one(manager: Manager, name: str) -> str:
    """Run an integration by name, with the identity it names; every failure counts."""
    entry = manager.integration(name)
    try:
        entry.usable()
        via = entry.via
        if via is None or not via.identity:
            raise ConfigError(f"integration '{entry.name}' has no identity configured", where=entry.where)
        session = manager.authenticate(via.identity, options={"skip_integrations": True})
        return execute(manager, entry, manager.run(via.identity), session, set())
    except AuthError as error:
        raise IntegrationFailed(
            f"integration execution failed '{entry.name}': {error.message}",
            explanation=error.explanation,
            hints=error.hints,
            where=error.where or entry.where,
        ) from error


def change_of(manager: Manager, run: Run) -> Change:
    """What all linked integrations add to an environment; a broken one adds nothing."""
    total = Change()
    for entry in linked(manager, run):
        try:
            entry.usable()
            kind = kinds.integration(entry.kind)
            total.merge(kind.change(manager.evaluated(entry), run))
        except AuthError:
            continue
    return total


def cleanup(manager: Manager, run: Run, *, dry_run: bool) -> list[str]:
    """Take back what the linked integrations left; a failure is a warning."""
    gone: list[str] = []
    for entry in linked(manager, run):
        try:
            entry.usable()
            gone.extend(kinds.integration(entry.kind).cleanup(manager.evaluated(entry), run, dry_run=dry_run))
        except AuthError as error:
            if not dry_run:
                manager.services.warn(f"Integration cleanup failed integration={entry.name} error={error.message}")
    return gone
