"""The `auth:` section of one component: what its stack and manifest declare, merged over the global one.

Pure: plain data in, plain data out. A default declared nearer replaces the farther ones (decision D37).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auth.chain import find
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
    if any(_is_default(entry) for entry in declared.values()):
        for name, entry in identities.items():
            if isinstance(entry, dict) and entry.get("default"):
                identities[name] = {**entry, "default": False}
    for key, value in own.items():
        if key == "identities" and isinstance(value, Mapping):
            continue
        merged[key] = _over(merged.get(key), value, known=merged.get(key) if key in _MAPS else None)
    for name, entry in declared.items():
        known = _known(identities, str(name))
        if known is None and isinstance(entry, Mapping) and set(entry) == {"default"}:
            if not _is_default(entry):
                continue
            raise ConfigError(
                f'invalid auth config: invalid identity config: identity "{name}" is not defined',
                explanation=f'The component\'s default identity "{name}" is not defined in the active global auth '
                "configuration.",
                hints=[
                    "Define it under `auth.identities` in atmos.yaml or in the active profile",
                    *(
                        ["Configured identities: " + ", ".join(f"`{each}`" for each in sorted(identities))]
                        if identities
                        else []
                    ),
                ],
            )
        identities[known or str(name)] = _over(identities.get(known or str(name)), entry)
    if identities or "identities" in own:
        merged["identities"] = identities
    return merged


def _is_default(entry: object) -> bool:
    return isinstance(entry, Mapping) and (
        entry.get("default") is True or str(entry.get("default")).strip().lower() in ("true", "yes", "on")
    )


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
