"""The error family of this package: what happened, where, and what to do next.

Every error carries the attributes a printer needs (message, title, explanation, hints, where, exit_code, usage,
context, quiet), the same names the other packages use, and never a secret. Core code raises; nothing here prints.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class AuthError(Exception):
    """An error to show to a person.

    message: one line. explanation: a paragraph. hints: what to do next, a sentence each. where: a place in a file
    (anything whose `str` is `file:line`) or None. exit_code: 1 unless a class says otherwise.
    """

    def __init__(
        self,
        message: str,
        *,
        title: str = "Error",
        explanation: str = "",
        hints: Iterable[str] = (),
        where: object | None = None,
        exit_code: int = 1,
        usage: str = "",
        context: dict[str, str] | None = None,
        quiet: bool = False,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.title = title
        self.explanation = explanation
        self.hints = list(hints)
        self.where = where
        self.exit_code = exit_code
        self.usage = usage
        self.context = context or {}
        self.quiet = quiet


class ConfigError(AuthError):
    """The `auth:` section, or one entry of it, cannot be used as it is written."""


class RealmError(ConfigError):
    """The realm's name is not allowed."""


class NotFound(AuthError):
    """A name that is not configured. `known` are the names there are, `near` those that look like it."""

    def __init__(
        self,
        message: str,
        *,
        name: str,
        known: Iterable[str] = (),
        hints: Iterable[str] = (),
        explanation: str = "",
        where: object | None = None,
    ) -> None:
        self.name = name
        self.known = sorted(known)
        self.near = nearest(name, self.known)
        all_hints = list(hints)
        if self.near:
            all_hints.insert(0, "Did you mean " + " or ".join(f"`{near}`" for near in self.near) + "?")
        super().__init__(message, explanation=explanation, hints=all_hints, where=where)


class IdentityNotFound(NotFound):
    """No identity of that name is configured."""


class ProviderNotFound(NotFound):
    """No provider of that name is configured."""


class IntegrationNotFound(NotFound):
    """No integration of that name is configured."""


class AmbiguousName(AuthError):
    """A name that fits several entries that differ in letter case only."""

    def __init__(self, message: str, *, candidates: Iterable[str]) -> None:
        self.candidates = sorted(candidates)
        super().__init__(message, hints=["Write the name exactly as it is configured"])


class NoDefaultIdentity(AuthError):
    """Nobody said which identity, and none is the default."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self.known = sorted(known)
        hints = ["Name one with --identity NAME or ATMOS_IDENTITY, or mark one with `default: true`"]
        explanation = ""
        if self.known:
            explanation = "Configured identities: " + ", ".join(f"`{name}`" for name in self.known)
        super().__init__("no default identity configured for authentication", explanation=explanation, hints=hints)


class MultipleDefaults(AuthError):
    """Several identities claim to be the default."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(names)
        super().__init__(
            f"multiple default identities found: `[{' '.join(self.names)}]`",
            hints=["Name one with --identity NAME, or leave `default: true` on one identity only"],
        )


class ChainError(ConfigError):
    """The way from an identity to its base is broken."""


class CycleError(ChainError):
    """The links of a chain go round in a circle; `links` names it in full."""

    def __init__(self, links: Iterable[str], *, target: str = "", where: object | None = None) -> None:
        self.links = list(links)
        first = self.links[0] if self.links else ""
        super().__init__(
            f'failed to build authentication chain for identity "{target or first}": circular dependency detected in '
            f'identity chain involving "{first}" ({" -> ".join(self.links)})',
            hints=["Let one of these identities start at a provider instead"],
            where=where,
        )


class AuthenticationFailed(AuthError):
    """A step of a chain failed. `identity` or `provider` names it; the cause is `__cause__`."""

    identity: str = ""
    provider: str = ""


class CloudError(AuthError):
    """A cloud's refusal, with its own code and request id in the text."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        request_id: str = "",
        status: int = 0,
        explanation: str = "",
        hints: Iterable[str] = (),
        context: dict[str, str] | None = None,
    ) -> None:
        self.code = code
        self.request_id = request_id
        self.status = status
        super().__init__(message, explanation=explanation, hints=hints, context=context)


class NetworkError(AuthError):
    """An endpoint could not be reached, or answered nothing."""


class CredentialsUnavailable(AuthError):
    """There are no stored credentials for an identity, or they are no longer good."""


class CredentialsExpired(CredentialsUnavailable):
    """There are stored credentials, and their time is over."""


class InteractionRequired(AuthError):
    """Somebody has to be asked, and there is nobody to ask."""


class UserAborted(AuthError):
    """A person cancelled a prompt: ctrl-c gives 130 (D34), escape 1."""

    aborted = True

    def __init__(self, *, interrupt: bool = True) -> None:
        self.interrupt = interrupt
        super().__init__("user aborted", exit_code=130 if interrupt else 1)


class KeyringError(AuthError):
    """The keyring is absent, damaged, or the password is wrong. `locked`: it is there, but does not open or answer."""

    locked = False


class StorageError(AuthError):
    """A file of ours cannot be read or written safely."""


class LockTimeout(StorageError):
    """Somebody else held a lock for too long; the message says who."""


class EmulatorError(AuthError):
    """A local emulator does not start, or is not there."""


class UnsupportedOperation(AuthError):
    """The kind cannot do this."""


class IntegrationFailed(AuthError):
    """An integration could not be carried out."""


def nearest(word: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Known words close to a mistyped one, best first."""
    from difflib import get_close_matches

    by_fold: dict[str, str] = {}
    for name in known:
        by_fold.setdefault(name.lower(), name)
    return [by_fold[match] for match in get_close_matches(word.lower(), list(by_fold), limit, 0.6)]
