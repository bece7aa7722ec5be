"""The settings of `atmos.yaml` that stacks depend on, as one plain object."""

from __future__ import annotations

import os

from runner.errors import AtmosError
from runner.stacks.merge import check_strategy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Map = dict[str, Any]


class Options:
    """Defaults are those of a project whose `atmos.yaml` says nothing (spec §1.1)."""

    def __init__(
        self,
        config: Mapping[str, Any],
        *,
        base_path: str,
        stacks_path: str = "",
        config_dir: str = "",
        list_merge_strategy: str = "",
        environ: Mapping[str, str] | None = None,
    ) -> None:
        stacks = _map(config.get("stacks"))
        inherit = _map(stacks.get("inherit"))
        settings = _map(config.get("settings"))
        self.config = config
        self.environ = dict(environ or {})  # the caller's, for templates
        self.base_path = base_path
        self.config_dir = config_dir or base_path
        self.stacks_base = text(stacks.get("base_path"))
        self.stacks_path = stacks_path or (
            os.path.normpath(os.path.join(base_path, self.stacks_base)) if self.stacks_base else ""
        )
        self.included = words(stacks.get("included_paths"))
        self.excluded = words(stacks.get("excluded_paths"))
        self.name_template = text(stacks.get("name_template"))
        self.name_pattern = text(stacks.get("name_pattern"))
        self.inherit_metadata = inherit.get("metadata") is not False
        self.inherit_source = inherit.get("source") is not False
        self.strategy = check_strategy(list_merge_strategy or settings.get("list_merge_strategy"))
        self.components = _map(config.get("components"))
        self.terraform = _map(self.components.get("terraform"))
        self.env = _map(config.get("env"))
        self.auth = _map(config.get("auth"))
        self.github = _map(_map(config.get("integrations")).get("github"))
        templates = _map(_map(config.get("templates")).get("settings"))
        self.templates = templates
        self.templates_enabled = templates.get("enabled") is True
        self.ignore_missing = templates.get("ignore_missing_template_values") is True

    def component_folder(self, kind: str) -> str:
        """The absolute folder that holds the modules of a component type."""
        return os.path.normpath(os.path.join(self.base_path, self.component_base(kind)))

    def component_base(self, kind: str) -> str:
        """That folder as `atmos.yaml` writes it."""
        return text(_map(self.components.get(kind)).get("base_path"))

    @property
    def workspaces_enabled(self) -> bool:
        return self.terraform.get("workspaces_enabled") is not False

    @property
    def prefix_separator(self) -> str:
        found = _map(self.terraform.get("workspace")).get("prefix_separator")
        return str(found) if isinstance(found, str) and found else "-"

    def require(self) -> None:
        """Raise when the project has no stacks: what to set, or which folder is missing."""
        if not self.stacks_path:
            raise AtmosError(
                "stack base path must be provided in 'stacks.base_path' config or ATMOS_STACKS_BASE_PATH' ENV variable"
            )
        if not self.included:
            raise AtmosError(
                "at least one path must be provided in 'stacks.included_paths' config or ATMOS_STACKS_INCLUDED_PATHS' ENV variable"
            )
        if not os.path.isdir(self.stacks_path):
            raise AtmosError(
                "directory for Atmos stacks does not exist", explanation=f"Stacks directory not found: {self.stacks_path}",
                hints=["Set `stacks.base_path` in atmos.yaml, or run atmos inside the project"],
            )  # fmt: skip


def _map(value: Any) -> Map:
    return value if isinstance(value, dict) else {}


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def words(value: Any) -> list[str]:
    if isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()]
    return [str(item) for item in value] if isinstance(value, list) else []
