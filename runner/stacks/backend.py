"""Backends: the entry of the final type, and the key under which a component's state lies (spec §7)."""

from __future__ import annotations

from runner.errors import AtmosError
from runner.stacks.merge import merge
from runner.stacks.values import finish

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.stacks.layers import Layered
    from runner.stacks.options import Options

    Map = dict[str, Any]

_PREFIX_KEYS = {"s3": "workspace_key_prefix", "gcs": "prefix"}


def state_name(layered: Layered) -> str:
    """What a component's state is called: `metadata.name`, else its module, else its own name."""
    name = layered.metadata.get("name")
    return name if isinstance(name, str) and name else layered.base or layered.name


def resolve(layered: Layered, options: Options, stack: str) -> Map:
    """The four backend sections of a component, complete."""
    sections = layered.sections
    kind = sections["backend_type"]
    entries = finish(sections["backend"])
    backend = _entry(layered, kind, entries, "backend", stack)
    if kind and isinstance(backend, dict):
        backend = _with_key(layered, kind, backend, options)
    remote_kind = sections["remote_state_backend_type"] or kind
    remote_entries = finish(sections["remote_state_backend"])
    if kind:
        remote_entries = merge({**entries, kind: backend} if backend else entries, remote_entries, layered.strategy)
    else:
        remote_entries = merge(entries, remote_entries, layered.strategy)
    remote = _entry(layered, remote_kind, remote_entries, "remote_state_backend", stack)
    if remote_kind and remote_kind != kind and isinstance(remote, dict):
        remote = _with_key(layered, remote_kind, remote, options)
    return {
        "backend_type": kind, "backend": backend, "remote_state_backend_type": remote_kind,
        "remote_state_backend": remote,
    }  # fmt: skip


def _entry(layered: Layered, kind: Any, entries: Map, section: str, stack: str) -> Any:
    if not kind:
        return {}
    if kind in entries:
        return entries[kind] if entries[kind] is not None else {}
    if not entries:
        return {}
    raise AtmosError(
        f"{section}_type does not match any key configured under {section}",
        explanation=f"The component '{layered.name}' in the stack '{stack}' has `{section}_type: {kind}`, but "
        f"`{section}` has only: {', '.join(sorted(entries))} (manifest {layered.stack.name}).",
        hints=[f"Add `{section}: {{{kind}: …}}`, or correct `{section}_type`"],
        where=layered.stack.where("components", layered.kind, layered.name, f"{section}_type")
        or layered.stack.where(layered.kind, f"{section}_type"),
    )


def _with_key(layered: Layered, kind: str, backend: Map, options: Options) -> Map:
    name = state_name(layered)
    key = _PREFIX_KEYS.get(kind)
    if key is not None:
        return backend if backend.get(key) else {**backend, key: name.replace("/", options.prefix_separator)}
    if kind != "azurerm":
        return backend
    common = (layered.stack.data.get(layered.kind) or {}).get("backend")
    common = common.get("azurerm") if isinstance(common, dict) else None
    shared = common.get("key") if isinstance(common, dict) else None
    if backend.get("key") and backend["key"] != shared:
        return backend
    parts = [shared] if isinstance(shared, str) and shared else []
    parts.append(name.replace("/", options.prefix_separator))
    return {**backend, "key": "/".join(parts) + ".terraform.tfstate"}
