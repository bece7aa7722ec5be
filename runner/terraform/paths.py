"""A component named by a path (`.`, `./x`, `/abs/x`): the module's folder stands for the component that uses it."""

from __future__ import annotations

import os

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App
    from runner.stacks.project import Project

_EXIT = 2


def is_path(word: str) -> bool:
    """Whether a word can only be a path."""
    return word in (".", "..") or word.startswith(("./", "../", "/"))


def component(app: App, project: Project, word: str, stack: str) -> str:
    """The component's name for what the user wrote. Errors of paths exit with 2."""
    if not is_path(word):
        if "/" not in word or _known(project, word, stack) or not os.path.isdir(os.path.join(app.cwd, word)):
            return word
        folder = os.path.realpath(os.path.join(app.cwd, word))
        if _below(folder, os.path.realpath(project.options.component_folder("terraform"))) is None:
            return word
    return _by_folder(app, project, os.path.realpath(os.path.join(app.cwd, word)), word, stack)


def _known(project: Project, word: str, stack: str) -> bool:
    return any(found.layered.name == word for found in project.every("terraform") if found.name == stack) or any(
        word in file.components("terraform") for file in project.stacks(project.by_path(stack))
    )


def _below(path: str, folder: str) -> str | None:
    relative = os.path.relpath(path, folder)
    return None if relative == os.curdir or relative.split(os.sep)[0] == os.pardir else relative.replace(os.sep, "/")


def _by_folder(app: App, project: Project, folder: str, word: str, stack: str) -> str:
    options = project.options
    module = (
        _below(folder, os.path.realpath(options.component_folder("terraform")))
        if options.component_base("terraform")
        else None
    )
    if module is None:
        for kind in options.components:
            base = options.component_base(kind)
            if (
                kind != "terraform"
                and base
                and _below(folder, os.path.realpath(options.component_folder(kind))) is not None
            ):
                raise AtmosError("failed to resolve component from path: path component type does not match command",
                                 explanation=f"{word} holds a component of type {kind}.", exit_code=_EXIT)  # fmt: skip
        raise AtmosError(
            "failed to resolve component from path: path is not within Atmos component directories",
            explanation=f"{folder} does not lie below {options.component_folder('terraform')}.", exit_code=_EXIT,
            hints=["Name the component instead of a path, or change into its folder"],
        )  # fmt: skip
    by_path = set(project.by_path(stack))
    in_stack = [found for found in project.every("terraform") if found.name == stack or found.stack.path in by_path]
    if not in_stack:
        raise AtmosError("stack not found", explanation=f"Stack {stack} not found", exit_code=_EXIT,
                         hints=[f"Available stacks: {', '.join(project.names())}"])  # fmt: skip
    matching = sorted({found.layered.name for found in in_stack if found.layered.module == module})
    if not matching:
        raise AtmosError("component not found in stack configuration",
                         explanation=f"No component of the stack {stack} uses the folder {module}.", exit_code=_EXIT)  # fmt: skip
    if len(matching) == 1:
        return matching[0]
    if app.interactive:
        from runner.console import prompts

        return prompts.select(f"{module} is used by several components:", matching, app=app)
    raise AtmosError(
        "ambiguous component path",
        explanation=f"Path resolves to {module} which is referenced by multiple components in stack {stack}\n"
        f"Matching components: {', '.join(matching)}",
        hints=["Name the component instead of the path"], exit_code=_EXIT,
    )  # fmt: skip
