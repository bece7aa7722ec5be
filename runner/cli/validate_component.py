"""`atmos validate component`: whether a component of a stack can be described and its module is there."""

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
def component_(app: App, component: str, stack: str) -> int:
    from runner.stacks import component as described
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
    if (full.get("settings") or {}).get("validation"):
        from runner.console.errors import warn

        warn(app, "validation policies (`settings.validation`) are not supported and were not checked")
    app.err(f"✓ {found.layered.name} in {found.name} is valid\n")
    return 0


def run(app: App, argv: list[str]) -> int:
    """Entry of `atmos validate component`."""
    return clicks.run(component_, app, argv)
