"""`atmos auth user configure`: put long-lived AWS keys of an `aws/user` identity into the keyring."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.cli.auth import choice, parts
from runner.cli.auth.words import Voice
from runner.errors import AtmosError
from runner.identity import DISABLED

if TYPE_CHECKING:
    from collections.abc import Callable

    from auth.config import Identity
    from auth.manager import Manager
    from runner.app import App

KIND = "aws/user"
DEFAULT_DURATION = "12h"
INPUT_LIMIT = 64 * 1024
MANAGED = "(managed by Atmos configuration)"

GROUP = clicks.Group(name="user", path="atmos auth user", help="Manage credentials of cloud users in the keyring.")
command = GROUP

EXAMPLES = """\
# Asks for the keys; what is typed for the secret is not shown
atmos auth user configure
atmos auth user configure emergency-user

# Without a terminal: JSON or NAME=value lines on standard input, so that no secret is in any command line
atmos auth user configure emergency-user --stdin < keys.json
printf 'AWS_ACCESS_KEY_ID=%s\\nAWS_SECRET_ACCESS_KEY=%s\\n' "$id" "$secret" |
  atmos auth user configure emergency-user --stdin
"""

# What the lines of standard input may be called.
NAMES = {
    "access_key_id": "access_key_id", "aws_access_key_id": "access_key_id", "accesskeyid": "access_key_id",
    "secret_access_key": "secret_access_key", "aws_secret_access_key": "secret_access_key",
    "secretaccesskey": "secret_access_key", "mfa_arn": "mfa_arn", "aws_mfa_arn": "mfa_arn",
    "session_duration": "session_duration",
}  # fmt: skip


@dataclass(frozen=True)
class Answers:
    """What goes into the keyring. The secret shows in no message of ours."""

    access_key_id: str
    secret_access_key: str
    mfa_arn: str
    session_duration: str

    def __repr__(self) -> str:
        return f"Answers({self.access_key_id!r})"


@clicks.command(
    "atmos auth user configure",
    "Store AWS keys of an aws/user identity in the keyring.",
    examples=EXAMPLES,
    parent=GROUP,
)
@clicks.argument("name", required=False, default="")
@parts.identity_flag
@clicks.option(
    "--stdin", "from_stdin", is_flag=True, help="Read the keys from standard input: JSON, or NAME=value lines."
)
def configure(app: App, name: str, from_stdin: bool) -> int:
    """Ask for keys, or read them, and store them."""
    manager = app.identities.manager()
    users = candidates(manager)
    identity = manager.identities[_chosen(app, manager, users, name)]
    voice = Voice(app)
    if identity.given("credentials.access_key_id") and identity.given("credentials.secret_access_key"):
        voice.say("All credentials are managed by Atmos configuration (atmos.yaml)")
        voice.say("To update credentials, edit your atmos.yaml configuration file")
        if identity.given("credentials.mfa_arn"):
            voice.say(f"MFA ARN: {_shown(identity, 'mfa_arn')}")
        return 0
    if from_stdin:
        answers = read(0)
    elif app.interactive:
        answers = ask(app, identity)
    else:
        raise AtmosError(
            "the credentials have to be asked for: requires a TTY",
            hints=["Run it in a terminal", "Or give them on standard input: `atmos auth user configure NAME --stdin`"],
        )
    store(app, manager, identity, answers)
    voice.good(f"Saved credentials to keyring: {identity.name}")
    if answers.session_duration:
        voice.good(f"Session duration configured: {answers.session_duration}")
    return 0


def candidates(manager: Manager) -> list[str]:
    """The identities that can be configured."""
    if not manager.identities:
        raise AtmosError("no auth identities configured in atmos.yaml")
    found = sorted(name for name, identity in manager.identities.items() if identity.kind == KIND)
    if not found:
        raise AtmosError(
            f"invalid auth config: no identities configured for provider type '{KIND}'. "
            "Define one under auth.identities in atmos.yaml"
        )
    return found


def _chosen(app: App, manager: Manager, users: list[str], name: str) -> str:
    asked = choice.asked_for(app, name) if name or "identity" in app.flags.given else None
    if asked is DISABLED:
        raise choice.switched_off(app, "`atmos auth user configure`")
    if isinstance(asked, str):
        found = choice.named(app, manager, asked)
        if found not in users:
            kind = manager.identities[found].kind
            raise AtmosError(
                f'identity "{found}" has kind "{kind}"; only {KIND} identities have keys to configure',
                hints=[f"Those are: {', '.join(users)}"],
            )
        return found
    if len(users) == 1 and not app.interactive:
        return users[0]
    from runner.console import prompts

    return prompts.select(
        "Choose an identity to configure",
        users,
        app=app,
        refusal=AtmosError(
            "interactive identity selection: requires a TTY", hints=[f"Name one of: {', '.join(users)}"]
        ),
    )


def _shown(identity: Identity, key: str) -> str:
    """A configured value as it is written: an unevaluated function shows what it will look up."""
    credentials = identity.public().get("credentials")
    return str(credentials.get(key, "")) if isinstance(credentials, dict) else ""


def ask(app: App, identity: Identity) -> Answers:
    """The form. What the configuration has already is shown, not asked for."""
    from runner.console import prompts

    voice = Voice(app)
    fields = {"access_key_id": "AWS Access Key ID", "secret_access_key": "AWS Secret Access Key",
              "mfa_arn": "AWS User MFA ARN (optional)"}  # fmt: skip
    found: dict[str, str] = {}
    for key, title in fields.items():
        if identity.given(f"credentials.{key}"):
            voice.say(f"{title}: {_shown(identity, key)} {MANAGED}")
            found[key] = ""
        elif key == "secret_access_key":
            found[key] = prompts.password(title, _required(title), app=app).strip()
        elif key == "access_key_id":
            found[key] = prompts.text(title, validate=_required(title), app=app).strip()
        else:
            found[key] = prompts.text(title, validate=check_mfa, app=app).strip()
    if identity.given("session.duration"):
        voice.say(f"Session Duration: {identity.text('session.duration')} {MANAGED}")
        duration = ""
    else:
        title = f"Session Duration (optional, default: {DEFAULT_DURATION})"
        duration = prompts.text(title, DEFAULT_DURATION, validate=check_duration, app=app).strip()
    return Answers(found["access_key_id"], found["secret_access_key"], found["mfa_arn"], duration)


def _required(title: str) -> Callable[[str], str | None]:
    return lambda text: None if text.strip() else f"{title} is required"


def check_mfa(text: str) -> str | None:
    """What is wrong with the ARN of an MFA device; None when nothing is."""
    text = text.strip()
    if not text or (text.startswith("arn:") and ":mfa/" in text):
        return None
    return "An MFA ARN looks like arn:aws:iam::123456789012:mfa/name"


def check_duration(text: str) -> str | None:
    """What is wrong with a duration; None when nothing is."""
    from auth.durations import seconds
    from auth.errors import AuthError

    try:
        seconds(text)
    except AuthError as error:
        return error.message
    return None


def read(fd: int) -> Answers:
    """The keys from standard input."""
    data = b""
    while len(data) <= INPUT_LIMIT:
        chunk = os.read(fd, 65536)
        if not chunk:
            break
        data += chunk
    if len(data) > INPUT_LIMIT:
        raise AtmosError("standard input is too long for a pair of keys")
    return parse(data.decode("utf-8", "replace"))


def parse(text: str) -> Answers:
    """Keys from JSON or from NAME=value lines (`export` before them and quotes around values are fine)."""
    text = text.strip()
    pairs: dict[str, object] = {}
    if text.startswith("{"):
        try:
            loaded = json.loads(text)
        except ValueError:
            raise AtmosError("standard input is not valid JSON") from None
        pairs = loaded
    else:
        for number, written in enumerate(text.splitlines(), 1):
            line = written.strip().removeprefix("export ").strip()
            if not line or line.startswith(("#", ";", "[")):
                continue
            key, equals, content = line.partition("=")
            if not equals:
                raise AtmosError(f"line {number} of standard input is not NAME=value")
            pairs[key.strip()] = content.strip().strip("\"'")
    found: dict[str, str] = {}
    for name, value in pairs.items():
        field = NAMES.get(str(name).lower())
        if field is not None and value is not None:
            found[field] = str(value).strip()
    missing = [key for key in ("access_key_id", "secret_access_key") if not found.get(key)]
    if missing:
        raise AtmosError(
            f"standard input lacks {' and '.join(missing)}",
            hints=['Give JSON such as {"access_key_id": "…", "secret_access_key": "…"}'],
        )
    problem = check_mfa(found.get("mfa_arn", "")) or check_duration(found.get("session_duration") or DEFAULT_DURATION)
    if problem:
        raise AtmosError(problem)
    return Answers(found["access_key_id"], found["secret_access_key"], found.get("mfa_arn", ""),
                   found.get("session_duration") or DEFAULT_DURATION)  # fmt: skip


def store(app: App, manager: Manager, identity: Identity, answers: Answers) -> None:
    """Put the keys into the keyring, where a login of this identity finds them."""
    from auth.credentials import AwsCredentials
    from auth.secrets import Secret

    run = manager.run(identity.name, prompts=app.interactive)
    held = manager.services.store
    if held.type == "noop":
        reason = str(getattr(held.keyring, "reason", "") or "no keyring is available")
        raise AtmosError(
            f"the credentials were not saved: {reason}",
            hints=["Use the encrypted file keyring: `auth.keyring.type: file` or ATMOS_KEYRING_TYPE=file"],
        )
    if held.type == "memory":
        Voice(app).warn("The memory keyring forgets everything when this command ends")
    manager.keep_user_keys(
        identity.name,
        AwsCredentials(
            access_key_id=answers.access_key_id or run.target.entry.text("credentials.access_key_id"),
            secret_access_key=Secret(
                answers.secret_access_key or run.target.entry.text("credentials.secret_access_key")
            ),
            region=run.target.entry.text("credentials.region"),
            mfa_arn=answers.mfa_arn,
            session_duration=answers.session_duration,
        ),
    )
