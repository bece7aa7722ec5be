"""The folder of an Azure identity: its tokens, and the files that `az` and the Terraform providers read (decisions D16, D51).

`<config home>/[<realm>/]azure/<provider>/<identity>/` belongs to one identity, so that two subscriptions may be worked on at
once; it is what a process gets as `AZURE_CONFIG_DIR`. The user's own `~/.azure` is never touched.
"""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import quote

from auth.azure import az_files
from auth.azure.credentials import CLI, AzureCredentials
from auth.files import atomic, locks
from auth.kind import Link, Run

NAMES = ("credentials.json", "msal_token_cache.json", "azureProfile.json", "service_principal_entries.json")
ABANDONED = 36 * 3600.0
"""Seconds after their end when another project's tokens count as abandoned."""


def provider_folder(link: Link, run: Run) -> str:
    """The folder of a provider, in which its identities have theirs."""
    return os.path.join(run.services.config_home, run.services.realm, "azure", _part(link.name))


def _plain(link: Link, run: Run) -> str:
    return os.path.join(provider_folder(run.root, run), _part(link.name))


def _part(name: str) -> str:
    """A name as one part of a path."""
    found = quote(name, safe=" ()+,@=")
    return found if found.strip(". ") else found.replace(".", "%2E").replace(" ", "%20") or "_"


def folder(link: Link, run: Run) -> str:
    """The identity's folder; the one beside it while another project's tokens are in it (decision D6)."""
    plain, fingerprint = _plain(link, run), run.fingerprint(link)
    found = _stored(plain)
    if found is None or found.get("fingerprint") == fingerprint:
        return plain
    ends = AzureCredentials.of_data(found).expires_at
    if ends is not None and ends.timestamp() + ABANDONED < run.services.now():
        return plain
    return f"{plain}~{fingerprint[:8]}"


def read(link: Link, run: Run) -> AzureCredentials | None:
    """The stored tokens of an identity, over or not; None when there are none of our fingerprint."""
    found = _stored(folder(link, run))
    if found is None or found.get("fingerprint") != run.fingerprint(link):
        return None
    credentials = AzureCredentials.of_data(found)
    return credentials if credentials.access_token and credentials.expires_at is not None else None


def write(link: Link, credentials: AzureCredentials, run: Run) -> str:
    """Store the tokens, and what `az` needs of them; gives the folder."""
    top = run.services.config_home
    above = os.path.dirname(_plain(link, run))
    atomic.private_below(above, top)
    with locks.locked(os.path.join(above, f"{_part(link.name)}.lock"), purpose=f"writing the tokens of {link.name}"):
        where = folder(link, run)
        atomic.private_below(where, top)
        contents: dict[str, Any] = {"credentials.json": {**credentials.to_data(), "fingerprint": run.fingerprint(link)}}
        if credentials.method != CLI:
            contents.update(az_files.contents(credentials))
        for name in NAMES:
            path = os.path.join(where, name)
            if name in contents:
                atomic.write_private(path, json.dumps(contents[name], indent=2) + "\n")
            else:
                atomic.remove(path)
    return where


def remove(link: Link, run: Run, *, dry_run: bool = False) -> list[str]:
    """Remove what was stored of an identity; gives the paths."""
    where = folder(link, run)
    found = _stored(where)
    if found is not None and found.get("fingerprint") != run.fingerprint(link):
        return []
    gone = [path for name in NAMES if os.path.lexists(path := os.path.join(where, name))]
    if not dry_run:
        for path in gone:
            atomic.remove(path)
        atomic.remove(os.path.join(os.path.dirname(where), f"{_part(link.name)}.lock"))
        for each in (where, os.path.dirname(where)):
            atomic.remove_if_empty(each)
    return gone


def _stored(where: str) -> dict[str, Any] | None:
    content = atomic.read_private(os.path.join(where, "credentials.json"))
    try:
        found = json.loads(content) if content else None
    except ValueError:
        return None  # damaged: it costs a new login
    return found if isinstance(found, dict) else None
