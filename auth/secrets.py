"""A value that gives nothing away: not in messages, logs, tracebacks, pickles or string formatting."""

from __future__ import annotations

from typing import NoReturn

_SHOWN = "***"


class Secret:
    """Holds a text that must not be shown. `reveal()` is the only way to it, and easy to search for."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself: for the wire, a protected file or a child's environment, nothing else."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return f"Secret({_SHOWN!r})" if self._text else "Secret('')"

    def __str__(self) -> str:
        return _SHOWN if self._text else ""

    def __format__(self, _spec: str) -> str:
        return str(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        import hmac

        return hmac.compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        return hash(("auth.Secret", self._text))

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a secret cannot be pickled or copied")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, _memo: object) -> Secret:
        return self


SECRET_KEYS = frozenset(
    {
        "secret_access_key",
        "session_token",
        "password",
        "passphrase",
        "secret",
        "token",
        "client_secret",
        "private_key",
        "access_token",
        "refresh_token",
    }
)
"""Names in the `auth:` section whose values are secrets."""


def redacted(value: object, *, key: str = "") -> object:
    """A copy of plain configuration data fit to be shown: secrets are stars, unevaluated values their own text."""
    if isinstance(value, dict):
        return {name: redacted(item, key=str(name)) for name, item in value.items()}
    if isinstance(value, list):
        return [redacted(item, key=key) for item in value]
    if isinstance(value, tuple):  # an unevaluated YAML function: its text names a variable or a command
        return f"{value[0]} {value[1]}" if key.lower() not in SECRET_KEYS or value[0] == "!env" else _SHOWN
    if isinstance(value, Secret) or (key.lower() in SECRET_KEYS and value not in (None, "")):
        return _SHOWN
    return value
