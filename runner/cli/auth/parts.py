"""What several `auth` commands share: the identity flag, rows about a session, the way their errors are put."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from runner.cli import clicks
from runner.cli.auth.words import Voice
from runner.console import terminal
from runner.errors import AtmosError, UserAborted

if TYPE_CHECKING:
    from auth.session import Session
    from runner.app import App

# Read by `runner.globals` before click sees the words; declared for the help.
identity_flag: Callable[[Any], Any] = clicks.option(
    "--identity", "-i", expose_value=False, metavar="[NAME]",
    help="The identity to use; without a value choose one. Also ATMOS_IDENTITY, IDENTITY.",
)  # fmt: skip


def known(section: str) -> Callable[[Any, Any, str], list[str]]:
    """Completes the names of a section's entries."""
    return lambda ctx, param, incomplete: sorted(_section(ctx.obj, section))  # noqa: ARG005


def known_tags(*sections: str) -> Callable[[Any, Any, str], list[str]]:
    """Completes the tags that entries of these sections carry."""

    def tags(ctx: Any, param: Any, incomplete: str) -> list[str]:  # noqa: ARG001
        found: set[str] = set()
        for section in sections:
            for entry in _section(ctx.obj, section).values():
                listed = entry.get("tags") if isinstance(entry, dict) else None
                found.update(tag for tag in listed or () if isinstance(tag, str))
        return sorted(found)

    return tags


def fixed(*words: str) -> Callable[[Any, Any, str], list[str]]:
    """Completes certain words."""
    return lambda ctx, param, incomplete: list(words)  # noqa: ARG005


def _section(app: App, name: str) -> dict[str, Any]:
    try:
        auth = app.config.raw("auth")
    except AtmosError:
        return {}
    entries = auth.get(name) if isinstance(auth, dict) else None
    return entries if isinstance(entries, dict) else {}


def names_of(text: str | None) -> list[str]:
    """The items of a comma-separated list."""
    return [item.strip() for item in (text or "").split(",") if item.strip()]


def session_rows(app: App, session: Session) -> list[tuple[str, str]]:
    """What is known of a session, for people."""
    manager = app.identities.manager()
    return [
        ("Realm", realm_text(session.realm, session.realm_source)),
        ("Provider", session.provider),
        ("Identity", session.identity),
        ("Account", session.account),
        ("Region", session.region),
        ("Expires", Voice(app).expiry(session.expires_at, manager.services.now())),
    ]


def realm_text(realm: str, source: str) -> str:
    """`team-a (env)`; nothing without a realm."""
    return f"{realm} ({source})" if realm and source else realm


def failed(error: BaseException, who: str) -> BaseException:
    """A failed authentication in the words of the command line; a cancelled prompt as itself."""
    if isinstance(error, KeyboardInterrupt):
        return UserAborted()
    if isinstance(error, AtmosError) or not hasattr(error, "message"):
        return error
    from auth import errors

    if isinstance(error, errors.UserAborted):
        return UserAborted(interrupt=error.exit_code == UserAborted().exit_code)
    cause = error.message.removeprefix("authentication failed: ")
    if cause.startswith(who):
        who = ""
    return AtmosError(
        f"authentication failed: {who}{': ' if who else ''}{cause}",
        explanation=str(getattr(error, "explanation", "")),
        hints=list(getattr(error, "hints", ())),
        where=getattr(error, "where", None),
        exit_code=int(getattr(error, "exit_code", 1)),
        context=getattr(error, "context", None),
    )


@contextmanager
def progress(app: App, title: str) -> Iterator[None]:
    """Show at a terminal what is going on, for as long as it does."""
    if not terminal.is_tty(2) or terminal.is_ci(app.env):
        yield
        return
    from runner.console.spinner import Spinner

    app.spinner = Spinner(title, delay=0.2)
    try:
        yield
    finally:
        app.spinner.end()
        app.spinner = None


@contextmanager
def default_errors(prefix: str) -> Iterator[None]:
    """Put a command's own words before what is wrong with the defaults."""
    try:
        yield
    except Exception as error:
        from auth.errors import MultipleDefaults, NoDefaultIdentity

        if isinstance(error, (MultipleDefaults, NoDefaultIdentity)):
            error.message = prefix + error.message
        raise


def nothing_configured(app: App, message: str) -> AtmosError:
    """There is nothing to authenticate with; the profiles that would bring something are named."""
    from runner import profile_hints

    return profile_hints.nothing_configured(app, message)
