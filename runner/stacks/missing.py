"""What to tell who asks for a component or stack that is not there."""

from __future__ import annotations

import os

from runner.errors import AtmosError, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.stacks.project import Project


def error(
    project: Project, component: str, stack: str, kind: str | None, chosen: list[str], dropped: list[AtmosError]
) -> AtmosError:
    """Why a component is not found: what is broken, how its stack is really called, or what there is instead.

    chosen: the manifests that the stack names as a path. dropped: why candidates were left out.
    """
    from runner.stacks.project import Unnamed

    for path in chosen:
        if path in project.broken:
            return project.broken[path]
    faults = [error for error in dropped if not isinstance(error, Unnamed)]
    names = {item.name for item in project.every(kind, quiet=True)} if not chosen else {stack}
    if stack not in names:
        if faults:
            return faults[0]
        if project.broken:
            return next(iter(project.broken.values()))
        renamed = _renamed(project, stack)
        if renamed:
            return AtmosError(
                "invalid stack", explanation=f"Stack {stack} not found.",
                hints=[f"Did you mean {renamed}?", "Run atmos list stacks to see all available stacks."],
            )  # fmt: skip
    elif faults and not any(item.layered.name == component for item in project.every(kind, quiet=True)):
        return faults[0]
    hints: list[str] = []
    if stack in names:
        known = (
            {item.layered.name for item in project.every(kind, quiet=True) if item.name == stack}
            if not chosen
            else {
                name
                for file in project.stacks(chosen)
                for known in project.kinds(file, kind)
                for name in file.components(known)
            }
        )
        close = nearest(component, known)
        hints = [f"Did you mean the component {close[0]}?"] if close else []
        hints.append(f"Components of the stack {stack}: {', '.join(sorted(known))}")
    else:
        close = nearest(stack, names)
        hints = [f"Did you mean the stack {close[0]}?"] if close else []
        hints.append(f"Available stacks: {', '.join(sorted(names))}" if names else "No stacks are defined")
    project.warn_of_broken()
    reasons = "".join(f"\n\n{error.message}" for error in dropped[:5])
    return AtmosError(
        "invalid component",
        explanation=f"Could not find the component {component} in the stack {stack}.\n"
        "Check that all the context variables are correctly defined in the stack manifests.\n"
        f"Are the component and stack names correct? Did you forget an import?{reasons}",
        hints=hints,
    )


def _renamed(project: Project, stack: str) -> str:
    """The real name of a stack that was asked for by its file."""
    for found in project.every(quiet=True):
        if stack in (found.stack.key, os.path.basename(found.stack.key)) and found.name != stack:
            return found.name
    return ""
