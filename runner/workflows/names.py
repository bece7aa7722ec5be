"""Names for completion: workflows, their files, their steps. Errors are no answers here, so they are swallowed."""

from __future__ import annotations

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App


def workflow_names(app: App) -> list[tuple[str, str, str]]:
    """(name, file, description) of every workflow."""
    from runner.workflows import files

    try:
        found = files.discover(app, quiet=True)
        return [(name, file.relative, file.description(name)) for file in found for name in file.workflows]
    except (AtmosError, OSError, ValueError):
        return []


def file_names(app: App) -> list[str]:
    """What `--file` takes: every workflow file, as short as it can be given."""
    from runner.workflows import files
    from runner.workflows.resume import file_argument

    try:
        return [file_argument(file.relative) for file in files.discover(app, quiet=True)]
    except (AtmosError, OSError, ValueError):
        return []


def step_names(app: App, workflow: str, file: str = "") -> list[str]:
    """What `--from-step` takes for a workflow."""
    from runner.workflows import files, select

    try:
        found = [files.load(app, file)] if file else files.find(app, workflow)
        names = [name for each in found for name in select.step_names(each.workflows.get(workflow))]
        return list(dict.fromkeys(names))
    except (AtmosError, OSError, ValueError):
        return []
