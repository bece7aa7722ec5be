"""`atmos validate component`: whether a component can be described, has its module and meets its policies."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.errors import AtmosError

if TYPE_CHECKING:
    from runner.app import App


@clicks.command(
    "atmos validate component", "Check a component", examples=" $ atmos validate component vpc -s plat-ue2-prod"
)
@clicks.argument("component", required=False, default="")
@clicks.option("--stack", "-s", metavar="NAME", default="", help="The stack")
@clicks.option(
    "--schema-path", metavar="PATH", default="", help="Check with this policy instead of the component's own"
)
@clicks.option("--schema-type", metavar="TYPE", default="", help="Its type: jsonschema or opa (by its ending)")
@clicks.option("--module-paths", metavar="PATHS", multiple=True, help="More policies and data for OPA")
@clicks.option("--timeout", metavar="SECONDS", default="", help="How long OPA may take")
def component_(
    app: App,
    component: str,
    stack: str,
    schema_path: str,
    schema_type: str,
    module_paths: tuple[str, ...],
    timeout: str,
) -> int:
    from runner.stacks import component as described
    from runner.stacks import policies
    from runner.stacks import project as projects
    from runner.terraform import paths

    if not component:
        raise AtmosError(
            "`component` is required.", explanation="Usage: `atmos validate component <component> -s <stack>`"
        )
    stack = stack or app.env.get("ATMOS_STACK", "")
    if not stack:
        raise AtmosError(
            "stack is required; specify it on the command line using the flag --stack <stack> (shorthand -s)"
        )
    project = projects.of(app)
    found = project.find(paths.component(app, project, component, stack), stack, None)
    full = described.describe(app, found, process_functions=False)
    path = full["component_info"]["component_path"]
    if found.layered.kind == "terraform" and path and not os.path.isdir(path):
        raise AtmosError(f"invalid component: '{found.layered.name}' points to the module '{full['component']}', "
                         f"but it does not exist in '{project.options.component_folder('terraform')}'")  # fmt: skip
    if schema_path:
        own = {
            "schema_type": schema_type or ("opa" if schema_path.endswith(".rego") else "jsonschema"),
            "schema_path": schema_path, "timeout": timeout,
            "module_paths": [word for text in module_paths for word in text.split(",") if word],
        }  # fmt: skip
        checks = [policies.Policy(app, schema_path, own)]
    else:
        checks = policies.of(app, full)
    if checks:  # values that functions give count; what cannot be known here shows as (computed)
        full = described.describe(app, found, mode="warn", failures=[])
    policies.require(full, checks)
    app.err(f"✓ {found.layered.name} in {found.name} is valid\n")
    return 0


def run(app: App, argv: list[str]) -> int:
    """Entry of `atmos validate component`."""
    return clicks.run(component_, app, argv)
