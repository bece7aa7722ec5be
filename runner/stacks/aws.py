"""`!aws.*`: who and where a component is in AWS, as its identity sees it."""

from __future__ import annotations

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.app import App
    from runner.errors import Where

    Map = dict[str, Any]

_callers: dict[tuple[int, str], Map] = {}


def fact(app: App, name: str, identity: Any, where: Where | None) -> Any:
    """One fact: an entry of the caller's identity, `region` or `organization_id`."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        session, key = _session(app, identity)
        if name == "region":
            return session.region_name or ""
        if name == "organization_id":
            return session.client("organizations", region_name=session.region_name or "us-east-1").describe_organization()["Organization"]["Id"]
        if key not in _callers:
            client = session.client("sts", region_name=session.region_name or "us-east-1", endpoint_url=app.env.get("AWS_ENDPOINT_URL"))
            _callers[key] = client.get_caller_identity()
        return str(_callers[key][name])
    except (BotoCoreError, ClientError) as error:
        raise AtmosError(f"failed to execute YAML function !aws.{name}: {error}", where=where,
                         hints=["Run with `--identity NAME`, or set AWS credentials"]) from error  # fmt: skip


def _session(app: App, identity: Any) -> tuple[Any, tuple[int, str]]:
    """A session of the chosen identity, else of what the environment gives."""
    import boto3

    if identity is not None and identity.name and identity.manager is not None:
        session = identity.manager.authenticate(identity.manager.resolve(identity.name))
        return session.boto3_session(), (id(app), str(identity.name))
    env = app.env
    return boto3.Session(
        aws_access_key_id=env.get("AWS_ACCESS_KEY_ID"), aws_secret_access_key=env.get("AWS_SECRET_ACCESS_KEY"),
        aws_session_token=env.get("AWS_SESSION_TOKEN"), profile_name=env.get("AWS_PROFILE"),
        region_name=env.get("AWS_REGION") or env.get("AWS_DEFAULT_REGION"),
    ), (id(app), "")  # fmt: skip
