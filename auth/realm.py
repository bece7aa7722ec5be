"""The realm: a name that keeps one set of stored credentials apart from another. None unless somebody sets it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from auth.errors import RealmError

_ALLOWED = re.compile(r"[a-z0-9_-]")


def realm_of(configured: object, env: Mapping[str, str]) -> tuple[str, str]:
    """The realm and where it comes from: (`name`, `env` or `config`), or two empty texts."""
    from_env = env.get("ATMOS_AUTH_REALM", "")
    if from_env:
        _check(from_env, "ATMOS_AUTH_REALM environment variable")
        return from_env, "env"
    if configured in (None, ""):
        return "", ""
    _check(configured, "auth.realm configuration")
    return str(configured), "config"


def _check(value: object, source: str) -> None:
    problem = _problem(value)
    if problem:
        raise RealmError(
            f"failed to compute auth realm: invalid realm value: {source}: {problem}",
            hints=["Use lower-case letters, digits and single `-` or `_` between them, 64 characters at most"],
        )


def _problem(value: object) -> str:
    if not isinstance(value, str):
        return f"realm must be a text, not {type(value).__name__}"
    if "/" in value or "\\" in value or ".." in value:
        return "realm cannot contain path traversal characters (/, \\, ..)"
    bad = sorted({char for char in value if not _ALLOWED.fullmatch(char)})
    if bad:
        return (
            f"realm contains invalid characters: [{' '.join(bad)}] "
            "(only lowercase letters, numbers, hyphens, and underscores are allowed)"
        )
    if len(value) > 64:
        return f"realm is {len(value)} characters long (64 at most)"
    if value[0] in "-_" or value[-1] in "-_":
        return "realm cannot start or end with a hyphen or underscore"
    if re.search(r"[-_]{2}", value):
        return "realm cannot contain consecutive hyphens or underscores"
    return ""
