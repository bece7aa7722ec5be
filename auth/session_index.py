"""The short way to a session: one small private file that says which variables an unexpired session sets.

After an authentication the manager writes, per identity and project, the variables to set and to unset, until when
they hold, and a fingerprint of everything they came from (two profiles of one project stand side by side). A later
run that finds the same fingerprint needs no keyring, no SDK and no network. The file holds no secret; it is trusted
only when it is ours and nobody else can write it. This module is on the short way: it imports nothing heavy.
"""

from __future__ import annotations

import marshal
import os
import time

from auth import paths

try:  # the same function without OpenSSL, whose loading would cost more than all the rest of the short way
    from _blake2 import blake2b
except ImportError:  # pragma: no cover - an interpreter that is built otherwise
    from hashlib import blake2b

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Variables = tuple[dict[str, str], list[str], float]

VERSION = 5
KEPT = 8
"""Files of one identity, under different profiles and variables, beyond which those that are over are removed."""
FOREVER = float("inf")
_SKIPPED = frozenset(
    {
        "secret_access_key",
        "session_token",
        "password",
        "passphrase",
        "client_secret",
        "private_key",
        "refresh_token",
        "access_token",
    }
)
_UNSAVED_ROOTS = frozenset(
    {
        "aws/emulator",
        "gcp/emulator",
        "azure/emulator",
        "kubernetes/emulator",
        "aws/ambient",
        "ambient",
        "gcp/adc",
        "gcp/workload-identity-federation",
        "azure/cli",
        "azure/oidc",
        "azure/service-principal",
        "github/oidc",
        "gitlab/oidc",
    }
)


class Unknown(Exception):
    """Something about the chain cannot be known the short way."""


def key(identity: str, project: str) -> str:
    """Names the index entry of an identity in a project (the folder of its configuration)."""
    return f"{os.path.realpath(project)}\0{identity}"


def folder(env: Mapping[str, str]) -> str:
    """The folder of the index."""
    return os.path.join(paths.cache_home(env), "auth", "sessions")


