"""`atmos auth login`: authenticate with an identity, with a provider alone, or with all identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.cli.auth import choice, parts
from runner.cli.auth.words import Voice
from runner.errors import AtmosError, UserAborted
from runner.identity import DISABLED, ask

if TYPE_CHECKING:
    from auth.manager import Manager
    from auth.session import Session
    from runner.app import App

EXAMPLES = """\
# Authenticate with the default identity
atmos auth login

# With a certain one; `-i` alone lets you choose
atmos auth login prod-admin
atmos auth login --identity prod-admin
atmos auth login -i

# With a provider alone, as for the first login with auto_provision_identities
atmos auth login --provider company-sso

# One of those with a tag, or all there are
atmos auth login --tags production
atmos auth login --all
"""


@clicks.command(
    "atmos auth login", "Authenticate with an identity or a provider and keep the session.", examples=EXAMPLES
)
@clicks.argument("name", required=False, default="")
@parts.identity_flag
@clicks.option(
    "--provider",
    "-p",
    default="",
    metavar="NAME",
    shell_complete=parts.known("providers"),
    help="Authenticate with a provider alone (first login with auto-provisioning, no identity needed).",
)
@clicks.option(
    "--tags",
    default="",
    metavar="A,B",
    shell_complete=parts.known_tags("identities"),
    help="Choose among the identities that carry one of these tags.",
)
@clicks.option("--all", "everyone", is_flag=True, help="Authenticate with every identity, one after the other.")
@clicks.option("--webflow", is_flag=True, help="A fresh browser sign-in for an aws/user identity.")
def command(app: App, name: str, provider: str, tags: str, everyone: bool, webflow: bool) -> int:
    """Authenticate; what came of it goes to stderr."""
    if everyone:
        if name or provider or tags or webflow or "identity" in app.flags.given:
            raise AtmosError(
                "mutually exclusive flags provided: --all cannot be combined with a name, --identity, "
                "--provider, --tags or --webflow"
            )
        return login_all(app)
    if provider:
        if webflow:
            raise AtmosError("--webflow requires an aws/user identity: cannot be used with --provider")
        return login_provider(app, provider)
    manager = app.identities.manager()
    identity = _identity(app, manager, name, tags, webflow)
    if identity is None:
        return login_provider(app, only_provider(app, manager))
    options = {"webflow": True} if webflow else None
    try:
        with parts.progress(app, f"Authenticating {identity}"):
            session = manager.authenticate(identity, force=True, options=options)
    except (Exception, KeyboardInterrupt) as error:
        raise parts.failed(error, f"identity={identity}") from error
    show(app, session)
    return 0


def _identity(app: App, manager: Manager, name: str, tags: str, webflow: bool) -> str | None:
    """The identity to log in with, None when there are only providers."""
    asked = choice.asked_for(app, name)
    if asked is DISABLED:
        raise choice.switched_off(app, "`atmos auth login`")
    if webflow:
        _webflow_fits(manager, asked)
    if asked is None and tags:
        matching = manager.by_tags([tag.strip() for tag in tags.split(",") if tag.strip()])
        if len(matching) == 1:
            return matching[0]
        listed = " ".join(tag.strip() for tag in tags.split(","))
        return ask(app, matching, f"Multiple identities match tags [{listed}]. Select one:")
    if asked is None and not manager.identities:
        return None
    with parts.default_errors("default identity error: "):
        return choice.resolved(app, asked)


def _webflow_fits(manager: Manager, asked: object) -> None:
    prefix = "--webflow requires an aws/user identity: "
    if not isinstance(asked, str):
        defaults = manager.defaults()
        if len(defaults) != 1:
            raise AtmosError(prefix + "no identity was resolved", hints=["Name it: `--identity NAME`"])
        asked = defaults[0]
    try:
        identity = manager.identities[manager.resolve(asked)]
    except Exception as error:
        raise AtmosError(f'{prefix}identity "{asked}" was not found') from error
    if identity.kind != "aws/user":
        raise AtmosError(f'{prefix}identity "{identity.name}" has kind "{identity.kind}"')


def only_provider(app: App, manager: Manager) -> str:
    """No identities: the one provider, or the one that a person chooses."""
    names = sorted(manager.providers)
    if not names:
        from runner import profile_hints

        profile_hints.offer(app)
        raise parts.nothing_configured(app, "no providers available")
    if len(names) == 1:
        return names[0]
    if not app.interactive:
        raise AtmosError(
            "no default provider configured and multiple providers exist: use --provider flag to specify which provider",
            hints=[f"Providers: {', '.join(names)}"],
        )
    from runner.console import prompts

    details = {name: provider.kind for name, provider in manager.providers.items()}
    return prompts.select("No identities configured. Select a provider:", names, details=details, app=app)


def login_provider(app: App, name: str) -> int:
    """Authenticate with a provider alone."""
    manager = app.identities.manager()
    try:
        with parts.progress(app, f"Authenticating with provider {name}"):
            session = manager.authenticate_provider(name)
    except (Exception, KeyboardInterrupt) as error:
        raise parts.failed(error, f"provider={name}") from error
    show(app, session)
    return 0


def login_all(app: App) -> int:
    """Every identity in order; one that fails does not stop the others."""
    manager = app.identities.manager()
    if not manager.identities:
        raise parts.nothing_configured(app, "no identities available")
    voice = Voice(app)
    failures: list[str] = []
    for name in sorted(manager.identities):
        try:
            with parts.progress(app, f"Authenticating {name}"):
                session = manager.authenticate(name, force=True)
        except Exception as error:
            if getattr(error, "message", None) is None:
                raise
            if getattr(error, "exit_code", 1) == UserAborted().exit_code:
                raise
            failures.append(name)
            voice.bad(f"{name}: {getattr(error, 'message', error)}")
            continue
        until = voice.expiry(session.expires_at, manager.services.now())
        voice.good(f"{name}{f' until {until}' if until else ''}")
    if failures:
        raise AtmosError(
            f"authentication failed for {len(failures)} of {len(manager.identities)} identities: {', '.join(failures)}"
        )
    return 0


def show(app: App, session: Session) -> None:
    """The outcome of a login."""
    voice = Voice(app)
    voice.say()
    voice.good("Authentication successful!")
    voice.say()
    voice.facts(parts.session_rows(app, session), keep=("Provider", "Identity"))
    voice.say()
