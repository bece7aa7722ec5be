"""The system's keyring, through the `keyring` library, with a bound on how long it may take.

A service that does not answer (a locked collection whose dialog nobody sees, a bus without a service) must not hang
a command: each call runs in a thread that is left behind when its time is over.
"""

from __future__ import annotations

import base64
import platform
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from auth.errors import KeyringError
from auth.keyrings import ACCOUNT, Keyring, NoKeyring

PROBE = "atmos-keyring-availability-probe"
_MAC_PREFIX = "go-keyring-base64:"
_MAC_HEX_PREFIX = "go-keyring-encoded:"
_Result = TypeVar("_Result")


class SystemKeyring:
    """Entries of service = key, account `atmos-auth`."""

    type = "system-keyring"

    def __init__(self, backend: Any, timeout: float) -> None:
        self._backend = backend
        self._timeout = timeout

    def get(self, key: str) -> str | None:
        found = self._call("read", lambda: self._backend.get_password(key, ACCOUNT))
        return None if found is None else _decoded(found)

    def set(self, key: str, text: str) -> None:
        self._call("write", lambda: self._backend.set_password(key, ACCOUNT, _encoded(text)))

    def delete(self, key: str) -> bool:
        if self.get(key) is None:
            return False
        self._call("delete from", lambda: self._backend.delete_password(key, ACCOUNT))
        return True

    def keys(self) -> list[str]:
        raise KeyringError("listing credentials is not supported with keyring backend")

    def _call(self, verb: str, action: Callable[[], _Result]) -> _Result:
        return bounded(action, self._timeout, verb)


def bounded(action: Callable[[], _Result], timeout: float, verb: str) -> _Result:
    """Run an action of the keyring, but not for longer than `timeout` seconds."""
    results: list[_Result] = []
    failures: list[BaseException] = []

    def work() -> None:
        try:
            results.append(action())
        except BaseException as error:  # noqa: BLE001 - whatever a backend throws is handed to the caller
            failures.append(error)

    thread = threading.Thread(target=work, name="keyring", daemon=True)
    thread.start()
    thread.join(timeout)
    if results:
        return results[0]
    if failures:
        raise _error(failures[0], verb) from failures[0]
    error = KeyringError(
        f"the system keyring did not answer within {timeout:g} seconds (to {verb} it)",
        explanation="It may be locked and waiting for a dialog, or its service may hang.",
        hints=[
            "Unlock it and run this again",
            "Or use another keyring: ATMOS_KEYRING_TYPE=file with ATMOS_KEYRING_PASSWORD",
        ],
    )
    error.locked = True
    raise error


def _error(error: BaseException, verb: str) -> KeyringError:
    name = type(error).__name__
    text = str(error).strip() or name
    if "Locked" in name or "locked" in text.lower() or "dismissed" in text.lower():
        locked = KeyringError(f"the system keyring is locked: {text}", hints=["Unlock it and run this again"])
        locked.locked = True
        return locked
    return KeyringError(
        f"cannot {verb} the system keyring: {text}",
        hints=["Use another keyring: ATMOS_KEYRING_TYPE=file with ATMOS_KEYRING_PASSWORD"],
    )


def open_system(env: Mapping[str, str]) -> Keyring:
    """The system's keyring if it answers, else one that holds nothing and knows why."""
    try:
        timeout = float(env.get("ATMOS_KEYRING_TIMEOUT") or 10)
    except ValueError:
        timeout = 10.0
    try:
        backend = bounded(_backend, timeout, "open")
        bounded(lambda: backend.get_password(PROBE, ACCOUNT), timeout, "reach")
    except KeyringError as error:
        return NoKeyring(error.message, locked=error.locked)
    return SystemKeyring(backend, timeout)


def _backend() -> Any:
    import keyring
    from keyring.errors import NoKeyringError

    backend = keyring.get_keyring()
    several = getattr(backend, "backends", None)
    if several is not None and "chainer" in type(backend).__module__:
        # Several keyrings in a row: what the first refuses would go to the next, perhaps in plain text.
        backend = next((each for each in several if not _is_plain(each)), backend)
    if backend.priority <= 0 or "keyring.backends.fail" in type(backend).__module__:
        raise NoKeyringError("no keyring service is there")
    if _is_plain(backend):
        raise NoKeyringError(f"{type(backend).__name__} keeps passwords in plain text")
    return backend


def _is_plain(backend: Any) -> bool:
    return "plaintext" in f"{type(backend).__module__}.{type(backend).__name__}".lower()


def _encoded(text: str) -> str:
    if platform.system() != "Darwin":
        return text
    return _MAC_PREFIX + base64.b64encode(text.encode()).decode()


def _decoded(text: str) -> str:
    if text.startswith(_MAC_PREFIX):
        return base64.b64decode(text[len(_MAC_PREFIX) :]).decode()
    if text.startswith(_MAC_HEX_PREFIX):
        return bytes.fromhex(text[len(_MAC_HEX_PREFIX) :]).decode()
    return text
