"""What an AWS SDK reads from `credential_process = atmos auth credential-process NAME`. On the short way."""

from __future__ import annotations

import time

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from auth.manager import Manager
    from auth.session import Session
    from runner.app import App

EXPIRATION = "; atmos: expiration="
FRESH = 600.0  # seconds a session must still hold to be handed out: SDKs fetch a new one when less is left


def serve(app: App, name: str) -> int:
    """Print the credentials of an identity, fresh ones where the stored ones end soon. Asks nobody anything."""
    from auth import session_index

    config = app.config
    folder = config.config_dir or app.cwd
    known = session_index.quick(config.raw("auth") or {}, name, folder, app.env, time.time() + FRESH)
    text = from_file(known[1]) if known is not None else ""
    app.out(text or from_session(session(app, name)))
    return 0


def from_file(variables: dict[str, str]) -> str:
    """The credentials of the profile that a session's variables name; "" where the long way is to be taken."""
    path, profile = variables.get("AWS_SHARED_CREDENTIALS_FILE"), variables.get("AWS_PROFILE")
    if not path or not profile:
        return ""
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    header = f"[{profile}]"
    if header not in lines:
        return ""
    at = lines.index(header)
    until = lines[at - 1][len(EXPIRATION) :].strip() if at and lines[at - 1].startswith(EXPIRATION) else ""
    found: dict[str, str] = {}
    for line in lines[at + 1 :]:
        if line.startswith("["):
            break
        key, _, value = line.partition("=")
        found[key.strip()] = value.strip()
    key_id, secret = found.get("aws_access_key_id", ""), found.get("aws_secret_access_key", "")
    if not key_id or not secret or not until:
        return ""
    return document(key_id, secret, found.get("aws_session_token", ""), until)


def document(key_id: str, secret: str, token: str, until: str) -> str:
    """The JSON an SDK reads. Keys and tokens are plain ASCII; anything else is left to a real encoder."""
    fields = {"AccessKeyId": key_id, "SecretAccessKey": secret, "SessionToken": token, "Expiration": until}
    for value in fields.values():
        if not value.isascii() or not value.isprintable() or '"' in value or "\\" in value:
            import json

            kept = {name: item for name, item in fields.items() if item}
            return json.dumps({"Version": 1, **kept}) + "\n"
    inner = "".join(f', "{name}": "{value}"' for name, value in fields.items() if value)
    return f'{{"Version": 1{inner}}}\n'


def session(app: App, name: str) -> Session:
    """The session of an identity, a new one where the stored one ends soon and another can be had."""
    manager = app.identities.manager()
    options = {"skip_integrations": True}
    try:
        found = manager.authenticate(name, prompts=False, options=options)
        return _renewed(manager, found, options)
    except Exception as error:
        from runner.cli.auth import parts

        raise parts.failed(error, f"identity={name}") from error


def _renewed(manager: Manager, found: Session, options: dict[str, bool]) -> Session:
    from auth.errors import AuthError

    if found.fresh or found.credentials.valid_at(manager.services.now(), FRESH):
        return found
    try:
        return manager.authenticate(found.identity, force=True, prompts=False, options=options)
    except AuthError:
        return found  # what is left of it is better than nothing


def from_session(found: Session) -> str:
    """The credentials of a session as JSON."""
    from auth.credentials import AwsCredentials, rfc3339

    keys = found.credentials
    if not isinstance(keys, AwsCredentials):
        raise AtmosError(
            f'identity "{found.identity}" ({found.kind}) has no AWS credentials',
            hints=["`credential_process` is for AWS identities"],
        )
    until = rfc3339(found.expires_at) if found.expires_at else ""
    return document(keys.access_key_id, keys.secret_access_key.reveal(), keys.session_token.reveal(), until)
