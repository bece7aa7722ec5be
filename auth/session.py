"""A session: somebody is authenticated, until when, as whom; and what can be done with it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from auth.credentials import AwsCredentials, Credentials
from auth.errors import UnsupportedOperation

if TYPE_CHECKING:
    import subprocess

    from auth.manager import Manager


@dataclass(frozen=True)
class Session:
    """An authenticated identity. `credentials` never shows its secrets; `fresh` says that this call obtained it."""

    identity: str
    provider: str
    kind: str
    chain: tuple[str, ...]
    root_kind: str
    account: str = ""
    region: str = ""
    principal: str = ""
    expires_at: datetime | None = None
    realm: str = ""
    realm_source: str = ""
    fresh: bool = False
    credentials: Credentials = field(default_factory=Credentials, repr=False)
    manager: Manager | None = field(default=None, repr=False, compare=False)

    def _manager(self) -> Manager:
        if self.manager is None:
            raise UnsupportedOperation("this session came without its manager")
        return self.manager

    def environment(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """The exact environment for a process under this identity, from `base` (this process's own by default)."""
        return self._manager().prepare(self.identity, os.environ if base is None else base)

    def raw_variables(self) -> dict[str, str]:
        """The credentials themselves as variables. Handle with care: these are secrets in plain text."""
        return self._manager().raw_variables(self)

    def whoami(self) -> Any:
        """Ask the cloud who this is (see `auth.whoami.Whoami`)."""
        return self._manager().whoami(self.identity)

    def boto3_session(self, region: str = "") -> Any:
        """A boto3 session that fetches fresh credentials by itself before these run out."""
        if not isinstance(self.credentials, AwsCredentials):
            raise UnsupportedOperation(f'identity "{self.identity}" ({self.kind}) has no AWS credentials')
        from auth.aws.boto import refreshing

        return refreshing(self, region)

    @contextmanager
    def applied(self) -> Iterator[dict[str, str]]:
        """Put the environment of this identity into this very process for the length of a `with` block."""
        before = dict(os.environ)
        wanted = self.environment(before)
        _replace(wanted)
        try:
            yield wanted
        finally:
            _replace(before)

    def run(self, argv: Sequence[str], **options: Any) -> subprocess.CompletedProcess[Any]:
        """`subprocess.run` under this identity; an `env` among the options is the base of its environment."""
        import subprocess

        base = options.pop("env", None)
        return subprocess.run(argv, env=self.environment(base), check=options.pop("check", False), **options)


def _replace(env: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name not in env]:
        del os.environ[name]
    for name, value in env.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
