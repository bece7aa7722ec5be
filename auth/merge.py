"""The `auth:` section of one component: what its stack and manifest declare, merged over the global one.

Pure: plain data in, plain data out. A default declared nearer replaces the farther ones (decision D37).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auth.chain import find
from auth.config import Entry, Evaluate
from auth.errors import AmbiguousName, ConfigError, NotFound

_MAPS = ("providers", "identities", "integrations")


def component(section: Mapping[str, Any] | None, own: Mapping[str, Any] | None) -> dict[str, Any]:
    """The section that holds for a component whose own `auth` (stack defaults included) is `own`.

    An entry of `own` whose only key is `default` refers to an identity that is defined globally.
    """
    merged: dict[str, Any] = _copy(section or {})
    if not own:
        return merged
    identities: dict[str, Any] = merged.get("identities") or {}
    declared = own.get("identities") if isinstance(own.get("identities"), Mapping) else {}
    assert isinstance(declared, Mapping)
    for key, value in own.items():
        if key == "identities" and isinstance(value, Mapping):
            continue
        merged[key] = _over(merged.get(key), value, known=merged.get(key) if key in _MAPS else None)
    for name, entry in declared.items():
        known = _known(identities, str(name)) or str(name)
        identities[known] = _over(identities.get(known), entry)
    if identities or "identities" in own:
        merged["identities"] = identities
    merged = settled(merged, [section or {}, own])
    for name, entry in (merged.get("identities") or {}).items():
        if isinstance(entry, Mapping) and set(entry) == {"default"}:
            raise _undefined(name, [other for other in identities if other != name])
    return merged


def settled(
    section: Mapping[str, Any], layers: Sequence[Mapping[str, Any]], evaluate: Evaluate | None = None
) -> dict[str, Any]:
    """A section that is merged already, with the defaults of its nearest layer only and each identity under one name.

    layers: the sections it was merged from, lowest first. evaluate: reads a `default` that is a function of the
    configuration; without it such a default counts as nothing said.
    """
    result = dict(section)
    known = section.get("identities")
    if not isinstance(known, Mapping):
        return result
    same = _respelled(known)
    current: set[str] = set()
    for layer in layers:
        entries = layer.get("identities")
        said = {
            same.get(name, _known(known, name) or name): _says(entry, evaluate)
            for name, entry in _mapping(entries).items()
        }
        chosen = {name for name, default in said.items() if default}
        current = chosen or current - {name for name, default in said.items() if default is False}
    identities: dict[str, Any] = {}
    for name, entry in known.items():
        if name in same:
            continue
        for other in (other for other, target in same.items() if target == name):
            entry = {**entry, **known[other]}
        if isinstance(entry, Mapping) and set(entry) == {"default"} and name not in current:
            continue  # a mere mark for an identity that is not there
        if layers and isinstance(entry, Mapping) and _says(entry, evaluate) is not None:
            entry = {**entry, "default": name in current}
        elif layers and current and isinstance(entry, Mapping) and "default" in entry:
            entry = {**entry, "default": name in current}  # what it says is not known, but another one is the default
        identities[name] = entry
    result["identities"] = identities
    return result


def _respelled(identities: Mapping[str, Any]) -> dict[str, str]:
    """Entries that only add to an identity which another layer spells in other letter case, and its own name (decision D39)."""
    result: dict[str, str] = {}
    for name, entry in identities.items():
        if isinstance(entry, Mapping) and "kind" not in entry:
            whole = [
                other
                for other, it in identities.items()
                if other.casefold() == name.casefold() and isinstance(it, Mapping) and "kind" in it
            ]
            if len(whole) == 1:
                result[name] = whole[0]
    return result


def _says(entry: object, evaluate: Evaluate | None) -> bool | None:
    """What an entry says about being the default; None: nothing, or nothing that is known here."""
    value = entry.get("default") if isinstance(entry, Mapping) else None
    if isinstance(value, tuple):
        try:
            value = evaluate(value) if evaluate is not None else None
        except Exception:  # noqa: BLE001 - who uses the entry is told what is wrong with it
            value = None
    if value is None:
        return None
    return Entry("", "", {"default": value}).default


def _undefined(name: str, known: Iterable[str]) -> ConfigError:
    names = ", ".join(f"`{each}`" for each in sorted(known))
    return ConfigError(
        f'invalid auth config: invalid identity config: identity "{name}" is not defined',
        explanation=f'The component\'s default identity "{name}" is not defined in the active global auth configuration.',
        hints=[
            "Define it under `auth.identities` in atmos.yaml or in the active profile",
            *([f"Configured identities: {names}"] if names else []),
        ],
    )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _known(names: Mapping[str, Any], name: str) -> str | None:
    """The global name meant, exact or in another letter case."""
    try:
        return find(name, names, lambda: NotFound("", name=name))
    except NotFound:
        return None
    except AmbiguousName:
        return None


def _over(base: Any, value: Any, *, known: Mapping[str, Any] | None = None) -> Any:
    """A deep merge: mappings key by key, anything else replaced."""
    if not isinstance(base, Mapping) or not isinstance(value, Mapping):
        return _copy(value)
    result = dict(base)
    for key, item in value.items():
        target = (_known(known, str(key)) or key) if known is not None else key
        result[target] = _over(result.get(target), item)
    return result


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return value
