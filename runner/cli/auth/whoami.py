"""`atmos auth whoami`: who an identity is just now, and until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.cli.auth import choice, parts
from runner.cli.auth.words import Voice, clock
from runner.console.formats import to_json

if TYPE_CHECKING:
    from auth.whoami import Whoami
    from runner.app import App

EXAMPLES = """\
# The default identity
atmos auth whoami

# Another one, for programs; result on stdout
atmos auth whoami --identity prod-admin --output json

# Is the session still good? Expired ones do not change the exit status
atmos auth whoami -o json | jq -r .expiration
"""
REAUTHENTICATE = "gcloud auth application-default login"


@clicks.command("atmos auth whoami", "Show the current authentication status of an identity.", examples=EXAMPLES)
@parts.identity_flag
@clicks.option(
    "--output",
    "-o",
    default=None,
    metavar="json",
    shell_complete=parts.fixed("json"),
    help="json: print the status as JSON to stdout. Also ATMOS_AUTH_WHOAMI_OUTPUT.",
)
def command(app: App, output: str | None) -> int:
    """Show who an identity is; nobody is asked anything."""
    identity = choice.pick(app, what="`atmos auth whoami`")
    manager = app.identities.manager()
    try:
        status = manager.whoami(identity)
    except Exception as error:
        raise _explained(parts.failed(error, f"identity={identity}")) from error
    chosen = output if output is not None else app.env.get("ATMOS_AUTH_WHOAMI_OUTPUT", "")
    if chosen.strip().lower() == "json":
        app.out(to_json(status.as_data()))
    else:
        show(app, status)
    return 0


def _explained(error: BaseException) -> BaseException:
    """Google's way of saying that a person has to sign in again."""
    text = str(getattr(error, "message", "")) + str(getattr(error, "explanation", ""))
    if "invalid_grant" in text and "invalid_rapt" in text:
        hints = getattr(error, "hints", None)
        if isinstance(hints, list):
            hints.append(f"Google wants you to sign in again: run `{REAUTHENTICATE}`")
    return error


def show(app: App, status: Whoami) -> None:
    """The status for people, on stderr."""
    voice = Voice(app)
    now = app.identities.manager().services.now()
    (voice.good if status.valid else voice.bad)("Current Authentication Status")
    voice.say()
    voice.facts(
        [
            ("Realm", parts.realm_text(status.realm, status.realm_source)),
            ("Provider", status.provider),
            ("Identity", status.identity),
            ("Principal", status.principal),
            ("Account", status.account),
            ("Region", status.region),
            ("Expires", voice.expiry(status.expires_at, now)),
            ("Last Updated", clock(status.last_updated) if status.last_updated else ""),
        ],
        keep=("Provider", "Identity"),
    )
    if not status.valid:
        voice.say()
        voice.warn("Credentials may be expired or invalid.")
        if status.problem:
            voice.say(f"  {status.problem}")
        voice.say(f"  Run 'atmos auth login --identity {status.identity}' to refresh.")
