"""`!aws.*`: who and where a component is in AWS, as its identity sees it."""

from __future__ import annotations

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.app import App
    from runner.errors import Where

    Map = dict[str, Any]

_callers: dict[tuple[App, str], Map] = {}  # by whose identity they are

_CALLER = {
    "!aws.account_id": "Account", "!aws.caller_identity_arn": "Arn", "!aws.caller_identity_user_id": "UserId",
}  # fmt: skip


def fact(app: App, tag: str, identity: Any, where: Where | None) -> Any:
    """The value of one function: an entry of the caller's identity, the region, the organization."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        made = session(app, identity)
        if tag == "!aws.region":
            return made.region_name or ""
        if tag == "!aws.organization_id":
            client = made.client("organizations", region_name=made.region_name or "us-east-1",
                                    endpoint_url=app.env.get("AWS_ENDPOINT_URL"))  # fmt: skip
            return client.describe_organization()["Organization"]["Id"]
        key = (app, identity.whose if identity is not None else "")
        if key not in _callers:
            client = made.client(
                "sts", region_name=made.region_name or "us-east-1", endpoint_url=app.env.get("AWS_ENDPOINT_URL")
            )
            _callers[key] = client.get_caller_identity()
        return str(_callers[key][_CALLER[tag]])
    except (BotoCoreError, ClientError) as error:
        raise AtmosError(f"failed to execute YAML function {tag}: {error}", where=where,
                         hints=["Run with `--identity NAME`, or set AWS credentials"]) from error  # fmt: skip


def session(app: App, identity: Any) -> Any:
    """A boto3 session of the chosen identity, else of what the environment gives."""
    import boto3

    if identity is not None and identity.name and identity.manager is not None:
        return identity.manager.authenticate(identity.manager.resolve(identity.name)).boto3_session()
    env = app.env
    return boto3.Session(
        aws_access_key_id=env.get("AWS_ACCESS_KEY_ID"), aws_secret_access_key=env.get("AWS_SECRET_ACCESS_KEY"),
        aws_session_token=env.get("AWS_SESSION_TOKEN"), profile_name=env.get("AWS_PROFILE"),
        region_name=env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION"),
    )  # fmt: skip
