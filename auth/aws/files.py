"""The AWS files of ours: `<config home>/[<realm>/]aws/<provider>/credentials` and `config`, one section per identity.

A section carries its expiry in a comment before it and, after its keys, the fingerprint of the chain that made it. A
section of another fingerprint belongs to another project, whose running steps may be reading it: ours goes into a
folder beside it then, named after our fingerprint (decision D6). The user's own `~/.aws` is never touched.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from auth.credentials import AwsCredentials, parse_time, rfc3339
from auth.files import atomic, ini, locks
from auth.kind import Link, Run
from auth.secrets import Secret

ABANDONED = 36 * 3600.0
"""Seconds after its end when a section of another project counts as abandoned: longer than any session lives."""
DEFAULT_REGION = "us-east-1"
WITHOUT_KEYS = "process"
"""The folder beside the two files for readers that fetch credentials themselves."""


@dataclass(frozen=True)
class Place:
    """A folder with the two files."""

    folder: str

    @property
    def credentials(self) -> str:
        return os.path.join(self.folder, "credentials")

    @property
    def config(self) -> str:
        return os.path.join(self.folder, "config")

    @property
    def no_keys(self) -> str:
        """A credentials file without keys: whoever reads it turns to the profile's `credential_process`.

        Its path ends as that of the one with keys does: people look for `<provider>/credentials`.
        """
        return os.path.join(self.folder, WITHOUT_KEYS, os.path.basename(self.folder), "credentials")

    def document(self) -> ini.Document:
        return _document(self.credentials)

    def section(self, name: str) -> ini.Section | None:
        return self.document().find(name)


def base(run: Run) -> str:
    """The folder above the providers' folders."""
    services = run.services
    own = getattr(run.root.kind, "files_base", None)
    above = own(run.root, run) if own is not None else ""
    configured = run.root.entry.get("spec.files.base_path")
    if configured is not None:
        return os.path.join(services.path(str(configured)), services.realm)
    return os.path.join(above or services.config_home, services.realm, "aws")


def provider_folder(link: Link, run: Run) -> str:
    """The plain folder of an identity's files."""
    name = str(getattr(link.kind, "folder", "") or run.root.name)
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in name or "\0" in name:
        name = name.replace("/", "_").replace("\\", "_").replace("\0", "_").strip(".") or "_"
    return os.path.normpath(os.path.join(base(run), name))


def place(link: Link, run: Run) -> Place:
    """Where an identity's files are, or would be written."""
    return _choose(link, run, run.fingerprint(link))


def _choose(link: Link, run: Run, fingerprint: str) -> Place:
    plain = Place(provider_folder(link, run))
    beside = Place(f"{plain.folder}~{fingerprint[:8]}")
    section = plain.section(link.name)
    if section is None:
        other = beside.section(link.name)
        return beside if other is not None and other.note(ini.FINGERPRINT) == fingerprint else plain
    mark = section.note(ini.FINGERPRINT)
    if mark in ("", fingerprint):
        return plain
    ended = parse_time(section.note(ini.EXPIRY))
    if ended is not None and ended.timestamp() + ABANDONED < run.services.now():
        return plain
    return beside


def read(link: Link, run: Run) -> AwsCredentials | None:
    """The stored session of an identity, over or not; None when there is none of our fingerprint."""
    fingerprint = run.fingerprint(link)
    where = _choose(link, run, fingerprint)
    section = where.section(link.name)
    if section is None or section.note(ini.FINGERPRINT) != fingerprint:
        return None
    values = section.values()
    key, secret = values.get("aws_access_key_id", ""), values.get("aws_secret_access_key", "")
    if not key or not secret:
        return None
    noted = section.note(ini.EXPIRY)
    expires_at = parse_time(noted)
    if noted and expires_at is None:
        return None  # damaged: nobody can say how long it holds
    profile = _document(where.config).find(_profile(link.name))
    return AwsCredentials(
        expires_at=expires_at,
        access_key_id=key,
        secret_access_key=Secret(secret),
        session_token=Secret(values.get("aws_session_token", "")),
        region=profile.values().get("region", "") if profile else "",
    )


