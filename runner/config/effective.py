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
_STEP = re.compile(r"\.(?:([A-Za-z_][\w-]*)|\"([^\"\\]*)\")")


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
    path: list[str] = []
    position = 0
    while match := _STEP.match(expression, position):
        name = match.group(1) or match.group(2)
        if not isinstance(holder, dict) or name not in holder:
            break
        path.append(name)
        position = match.end()
        value = holder[name]
        if path[0] not in ("auth", "commands", "workflows") and isinstance(value, tuple) and not secret(path):
            value = holder[name] = config.get(*path)
        if not isinstance(value, dict):
            break
        holder = value
    else:
        if path and path[0] not in ("auth", "commands", "workflows") and isinstance(holder, dict):
            _compute(holder, config, tuple(path))
    return query(shown(data), expression)


def _compute(holder: dict[str, Any], config: Config, path: tuple[str, ...]) -> None:
    """Compute the deferred values of a part that was asked for."""
    for name, value in holder.items():
        if isinstance(value, tuple) and not secret((*path, name)):
            holder[name] = config.get(*path, name)
        elif isinstance(value, dict):
            _compute(value, config, (*path, name))
        elif isinstance(value, list):
            holder[name] = config.resolve(value)


def secret(path: tuple[str, ...] | list[str]) -> bool:
    """Whether a key's value must not be shown."""
    if path[0] not in ("auth", "settings", "stores", "integrations"):
        return False
    return bool(_SECRET.search(path[-1])) and not _NO_SECRET.search(path[-1])


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
        return f"{value[0]} {value[1]}".strip() if value and value[0] in CONFIG_TAGS else list(value)
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    return value
