"""`aws/assume-role`: a role taken on with the credentials of the link above, or with an OIDC token."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from auth.aws import client, endpoints, files, sts
from auth.aws.identity import AwsIdentity
from auth.config import Identity
from auth.credentials import AwsCredentials, Credentials, TokenCredentials
from auth.errors import AuthError, CloudError, ConfigError
from auth.kind import Facts, Link, Report, Run

ROLE_SESSIONS = frozenset(
    {"aws/permission-set", "aws/assume-role", "aws/assume-root", "aws/saml", "aws/roles-anywhere"}
)
"""Kinds whose credentials are role sessions: a role chained from one lives an hour at most (decision D48)."""


class AwsAssumeRole(AwsIdentity):
    name = "aws/assume-role"

    def check(self, entry: Identity, report: Report) -> None:
        if not entry.given("principal"):
            report.config(
                "principal is required",
                "principal",
                hint="Add `principal: {assume_role: arn:aws:iam::<account>:role/<name>}`",
            )
            return
        if not report.require("principal.assume_role", "assume_role is required in principal"):
            return
        role = entry.get("principal.assume_role")
        if isinstance(role, str) and not (role.startswith("arn:") and ":role/" in role):
            report.add(
                f"`principal.assume_role` is no role's ARN: {role}",
                "principal",
                "assume_role",
                severity="warning",
                hint="It looks like arn:aws:iam::123456789012:role/Name",
            )
        report.duration("principal.duration", low=sts.MINIMUM, high=sts.MAXIMUM, what="the limit of AssumeRole")
        for key, kind in (("tags", dict), ("transitive_tag_keys", list), ("policy_arns", list)):
            value = entry.get(f"principal.{key}")
            if value is not None and not isinstance(value, (kind, tuple)):
                report.config(f"`principal.{key}` must be a {'mapping' if kind is dict else 'list'}", "principal", key)

    def authenticate(self, link: Link, base: Credentials | None, run: Run) -> Credentials:
        if isinstance(base, TokenCredentials):
            return self._with_token(link, base, run)
        if not isinstance(base, AwsCredentials):
            raise ConfigError(
                f"Invalid credentials type for assume-role identity '{link.name}'",
                hints=["Let it stand on an identity that yields AWS credentials, or on an OIDC provider"],
            )
        role = link.entry.text("principal.assume_role")
        if base.source == f"role:{role}":
            return base  # the link above has already taken on this very role
        region = link.entry.text("principal.region") or base.region or files.DEFAULT_REGION
        arguments = self._arguments(link, run, chained=self._chained(link, run))
        for field, key in (("ExternalId", "external_id"), ("SourceIdentity", "source_identity")):
            if link.entry.text(f"principal.{key}"):
                arguments[field] = link.entry.text(f"principal.{key}")
        tags = link.entry.get("principal.tags")
        if isinstance(tags, dict) and tags:
            arguments["Tags"] = [{"Key": str(key), "Value": str(value)} for key, value in tags.items()]
        transitive = link.entry.get("principal.transitive_tag_keys")
        if isinstance(transitive, list) and transitive:
            arguments["TransitiveTagKeys"] = [str(key) for key in transitive]
        connection = client.connect("sts", link, run, region=region, credentials=base)
        return self._assume(connection.assume_role, role, region, arguments, "")

    def _with_token(self, link: Link, base: TokenCredentials, run: Run) -> Credentials:
        role = link.entry.text("principal.assume_role")
        region = link.entry.text("principal.region") or base.region or files.DEFAULT_REGION
        arguments = self._arguments(link, run, chained=False)
        arguments["WebIdentityToken"] = base.token.reveal()
        connection = client.connect("sts", link, run, region=region, credentials=None)
        return self._assume(
            connection.assume_role_with_web_identity, role, region, arguments, " using web identity (OIDC)"
        )

    def _assume(self, action: Any, role: str, region: str, arguments: dict[str, Any], how: str) -> AwsCredentials:
        try:
            answer = client.call(action, what=f"assume the role {role}", RoleArn=role, **arguments)
        except CloudError as error:
            explanation = f"Failed to assume IAM role '{role}'{how}"
            hints = error.hints or [
                "Check the role's ARN, its trust policy, and external_id if the policy asks for one"
            ]
            raise CloudError(
                error.message,
                code=error.code,
                request_id=error.request_id,
                status=error.status,
                explanation=explanation,
                hints=hints,
            ) from error
        principal = str((answer.get("AssumedRoleUser") or {}).get("Arn", ""))
        return sts.session_credentials(
            answer, region=region, source="AssumeRole", principal=principal, account=sts.account_of(role)
        )

    def _arguments(self, link: Link, run: Run, *, chained: bool) -> dict[str, Any]:
        entry = link.entry
        assert isinstance(entry, Identity)
        name = entry.text("principal.session_name") or f"atmos-{entry.name}-{int(run.services.now())}"
        arguments: dict[str, Any] = {"RoleSessionName": sts.session_name(name)}
        if entry.get("principal.duration") is not None:
            duration = sts.clamped(
                entry.get("principal.duration"),
                run,
                entry,
                low=sts.MINIMUM,
                high=sts.MAXIMUM,
                default=sts.CHAINED_MAXIMUM,
                what="duration",
            )
            if chained and duration > sts.CHAINED_MAXIMUM:
                run.services.warn(
                    f'duration of identity "{entry.name}" is cut to one hour: AWS gives roles that are '
                    "chained from other roles no more"
                )
                duration = sts.CHAINED_MAXIMUM
            arguments["DurationSeconds"] = duration
        policy = entry.get("principal.policy")
        if policy:
            import json

            arguments["Policy"] = policy if isinstance(policy, str) else json.dumps(policy)
        arns = entry.get("principal.policy_arns")
        if isinstance(arns, list) and arns:
            arguments["PolicyArns"] = [{"arn": str(arn)} for arn in arns]
        return arguments

    def _chained(self, link: Link, run: Run) -> bool:
        parent = run.parent(link)
        return parent is not None and parent.entry.kind in ROLE_SESSIONS

    def facts(self, link: Link, credentials: Credentials, run: Run) -> Facts:
        known = super().facts(link, credentials, run)
        return replace(
            known,
            account=known.account or sts.account_of(link.entry.text("principal.assume_role")),
            region=known.region or endpoints.region(link, run),
        )


def checked_base(link: Link, base: Credentials | None) -> AwsCredentials:
    """The credentials of the link above, which must be AWS's."""
    if not isinstance(base, AwsCredentials):
        raise AuthError(f'identity "{link.name}" needs AWS credentials of the link above it')
    return base


IDENTITY = AwsAssumeRole()
