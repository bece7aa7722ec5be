"""`atmos auth logout --all-realms`: remove the credential files of every realm on this machine."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

from runner.cli.auth.words import Voice
from runner.errors import AtmosError

if TYPE_CHECKING:
    from auth.manager import Manager
    from runner.app import App

CLOUDS = ("aws", "azure", "gcp")


def realms(home: str) -> list[str]:
    """The realms that have files: folders of our configuration folder that hold a cloud's folder; "" is no realm."""
    found = [""] if any(os.path.isdir(os.path.join(home, cloud)) for cloud in CLOUDS) else []
    try:
        names = sorted(os.listdir(home))
    except OSError:
        return found
    found += [name for name in names if any(_real_folder(home, name, cloud) for cloud in CLOUDS)]
    return found


def _real_folder(*parts: str) -> bool:
    path = os.path.join(*parts)
    return os.path.isdir(path) and not os.path.islink(path) and not os.path.islink(os.path.dirname(path))


def logout(app: App, manager: Manager, *, dry_run: bool, keychain: bool, force: bool) -> int:
    """Remove each realm's files; with the keyring, the entries of the configured names in each."""
    from runner.cli.auth import logout as single

    voice = Voice(app)
    home = manager.services.config_home
    found = realms(home)
    if not found:
        voice.say("No realms found - nothing to logout")
        return 0
    if dry_run:
        voice.say(f"{voice.strong('Dry run mode:')} No credentials will be removed")
        voice.say()
        voice.say(voice.strong(f"Would remove credentials from {len(found)} realm(s):"))
        for realm in found:
            voice.say(f"  • {realm or '(no realm)'}")
        return 0
    if keychain and not single.confirmed(app, "all realms", force):
        return 0
    failures: list[str] = []
    for realm in found:
        problems = [*_remove_files(os.path.join(home, realm)), *(_remove_entries(manager, realm) if keychain else [])]
        failures += [f"{realm or '(no realm)'}: {problem}" for problem in problems]
        if not problems:
            voice.good(f"Realm: {realm or '(no realm)'}")
    for name in manager.identities:
        manager.forget(name)
    if failures:
        for failure in failures:
            voice.bad(failure)
        raise AtmosError(f"logout failed for {len(failures)} of the realms' folders")
    voice.good(f"Logged out from {len(found)} realm(s)")
    single.afterwards(app, manager, voice)
    return 0


def _remove_files(folder: str) -> list[str]:
    problems: list[str] = []
    for cloud in CLOUDS:
        path = os.path.join(folder, cloud)
        if os.path.islink(path):
            problems.append(f"{path} is a symbolic link and was left alone")
        elif os.path.isdir(path):
            _rmtree(path, problems)
    if not problems and os.path.basename(folder):
        with suppress(OSError):  # something else lives there: the folder stays
            os.rmdir(folder)
    return problems


def _rmtree(path: str, problems: list[str]) -> None:
    try:
        shutil.rmtree(path)
    except OSError as error:
        problems.append(f"{error.filename or path}: {error.strerror}")


def _remove_entries(manager: Manager, realm: str) -> list[str]:
    """The keyring entries of this configuration's names in a realm."""
    from auth.errors import AuthError

    problems: list[str] = []
    for name in [*manager.identities, *manager.providers]:
        key = f"atmos_{realm}_{name}" if realm else f"atmos_{name}"
        try:
            manager.services.store.keyring.delete(key)
        except AuthError as error:
            problems.append(f"{name}: {error.message}")
    return problems
