"""`aws/assume-root`: a member account's root, for one of the root tasks AWS knows, for fifteen minutes at most."""

from __future__ import annotations

import re
from typing import Any

from auth.aws import client, endpoints, files, sts
from auth.aws.assume_role import checked_base
from auth.aws.identity import AwsIdentity
from auth.config import Identity, account_id
from auth.credentials import Credentials
from auth.errors import CloudError
from auth.kind import Facts, Link, Report, Run

TASKS = "arn:aws:iam::aws:policy/root-task/"
MAXIMUM = 900


class AwsAssumeRoot(AwsIdentity):
    name = "aws/assume-root"

    def check(self, entry: Identity, report: Report) -> None:
        if not entry.given("principal"):
            report.config("principal is required", "principal")
            return
        if report.require("principal.target_principal", "target_principal is required in principal"):
            value = entry.get("principal.target_principal")
            if not isinstance(value, tuple) and not re.fullmatch(r"\d{12}", account_id(value)):
                report.config(
                    f"target_principal must be a 12-digit account ID, not {value}", "principal", "target_principal"
                )
        if report.require("principal.task_policy_arn", "task_policy_arn is required in principal"):
            policy = entry.get("principal.task_policy_arn")
            if not isinstance(policy, tuple) and not str(policy).startswith(TASKS):
                report.config(f"task_policy_arn must start with {TASKS}, not {policy}", "principal", "task_policy_arn")
        report.duration("principal.duration", high=MAXIMUM, what="the limit of AssumeRoot")

    def authenticate(self, link: Link, base: Credentials | None, run: Run) -> Credentials:
        keys = checked_base(link, base)
        account = account_id(link.entry.get("principal.target_principal"))
        region = endpoints.region(link, run) or keys.region or files.DEFAULT_REGION
        arguments: dict[str, Any] = {}
        if link.entry.get("principal.duration") is not None:
            assert isinstance(link.entry, Identity)
            arguments["DurationSeconds"] = sts.clamped(
                link.entry.get("principal.duration"),
                run,
                link.entry,
                low=1,
                high=MAXIMUM,
                default=MAXIMUM,
                what="duration",
            )
        connection = client.connect("sts", link, run, region=region, credentials=keys)
        try:
            answer = client.call(
                connection.assume_root,
                what=f"assume root of account {account}",
                TargetPrincipal=account,
                TaskPolicyArn={"arn": link.entry.text("principal.task_policy_arn")},
                **arguments,
            )
        except CloudError as error:
            raise CloudError(
                error.message,
                code=error.code,
                request_id=error.request_id,
                status=error.status,
                explanation=f"Failed to assume root on account '{account}'",
                hints=[
                    "Centralized root access must be enabled in AWS Organizations, and the base "
                    "identity must be allowed sts:AssumeRoot"
                ],
            ) from error
        return sts.session_credentials(answer, region=region, source="AssumeRoot", account=account)

    def facts(self, link: Link, credentials: Credentials, run: Run) -> Facts:
        known = super().facts(link, credentials, run)
        return Facts(account_id(link.entry.get("principal.target_principal")), known.region, known.principal)


IDENTITY = AwsAssumeRoot()
