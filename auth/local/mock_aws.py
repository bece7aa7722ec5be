"""`mock/aws`: looks like AWS, calls nobody. Its files are written like those of every AWS kind; the variables it sets
name fixed paths, so that what a program is given can be compared with a text."""

from __future__ import annotations

from datetime import UTC, datetime

from auth.aws.identity import AwsIdentity
from auth.credentials import AwsCredentials, Credentials
from auth.kind import Change, Facts, Link, ProviderKind, Run
from auth.secrets import Secret

EXPIRES = datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)
REGION = "us-east-1"
ACCOUNT = "123456789012"
PRINCIPAL = f"arn:aws:iam::{ACCOUNT}:user/mock-user"


def _credentials(name: str) -> AwsCredentials:
    return AwsCredentials(
        expires_at=EXPIRES,
        access_key_id=f"MOCK_KEY_{name}",
        secret_access_key=Secret(f"MOCK_SECRET_{name}"),
        session_token=Secret(f"MOCK_TOKEN_{name}"),
        region=REGION,
        source="mock",
    )


class MockAwsProvider(ProviderKind):
    name = "mock/aws"

    def authenticate(self, link: Link, run: Run) -> Credentials:
        return _credentials(link.name)

    def environment(self, link: Link, run: Run) -> dict[str, str]:
        return {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}


class MockAwsIdentity(AwsIdentity):
    name = "mock/aws"
    no_refresh = True

    def authenticate(self, link: Link, base: Credentials | None, run: Run) -> Credentials:
        return _credentials(link.name)

    def cached(self, link: Link, run: Run) -> Credentials | None:
        return _credentials(link.name)

    def environment(self, link: Link, run: Run) -> dict[str, str]:
        return {
            "AWS_CONFIG_FILE": "/tmp/mock-config",  # noqa: S108 - a name for tests, nothing is written there
            "AWS_SHARED_CREDENTIALS_FILE": "/tmp/mock-credentials",  # noqa: S108
            "AWS_PROFILE": link.name,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "MOCK_IDENTITY": link.name,
        }

    def change(self, link: Link, run: Run) -> Change:
        variables = self.environment(link, run)
        del variables["MOCK_IDENTITY"]
        return self.scrubbed(variables, run)

    def files(self, link: Link, run: Run) -> list[str]:
        return []

    def facts(self, link: Link, credentials: Credentials, run: Run) -> Facts:
        return Facts("", REGION, "")

    def verify(self, link: Link, credentials: Credentials, run: Run) -> Facts:
        return Facts(ACCOUNT, REGION, PRINCIPAL)


PROVIDER = MockAwsProvider()
IDENTITY = MockAwsIdentity()
