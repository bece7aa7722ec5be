"""`ambient`: no credentials of its own; a process sees the caller's environment as it is."""

from __future__ import annotations

from auth.config import Identity
from auth.credentials import Credentials, NoCredentials
from auth.kind import IdentityKind, Link, Report, Run


class Ambient(IdentityKind):
    name = "ambient"
    standalone = True
    ambient = True
    label = "ambient"

    def check(self, entry: Identity, report: Report) -> None:
        if entry.raw.get("via") is not None:
            report.config(f'ambient identity "{entry.name}" must not define via', "via")

    def authenticate(self, link: Link, base: Credentials | None, run: Run) -> Credentials:
        return NoCredentials()

    def cached(self, link: Link, run: Run) -> Credentials | None:
        return NoCredentials()


IDENTITY = Ambient()
