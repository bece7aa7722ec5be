"""A boto3 session for a program: it fetches fresh credentials by itself, and nothing of the surroundings counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from auth.credentials import AwsCredentials, rfc3339
from auth.errors import AuthError

if TYPE_CHECKING:
    from auth.session import Session

_FAR = timedelta(days=3650)


def refreshing(session: Session, region: str = "") -> Any:
    """The session as a `boto3.Session`. Refreshing authenticates again through the manager, without asking anybody."""
    import boto3
    from botocore.credentials import RefreshableCredentials

    from auth.aws.client import session as isolated
    from auth.aws.endpoints import configured

    manager = session.manager
    if manager is None:
        raise AuthError("this session came without its manager")

    def metadata(credentials: AwsCredentials) -> dict[str, str]:
        ends = credentials.expires_at or datetime.now(UTC) + _FAR
        return {
            "access_key": credentials.access_key_id,
            "secret_key": credentials.secret_access_key.reveal(),
            "token": credentials.session_token.reveal(),
            "expiry_time": rfc3339(ends),
        }

    def refresh() -> dict[str, str]:
        found = manager.authenticate(session.identity, force=True, prompts=False).credentials
        if not isinstance(found, AwsCredentials):
            raise AuthError(f'identity "{session.identity}" has no AWS credentials any more')
        return metadata(found)

    assert isinstance(session.credentials, AwsCredentials)
    core = isolated()
    core._credentials = RefreshableCredentials.create_from_metadata(
        metadata(session.credentials),
        refresh_using=refresh,
        method="atmos-auth",
        advisory_timeout=5 * 60,
        mandatory_timeout=60,
    )
    run = manager.run(session.identity)
    custom = configured(run.target, run)
    if custom:  # for every client made from it, as the configuration says (decision D25)
        core.get_component("config_store").set_config_variable("endpoint_url", custom)
    return boto3.Session(botocore_session=core, region_name=region or session.region or None)
