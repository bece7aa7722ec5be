"""Compiled templates and their cache: what `templating.compile` and `templating.render` stand on."""

from __future__ import annotations

from .errors import Failure, TemplateError
from .runtime import Runtime

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

    from .policy import Policy
    from .program import Program


_CACHE_SIZE = 512
_CACHED = 200_000
"""longer texts are compiled each time: looking them up costs as much"""
_programs: dict[tuple[Any, ...], Program] = {}


class Template:
    """A text ready to be rendered any number of times."""

    __slots__ = ("_main", "_needs_runtime", "functions", "name", "program")

    def __init__(self, program: Program, name: str, functions: Mapping[str, Any] | None) -> None:
        self.program = program
        self.name = name
        self.functions = functions
        self._main = program.main
        self._needs_runtime = program.needs_runtime

    def render(self, data: Any, policy: Policy | None = None) -> str:
        """The text for these data; TemplateError when something is missing or wrong."""
        try:
            if self._needs_runtime:
                return self._main(Runtime(self.program, policy, self.functions), data)
            return self._main(data)
        except Failure as failure:
            raise self.program.error(failure, self.name) from (failure.__cause__ or failure.__context__)
        except RecursionError as problem:
            raise TemplateError(f"template: {self.name}: the data are nested too deeply", name=self.name) from problem

    def __repr__(self) -> str:
        return f"Template({self.name!r})"


def compile_template(
    text: str,
    *,
    name: str = "template",
    missing: str = "error",
    delimiters: tuple[str, str] | None = None,
    functions: Mapping[str, Any] | None = None,
    sets: Collection[str] | None = None,
) -> Template:
    """Parse and compile; the work is done once per text."""
    if missing not in ("error", "zero", "default"):
        raise ValueError(f"missing is error, zero or default, not {missing!r}")
    key: tuple[Any, ...] = ()
    if len(text) <= _CACHED:
        key = (
            text,
            missing,
            delimiters,
            frozenset(functions) if functions else None,
            None if sets is None else frozenset(sets),
        )
    program = _programs.get(key) if key else None
    if program is None:
        from .compiler import compile_text

        try:
            program = compile_text(text, name, missing=missing, delimiters=delimiters, sets=sets, injected=functions)
        except Failure as failure:
            raise TemplateError(f"template: {name}: {failure.message}", name=name) from None
        except (RecursionError, MemoryError, SyntaxError) as problem:
            raise TemplateError(f"template: {name}: the template is nested too deeply", name=name) from problem
        if key:
            if len(_programs) >= _CACHE_SIZE:
                _programs.clear()
            _programs[key] = program
    return Template(program, name, functions)
