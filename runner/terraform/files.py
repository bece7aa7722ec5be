"""The files written into a module's folder for one component: variables, backend, providers, versions (spec §14)."""

from __future__ import annotations

import json
import os

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Map = dict[str, Any]

BACKEND = "backend.tf.json"
PROVIDERS = "providers_override.tf.json"
VERSIONS = "terraform_override.tf.json"


def to_json(value: Any) -> str:
    """JSON as terraform users know it: sorted keys, two spaces, `<`, `>` and `&` escaped, a newline at the end."""
    text = json.dumps(_whole_numbers(value), indent=2, sort_keys=True, ensure_ascii=False, default=str)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text + "\n"


def _whole_numbers(value: Any) -> Any:
    """Whole numbers that came as floats (from JSON) without their `.0`."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return int(value)
    if isinstance(value, dict):
        return {str(key): _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return value


def write(path: str, text: str, mode: int) -> None:
    """Replace a file at once: a reader sees the old content or the new one. The mode holds from its birth."""
    folder = os.path.dirname(path)
    temporary = os.path.join(folder, f".{os.path.basename(path)}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        try:
            os.fchmod(fd, mode)
            with os.fdopen(fd, "w", encoding="utf-8", closefd=False) as stream:
                stream.write(text)
        finally:
            os.close(fd)
        os.rename(temporary, path)
    except OSError as error:
        try:
            os.unlink(temporary)
        except OSError:
            pass
        raise AtmosError(f"cannot write {path}: {error.strerror or error}") from error


def backend(described: Map) -> Map:
    """The content of `backend.tf.json`."""
    kind = described.get("backend_type")
    if not kind:
        raise AtmosError(
            "backend_type is required",
            explanation=f"The component '{described['atmos_component']}' in the stack '{described['atmos_stack']}' has no "
            "`backend_type`, so that no backend file can be generated.",
            hints=["Set `backend_type` and `backend`, or `components.terraform.auto_generate_backend_file: false`"],
        )
    entry = described.get("backend") or {}
    if kind == "cloud":
        return {"terraform": {"cloud": _with_workspace(entry, str(described.get("workspace") or ""))}}
    return {"terraform": {"backend": {kind: entry}}}


def _with_workspace(value: Any, workspace: str) -> Any:
    if isinstance(value, str):
        return value.replace("{terraform_workspace}", workspace)
    if isinstance(value, dict):
        return {key: _with_workspace(item, workspace) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_workspace(item, workspace) for item in value]
    return value


def providers(section: Map) -> Map:
    """The content of `providers_override.tf.json`; `name.alias` keys become entries with an alias."""
    grouped: dict[str, list[tuple[str, Any]]] = {}
    for key in sorted(section):
        name, _, alias = key.partition(".")
        grouped.setdefault(name, []).append((alias, section[key]))
    result: Map = {}
    for name, entries in grouped.items():
        if len(entries) == 1 and not entries[0][0]:
            result[name] = entries[0][1]
        else:
            result[name] = [_aliased(alias, entry) for alias, entry in entries]
    return {"provider": result}


def _aliased(alias: str, entry: Any) -> Any:
    if not alias:
        return entry
    return {"alias": alias, **(entry if isinstance(entry, dict) else {})}


def versions(described: Map) -> Map | None:
    """The content of `terraform_override.tf.json`, None when nothing is required."""
    version, required = described.get("required_version"), described.get("required_providers") or {}
    if not version and not required:
        return None
    content: Map = {}
    if version:
        content["required_version"] = version
    if required:
        for name, entry in required.items():
            if not isinstance(entry, dict) or not entry.get("source"):
                raise AtmosError(f"the required provider '{name}' of the component '{described['atmos_component']}' has no `source`",
                                 hints=[f"Write `required_providers: {{{name}: {{source: hashicorp/{name}, version: …}}}}`"])  # fmt: skip
        content["required_providers"] = required
    return {"terraform": content}
