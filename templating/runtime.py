"""The state of one rendering: what it may reach, and how much of its limits is used up."""

from __future__ import annotations

from .errors import Failure
from .kinds import GoObject
from .policy import DENY
from .values import sorted_keys, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from .policy import Policy
    from .program import Program


CHUNK = 1024
LARGE = 4096


class Runtime:
    __slots__ = ("depth", "extra", "functions", "limits", "measured", "policy", "program", "steps", "work", "written")

    def __init__(self, program: Program, policy: Policy | None, functions: Mapping[str, Any] | None) -> None:
        self.program = program
        self.policy = policy or DENY
        self.limits = self.policy.limits
        self.functions = functions or {}
        self.extra: dict[str, Any] = {}
        self.depth = 0
        self.steps = 0
        self.work = 0
        self.written = 0
        self.measured = 0

    # --- limits -----------------------------------------------------------------------------------

    def grew(self, value: Any, place: int) -> None:
        """Account for a large value a function made."""
        size = len(value)
        if isinstance(value, str):
            if size > self.limits.output:
                raise Failure(f"the text made here is longer than {self.limits.output} characters", place)
        else:
            if size > self.limits.items:
                raise Failure(f"the list made here has more than {self.limits.items} items", place)
            size *= 8
        self.work += size
        if self.work > self.limits.work:
            raise Failure(f"the values made by this template exceed {self.limits.work} bytes", place)

    def room(self, size: int, what: str = "the result") -> None:
        """Refuse a text before it is made."""
        if size > self.limits.output:
            raise Failure(f"{what} would be longer than {self.limits.output} characters")

    def room_for_items(self, count: int) -> None:
        if count > self.limits.items:
            raise Failure(f"{count} items are more than the limit of {self.limits.items}")

    def wrote(self, text: str) -> None:
        """Account for a long text printed inside a loop."""
        self.written += len(text)
        if self.written > self.limits.output:
            raise Failure(f"the output is longer than {self.limits.output} characters")

    def enter(self, place: int) -> None:
        self.depth += 1
        if self.depth > self.limits.depth:
            raise Failure(f"exceeded maximum template depth ({self.limits.depth})", place)

    def finish(self, out: list[str]) -> str:
        self.measure(out)
        return "".join(out)

    def measure(self, out: list[str]) -> None:
        new = out[self.measured :] if self.measured else out
        self.measured = len(out)
        self.written += sum(map(len, new))
        if self.written > 2 * self.limits.output:  # long texts count twice: at once, and here
            raise Failure(f"the output is longer than {self.limits.output} characters")

    # --- functions --------------------------------------------------------------------------------

    def call(self, function: Callable[..., Any], place: int, name: str, *args: Any) -> Any:
        """Call one of our functions; what generated code does in place where it matters."""
        try:
            result = function(*args)
        except Exception as error:
            raise self.program.failed(error, place, name) from error
        if isinstance(result, str | list | dict | bytes) and len(result) > LARGE:
            self.grew(result, place)
        return result

    # --- range ------------------------------------------------------------------------------------

    def loop(self, value: Any, two: bool, place: int, out: list[str]) -> Iterable[Iterable[Any]] | None:
        """The rounds of a `range` in chunks (the output is measured between them), or None when there are none."""
        items: Any
        pairs = two
        if isinstance(value, list | tuple):
            items = value
        elif isinstance(value, dict):
            keys = sorted_keys(value)
            items = [(key, value[key]) for key in keys] if two else [value[key] for key in keys]
            pairs = False
        elif value is None:
            return None
        elif isinstance(value, int) and not isinstance(value, bool):
            if two:
                raise Failure(f"can't use {value} to iterate over more than one variable", place)
            items = range(value)
        elif isinstance(value, GoObject) or not hasattr(value, "items"):
            raise Failure(f"range can't iterate over {text_of(value)}", place)
        else:
            return self.loop(dict(value.items()), two, place, out)
        count = len(items)
        if not count:
            return None
        self.steps += count
        if self.steps > self.limits.steps:
            raise Failure(f"the loops of this template take more than {self.limits.steps} rounds", place)
        if count <= CHUNK:
            return (enumerate(items),) if pairs else (items,)
        return self._chunks(items, pairs, out)

    def _chunks(self, items: Any, pairs: bool, out: list[str]) -> Iterator[Iterable[Any]]:
        for start in range(0, len(items), CHUNK):
            self.measure(out)
            chunk = items[start : start + CHUNK]
            yield enumerate(chunk, start) if pairs else chunk

    def flat(self, value: Any, two: bool, place: int, out: list[str]) -> Iterator[Any] | None:
        """The rounds one by one, for loops that are nested deeply."""
        chunks = self.loop(value, two, place, out)
        return None if chunks is None else (item for chunk in chunks for item in chunk)

    # --- functions of the caller --------------------------------------------------------------------

    def injected(self, name: str, members: tuple[str, ...], args: tuple[Any, ...], place: int) -> Any:
        """Call a function the caller of `render` brought along, or a member of its namespace."""
        found: Any = self.functions.get(name)
        rest = members
        while rest and hasattr(found, "get") and not callable(found):
            member = found.get(rest[0])
            if member is None:
                from .program import _near

                raise Failure(
                    f"can't evaluate field {rest[0]} in type interface {{}}", place, hints=_near(rest[0], found)
                )
            name, found, rest = rest[0], member, rest[1:]
        if not callable(found):
            if args:
                raise Failure(f"can't give argument to non-function {name}", place)
            return self.program.chain(found, rest, True, place) if rest else found
        result = self._call(found, name, () if rest else args, place)
        if rest and args:
            return self.program.method(
                self.program.chain(result, rest[:-1], False, place), rest[-1], args, False, place
            )
        return self.program.chain(result, rest, False, place) if rest else result

    def _call(self, function: Callable[..., Any], name: str, args: tuple[Any, ...], place: int) -> Any:
        problem = wrong_arguments(function, name, args)
        if problem:
            raise Failure(problem, place)
        try:
            return function(*args)
        except Exception as error:
            raise self.program.failed(error, place, name) from error


def wrong_arguments(function: Callable[..., Any], name: str, args: tuple[Any, ...]) -> str:
    """The message for a number of arguments the function does not take; empty when it does."""
    import inspect

    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ""
    try:
        signature.bind(*args)
    except TypeError:
        kinds = [p for p in signature.parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        least = sum(1 for p in kinds if p.default is p.empty)
        open_ended = any(p.kind is p.VAR_POSITIONAL for p in signature.parameters.values())
        if open_ended or (least != len(kinds) and len(args) < least):
            return f"wrong number of args for {name}: want at least {least} got {len(args)}"
        return f"wrong number of args for {name}: want {len(kinds)} got {len(args)}"
    return ""
