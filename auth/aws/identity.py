"""What AWS identities share: session files, the environment of a process, who they are."""

from __future__ import annotations

from auth.aws import endpoints, files
from auth.credentials import AwsCredentials, Credentials
from auth.errors import AuthError
from auth.kind import Change, Facts, IdentityKind, Link, Run

CONFLICTING = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_DEFAULT_PROFILE",
)
"""Variables that could lead a client past the identity's files."""


class AwsIdentity(IdentityKind):
    """An identity whose sessions rest in the AWS files."""

    folder = ""
    """The folder its files go to; the chain's root when empty."""
    no_refresh = False

    def cached(self, link: Link, run: Run) -> Credentials | None:
        return files.read(link, run)

    def save(self, link: Link, credentials: Credentials, run: Run) -> None:
        if isinstance(credentials, AwsCredentials):
            files.write(link, credentials, run)

    def environment(self, link: Link, run: Run) -> dict[str, str]:
        where = files.place(link, run)
        found = {
            "AWS_SHARED_CREDENTIALS_FILE": where.no_keys if files.keyless(link, run) else where.credentials,
            "AWS_CONFIG_FILE": where.config,
            "AWS_PROFILE": link.name,
        }
        region = endpoints.region(link, run)
        if region:
            found["AWS_REGION"] = found["AWS_DEFAULT_REGION"] = region
        custom = endpoints.configured(link, run)
        if custom:
            found["AWS_ENDPOINT_URL"] = custom
        return found

    def for_long_runs(self, link: Link, run: Run) -> dict[str, str]:
        """A profile without keys: SDKs prefer keys where there are any, and would use them until their end."""
        return {"AWS_SHARED_CREDENTIALS_FILE": files.place(link, run).no_keys} if files.refreshes(link, run) else {}

    def change(self, link: Link, run: Run) -> Change:
        return self.scrubbed(self.environment(link, run), run)

    def scrubbed(self, variables: dict[str, str], run: Run) -> Change:
        """The variables in a process's environment, and out of it what would contradict them."""
        change = Change(set=dict(variables), unset=list(CONFLICTING))
        change.set["AWS_SDK_LOAD_CONFIG"] = "1"
        change.set["AWS_EC2_METADATA_DISABLED"] = "true"
        if "AWS_ENDPOINT_URL" in variables:
            change.set[endpoints.INHERITED] = variables["AWS_ENDPOINT_URL"]
        elif run.services.env.get(endpoints.INHERITED):
            change.unset.append(endpoints.INHERITED)
            if run.services.env.get("AWS_ENDPOINT_URL") == run.services.env[endpoints.INHERITED]:
                change.unset.append("AWS_ENDPOINT_URL")
        return change

    def raw_variables(self, credentials: Credentials) -> dict[str, str]:
        return credentials.variables() if isinstance(credentials, AwsCredentials) else {}

    def files(self, link: Link, run: Run) -> list[str]:
        where = files.place(link, run)
        return [where.credentials, where.config]

    def reference(self, link: Link, run: Run) -> str:
        return files.place(link, run).credentials

    def logout(self, link: Link, run: Run, *, dry_run: bool = False) -> list[str]:
        return files.remove(link, run, dry_run=dry_run)

    def facts(self, link: Link, credentials: Credentials, run: Run) -> Facts:
        region = endpoints.region(link, run)
        if isinstance(credentials, AwsCredentials):
            return Facts(credentials.account, region or credentials.region, credentials.principal)
        return Facts(region=region)

    def verify(self, link: Link, credentials: Credentials, run: Run) -> Facts:
        """STS GetCallerIdentity, through the endpoint that every client of this chain uses."""
        from auth.aws import client

        if not isinstance(credentials, AwsCredentials):
            raise AuthError(f'identity "{link.name}" has no AWS credentials')
        known = self.facts(link, credentials, run)
        sts = client.connect("sts", link, run, region=known.region or files.DEFAULT_REGION, credentials=credentials)
        answer = client.call(sts.get_caller_identity, what="ask STS who this is")
        return Facts(str(answer.get("Account", "")), known.region, str(answer.get("Arn", "")))
