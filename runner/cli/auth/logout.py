"""`atmos auth logout`: remove what logins left, of an identity, a provider, or everything (decision D52)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.cli.auth import choice, parts
from runner.cli.auth.words import Voice
from runner.console import terminal
from runner.errors import AtmosError
from runner.identity import DISABLED

if TYPE_CHECKING:
    from auth.logout import LogoutResult
    from auth.manager import Manager
    from runner.app import App

EXAMPLES = """\
# One identity: its session and files, not those of its siblings
atmos auth logout dev-admin

# What would go, without removing anything
atmos auth logout dev-admin --dry-run

# A provider and all that stand on it; everything; what carries a tag
atmos auth logout --provider company-sso
atmos auth logout --all
atmos auth logout --tags nonprod

# The long-lived credentials in the keyring as well
atmos auth logout emergency-user --keychain
"""
DIRECT = {
    "GOOGLE_APPLICATION_CREDENTIALS": "Google Cloud",
    "AZURE_CERTIFICATE_PATH": "Azure",
    "AWS_SHARED_CREDENTIALS_FILE": "AWS",
}


@clicks.command("atmos auth logout", "Remove cached credentials and sessions.", examples=EXAMPLES)
@clicks.argument("name", required=False, default="")
@parts.identity_flag
@clicks.option(
    "--provider",
    "-p",
    default="",
    metavar="NAME",
    shell_complete=parts.known("providers"),
    help="A provider and every identity that stands on it.",
)
@clicks.option(
    "--tags",
    default="",
    metavar="A,B",
    shell_complete=parts.known_tags("providers"),
    help="The providers that carry one of these tags.",
)
@clicks.option("--all", "everything", is_flag=True, help="Every provider and identity of this configuration.")
@clicks.option("--all-realms", is_flag=True, help="The files of every realm, this configuration's and others'.")
@clicks.option("--dry-run", is_flag=True, help="Say what would be removed.")
@clicks.option("--keychain", is_flag=True, help="Remove the entries in the keyring too.")
@clicks.option("--force", is_flag=True, help="Do not ask before the keyring is touched.")
def command(
    app: App,
    name: str,
    provider: str,
    tags: str,
    everything: bool,
    all_realms: bool,
    dry_run: bool,
    keychain: bool,
    force: bool,
) -> int:
    """Log out; what came of it goes to stderr."""
    if tags and (provider or everything or all_realms or name or "identity" in app.flags.given):
        raise AtmosError(
            "mutually exclusive flags provided: --tags cannot be combined with --provider, --all or an identity"
        )
    manager = app.identities.manager()
    if all_realms:
        from runner.cli.auth import realms

        return realms.logout(app, manager, dry_run=dry_run, keychain=keychain, force=force)
    if everything:
        targets = [("all", "")]
    elif tags:
        targets = [("provider", each) for each in manager.providers_by_tags(parts.names_of(tags))]
    elif provider:
        targets = [("provider", _known(manager, "provider", provider))]
    else:
        asked = choice.asked_for(app, name)
        if isinstance(asked, str):
            targets = [("identity", _known(manager, "identity", asked))]
        elif asked is DISABLED:
            raise choice.switched_off(app, "`atmos auth logout`")
        else:
            chosen = menu(app, manager)
            if chosen is None:
                return 0
            targets = [chosen]
    if keychain and not dry_run and not confirmed(app, describe(targets), force):
        return 0
    if tags:
        return _tagged(app, manager, targets, parts.names_of(tags), dry_run=dry_run, keychain=keychain)
    result = remove(manager, *targets[0], dry_run=dry_run, keychain=keychain)
    return report_dry_run(app, result) if dry_run else report(app, manager, result)


def remove(manager: Manager, kind: str, name: str, *, dry_run: bool, keychain: bool) -> LogoutResult:
    """Remove what belongs to one target."""
    if kind == "all":
        return manager.logout(everything=True, keychain=keychain, dry_run=dry_run)
    if kind == "provider":
        return manager.logout(provider=name, keychain=keychain, dry_run=dry_run)
    return manager.logout(name, keychain=keychain, dry_run=dry_run)


def _known(manager: Manager, noun: str, name: str) -> str:
    """The configured spelling; an unknown name is an error that lists those there are."""
    from auth.errors import NotFound

    try:
        return manager.resolve(name) if noun == "identity" else manager.resolve_provider(name)
    except NotFound as error:
        known = sorted(manager.identities if noun == "identity" else manager.providers)
        plural = "identities" if noun == "identity" else "providers"
        listed = "\n".join(f"  • {each}" for each in known)
        raise AtmosError(
            f'{noun} not found in configuration: {noun} "{name}"',
            explanation=f"Available {plural}:\n{listed}" if known else f"There are no {plural}.",
            hints=[f"Did you mean `{near}`?" for near in error.near[:1]],
        ) from error


def describe(targets: list[tuple[str, str]]) -> str:
    """The targets in words."""
    kind, name = targets[0]
    if len(targets) > 1:
        return ", ".join(each for _, each in targets)
    return "all identities" if kind == "all" else name


def menu(app: App, manager: Manager) -> tuple[str, str] | None:
    """Let a person choose what to log out from; None when there is nothing."""
    if not manager.identities and not manager.providers:
        voice = Voice(app)
        voice.say(f"{voice.strong('No identities configured')} in atmos.yaml")
        return None
    if not app.interactive:
        raise AtmosError(
            "logout needs a target: requires a TTY to choose one",
            hints=["Name an identity: `atmos auth logout NAME`", "Or use `--provider NAME` or `--all`"],
        )
    from runner.console import prompts

    options: dict[str, tuple[str, str]] = {
        f"Identity: {name}": ("identity", name) for name in sorted(manager.identities)
    }
    options.update(
        {f"Provider: {name} (removes all identities)": ("provider", name) for name in sorted(manager.providers)}
    )
    options["All identities (complete logout)"] = ("all", "")
    return options[prompts.select("Choose what to logout from:", list(options), app=app)]


def confirmed(app: App, what: str, force: bool) -> bool:
    """Whether the keyring may be touched. Without a terminal that takes --force."""
    if force:
        return True
    voice = Voice(app)
    if not app.interactive or not (terminal.is_tty(2) or terminal.forced_tty(app.flags)):
        voice.say("Deleting credentials from the keyring cannot be undone, so it has to be confirmed.")
        voice.bad("Logout cancelled - use --force to delete keychain in non-interactive mode")
        raise AtmosError(
            "keychain deletion requires interactive confirmation or --force flag",
            hints=["Add `--force`, or leave `--keychain` out to keep the keyring's entries"],
        )
    from runner.console import prompts

    agreed = prompts.confirm(
        f"Delete keychain credentials for {what}?",
        description="Long-lived credentials in the keyring are removed; they have to be entered again.",
        yes="Yes, delete credentials",
        no="No, keep credentials",
        app=app,
    )
    if not agreed:
        voice.say("Logout cancelled - credentials preserved")
    return agreed


def _in_realm(result: LogoutResult) -> str:
    return f" (realm: {result.realm})" if result.realm else ""


def report(app: App, manager: Manager, result: LogoutResult) -> int:
    """Say what was removed; the exit code."""
    voice = Voice(app)
    count = len(result.identities)
    number = f"{count} {'identity' if count == 1 else 'identities'}"
    problems = [*result.problems, *result.provider_problems]
    if result.target == "identity":
        if problems:
            voice.good(f"Logged out {result.name} with warnings{_in_realm(result)}")
            voice.say()
            voice.say("Some credentials could not be removed:")
            _bullets(voice, problems)
        else:
            voice.good(f"Logged out {result.name}{_in_realm(result)}")
    else:
        provider = result.target == "provider"
        if result.provider_problems and not result.problems:
            voice.bad("Failed to log out provider" if provider else "Failed to log out all identities")
            raise AtmosError("logout failed", explanation="\n".join(result.provider_problems))
        if problems:
            heading = "Provider logout partially succeeded" if provider else "Logout all partially succeeded"
            voice.warn(voice.strong(heading))
            voice.say(f"Warning: {'; '.join(problems)}")
        elif provider:
            voice.good(f"Logged out provider {result.name} ({number}){_in_realm(result)}")
        else:
            voice.good(f"Logged out all {number}{_in_realm(result)}")
    afterwards(app, manager, voice)
    return 0


def _tagged(
    app: App, manager: Manager, targets: list[tuple[str, str]], tags: list[str], *, dry_run: bool, keychain: bool
) -> int:
    """Log out of several providers; one that fails does not stop the others."""
    voice = Voice(app)
    failures: list[str] = []
    for kind, name in targets:
        result = remove(manager, kind, name, dry_run=dry_run, keychain=keychain)
        if dry_run:
            report_dry_run(app, result)
        failures += [*result.problems, *result.provider_problems]
    if dry_run:
        return 0
    if failures:
        voice.warn(voice.strong(f"Logout completed with {len(failures)} error(s):"))
        _bullets(voice, failures)
        raise AtmosError(f"logout failed for {len(failures)} of the credentials")
    voice.good(f"Logged out from {len(targets)} provider(s) matching tags [{' '.join(tags)}]")
    afterwards(app, manager, voice)
    return 0


def report_dry_run(app: App, result: LogoutResult) -> int:
    """Say what would be removed."""
    voice = Voice(app)
    voice.say(f"{voice.strong('Dry run mode:')} No credentials will be removed")
    voice.say()
    voice.say(voice.strong("Would remove:"))
    rows = [f"Session: {name}" for name in result.identities]
    if result.target == "provider":
        rows.insert(0, f"All identities using provider {result.name}")
    for name in result.keyring:
        if name in result.providers:
            rows.append(
                "Provider keyring entry" if result.target == "provider" else f"Keyring entry: {name} (provider)"
            )
        else:
            rows.append(f"Keyring entry: {name}")
    rows += [f"Files: {path}" for path in result.files]
    _bullets(voice, rows)
    return 0


def _bullets(voice: Voice, rows: list[str]) -> None:
    for row in rows:
        voice.say(f"  • {row}")


def afterwards(app: App, manager: Manager, voice: Voice) -> None:
    """What a logout cannot remove: the browser's session at the provider (said once), variables of the caller."""
    mark = os.path.join(manager.services.cache_home, "auth", "browser-session-notice")
    if not os.path.exists(mark):
        voice.say()
        voice.say("Your browser may still be signed in at the identity provider; sign out there to end that session.")
        try:
            os.makedirs(os.path.dirname(mark), mode=0o700, exist_ok=True)
            os.close(os.open(mark, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError:
            pass
    for name, cloud in DIRECT.items():
        if app.env.get(name):
            voice.warn(f"{name} is set: {cloud} tools keep using the credentials it points to")
