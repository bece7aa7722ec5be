"""Ask a person for arguments and flags that a command needs and that were not given: once per run, at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.commands.model import Argument, Flag, text
from runner.commands.values import component_type, stack_of
from runner.console import prompts, terminal
from runner.console.errors import warn
from runner.errors import UserAborted

if TYPE_CHECKING:
    from runner.app import App
    from runner.commands.values import Values

HOW_TO_LEAVE = "Press ctrl+c or esc to cancel"
HOW_TO_MARK = "space to mark, enter to confirm, ctrl+c or esc to cancel"


def ask(app: App, values: Values, wanted: list[Argument | Flag]) -> None:
    """Fill in what is needed and missing."""
    parsed = values.parsed
    for parameter in sorted(
        wanted, key=lambda item: item.semantic != "stack"
    ):  # the stack tells which components there are
        answer = _ask(app, values, parameter)
        if isinstance(parameter, Argument):
            values.arguments[parameter.name] = str(answer)
            continue
        parsed.flags[parameter.name] = answer
        if parameter.name in values.flags:
            values.flags[parameter.name] = answer


def _ask(app: App, values: Values, wanted: Argument | Flag) -> object:
    """What a person chooses or types, as a value of the parameter's type."""
    kind = wanted.type if isinstance(wanted, Flag) else "string"
    options = [text(value) for value in wanted.values] or _known(app, values, wanted)
    title = "Choose stack" if wanted.semantic == "stack" and not wanted.values else f"Choose {wanted.name}"
    question = text(wanted.description) or wanted.name
    answer: object
    try:
        if kind == "bool":
            answer = prompts.confirm(question, description=HOW_TO_LEAVE, app=app)
        elif options and kind == "list":
            answer = []
            while not answer:
                answer = prompts.multiselect(title, options, description=HOW_TO_MARK, app=app)
        elif options:
            answer = prompts.select(title, options, description=HOW_TO_LEAVE, app=app)
        else:
            answer = prompts.text(question, validate=_whole_number if kind == "int" else _something, app=app)
    except UserAborted:
        warn(app, "Selection cancelled")
        raise
    if kind == "list" and isinstance(answer, str):
        answer = [item for item in answer.split(",") if item]
    elif kind == "int":
        answer = int(str(answer))
    shown = ", ".join(answer) if isinstance(answer, list) else text(answer) if kind != "bool" else str(answer).lower()
    shown = f"\x1b[36m{shown}\x1b[0m" if terminal.use_color(app.flags, app.env) else shown
    app.err(f"Selected {wanted.name} {shown}\n")
    return answer


def _something(answer: str) -> str | None:
    return None if answer.strip(", ") else "a value is needed"


def _whole_number(answer: str) -> str | None:
    try:
        int(answer)
    except ValueError:
        return "a whole number is needed"
    return None


def _known(app: App, values: Values, wanted: Argument | Flag) -> list[str]:
    """The stacks or components there are, for a parameter that means one of them."""
    if not wanted.semantic:
        return []
    from runner import stacks

    if wanted.semantic == "stack":
        return list(stacks.stack_names(app))
    return list(stacks.component_names(app, stack_of(values) or None, kind=component_type(values.parsed) or None))
