"""Keyrings: the system's own, an encrypted folder, memory, and one that holds nothing.

Which one: `ATMOS_KEYRING_TYPE`, else `auth.keyring.type`, else the system's. A keyring that cannot be used never
becomes plain text: nothing is kept then, and whoever needs what would be in it is told why.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Protocol

from auth import paths

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from auth.config import AuthConfig
    from auth.prompts import Prompter

BUILT_IN = ("system", "file", "memory")
ENTRY_POINTS = "atmos.auth.keyrings"
"""Other packages' keyrings: a type's name, and a callable that makes a `Keyring` of `keyring.spec` and the environment."""

ACCOUNT = "atmos-auth"
"""The account under which entries stand in the system's keyring."""


class Keyring(Protocol):
    """Texts by key. `get` gives None for what is not there; anything else that goes wrong is a `KeyringError`."""

    type: str

    def get(self, key: str) -> str | None: ...

    def set(self, key: str, text: str) -> None: ...

    def delete(self, key: str) -> bool: ...

    def keys(self) -> list[str]: ...


class MemoryKeyring:
    """Lost when the process ends."""

    type = "memory"

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def get(self, key: str) -> str | None:
        return self._texts.get(key)

    def set(self, key: str, text: str) -> None:
        self._texts[key] = text

    def delete(self, key: str) -> bool:
        return self._texts.pop(key, None) is not None

    def keys(self) -> list[str]:
        return sorted(self._texts)


class NoKeyring:
    """Stands in where there is no keyring: takes everything, keeps nothing. `reason` says why it is here, `locked` that there is one behind it."""

    type = "noop"

    def __init__(self, reason: str = "", *, locked: bool = False) -> None:
        self.reason = reason
        self.locked = locked

    def get(self, key: str) -> str | None:
        return None

    def set(self, key: str, text: str) -> None:
        return None

    def delete(self, key: str) -> bool:
        return False

    def keys(self) -> list[str]:
        return []


def open_keyring(
    config: AuthConfig,
    env: Mapping[str, str],
    prompter: Callable[[], Prompter | None],
    *,
    resolve: Callable[[str], str],
) -> Keyring:
    """The keyring that is configured. `prompter` gives whoever may be asked for a password, if anybody."""
    wanted = (env.get("ATMOS_KEYRING_TYPE") or str(config.get("keyring.type") or "system")).strip().lower()
    if wanted == "memory":
        return MemoryKeyring()
    if wanted == "file":
        from auth.keyrings.file import FileKeyring

        folder = env.get("ATMOS_KEYRING_FILE_PATH") or str(config.get("keyring.spec.path") or "")
        password_env = (
            env.get("ATMOS_KEYRING_PASSWORD_ENV")
            or str(config.get("keyring.spec.password_env") or "")
            or "ATMOS_KEYRING_PASSWORD"
        )
        return FileKeyring(
            resolve(folder) if folder else f"{paths.data_home(env)}/keyring", password_env, env, prompter
        )
    if wanted != "system" and wanted in third_party():
        return _of_package(wanted, config, env)
    from auth.keyrings.system import open_system

    return open_system(env)


def exists(kind: str) -> bool:
    """Whether there is a keyring of a type, in any letter case."""
    name = kind.strip().lower()
    return name in BUILT_IN or name in third_party()


def known() -> list[str]:
    """The types of keyrings there are, other packages' included."""
    return [*BUILT_IN, *sorted(third_party())]


@cache
def third_party() -> dict[str, EntryPoint]:
    """Keyrings of other packages, by type."""
    from importlib.metadata import entry_points

    return {
        point.name.lower(): point for point in entry_points(group=ENTRY_POINTS) if point.name.lower() not in BUILT_IN
    }


def _of_package(wanted: str, config: AuthConfig, env: Mapping[str, str]) -> Keyring:
    from auth.errors import AuthError, KeyringError

    spec = config.get("keyring.spec")
    try:
        found: Keyring = third_party()[wanted].load()(spec if isinstance(spec, Mapping) else {}, env)
    except AuthError:
        raise
    except Exception as error:
        raise KeyringError(
            f"the keyring {wanted} of another package cannot be opened: {error}",
            hints=["Update or remove that package, or choose another `keyring.type`"],
        ) from error
    return found
