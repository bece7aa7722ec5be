"""`mock`: calls nobody; its credentials carry no session token and so rest in the keyring, which tests can look at.

A scratch file `atmos-mock-<name>.json` in the temporary folder tells a test that somebody authenticated."""

from __future__ import annotations

import json
import os

from auth.credentials import Credentials, MockCredentials
from auth.files import atomic
from auth.kind import Change, IdentityKind, Link, ProviderKind, Run
from auth.local.mock_aws import EXPIRES, REGION
from auth.secrets import Secret


def _credentials(name: str) -> MockCredentials:
    return MockCredentials(expires_at=EXPIRES, name=name, token=Secret(f"mock-token-{name}"), region=REGION)


def _scratch(link: Link, run: Run) -> str:
    folder = run.services.env.get("TMPDIR") or "/tmp"  # noqa: S108 - the user's own, private from birth
    return os.path.join(folder, f"atmos-mock-{link.name.replace('/', '_')}.json")


class MockProvider(ProviderKind):
    name = "mock"
    keyring = True

    def authenticate(self, link: Link, run: Run) -> Credentials:
        return _credentials(link.name)


class MockIdentity(IdentityKind):
    name = "mock"
    keyring = True

    def authenticate(self, link: Link, base: Credentials | None, run: Run) -> Credentials:
        return _credentials(link.name)

    def save(self, link: Link, credentials: Credentials, run: Run) -> None:
        super().save(link, credentials, run)
        atomic.write_private(_scratch(link, run), json.dumps({"identity": link.name}) + "\n")

    def environment(self, link: Link, run: Run) -> dict[str, str]:
        return {"ATMOS_IDENTITY": link.name, "MOCK_IDENTITY": link.name}

    def change(self, link: Link, run: Run) -> Change:
        return Change(set={"ATMOS_IDENTITY": link.name})

    def logout(self, link: Link, run: Run, *, dry_run: bool = False) -> list[str]:
        path = _scratch(link, run)
        if not os.path.lexists(path):
            return []
        if not dry_run:
            atomic.remove(path)
        return [path]


PROVIDER = MockProvider()
IDENTITY = MockIdentity()
