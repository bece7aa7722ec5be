"""`atmos auth console`: a web console, signed in as an identity."""

from __future__ import annotations

import os
import re
import shutil
from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.cli.auth import choice, parts
from runner.cli.auth.words import Voice
from runner.console import browser, terminal
from runner.errors import AtmosError

if TYPE_CHECKING:
    from auth.manager import Manager
    from auth.session import Session
    from runner.app import App

EXAMPLES = """\
# The console of the default identity's account
atmos auth console

# A certain service, a certain identity
atmos auth console --destination s3 -i prod-admin

# Only the address, for another browser
atmos auth console --print-only

# Several accounts at once: a browser profile for each identity
atmos auth console -i prod-admin --isolated
"""
FAILED = "auth console operation failed: "
DEFAULT_DURATION = 3600
_GO_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")
BROWSERS = ("google-chrome", "google-chrome-stable", "chromium-browser", "chromium")


def _destinations(ctx: object, param: object, incomplete: str) -> list[str]:  # noqa: ARG001
    from auth.aws.console import PLACES
    from auth.azure.console import ALIASES

    return sorted({*PLACES, *ALIASES})


@clicks.command("atmos auth console", "Open a cloud provider's web console as an identity.", examples=EXAMPLES)
@parts.identity_flag
@clicks.option(
    "--destination",
    default="",
    metavar="PLACE",
    shell_complete=_destinations,
    help="A service such as s3, or a whole URL.",
)
@clicks.option(
    "--duration", default="", metavar="TIME", help="How long the console's session lasts, as in 1h30m (default 1h)."
)
@clicks.option("--issuer", default="atmos", metavar="NAME", help="Who is said to have signed in (AWS; default atmos).")
@clicks.option("--print-only", is_flag=True, help="Print the address to stdout and open nothing.")
@clicks.option("--no-open", is_flag=True, help="Show what was made and open nothing.")
@clicks.option("--isolated", is_flag=True, default=None, help="Use a browser profile of its own for this identity.")
def command(
    app: App, destination: str, duration: str, issuer: str, print_only: bool, no_open: bool, isolated: bool | None
) -> int:
    """Sign in to a console."""
    wanted = seconds(duration) if duration else None
    with parts.default_errors(f"{FAILED}failed to get default identity: "):
        identity = choice.pick(app, what="`atmos auth console`")
    manager = app.identities.manager()
    root_kind = manager.root_kind(identity)
    if not supported(manager, identity):
        raise AtmosError(
            f'{FAILED}provider does not support this operation: provider "{root_kind}" does not support web '
            "console access"
        )
    try:
        session = manager.authenticate(identity)
    except Exception as error:
        raise parts.failed(error, f"identity={identity}") from error
    length = wanted or configured_duration(manager, session) or DEFAULT_DURATION
    from auth.console import sign_in
    from auth.errors import AuthError

    try:
        made = sign_in(session, destination=destination, seconds=length, issuer=issuer)
    except AuthError as error:
        error.message = FAILED + error.message
        raise
    if print_only:
        app.out(made.url + "\n")
        return 0
    voice = Voice(app)
    voice.say("Console URL Generated")
    rows = [
        ("Provider:", session.provider), ("Identity:", session.identity), ("Account:", session.account),
        ("Session Duration:", _spoken(made.seconds)),
        ("Session Expires:", voice.expiry(made.expires_at, manager.services.now())),
    ]  # fmt: skip
    for label, value in rows:
        if value:
            voice.say(f"{label:<18}{value}")
    if no_open or terminal.is_ci(app.env):
        voice.say("Console URL:")
        voice.say(made.url)
        return 0
    if isolated is None:
        isolated = bool(manager.config.get("console.isolated") or manager.config.get("console.isolated_sessions"))
    if open_browser(app, manager, session, made.url, isolated, voice):
        voice.good("Opened console in browser")
    else:
        voice.say("Console URL:")
        voice.say(made.url)
        voice.warn(
            "Failed to open browser: no browser could be started. Please copy the URL above and open it manually."
        )
    return 0


def seconds(text: str) -> int:
    """A duration of hours, minutes and seconds; bare numbers and days are refused."""
    body = text.strip()
    if not body or _GO_PART.sub("", body):
        raise AtmosError(f"{FAILED}invalid duration: {text}", hints=["Write it as in `1h30m` or `45m`"])
    from auth.durations import seconds as parsed
    from auth.errors import AuthError

    try:
        return parsed(body)
    except AuthError as error:
        raise AtmosError(f"{FAILED}invalid duration: {error.message}") from error


def configured_duration(manager: Manager, session: Session) -> int | None:
    """`console.session_duration` of the root provider, else of the identity itself."""
    for entry in (manager.providers.get(session.chain[0]), manager.identities.get(session.identity)):
        text = entry.text("console.session_duration") if entry is not None else ""
        if text:
            return seconds(text)
    return None


def supported(manager: Manager, identity: str) -> bool:
    """Whether what a chain starts at can sign in to a console."""
    return manager.run(identity, prompts=False).root.kind.console


def _spoken(length: float) -> str:
    from auth.durations import compact

    return compact(length)


def open_browser(app: App, manager: Manager, session: Session, url: str, isolated: bool, voice: Voice) -> bool:
    """Show the address in a browser; with `isolated` in a profile that belongs to this identity alone."""
    if isolated:
        program = next((found for name in BROWSERS if (found := shutil.which(name, path=app.env.get("PATH")))), None)
        if program:
            folder = profile_folder(manager, session)
            return browser.start([program, f"--user-data-dir={folder}", "--no-first-run", url], app.env)
        voice.warn("No Chrome or Chromium was found for an isolated session; the default browser is used")
    return browser.show(app, url)


def profile_folder(manager: Manager, session: Session) -> str:
    """The browser profile of an identity."""
    import hashlib

    from auth import paths

    digest = hashlib.sha256(f"{session.realm}/{session.identity}".encode()).hexdigest()[:16]
    folder = os.path.join(paths.data_home(manager.services.env), "console", "sessions", digest)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return folder
