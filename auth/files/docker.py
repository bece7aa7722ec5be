"""Docker's `config.json`: one registry's login added or taken out, everything else kept as it is (decision D17).

Where the user has a credential helper for the registry, Docker would not look into the file: the helper gets it.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth import paths
from auth.durations import compact
from auth.errors import AuthError, StorageError
from auth.files import atomic, locks
from auth.kind import Run
from auth.secrets import Secret

HELPER_SECONDS = 30


@dataclass(frozen=True)
class Login:
    """What a registry gave: for docker's configuration, and for people."""

    registry: str
    user: str
    password: Secret
    expires_at: datetime | None


def until(found: Login, run: Run) -> str:
    """How long a login holds, in brackets."""
    if found.expires_at is None:
        return ""
    left = found.expires_at.timestamp() - run.services.now()
    return f" (expires in {compact(round(left / 60) * 60) if left >= 30 else '0s'})"


def folder(run: Run) -> str:
    """Docker's configuration folder."""
    env = run.services.env
    return env.get("DOCKER_CONFIG") or os.path.join(paths.home(env), ".docker")


def store(run: Run, registry: str, user: str, password: Secret) -> None:
    """Keep a login where Docker will find it."""
    path = _file(run)
    atomic.private_folder(os.path.dirname(path))
    with locks.locked(path + ".lock", purpose="writing Docker's configuration"):
        document = _read(path)
        helper = _helper(document, registry)
        if helper:
            _call(
                run, helper, "store", json.dumps({"ServerURL": registry, "Username": user, "Secret": password.reveal()})
            )
            return
        auths = document.setdefault("auths", {})
        if not isinstance(auths, dict):
            raise StorageError(f"{path}: `auths` is not an object; nothing was written")
        entry = auths.get(registry)
        kept = {key: value for key, value in entry.items() if key != "identitytoken"} if isinstance(entry, dict) else {}
        secret = base64.b64encode(f"{user}:{password.reveal()}".encode()).decode()
        auths[registry] = {**kept, "auth": secret}
        _write(path, document)


def remove(run: Run, registry: str, *, dry_run: bool = False) -> list[str]:
    """Take a login out again."""
    path = _file(run)
    if not os.path.exists(path):
        return []
    with locks.locked(path + ".lock", purpose="writing Docker's configuration"):
        document = _read(path)
        helper = _helper(document, registry)
        auths = document.get("auths")
        inside = isinstance(auths, dict) and registry in auths
        if dry_run:
            return [path] if inside else []
        if helper:
            _call(run, helper, "erase", registry)
        if inside and isinstance(auths, dict):
            del auths[registry]
            if not auths:
                del document["auths"]
            if document:
                _write(path, document)
            else:
                atomic.remove(path)
        return [path] if inside else []


def _file(run: Run) -> str:
    return os.path.join(folder(run), "config.json")


def _read(path: str) -> dict[str, Any]:
    content = atomic.read_private(path)
    if content is None or not content.strip():
        return {}
    try:
        document = json.loads(content)
    except ValueError as error:
        raise StorageError(
            f"failed to read Docker config: invalid JSON: {error} ({path})",
            hints=["Correct or remove that file; nothing was written"],
        ) from error
    if not isinstance(document, dict):
        raise StorageError(f"failed to read Docker config: {path} is not an object; nothing was written")
    return document


def _write(path: str, document: dict[str, Any]) -> None:
    atomic.write_private(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _helper(document: dict[str, Any], registry: str) -> str:
    helpers = document.get("credHelpers")
    own = helpers.get(registry) if isinstance(helpers, dict) else None
    found = own or document.get("credsStore")
    return str(found) if isinstance(found, str) and found else ""


def _call(run: Run, helper: str, verb: str, text: str) -> None:
    """Hand something to a credential helper: on its stdin, never in its arguments."""
    program = f"docker-credential-{helper}"
    try:
        done = subprocess.run(
            [program, verb],
            input=text.encode(),
            env=dict(run.services.env),
            capture_output=True,
            timeout=HELPER_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = getattr(error, "strerror", None) or "it did not finish in time"
        raise AuthError(
            f"Docker's credential helper {program} cannot be used: {reason}",
            hints=["Install it, or remove it from Docker's config.json"],
        ) from None
    if done.returncode and verb != "erase":
        raise AuthError(f"Docker's credential helper {program} failed with exit status {done.returncode}")
