"""What the helper commands need: registry logins and cluster tokens of an identity, or of the surroundings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.aws import ecr, eks
from auth.errors import AuthError
from auth.files import docker
from auth.kind import Run
from auth.manager import Manager
from auth.session import Session

AMBIENT: Mapping[str, Any] = {"identities": {"ambient": {"kind": "aws/ambient"}}}


def surroundings(manager: Manager) -> tuple[Manager, str]:
    """A manager whose one identity is whatever the surroundings give, and that identity's name."""
    from auth.loading import load

    services = manager.services
    return load(AMBIENT, env=services.env, base_dir=services.base_dir, warn=services.warn,
                notify=services.notify), "ambient"


def authenticated(manager: Manager, identity: str) -> tuple[Session, Run]:
    """A session for a helper command: integrations are not run (they would call the helper again)."""
    session = manager.authenticate(identity, options={"skip_integrations": True})
    return session, manager.run(identity)


def ecr_login(manager: Manager, registry: str, identity: str = "") -> str:
    """Log docker in to a registry by its address; gives a status line. Without an identity: as the surroundings."""
    _account, region = ecr.parsed_registry(registry)
    if not identity:
        manager, identity = surroundings(manager)
    session, run = authenticated(manager, identity)
    return _stored(ecr.login(registry, region, session.credentials, run), "ECR", run)


def ecr_public_login(manager: Manager, identity: str = "") -> str:
    """Log docker in to the public registry."""
    if not identity:
        manager, identity = surroundings(manager)
    session, run = authenticated(manager, identity)
    return _stored(ecr.public_login(session.credentials, run), "ECR Public", run)


def ecr_login_of(manager: Manager, identity: str) -> list[str]:
    """Run every integration that is linked to an identity; gives the status lines."""
    from auth import integrations

    session, run = authenticated(manager, identity)
    found = integrations.linked(manager, run)
    if not found:
        raise AuthError(f"identity has no linked integrations: {run.target.name}")
    done: set[str] = set()
    lines = []
    for entry in found:
        try:
            lines.append(integrations.execute(manager, entry, run, session, done))
        except AuthError as error:
            raise AuthError(f"integration execution failed '{entry.name}': {error.message}", hints=error.hints,
                            where=error.where) from error
    return [line for line in lines if line]


def integration(manager: Manager, name: str) -> str:
    """Run one integration by name; gives its status line."""
    from auth import integrations

    return integrations.run_one(manager, name)


def eks_token(manager: Manager, cluster: str, region: str, identity: str) -> dict[str, Any]:
    """The credential kubectl asks for."""
    session, run = authenticated(manager, identity)
    return eks.token(cluster, region, session.credentials, run)


def eks_update_kubeconfig(manager: Manager, cluster: str, region: str, identity: str, *, path: str = "",
                          alias: str = "") -> str:
    """Write a cluster into a kubeconfig; gives a status line."""
    session, run = authenticated(manager, identity)
    target = eks.Target(run.services.path(path) if path else eks.default_path(run), alias=alias)
    context, _changed = eks.update_kubeconfig(cluster, region, session.credentials, run, target)
    return f"✓ EKS kubeconfig: {context} → {target.path}"


def _stored(found: ecr.Login, label: str, run: Run) -> str:
    docker.store(run, found.registry, found.user, found.password)
    return f"✓ {label} login: {found.registry}{ecr.until(found, run)}"
