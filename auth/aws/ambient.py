"""`aws/ambient`: whatever credentials the surroundings give an AWS SDK. Nothing is stored, nothing is removed."""

from __future__ import annotations

from datetime import UTC, datetime

from auth.aws import client, endpoints
from auth.aws.identity import AwsIdentity
from auth.config import Identity
from auth.credentials import AwsCredentials, Credentials
from auth.errors import AuthError
from auth.kind import Change, Link, Report, Run
from auth.secrets import Secret


class AwsAmbient(AwsIdentity):
    name = "aws/ambient"
    standalone = True
    ambient = True
    label = "aws-ambient"
    no_refresh = True  # a process under an identity no longer has the surroundings it came from

    def check(self, entry: Identity, report: Report) -> None:
        if entry.raw.get("via") is not None:
            report.config(f'aws/ambient identity "{entry.name}" must not define via', "via")

    def cached(self, link: Link, run: Run) -> Credentials | None:
        return None

    def save(self, link: Link, credentials: Credentials, run: Run) -> None:
        return None

    def authenticate(self, link: Link, base: Credentials | None, run: Run) -> Credentials:
        from botocore.exceptions import BotoCoreError

        try:
            session = client.session(isolated=False)
            found = session.get_credentials()
            frozen = found.get_frozen_credentials() if found is not None else None
            region = endpoints.region(link, run) or session.get_config_variable("region") or ""
        except BotoCoreError as error:
            raise AuthError(f"the surroundings of {link.name} give no AWS credentials: {error}") from error
        if found is None or frozen is None or not frozen.access_key:
            raise AuthError(
                f"no AWS credentials found in the surroundings of {link.name}",
                hints=[
                    "Export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose AWS_PROFILE, or run where a role "
                    "is attached"
                ],
            )
        expires = getattr(found, "_expiry_time", None)
        return AwsCredentials(
            expires_at=expires.astimezone(UTC) if isinstance(expires, datetime) else None,
            access_key_id=frozen.access_key,
            secret_access_key=Secret(frozen.secret_key or ""),
            session_token=Secret(frozen.token or ""),
            region=str(region),
            source="ambient",
        )

    def environment(self, link: Link, run: Run) -> dict[str, str]:
        region = endpoints.region(link, run)
        found = {"AWS_REGION": region, "AWS_DEFAULT_REGION": region} if region else {}
        custom = endpoints.configured(link, run)
        if custom:
            found["AWS_ENDPOINT_URL"] = custom
        return found

    def change(self, link: Link, run: Run) -> Change:
        return Change(set=self.environment(link, run))

    def files(self, link: Link, run: Run) -> list[str]:
        return []

    def reference(self, link: Link, run: Run) -> str:
        return "ambient"

    def logout(self, link: Link, run: Run, *, dry_run: bool = False) -> list[str]:
        return []


IDENTITY = AwsAmbient()
