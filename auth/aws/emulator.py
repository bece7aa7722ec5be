"""`aws/emulator`: an AWS without an account, moto's server on this machine (decision D24). The base of chains."""

from __future__ import annotations

import os

from auth.aws import files
from auth.aws.identity import AwsIdentity
from auth.config import Identity
from auth.credentials import AwsCredentials, Credentials
from auth.kind import Link, Report, Run
from auth.secrets import Secret


class AwsEmulator(AwsIdentity):
    name = "aws/emulator"
    standalone = True
    label = "aws-emulator"
    no_refresh = True

    def check(self, entry: Identity, report: Report) -> None:
        if entry.raw.get("via") is not None:
            report.config(f'emulator identity "{entry.name}" must not define via', "via")

    def instance(self, link: Link, run: Run) -> str:
        found = run.services.emulators.running(_name(link))
        return found.instance if found else ""

    def endpoint(self, link: Link, run: Run) -> str:
        found = run.services.emulators.running(_name(link))
        return found.url if found else ""

    def region(self, link: Link, run: Run) -> str:
        return link.entry.text("region") or link.entry.text("principal.region") or files.DEFAULT_REGION

    def files_base(self, link: Link, run: Run) -> str:
        """Sessions of an emulator are worth nothing without it: they rest, and end, with its state."""
        found = run.services.emulators.running(_name(link))
        return os.path.join(found.folder, "sessions") if found else ""

    def authenticate(self, link: Link, base: Credentials | None, run: Run) -> Credentials:
        run.services.emulators.ensure(_name(link))
        return AwsCredentials(
            access_key_id="AKIAEMULATOR00000000",
            secret_access_key=Secret("emulator-needs-no-secret"),
            region=self.region(link, run),
            source="emulator",
        )


def _name(link: Link) -> str:
    return link.entry.text("emulator") or "default"


IDENTITY = AwsEmulator()
