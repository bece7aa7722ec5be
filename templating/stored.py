"""Compiled templates as plain data that `marshal` can hold, so that a later run needs neither parser nor compiler."""

from __future__ import annotations

import sys

from .kinds import Int64
from .program import Program
from .source import Source
from .template import Template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

FORMAT = 2
PYTHON = f"{sys.implementation.cache_tag}-{sys.hexversion:x}"


def dump(template: Template) -> tuple[Any, ...]:
    """All of a compiled template but its text and name."""
    program = template.program
    constants = {code: value for code, value in program.constants.items() if type(value) is not Int64}
    wide = {code: int(value) for code, value in program.constants.items() if type(value) is Int64}
    places = [(owner, pos, str(node)) for owner, pos, node in program.places]
    return (
        FORMAT,
        PYTHON,
        program.code,
        constants,
        wide,
        program.calls,
        places,
        program.missing,
        program.needs_runtime,
    )


def load(
    stored: tuple[Any, ...], text: str, *, name: str = "template", functions: Mapping[str, Any] | None = None
) -> Template | None:
    """The template again; None when another version of Python or of this package made it."""
    if stored[:2] != (FORMAT, PYTHON):
        return None
    _, _, code, constants, wide, calls, places, missing, needs_runtime = stored
    program = Program(Source(text), missing)
    program.code, program.calls, program.places, program.needs_runtime = code, calls, places, needs_runtime
    program.constants = {**constants, **{key: Int64(value) for key, value in wide.items()}}
    return Template(program.link(), name, functions)
