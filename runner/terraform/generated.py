"""The `generate:` section of a component: files made from its values."""

from __future__ import annotations

import os

from runner.errors import AtmosError
from runner.terraform import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.terraform.target import Target

    Map = dict[str, Any]


def write(target: Target, section: Map) -> None:
    """Each entry as a file in the module's folder: text as it is, maps by the ending of the name."""
    for name, content in section.items():
        path = os.path.normpath(target.path(str(name)))
        if not path.startswith(target.folder + os.sep):
            raise AtmosError(
                f"`generate` of the component '{target.component}' names a file outside of its folder: {name}"
            )
        os.makedirs(os.path.dirname(path), exist_ok=True)
        files.write(path, content if isinstance(content, str) else as_text(name, content), 0o644)


def as_text(name: str, content: Any) -> str:
    """A map or list in the format that the name asks for."""
    if name.endswith((".yaml", ".yml")):
        from runner.console import formats

        return formats.to_yaml(content)
    if name.endswith((".tfvars", ".hcl")) and isinstance(content, dict):
        from runner.terraform.output import hcl

        return "".join(f"{key} = {hcl(value)}\n" for key, value in content.items())
    return files.to_json(content)
