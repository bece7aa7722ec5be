"""The audit log (`auth.audit.file`): one JSON object per line, appended, of who authenticated as what and until when.

Opt in. It holds names, accounts and times, never a secret. A log that cannot be written is a warning, not a failure.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from auth.credentials import AwsCredentials, Credentials, rfc3339
from auth.kind import Run

if TYPE_CHECKING:
    from auth.manager import Manager


def record(manager: Manager, run: Run, credentials: Credentials, event: str) -> None:
    """Append one line."""
    target = manager.config.get("audit.file")
    if not isinstance(target, str) or not target:
        return
    services = manager.services
    line = {
        "time": rfc3339(datetime.fromtimestamp(services.now(), UTC)),
        "event": event,
        "user": _user(),
        "pid": os.getpid(),
        "command": _command(sys.argv),
        "project": services.project,
        "realm": services.realm,
        "identity": "" if run.target.is_provider else run.target.name,
        "provider": run.root.name if run.root.is_provider else "",
        "chain": list(run.names),
        "kind": run.target.entry.kind,
        "account": getattr(credentials, "account", "") or "",
        "principal": getattr(credentials, "principal", "") or "",
        "access_key_id": credentials.access_key_id if isinstance(credentials, AwsCredentials) else "",
        "expires_at": rfc3339(credentials.expires_at) if credentials.expires_at else None,
    }
    path = services.path(target)
    try:
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            os.write(descriptor, (json.dumps(line, separators=(",", ":")) + "\n").encode())
        finally:
            os.close(descriptor)
    except OSError as error:
        services.warn(f"cannot write the audit log {path}: {error.strerror or error}")


def _command(argv: list[str]) -> str:
    """The program and its leading words: enough to tell the command, no values of flags."""
    words = [os.path.basename(argv[0] if argv and argv[0] else "python")]
    for word in argv[1:3]:
        if word.startswith("-") or not word.replace("-", "").replace("_", "").isalnum():
            break
        words.append(word)
    return " ".join(words)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return str(os.getuid())
