"""`atmos auth doctor`: what authentication stands on here, and what is wrong with it. Changes nothing, logs in nobody."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.cli.auth.words import Voice
from runner.console import terminal
from runner.errors import AtmosError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auth.manager import Manager
    from runner.app import App

EXAMPLES = """\
# Look at everything
atmos auth doctor

# For programs and bug reports: holds no secrets
atmos auth doctor --format json
"""
# Variables of the caller that would contradict an identity; its children do not get them.
CONTRADICTING = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE")
TOOLS = {"aws/ecr": "docker", "aws/ecr-public": "docker", "aws/eks": "kubectl"}
FILES_AT_MOST = 2000


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. state: good, warning, bad."""

    name: str
    state: str
    text: str
    advice: str = ""


@clicks.command(
    "atmos auth doctor", "Check what authentication stands on: configuration, keyring, files.", examples=EXAMPLES
)
@clicks.option(
    "--format", "-f", "format_name", type=clicks.Choice(["text", "json"]), default="text", help="How to print it."
)
def command(app: App, format_name: str) -> int:
    """Print what was found; exit status 1 when something is broken."""
    return report(app, list(checks(app)), as_json=format_name == "json")


def report(app: App, found: list[Check], *, as_json: bool) -> int:
    """Print checks; their exit status: 1 when one is bad."""
    if as_json:
        from runner.console import formats

        app.out(formats.to_json([{key: value for key, value in vars(check).items() if value} for check in found]))
    else:
        voice = Voice(app, result=True)
        say = {"good": voice.good, "warning": voice.warn, "bad": voice.bad}
        for check in found:
            say[check.state](f"{check.name}: {check.text}")
            if check.advice:
                voice.say(f"  {check.advice}")
    return 1 if any(check.state == "bad" for check in found) else 0


def checks(app: App) -> Iterator[Check]:
    """All checks in the order they are shown."""
    try:
        config = app.config
    except AtmosError as error:
        yield Check("configuration", "bad", error.message, "Fix it first: nothing else can be checked")
        return
    files = ", ".join(config.files) or "none found"
    yield Check("configuration", "good" if config.found else "warning", files)
    if config.profiles:
        yield Check("profiles", "good", ", ".join(config.profiles))
    manager = app.identities.manager()
    yield from _section(manager)
    yield from _realm(manager)
    yield _keyring(manager)
    yield from _files(manager)
    yield from _sessions(manager)
    yield from _surroundings(app, manager)


def _section(manager: Manager) -> Iterator[Check]:
    counted = (
        f"{len(manager.providers)} providers, {len(manager.identities)} identities, "
        f"{len(manager.integrations)} integrations"
    )
    findings = manager.validate()
    errors = sum(finding.severity == "error" for finding in findings)
    if errors:
        yield Check("auth section", "bad", f"{counted}; {errors} problems", "Run `atmos auth validate` to see them")
    elif findings:
        yield Check("auth section", "warning", f"{counted}; {len(findings)} warnings",
                    "Run `atmos auth validate` to see them")  # fmt: skip
    else:
        yield Check("auth section", "good", counted)
    defaults = manager.defaults()
    if len(defaults) > 1:
        yield Check("default identity", "warning", f"several: {', '.join(defaults)}", "Leave `default: true` on one")
    elif manager.identities:
        yield Check("default identity", "good", defaults[0] if defaults else "none; name one with --identity")


def _realm(manager: Manager) -> Iterator[Check]:
    from auth.errors import AuthError

    try:
        realm = manager.realm
    except AuthError as error:
        yield Check("realm", "bad", error.message)
        return
    if realm:
        yield Check("realm", "good", f"{realm} ({manager.realm_source})")


def _keyring(manager: Manager) -> Check:
    from auth.errors import AuthError

    store = manager.services.store
    try:
        kind = store.type
    except AuthError as error:
        return Check("keyring", "bad", error.message, next(iter(error.hints), ""))
    if kind == "noop":
        reason = str(getattr(store.keyring, "reason", "")) or "there is none"
        return Check("keyring", "warning", f"not available: {reason}",
                     "Long-lived keys cannot be kept; sessions are. `auth.keyring.type: file` works everywhere")  # fmt: skip
    if kind == "memory":
        return Check("keyring", "warning", "memory: everything in it is lost when a command ends")
    return Check("keyring", "good", kind)


def _files(manager: Manager) -> Iterator[Check]:
    """Files with credentials must be ours and closed to others."""
    services = manager.services
    homes = (services.config_home, os.path.join(services.cache_home, "auth"))
    exposed: list[str] = []
    seen = 0
    for home in homes:
        for path in _below(home):
            seen += 1
            try:
                found = os.lstat(path)
            except OSError:
                continue
            if found.st_uid != os.getuid():
                exposed.append(f"{path} belongs to another user")
            elif stat.S_ISLNK(found.st_mode):
                exposed.append(f"{path} is a symbolic link")
            elif stat.S_IMODE(found.st_mode) & 0o077:
                exposed.append(f"{path} has mode {stat.S_IMODE(found.st_mode):o}")
    if exposed:
        more = f" and {len(exposed) - 5} more" if len(exposed) > 5 else ""
        yield Check("files", "bad", "; ".join(exposed[:5]) + more, "Files must have mode 600, their folders 700")
    else:
        yield Check("files", "good", f"{seen} files of credentials, closed to others")


def _below(home: str) -> Iterator[str]:
    """The clouds' files below the folder of a realm or of none, and session files."""
    count = 0
    for folder, folders, names in os.walk(home):
        inside = os.path.relpath(folder, home).split(os.sep)
        if inside[0] in ("kube", "profiles"):
            folders.clear()
            continue
        for name in names:
            count += 1
            if count > FILES_AT_MOST:
                return
            yield os.path.join(folder, name)


def _sessions(manager: Manager) -> Iterator[Check]:
    from auth.durations import compact

    listing = manager.listing()
    for name in sorted(listing.identities):
        identity = listing.identities[name]
        if not identity.stored:
            continue
        left = identity.seconds_left(listing.now)
        if left is None:
            yield Check("session", "good", f"{name}: does not end")
        elif left > 0:
            yield Check("session", "good", f"{name}: {compact(left)} left")
        else:
            yield Check("session", "warning", f"{name}: expired", f"Run `atmos auth login {name}`")


def _surroundings(app: App, manager: Manager) -> Iterator[Check]:
    if app.interactive:
        yield Check("terminal", "good", "questions can be asked")
    else:
        reason = "CI" if terminal.is_ci(app.env) else "no terminal on standard input, or --interactive=false"
        yield Check("terminal", "good", f"nobody can be asked: {reason}")
    from runner.cli.auth import child

    needed = {TOOLS[entry.kind] for entry in manager.integrations.values() if entry.kind in TOOLS}
    for tool in sorted(needed):
        path = child.find(tool, app)
        if path:
            yield Check(tool, "good", path)
        else:
            yield Check(tool, "warning", "not found on PATH", "An integration prepares logins for it")
    held = [name for name in CONTRADICTING if app.env.get(name)]
    if held:
        yield Check("environment", "warning", f"{', '.join(held)} set",
                    "Children that run under an identity do not get them")  # fmt: skip
    if app.env.get("AWS_ENDPOINT_URL"):
        yield Check(
            "endpoint", "warning", f"AWS_ENDPOINT_URL={app.env['AWS_ENDPOINT_URL']}", "Every AWS call goes there"
        )
