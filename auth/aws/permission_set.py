"""`aws/permission-set`: a permission set in an account, with the token of an IAM Identity Center session."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from auth.aws import client, endpoints, files, sts
from auth.aws.identity import AwsIdentity
from auth.config import Identity, account_id
from auth.credentials import AwsCredentials, Credentials, TokenCredentials
from auth.errors import AuthError, CloudError
from auth.kind import Facts, Link, Report, Run


class AwsPermissionSet(AwsIdentity):
    name = "aws/permission-set"

    def check(self, entry: Identity, report: Report) -> None:
        if not entry.given("principal"):
            report.config(
                "principal is required",
                "principal",
                hint="Add `principal: {name: <permission set>, account: {name: <account>}}`",
            )
            return
        report.require("principal.name", "permission set name is required in principal")
        account = entry.get("principal.account")
        if isinstance(account, tuple):
            return
        if not isinstance(account, dict) or not (
            entry.given("principal.account.id") or entry.given("principal.account.name")
        ):
            report.config(
                "account specification is required in principal",
                "principal",
                "account",
                hint='Add `account: {name: <account name>}` or `account: {id: "<12 digits>"}`',
            )
            return
        number = account.get("id")
        if number not in (None, "") and not isinstance(number, tuple) and not re.fullmatch(r"\d+", account_id(number)):
            report.config(f"account id must be 12 digits, not {number}", "principal", "account", "id")

    def authenticate(self, link: Link, base: Credentials | None, run: Run) -> Credentials:
        if not isinstance(base, TokenCredentials) or base.audience != "aws-sso":
            raise AuthError(
                "base AWS credentials are required for permission-set: it must stand on an "
                "aws/iam-identity-center provider"
            )
        region = base.region or files.DEFAULT_REGION
        connection = client.connect("sso", link, run, region=region, credentials=None)
        account = account_id(link.entry.get("principal.account.id")) or self._account(link, connection, base)
        role = link.entry.text("principal.name")
        try:
            answer = client.call(
                connection.get_role_credentials,
                what=f"get credentials of the permission set {role} in account {account}",
                accountId=account,
                roleName=role,
                accessToken=base.token.reveal(),
            )
        except CloudError as error:
            raise CloudError(
                f"failed to get role credentials: {error.message}",
                code=error.code,
                status=error.status,
                request_id=error.request_id,
                hints=[f"Check that you are assigned the permission set {role} in account {account}"],
            ) from error
        found = dict(answer.get("roleCredentials") or {})
        ends = found.get("expiration")  # milliseconds since 1970
        return sts.session_credentials(
            {
                "Credentials": {
                    "AccessKeyId": found.get("accessKeyId"),
                    "SecretAccessKey": found.get("secretAccessKey"),
                    "SessionToken": found.get("sessionToken"),
                    "Expiration": datetime.fromtimestamp(ends / 1000, UTC)
                    if isinstance(ends, (int, float)) and ends
                    else None,
                }
            },
            region=region,
            source="GetRoleCredentials",
            account=account,
        )

    def _account(self, link: Link, connection: Any, base: TokenCredentials) -> str:
        """The number of an account by its name, on however many pages."""
        wanted = link.entry.text("principal.account.name")
        names: list[str] = []
        for account in accounts(connection, base):
            names.append(str(account.get("accountName", "")))
            if account.get("accountName") == wanted:
                return str(account.get("accountId", ""))
        from auth.errors import nearest

        near = nearest(wanted, names)
        raise AuthError(
            f'aws auth error: account "{wanted}" not found',
            hints=[
                "Did you mean " + " or ".join(f"`{name}`" for name in near) + "?"
                if near
                else "These accounts can be used: " + (", ".join(sorted(names)) or "none")
            ],
        )

    def facts(self, link: Link, credentials: Credentials, run: Run) -> Facts:
        region = endpoints.region(link, run)
        account = credentials.account if isinstance(credentials, AwsCredentials) else ""
        return Facts(account or account_id(link.entry.get("principal.account.id")), region)


def accounts(connection: Any, token: TokenCredentials) -> list[dict[str, Any]]:
    """All accounts of a session."""
    return pages(
        connection.list_accounts,
        "accountList",
        "list the accounts of the SSO session",
        accessToken=token.token.reveal(),
    )


def pages(action: Any, field: str, what: str, **arguments: Any) -> list[dict[str, Any]]:
    """All items of a paged call."""
    found: list[dict[str, Any]] = []
    marker = ""
    while True:
        more = {"nextToken": marker} if marker else {}
        answer = client.call(action, what=what, **arguments, **more)
        found.extend(answer.get(field) or [])
        following = str(answer.get("nextToken") or "")
        if not following or following == marker:
            return found
        marker = following


IDENTITY = AwsPermissionSet()
