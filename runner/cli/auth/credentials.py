"""What an AWS SDK reads from `credential_process = atmos auth credential-process NAME`. On the short way."""

from __future__ import annotations

import json

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App


def serve(app: App, name: str) -> int:
    """Print the credentials of an identity, fresh ones where the stored ones are over. Asks nobody anything."""
    from auth.credentials import AwsCredentials, rfc3339

    manager = app.identities.manager()
    try:
        session = manager.authenticate(name, prompts=False, options={"skip_integrations": True})
    except Exception as error:
        from runner.cli.auth import parts

        raise parts.failed(error, f"identity={name}", manager) from error
    found = session.credentials
    if not isinstance(found, AwsCredentials):
        raise AtmosError(
            f'identity "{session.identity}" ({session.kind}) has no AWS credentials',
            hints=["`credential_process` is for AWS identities"],
        )
    data: dict[str, object] = {
        "Version": 1,
        "AccessKeyId": found.access_key_id,
        "SecretAccessKey": found.secret_access_key.reveal(),
    }
    if found.session_token:
        data["SessionToken"] = found.session_token.reveal()
    if session.expires_at is not None:
        data["Expiration"] = rfc3339(session.expires_at)
    app.out(json.dumps(data) + "\n")
    return 0