def write(link: Link, credentials: AwsCredentials, run: Run) -> Place:
    """Store a session: both files, each replaced whole, under their locks."""
    fingerprint = run.fingerprint(link)
    plain = Place(provider_folder(link, run))
    _folders(plain.folder, run)
    with _locked(plain, link.name):
        where = _choose(link, run, fingerprint)
        _folders(where.folder, run)
        document = where.document()
        lines = [
            f"aws_access_key_id     = {credentials.access_key_id}",
            f"aws_secret_access_key = {credentials.secret_access_key.reveal()}",
        ]
        if credentials.session_token:
            lines.append(f"aws_session_token     = {credentials.session_token.reveal()}")
        lines.append(ini.FINGERPRINT + fingerprint)
        before = [ini.EXPIRY + rfc3339(credentials.expires_at)] if credentials.expires_at else []
        document.put(ini.Section(link.name, before, lines))
        settings = _document(where.config)
        settings.put(ini.Section(_profile(link.name), [], _profile_lines(link, credentials, run)))
        atomic.write_private(where.config, settings.text())
        if refreshes(link, run):
            _folders(os.path.dirname(where.no_keys), run)
            atomic.write_private(where.no_keys, "# No keys here: the profile's credential_process gives fresh ones.\n")
        atomic.write_private(where.credentials, document.text())
    return where


def _profile_lines(link: Link, credentials: AwsCredentials, run: Run) -> list[str]:
    lines = [f"region = {credentials.region or DEFAULT_REGION}"]
    if refreshes(link, run):
        command = [*run.services.refresh_command, "auth", "credential-process", link.name]
        lines.append("credential_process = " + shlex.join(command))
    return lines


def keyless(link: Link, run: Run) -> bool:
    """Whether every process gets a profile without keys (`session.refresh: process`), not only those that run long.

    SDKs prefer a profile's keys to its `credential_process`: where keys stand they use them until their end, and
    only without them do they fetch fresh ones in the middle of a long run.
    """
    return link.entry.text("session.refresh").lower() == "process" and refreshes(link, run)


def refreshes(link: Link, run: Run) -> bool:
    """Whether the profile calls us back for fresh credentials (decision D49); `session.refresh: false` opts out."""
    return (
        link.entry.flag("session.refresh", True)
        and not any(getattr(each.kind, "no_refresh", False) for each in run.links)
        and run.services.refreshable(link.name)
    )


def remove(link: Link, run: Run, *, dry_run: bool = False) -> list[str]:
    """Take an identity's section out of the files; files and folders that are empty then go too."""
    fingerprint = run.fingerprint(link)
    plain = Place(provider_folder(link, run))
    gone: list[str] = []
    for where in (plain, Place(f"{plain.folder}~{fingerprint[:8]}")):
        section = where.section(link.name)
        if section is None or section.note(ini.FINGERPRINT) not in ("", fingerprint):
            continue
        gone.extend([where.credentials, where.config])
        if dry_run:
            continue
        with _locked(plain, link.name):
            for path, name in ((where.credentials, link.name), (where.config, _profile(link.name))):
                document = _document(path)
                if not document.drop(name):
                    continue
                if document.sections or any(line.strip() for line in document.head):
                    atomic.write_private(path, document.text())
                else:
                    atomic.remove(path)
        tidy(where.folder)
        tidy(plain.folder)
    return gone


def tidy(folder: str) -> None:
    """Remove the lock files and the folder when nothing else is in it."""
    try:
        left = os.listdir(folder)
    except OSError:
        return
    if all(name.endswith(".lock") or name == WITHOUT_KEYS for name in left):
        without_keys = Place(folder).no_keys
        for path in (without_keys, *(os.path.join(folder, name) for name in left if name != WITHOUT_KEYS)):
            atomic.remove(path)
        for empty in (os.path.dirname(without_keys), os.path.join(folder, WITHOUT_KEYS), folder):
            atomic.remove_if_empty(empty)


def _folders(folder: str, run: Run) -> None:
    atomic.private_below(folder, run.services.config_home)


@contextmanager
def _locked(where: Place, name: str) -> Iterator[None]:
    purpose = f"writing the session of {name}"
    with (
        locks.locked(where.credentials + ".lock", purpose=purpose),
        locks.locked(where.config + ".lock", purpose=purpose),
    ):
        yield


def _document(path: str) -> ini.Document:
    content = atomic.read_private(path)
    return ini.parse(content.decode("utf-8", "surrogateescape")) if content else ini.Document()


def _profile(name: str) -> str:
    return "default" if name == "default" else f"profile {name}"
