"""`atmos terraform clean`: remove what runs left in the folders of modules (spec §16.5)."""

from __future__ import annotations

import os
import shutil

from runner.errors import AtmosError
from runner.stacks import project as projects
from runner.terraform import files, paths
from runner.terraform.arguments import Settings
from runner.terraform.target import Target

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App
    from runner.terraform.argv import Invocation

LOCK = ".terraform.lock.hcl"
STATES = "terraform.tfstate.d"


def run(app: App, invocation: Invocation) -> int:
    """Find, ask, remove."""
    project = projects.of(app)
    if not project.options.component_base("terraform"):
        raise AtmosError(
            "the folder of terraform components is not known", hints=["Set `components.terraform.base_path`"]
        )
    doomed = of_component(app, invocation) if invocation.component else of_everything(app, invocation)
    doomed = sorted({path for path in doomed if os.path.lexists(path)})
    if not doomed:
        app.err("✓ Nothing to delete\n")
        return 0
    shown = [os.path.relpath(path, app.cwd) for path in doomed]
    if invocation.on("dry-run"):
        app.err("".join(f"Would delete {path}\n" for path in shown))
        return 0
    if not invocation.on("force"):
        if not app.interactive:
            raise AtmosError(
                "interactive confirmation not available in non-TTY environment",
                explanation="These would be deleted:\n" + "\n".join(shown), hints=["Use `--force` to delete without a question"],
            )  # fmt: skip
        from runner.console import prompts

        app.err("".join(f"  {path}\n" for path in shown))
        if not prompts.confirm("Are you sure?", app=app):
            return 0
    for path, name in zip(doomed, shown, strict=True):
        remove(path)
        app.err(f"✓ Deleted {name}\n")
    return 0


def remove(path: str) -> None:
    """A file, a link or a folder with all in it; a link is never followed."""
    try:
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)
    except OSError as error:
        raise AtmosError(f"cannot delete {path}: {error.strerror or error}") from error


def of_component(app: App, invocation: Invocation) -> list[str]:
    """What belongs to a component: of one stack, or of all its stacks."""
    project = projects.of(app)
    stack = invocation.text("stack")
    if stack:
        name = paths.component(app, project, invocation.component, stack)
        chosen = [project.find(name, stack, "terraform")]
    else:
        chosen = [found for found in project.every("terraform") if found.layered.name == invocation.component]
        if not chosen:
            chosen = [found for found in project.every("terraform") if found.layered.module == invocation.component]
        if not chosen:
            raise AtmosError(
                "invalid component", explanation=f"Could not find the component {invocation.component} in any stack."
            )
    settings = Settings(project.options.terraform, invocation)
    doomed: list[str] = []
    for found in chosen:
        described = {"component": found.layered.module, "workspace": project.workspace(found.layered, found.name),
                     "vars": {}, "metadata": found.layered.metadata}  # fmt: skip
        target = Target(found, described, project.options)
        names = [".terraform", target.varfile, target.planfile, os.path.join(STATES, target.workspace)]
        if not invocation.on("skip-lock-file"):
            names.append(LOCK)
        if settings.auto_backend:
            names.append(files.BACKEND)
        if settings.auto_files:
            names += [str(name) for name in found.layered.sections["generate"]]
        doomed += [target.path(name) for name in names]
        doomed += _data_folder(app, target.folder)
    return doomed


def of_everything(app: App, invocation: Invocation) -> list[str]:
    """What runs left in all modules."""
    base = projects.of(app).options.component_folder("terraform")
    doomed: list[str] = []
    for folder, below, names in os.walk(base):
        for name in (".terraform", STATES):
            if name in below:
                below.remove(name)
                doomed.append(os.path.join(folder, name))
        doomed += [os.path.join(folder, name) for name in names
                   if name.endswith(".tfvars.json") or (name == LOCK and not invocation.on("skip-lock-file"))]  # fmt: skip
        if any(name.endswith((".tf", ".tofu")) for name in names):
            doomed += _data_folder(app, folder)
    return doomed


def _data_folder(app: App, folder: str) -> list[str]:
    """`$TF_DATA_DIR` when it is a folder of its own below the module."""
    own = app.env.get("TF_DATA_DIR", "")
    path = os.path.normpath(os.path.join(folder, own)) if own else ""
    return [path] if path and path.startswith(folder + os.sep) else []
