"""The effective configuration as data to show: settings with their defaults, computed paths, secrets masked.

Showing runs nothing (decision D18): a value from `!exec` or its like is shown as it is written, and computed only
where somebody asks for that very value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from runner.config.functions import CONFIG_TAGS

if TYPE_CHECKING:
    from runner.config.model import Config

MASK = "***"
_SECRET = re.compile(r"(password|passphrase|secret|token|private_?key|api_?key|access_?key)", re.IGNORECASE)
_NO_SECRET = re.compile(
    r"(_url|_uri|_endpoint|_path|_file|_ttl|_duration|_name|^inject_.*|^token_type)\Z", re.IGNORECASE
)
_STEP = re.compile(r"\.(?:([A-Za-z_][\w-]*)|\"([^\"\\]*)\")|\.?\[(?:\"([^\"\\]*)\"|(\d+))\]")
_ENTRIES = ("auth", "commands", "workflows")  # computed one value at a time, never as a whole


def whole(config: Config) -> dict[str, Any]:
    """All sections, deferred values as they are written."""
    data: dict[str, Any] = {}
    for name in config.names():
        data[name] = masked(config._load(name), (name,))
    commands = [plain(entry) for entry in config.declared_commands()]
    if commands:
        data["commands"] = commands
    data.setdefault("base_path", "")
    data.setdefault("default", not config.found)
    data["initialized"] = True
    data["cli_config_path"] = config.cli_config_path
    data["basePathAbsolute"] = config.base_path
    data["stacksBaseAbsolutePath"] = config.stacks_path or config.base_path
    data["terraformDirAbsolutePath"] = config.terraform_path
    data["workflowsDirAbsolutePath"] = config.workflows_path or config.base_path
    return data


def asked(config: Config, expression: str) -> Any:
    """The answer to a query; what lies on the plain path it begins with is computed."""
    from runner.query import query

    data = whole(config)
    holder: Any = data
    path: list[str | int] = []
    position = 0
    while match := _STEP.match(expression, position):
        name: Any = int(match.group(4)) if match.group(4) else next(filter(None, match.groups()), "")
        if not (isinstance(holder, dict) and name in holder) and not (
            isinstance(holder, list) and isinstance(name, int) and name < len(holder)
        ):
            break
        path.append(name)
        position = match.end()
        value = holder[name]
        if isinstance(value, tuple) and not hidden(path):
            value = holder[name] = _computed(config, path, value)
        if not isinstance(value, dict | list):
            break
        holder = value
    else:
        if path and path[0] not in _ENTRIES:
            _compute(holder, config, path)
    return query(shown(data), expression)


def _computed(config: Config, path: list[str | int], value: Any) -> Any:
    """A deferred value, with the type of its setting."""
    names = [name for name in path if isinstance(name, str)]
    return config.get(*names) if len(names) == len(path) and path[0] not in _ENTRIES else config.resolve(value)


def _compute(holder: Any, config: Config, path: list[str | int]) -> None:
    """Compute the deferred values of a part that was asked for."""
    for name, value in list(enumerate(holder) if isinstance(holder, list) else holder.items()):
        below = [*path, name]
        if isinstance(value, tuple):
            if not hidden(below):
                holder[name] = _computed(config, below, value)
        elif isinstance(value, dict | list):
            _compute(value, config, below)


def hidden(path: list[str | int]) -> bool:
    """Whether what stands at a path is kept from view."""
    return secret([name for name in path if isinstance(name, str)])


def secret(path: tuple[str, ...] | list[str]) -> bool:
    """Whether a key's value must not be shown."""
    if path[0] not in ("auth", "settings", "stores", "integrations"):
        return False
    return secret_name(path[-1])


def secret_name(name: str) -> bool:
    """Whether a key of this name holds a secret."""
    return bool(_SECRET.search(name)) and not _NO_SECRET.search(name)


def masked(value: Any, path: tuple[str, ...]) -> Any:
    """Data without the secrets in it; deferred values of the configuration stay tuples."""
    if isinstance(value, dict):
        return {key: masked(item, (*path, str(key))) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, path) for item in value]
    if value not in (None, "", False, True) and isinstance(value, str) and secret(path):
        return MASK
    return value


def plain(value: Any) -> Any:
    """Trees with places as plain dicts and lists."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def shown(value: Any) -> Any:
    """Deferred values as text, as they are written."""
    if isinstance(value, tuple):
        if value[:1] == ("!literal",):
            return value[1]
        return f"{value[0]} {value[1]}".strip() if value and value[0] in CONFIG_TAGS else list(value)
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return value
