"""Outputs of a component, read quietly: what init and workspace print is shown only when they fail."""

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
        text = _quietly(run, ["output", "-json"])
    try:
        found = json.loads(text or "{}", parse_int=float if floats else None)
    except ValueError as error:
        raise AtmosError(f"the outputs of {target.component} in {target.stack} cannot be read: {error}") from error
    return {name: item.get("value") if isinstance(item, dict) else item for name, item in found.items()}


def _quietly(run: Run, words: list[str]) -> str:
    outcome = run.launch(words, capture=True)
    if outcome.code:
        text = (outcome.stdout + outcome.stderr).decode("utf-8", "replace").strip()
        raise Failed(outcome.code, [run.program, *words], text)
    return outcome.stdout.decode("utf-8", "replace")
