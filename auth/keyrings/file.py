"""A folder of encrypted files, one per key, for machines without a keyring service.

Each file is a JWE text (`auth.keyrings.jwe`) whose plain content is the JSON object
`{"Key", "Data" (base64 of the text), "Label", "Description", …}`, the layout other tools of this format read.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from auth.errors import KeyringError
from auth.files import atomic
from auth.keyrings import jwe

if TYPE_CHECKING:
    from auth.prompts import Prompter

MINIMUM = 8


class FileKeyring:
    """The password is asked for once, when the first entry is read or written."""

    type = "file"

    def __init__(
        self, folder: str, password_env: str, env: Mapping[str, str], prompter: Callable[[], Prompter | None]
    ) -> None:
        # A path that looks like a file names a file in the folder meant.
        self.folder = os.path.dirname(folder) if "." in os.path.basename(folder) else folder
        self._password_env = password_env
        self._env = env
        self._prompter = prompter
        self._password: str | None = None

    def get(self, key: str) -> str | None:
        content = atomic.read_private(self._file(key))
        if content is None:
            return None
        try:
            plain = jwe.decrypt(content.decode("ascii", "replace"), self.password())
            item = json.loads(plain)
            return base64.b64decode(item["Data"], validate=True).decode()
        except jwe.WrongPassword as error:
            raise KeyringError(
                f"the password does not open the keyring entry {self._file(key)}",
                hints=[
                    f"Set {self._password_env} to the password it was written with",
                    "Or remove the file and log in again",
                ],
            ) from error
        except (jwe.Malformed, ValueError, KeyError, TypeError, binascii.Error) as error:
            raise KeyringError(
                f"the keyring entry {self._file(key)} is damaged: {error}", hints=["Remove the file and log in again"]
            ) from error

    def set(self, key: str, text: str) -> None:
        password = self.password()
        item = {
            "Key": key,
            "Data": base64.b64encode(text.encode()).decode(),
            "Label": "",
            "Description": "",
            "KeychainNotTrustApplication": False,
            "KeychainNotSynchronizable": False,
        }
        created = datetime.now(UTC).isoformat()
        sealed = jwe.encrypt(json.dumps(item).encode(), password, header={"created": created})
        atomic.private_folder(self.folder)
        atomic.tighten(self.folder)
        atomic.write_private(self._file(key), sealed)

    def delete(self, key: str) -> bool:
        return atomic.remove(self._file(key))

    def keys(self) -> list[str]:
        try:
            names = os.listdir(self.folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise KeyringError(f"cannot read the keyring folder {self.folder}: {error.strerror}") from error
        return sorted(_unescaped(name) for name in names if not name.endswith((".tmp", ".lock")))

    def password(self) -> str:
        """From the variable, else from a person; at least eight characters."""
        if self._password is None:
            found = self._env.get(self._password_env, "")
            if not found:
                prompter = self._prompter()
                if prompter is None:
                    raise KeyringError(
                        f"keyring: password required: set {self._password_env} environment variable or run in "
                        "interactive mode"
                    )
                found = prompter.secret(
                    f'Enter passphrase to unlock "{self.folder}"',
                    message="Enter password to encrypt/decrypt keyring file",
                    validate=lambda text: "" if len(text) >= MINIMUM else f"At least {MINIMUM} characters, please",
                )
            if len(found) < MINIMUM:
                raise KeyringError(
                    f"keyring: password too short (at least {MINIMUM} characters are required)",
                    hints=[f"Set {self._password_env} to a longer one"],
                )
            self._password = found
        return self._password

    def _file(self, key: str) -> str:
        return os.path.join(self.folder, key.replace("%", "%25").replace("/", "%2F"))


def _unescaped(name: str) -> str:
    return name.replace("%2F", "/").replace("%25", "%")
