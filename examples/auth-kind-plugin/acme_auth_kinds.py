"""The kind `acme/token-file`: a token that somebody else puts into a file, given to processes as `ACME_TOKEN_FILE`.

auth:
  providers:
    badge: {kind: acme/token-file, spec: {path: ~/.acme/token}}
  identities:
    me: {kind: acme/token-file, via: {provider: badge}, principal: {team: core}}
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from auth import paths
from auth.config import Identity, Provider
from auth.credentials import Credentials, TokenCredentials
from auth.errors import AuthError
from auth.files import atomic
from auth.kind import Change, Facts, IdentityKind, Link, ProviderKind, Report, Run
from auth.secrets import Secret


def _path(link: Link, run: Run) -> str:
    return run.services.path(link.entry.text("spec.path"))


class TokenFile(ProviderKind):
    """Reads the token. `ambient`: it is read anew each time and never stored."""

    name = "acme/token-file"
    ambient = True

    def check(self, entry: Provider, report: Report) -> None:
        report.require("spec.path", "path is required in spec")

    def authenticate(self, link: Link, run: Run) -> Credentials:
        path = _path(link, run)
        try:
            with open(path, encoding="utf-8") as file:
                token = file.read().strip()
        except OSError as error:
            raise AuthError(
                f"cannot read the token file {path}: {error.strerror}", hints=["Ask the badge office for a new one"]
            ) from error
        return TokenCredentials(token=Secret(token), provider=link.name)


class TokenHolder(IdentityKind):
    """Passes the provider's token on."""

    name = "acme/token-file"
    ambient = True

    def check(self, entry: Identity, report: Report) -> None:
        report.require("principal.team", "team is required in principal")

    def authenticate(self, link: Link, base: Credentials | None, run: Run) -> Credentials:
        if not isinstance(base, TokenCredentials):
            raise AuthError(f"{link.name} must stand on an acme/token-file provider")
        return base

    def environment(self, link: Link, run: Run) -> dict[str, str]:
        return {"ACME_TOKEN_FILE": _path(run.root, run), "ACME_TEAM": link.entry.text("principal.team")}

    def change(self, link: Link, run: Run) -> Change:
        return Change(set=self.environment(link, run), unset=["ACME_TOKEN"])

    def facts(self, link: Link, credentials: Credentials, run: Run) -> Facts:
        return Facts(account=link.entry.text("principal.team"))


KINDS = [TokenFile(), TokenHolder()]


class Safe:
    """A keyring of one's own (`keyring: {type: acme-safe, spec: {folder: …}}`): here a folder that only we can read."""

    type = "acme-safe"

    def __init__(self, folder: str) -> None:
        self._folder = folder
        os.makedirs(folder, 0o700, exist_ok=True)

    def _file(self, key: str) -> str:
        return os.path.join(self._folder, quote(key, safe=""))

    def get(self, key: str) -> str | None:
        content = atomic.read_private(self._file(key))
        return None if content is None else bytes(byte ^ 0x5A for byte in content).decode()

    def set(self, key: str, text: str) -> None:
        atomic.write_private(self._file(key), bytes(byte ^ 0x5A for byte in text.encode()))  # a real one encrypts

    def delete(self, key: str) -> bool:
        return atomic.remove(self._file(key))

    def keys(self) -> list[str]:
        return sorted(unquote(name) for name in os.listdir(self._folder))


def open_safe(spec: Mapping[str, Any], env: Mapping[str, str]) -> Safe:
    """Makes the keyring of `keyring.spec` and the environment."""
    return Safe(paths.expand(str(spec.get("folder") or "~/.acme/safe"), env))
