"""Stacks: YAML manifests in, described components out.

`describe_component` gives the full map of one component in one stack; the rest answers which there are.
Reading order: `discover` finds files, `manifest` reads one, `imports` merges what it imports, `layers` puts a
component's sections together, `evaluate` and `functions` compute values, `component` assembles the map;
`project` holds all stacks of a run.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.app import App


def describe_component(
    app: App,
    component: str,
    stack: str,
    *,
    process_templates: bool = True,
    process_functions: bool = True,
    skip: tuple[str, ...] | list[str] = (),
    identity: Any = None,
    kind: str | None = "terraform",
) -> dict[str, Any]:
    """The full map of a component in a stack. identity: what its YAML functions run as (a name). kind None: any type."""
    from runner.stacks import component as described
    from runner.stacks import project

    if identity is not None:
        from runner.terraform.identity import of_name

        identity = of_name(app, identity)
    found = project.of(app).find(component, stack, kind)
    return described.describe(
        app, found, process_templates=process_templates, process_functions=process_functions, skip=tuple(skip),
        identity=identity,
    )  # fmt: skip


def stack_names(app: App) -> list[str]:
    """The names of all stacks, sorted. Broken manifests are left out silently."""
    from runner.stacks import project

    return project.of(app).names() if has_stacks(app) else []


def component_names(app: App, stack: str | None = None, kind: str | None = None) -> list[str]:
    """The names of components that can be run (of one stack, of one type), sorted."""
    from runner.stacks import project

    if not has_stacks(app):
        return []
    return sorted({
        found.layered.name for found in project.of(app).every(kind, quiet=True)
        if not found.layered.abstract and (stack is None or found.name == stack)
    })  # fmt: skip


def has_stacks(app: App) -> bool:
    """Whether the project has a stacks folder that can be looked at."""
    import os

    from runner.stacks import project

    options = project.of(app).options
    return bool(options.stacks_path and options.included and os.path.isdir(options.stacks_path))
