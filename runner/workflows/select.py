"""Which workflow is meant: by file and name, by name alone, or picked by a person."""

from __future__ import annotations

from runner.errors import AtmosError
from runner.workflows import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.app import App
    from runner.workflows.files import WorkflowFile


def choose(app: App, name: str, file_argument: str) -> WorkflowFile:
    """The file of a workflow. Asks when several define the name and somebody can be asked."""
    if file_argument:
        file = files.load(app, file_argument, name)
        if not file.defines(name):
            raise files.unknown_in(file, name)
        return file
    found = files.find(app, name)
    if not found:
        raise files.unknown(app, name)
    if len(found) == 1:
        return found[0]
    if not app.interactive:
        raise files.ambiguous(name, found)
    from runner.console import prompts

    labels = {file.relative: file for file in found}
    picked = prompts.select(
        f"Multiple workflows found with name '{name}'. Please choose:",
        list(labels),
        details={label: file.description(name) for label, file in labels.items()},
        app=app,
    )
    return labels[picked]


def pick(app: App, file_argument: str) -> tuple[WorkflowFile, str, str]:
    """Let a person pick (file, workflow, first step). Without a terminal: an error that lists what can be run."""
    found = [files.load(app, file_argument)] if file_argument else files.discover(app)
    found = [file for file in found if file.workflows]
    if not app.interactive:
        raise nobody_to_ask(found)
    from runner.console import prompts

    if not found:
        raise AtmosError("no workflow found", explanation="There is no workflow in this project.")
    by_label = {file.relative: file for file in found}
    label = next(iter(by_label))
    if len(by_label) > 1:
        titles = {key: str(file.manifest.get("name") or "") for key, file in by_label.items()}
        label = prompts.select("Workflow Manifests", list(by_label), details=titles, app=app)
    file = by_label[label]
    names = sorted(file.workflows)
    name = prompts.select("Workflows", names, details={each: file.description(each) for each in names}, app=app)
    steps = step_names(file.workflows[name])
    first = steps[0] if steps else ""
    if len(steps) > 1:
        first = prompts.select("Execute From Step", steps, app=app)
    return file, name, "" if steps and first == steps[0] else first


def nobody_to_ask(found: list[WorkflowFile]) -> AtmosError:
    """The error of `atmos workflow` without a name and without a terminal."""
    lines = []
    for file in found:
        for name in sorted(file.workflows):
            about = file.description(name)
            lines.append(f"  • {name} ({file.relative}){': ' + about if about else ''}")
    return AtmosError(
        "no workflow name given",
        explanation="Workflows that can be run:\n\n" + "\n".join(lines)
        if lines
        else "There is no workflow in this project.",
        hints=["Run one with `atmos workflow NAME`"] if lines else [],
    )


def step_names(raw: Any) -> list[str]:
    """The names of a workflow's top-level steps, generated ones included."""
    steps = raw.get("steps") if isinstance(raw, dict) else None
    if not isinstance(steps, list):
        return []
    return [step_name(step, index) for index, step in enumerate(steps)]


def step_name(step: Any, index: int, parent: str = "") -> str:
    """The name of a step at a place counted from 0: its own, else `step<n>`, or `<group>_step<n>`."""
    name = step.get("name") if isinstance(step, dict) else None
    if isinstance(name, str) and name.strip():
        return name.strip()
    if name is not None and not isinstance(name, (str, dict, list, bool)):
        from runner.workflows.declare import scalar

        return scalar(step, "name")
    return f"{parent}_step{index + 1}" if parent else f"step{index + 1}"