def _prefix(entry: str) -> str:
    return blake2b(entry.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest() + "-"


def file_of(entry: str, mark: str, env: Mapping[str, str]) -> str:
    """The file of an index entry with a fingerprint."""
    return os.path.join(folder(env), _prefix(entry) + mark)


def _files(entry: str, env: Mapping[str, str]) -> list[str]:
    """All files of an index entry, whatever their fingerprint."""
    above, prefix = folder(env), _prefix(entry)
    try:
        return [os.path.join(above, name) for name in os.listdir(above) if name.startswith(prefix)]
    except OSError:
        return []


def chain_of(section: Mapping[str, Any], identity: str) -> list[tuple[str, Mapping[str, Any]]]:
    """The links of an identity, target first, as plain data; raises `Unknown` where anything is out of the ordinary."""
    identities = section.get("identities") or {}
    providers = section.get("providers") or {}
    links: list[tuple[str, Mapping[str, Any]]] = []
    seen: set[str] = set()
    name = identity
    while True:
        found, entry = _named(identities, name)
        if found in seen:
            raise Unknown("cycle")
        seen.add(found)
        links.append((found, entry))
        via = entry.get("via")
        if not via:
            return links
        if not isinstance(via, dict):
            raise Unknown("via")
        provider, parent = via.get("provider"), via.get("identity")
        if bool(provider) == bool(parent) or not isinstance(provider or parent, str):
            raise Unknown("via")
        if provider:
            links.append(_named(providers, provider))
            return links
        name = str(parent)


def _named(entries: Any, name: str) -> tuple[str, Mapping[str, Any]]:
    if not isinstance(entries, dict):
        raise Unknown("section")
    if name not in entries:
        fitting = [known for known in entries if isinstance(known, str) and known.lower() == name.lower()]
        if len(fitting) != 1:
            raise Unknown(name)
        name = fitting[0]
    entry = entries[name]
    if not isinstance(entry, dict):
        raise Unknown(name)
    return name, entry


def fingerprint(
    links: Sequence[tuple[str, Mapping[str, Any]]], env: Mapping[str, str], realm: str = "", extra: object = None
) -> str:
    """A digest of everything the variables of a chain come from; empty when that cannot be known the short way.

    Secrets are left out of it: they say nothing about whose credentials these are, and a digest of a weak one could
    be guessed. A deferred `!env` counts as its variable's value; any other function makes the answer empty.
    """
    root = links[-1][1].get("kind", "") if links else ""
    if not isinstance(root, str) or root.strip().lower() in _UNSAVED_ROOTS:
        return ""
    try:
        parts = [_plain([name, entry], env) for name, entry in links]
        parts.append(_plain(extra, env))
    except Unknown:
        return ""
    parts.append(realm)
    parts.append(paths.config_home(env))
    parts.append(env.get("ATMOS_AWS_ENDPOINT_INHERITED", ""))
    return blake2b(repr(parts).encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()


def _plain(value: Any, env: Mapping[str, str]) -> Any:
    """A value whose `repr` is the same whenever the value is."""
    if isinstance(value, dict):
        return [
            (str(name), _plain(value[name], env))
            for name in sorted(value, key=str)
            if str(name).lower() not in _SKIPPED
        ]
    if isinstance(value, list):
        return [_plain(item, env) for item in value]
    if isinstance(value, tuple):
        tag = value[0] if value else ""
        if tag == "!literal":
            return str(value[1])
        if tag == "!env" and isinstance(value[1], str):
            words = value[1].split(None, 1)
            return ["!env", value[1], env.get(words[0].strip("\"'")) if words else None]
        raise Unknown(tag)
    return value if value is None else str(value)


def realm_text(section: Mapping[str, Any], env: Mapping[str, str]) -> str:
    """The realm as the fingerprint sees it."""
    return env.get("ATMOS_AUTH_REALM") or str(section.get("realm") or "")


def quick(
    section: Mapping[str, Any], identity: str, project: str, env: Mapping[str, str], now: float | None = None
) -> tuple[str, dict[str, str], list[str], float] | None:
    """The name as configured, the variables to set and to unset of an unexpired session, and its end, or None.

    `section` is the merged `auth:` section as plain data, deferred values included.
    """
    try:
        links = chain_of(section, identity)
    except Unknown:
        return None
    mark = fingerprint(links, env, realm_text(section, env), section.get("integrations"))
    if not mark:
        return None
    found = lookup(key(links[0][0], project), mark, time.time() if now is None else now, env)
    return None if found is None else (links[0][0], *found)


def lookup(entry: str, mark: str, now: float, env: Mapping[str, str] | None = None) -> Variables | None:
    """The variables and the end stored under a key, if they are of this fingerprint, ours, and not over yet."""
    data = _read(file_of(entry, mark, os.environ if env is None else env)) if mark else None
    if data is None:
        return None
    try:
        version, stored_entry, stored_mark, expires_at, to_set, to_unset, files = data
        if version != VERSION or stored_entry != entry or stored_mark != mark or not now < expires_at:
            return None
        for path in files:  # the files that the variables name must still be there
            if os.stat(path).st_uid != os.getuid():
                return None
    except (ValueError, TypeError, OSError):
        return None
    return to_set, to_unset, expires_at


def expires_at(entry: str, mark: str, env: Mapping[str, str]) -> float | None:
    """Until when the stored session holds, or held."""
    return _expiry(entry, file_of(entry, mark, env)) if mark else None


def _expiry(entry: str, path: str) -> float | None:
    data = _read(path)
    if isinstance(data, tuple) and len(data) == 7 and data[0] == VERSION and data[1] == entry:
        return data[3] if isinstance(data[3], float) else None
    return None


def _read(path: str) -> Any:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        found = os.fstat(descriptor)
        if found.st_uid != os.getuid() or found.st_mode & 0o022 or not 0 < found.st_size < 1_000_000:
            return None
        content = os.read(descriptor, found.st_size)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    if len(content) < 32 or blake2b(content[32:], digest_size=32).digest() != content[:32]:
        return None  # damaged: `marshal` must not see it
    try:
        return marshal.loads(content[32:])  # noqa: S302 - checked right above
    except (ValueError, EOFError, TypeError):
        return None


def write(
    entry: str,
    mark: str,
    expires: float | None,
    to_set: dict[str, str],
    to_unset: Sequence[str],
    files: Sequence[str],
    env: Mapping[str, str],
) -> None:
    """Keep the variables of a session. Failing to is no error: the next run takes the long way."""
    if not mark:
        return
    path = file_of(entry, mark, env)
    body = marshal.dumps(
        (
            VERSION,
            entry,
            mark,
            FOREVER if expires is None else float(expires),
            dict(to_set),
            list(to_unset),
            list(files),
        ),
        2,
    )
    temporary = f"{path}.{os.getpid()}.{time.monotonic_ns():x}.tmp"
    try:
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, blake2b(body, digest_size=32).digest() + body)
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except (OSError, ValueError):
        _unlink(temporary)
    _tidy(entry, env)


def _tidy(entry: str, env: Mapping[str, str]) -> None:
    """Changes of the configuration leave files behind: those of sessions that are over go when there are many."""
    found = _files(entry, env)
    if len(found) > KEPT:
        now = time.time()
        for path in found:
            ends = _expiry(entry, path)
            if ends is None or ends < now:
                _unlink(path)


def forget(entry: str, env: Mapping[str, str]) -> None:
    """Remove what is kept of an identity's sessions."""
    for path in _files(entry, env):
        _unlink(path)


def _unlink(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
