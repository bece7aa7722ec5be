"""What terraform knows of a component, read quietly: what init and workspace print is shown only when they fail."""

from __future__ import annotations

import json

from runner.errors import AtmosError
from runner.terraform import arguments, lock
from runner.terraform.execute import Failed, Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Map = dict[str, Any]


def outputs(run: Run, *, floats: bool = False) -> Map:
    """name -> value of all outputs. floats: numbers as templates know them from JSON."""
    run.authenticate()
    target = run.target
    with lock.held(target.folder, run.app.env, lambda: None) as holding:
        if holding:
            run.env[lock.VARIABLE] = holding
        run.write_files()
        if arguments.runs_init(run.invocation, run.settings):
            run.forget_workspace()
            _quietly(run, arguments.init(run.settings, target, forced=False, extra=[]))
        if arguments.selects_workspace(run.invocation, target, run.app.env):
            run.select_workspace()
        found = mapping(run, ["output", "-json"], floats=floats)
    return {name: item.get("value") if isinstance(item, dict) else item for name, item in found.items()}


def mapping(run: Run, words: list[str], *, floats: bool = False) -> Map:
    """The JSON object that a call of terraform prints."""
    text = _quietly(run, words)
    try:
        found = json.loads(text or "{}", parse_int=float if floats else None)
    except ValueError as error:
        found = error
    if not isinstance(found, dict):
        raise AtmosError(
            f"what `{run.program} {words[0]}` prints for {run.target.component} in {run.target.stack} cannot be read",
            explanation=f"It is no JSON object{f': {found}' if isinstance(found, ValueError) else '.'}",
        )
    return found


def _quietly(run: Run, words: list[str]) -> str:
    outcome = run.launch(words, capture=True)
    if outcome.code:
        text = (outcome.stdout + outcome.stderr).decode("utf-8", "replace").strip()
        raise Failed(outcome.code, [run.program, *words], text)
    return outcome.stdout.decode("utf-8", "replace")
