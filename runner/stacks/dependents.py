"""Which components depend on one, and on those in turn."""

from __future__ import annotations

from runner.stacks import selection
from runner.stacks.naming import CONTEXT
from runner.stacks.values import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.stacks.project import Found, Project

    Map = dict[str, Any]


def of(project: Project, component: str, stack: str, *, include_settings: bool = True) -> list[Map]:
    """The dependents of a component, sorted, each with its own."""
    everything = [found for found in project.distinct(project.every()) if not found.layered.abstract]
    needs = {id(found): selection.dependencies(found.layered.sections, found.name) for found in everything}

    def below(name: str, where: str, path: tuple[tuple[str, str], ...]) -> list[Map]:
        rows: list[Map] = []
        for found in everything:
            key = (found.layered.name, found.name)
            if key in path or not any(need.component == name and need.stack == where for need in needs[id(found)]):
                continue
            rows.append(row(project, found, below(*key, (*path, key)), include_settings))
        return sorted(rows, key=lambda item: str(item["stack_slug"]))

    return below(component, stack, ((component, stack),))


def row(project: Project, found: Found, dependents: list[Map], include_settings: bool) -> Map:
    """One component as `describe dependents` and `describe affected` show it."""
    import os

    layered = found.layered
    variables = layered.sections["vars"]
    result: Map = {
        "component": layered.name, "component_type": layered.kind,
        "component_path": os.path.normpath(os.path.join(project.options.component_base(layered.kind), layered.module)),
        "stack": found.name, "stack_slug": f"{found.name}-{layered.name}".replace("/", "-"),
        "dependents": dependents, "included_in_dependents": False,
    }  # fmt: skip
    result.update({name: variables[name] for name in CONTEXT[:4] if isinstance(variables.get(name), str)})
    if include_settings:
        result["settings"] = plain(layered.sections["settings"])
    return result
