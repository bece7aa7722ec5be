"""Credentials in a keyring: which backend, under which key, in which envelope, and with whose fingerprint.

A key is `atmos_[<realm>_]<name>`. When another project's credentials stand under it, ours go beside them, under the
key with a part of our fingerprint at its end; what carries another fingerprint is never given out (decision D6).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auth.credentials import TYPES, AwsCredentials, Credentials
from auth.errors import AuthError, KeyringError

if TYPE_CHECKING:
    from auth.keyrings import Keyring


@dataclass
class Store:
    """The keyring of one manager. `problem` says why nothing can be stored, when nothing can."""

    realm: str
    open_keyring: Callable[[], Keyring]
    debug: Callable[[str], None] = lambda _text: None
    _keyring: Keyring | None = None
    problem: str = ""

    @property
    def keyring(self) -> Keyring:
        if self._keyring is None:
            self._keyring = self.open_keyring()
        return self._keyring

    @property
    def type(self) -> str:
        return self.keyring.type

    def key(self, name: str) -> str:
        return f"atmos_{self.realm}_{name}" if self.realm else f"atmos_{name}"

    def _beside(self, name: str, fingerprint: str) -> str:
        return f"{self.key(name)}~{fingerprint[:8]}"

    def get(self, name: str, fingerprint: str, *, imported: bool = False) -> Credentials | None:
        """The credentials of a fingerprint, or None. `imported`: those that carry no fingerprint count as well."""
        for key in (self.key(name), self._beside(name, fingerprint)):
            envelope = self._read(key)
            if envelope is None:
                continue
            mark = envelope.get("fingerprint")
            if mark == fingerprint or (mark is None and imported):
                return _credentials(name, envelope)
        return None

    def put(self, name: str, fingerprint: str, credentials: Credentials) -> bool:
        """Store credentials; whether that worked. A login never fails because its result could not be kept."""
        try:
            self.put_or_raise(name, fingerprint, credentials)
        except AuthError as error:
            self.problem = error.message
            self.debug(f"credentials of {name} were not stored: {error.message}")
            return False
        return True

    def put_or_raise(self, name: str, fingerprint: str, credentials: Credentials) -> None:
        key = self.key(name)
        present = self._read(key)
        if present is not None and present.get("fingerprint") not in (None, fingerprint):
            key = self._beside(name, fingerprint)
        envelope = {"type": credentials.type, "data": credentials.to_data(), "fingerprint": fingerprint}
        self.keyring.set(key, json.dumps(envelope, separators=(",", ":")))

    def remove(self, name: str, fingerprint: str = "") -> list[str]:
        """Delete the entries of a name: gives the keys that were there."""
        keys = [self.key(name), *([self._beside(name, fingerprint)] if fingerprint else [])]
        gone = []
        for key in keys:
            if fingerprint and key == self.key(name):
                present = self._read_quietly(key)
                if present is not None and present.get("fingerprint") not in (None, fingerprint):
                    continue  # another project's
            if self.keyring.delete(key):
                gone.append(key)
        return gone

    def _read_quietly(self, key: str) -> Mapping[str, Any] | None:
        try:
            return self._read(key)
        except AuthError:
            return None

    def _read(self, key: str) -> Mapping[str, Any] | None:
        text = self.keyring.get(key)
        if text is None:
            return None
        try:
            envelope = json.loads(text)
        except ValueError as error:
            raise KeyringError(
                f"keyring entry {key} is damaged: it is not JSON",
                hints=["Remove it with `atmos auth logout --keychain`, or in your keyring's own program"],
            ) from error
        if not isinstance(envelope, dict) or not isinstance(envelope.get("data"), dict):
            raise KeyringError(
                f"keyring entry {key} is damaged: it is not an envelope of credentials",
                hints=["Remove it with `atmos auth logout --keychain`"],
            )
        return envelope


def _credentials(name: str, envelope: Mapping[str, Any]) -> Credentials:
    kind = TYPES.get(str(envelope.get("type")))
    if kind is None:
        raise KeyringError(f'keyring error for identity "{name}": unknown credential type {envelope.get("type")!r}')
    found = kind.of_data(envelope["data"])  # type: ignore[attr-defined]
    assert isinstance(found, Credentials)
    if isinstance(found, AwsCredentials) and not found.access_key_id:
        raise KeyringError(
            f'keyring error for identity "{name}": failed to unmarshal AWS credentials: access_key_id is missing'
        )
    return found
