"""One component to run terraform for: its description, where its module lies, how its files are called."""

from __future__ import annotations

import os

from runner.errors import AtmosError
from runner.stacks import naming

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.stacks.options import Options
    from runner.stacks.project import Found
    from runner.terraform.argv import Invocation

    Map = dict[str, Any]

_NOT_ABSTRACT = ("plan", "apply", "deploy", "workspace")
_NOT_LOCKED = ("apply", "deploy", "destroy", "import", "taint", "untaint", "state rm", "state mv", "state push",
               "state replace-provider")  # fmt: skip


class Target:
    """described: the full map of the component. folder: the module's, absolute. stack: the stack's own name."""

    def __init__(self, found: Found, described: Map, options: Options) -> None:
        self.found = found
        self.described = described
        self.component = found.layered.name
        self.stack = found.name
        self.module = str(described["component"])
        base = options.component_folder("terraform")
        self.base_folder = base
        self.folder = os.path.normpath(os.path.join(base, self.module))
        names = (self.component, self.module, self.stack)
        self.varfile = naming.varfile_name(*names)
        self.planfile = naming.planfile_name(*names)
        self.test_varfile = naming.test_varfile_name(*names)
        self.workspace = str(described.get("workspace") or "default")
        self.options = options

    @property
    def variables(self) -> Map:
        return self.described.get("vars") or {}

    @property
    def metadata(self) -> Map:
        return self.described.get("metadata") or {}

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)


def executable(found: Found, invocation: Invocation | None = None) -> str:
    """The program to run: a flag, the component's `command`, the configuration's, `terraform`."""
    chosen = invocation.text("terraform-command") if invocation is not None else ""
    return chosen or str(found.layered.sections.get("command") or "terraform")


def check(target: Target, command: str, sub: str) -> None:
    """What forbids a run before anything is written or asked (spec §10)."""
    if not target.options.component_base("terraform"):
        raise AtmosError(
            "the folder of terraform components is not known",
            hints=["Set `components.terraform.base_path` in atmos.yaml"],
        )
    if not os.path.isdir(target.folder):
        raise AtmosError(
            f"invalid Terraform component: '{target.component}' points to the Terraform component '{target.module}', "
            f"but it does not exist in '{target.base_folder}'",
            where=target.found.stack.where("components", "terraform", target.component),
            hints=["Create the module there, or correct `metadata.component`"],
        )
    if target.found.layered.abstract and sub in _NOT_ABSTRACT:
        raise AtmosError(
            f"abstract component cannot be provisioned: the component '{target.component}' cannot be provisioned "
            "because it's marked as abstract (metadata.type: abstract)"
        )
    if target.metadata.get("locked") is True and (command in _NOT_LOCKED or sub in _NOT_LOCKED):
        raise AtmosError(
            "locked component cannot be provisioned",
            explanation=f"component '{target.component}' cannot be modified (metadata.locked: true)",
            hints=["Unlock it in its manifest first; `plan` and `output` work as always"],
        )
    if sub == "workspace" and target.described.get("backend_type") == "http":
        raise AtmosError("workspaces are not supported for the HTTP backend")


def check_module(target: Target) -> None:
    """A module whose files cannot be read is reported with the place, before terraform is started."""
    from runner.errors import Where
    from runner.terraform import module

    broken = module.check(target.folder)
    if broken is None:
        return
    name, line, reason = broken
    shown = os.path.join(os.path.relpath(target.folder, target.options.base_path), name)
    raise AtmosError(
        "failed to load terraform component",
        explanation=f"The Terraform component '{target.component}' contains invalid HCL code at {shown}:{line}.\n{reason}",
        hints=[f"Run `terraform validate` in {target.folder} for details"], where=Where(shown, line),
    )  # fmt: skip
