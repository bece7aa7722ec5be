"""Whose credentials these are: a digest of all the configuration that leads to them (decision D6).

Kept with what is stored. Two projects that call different accounts by the same names get different fingerprints.
What does not change whose they are (durations, defaults, tags, a console's settings) and secrets stay out of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auth.config import Entry, account_id
from auth.secrets import SECRET_KEYS

_IRRELEVANT = frozenset(
    {
        "default",
        "required",
        "alias",
        "tags",
        "env",
        "session",
        "console",
        "provider",
        "auto_provision_identities",
        "download_browser_driver",
        "browser_type",
        "browser_executable_path",
        "driver",
        "provider_type",
    }
)


def of_links(entries: Iterable[Entry], realm: str, instances: Sequence[str] = ()) -> str:
    """The fingerprint of a chain, target first."""
    parts = [
        [
            entry.section,
            entry.name.lower(),
            entry.kind,
            _relevant(entry.raw, top=True, identity=entry.section == "identities"),
        ]
        for entry in entries
    ]
    text = repr([parts, realm, [instance for instance in instances if instance]])
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _relevant(value: Any, *, top: bool = False, identity: bool = False, key: str = "") -> Any:
    if isinstance(value, Mapping):
        return [
            (str(name), _relevant(value[name], key=str(name)))
            for name in sorted(value, key=str)
            if str(name).lower() not in SECRET_KEYS
            and value[name] is not None
            and not (top and (str(name) in _IRRELEVANT or str(name) == "kind"))
            and not (identity and str(name) in ("region", "location"))  # where a component works, not as whom
        ]
    if isinstance(value, list):
        return [_relevant(item) for item in value]
    if key in ("provider", "identity"):
        return str(value).lower()
    if key == "id":
        return account_id(value)
    return str(value)
