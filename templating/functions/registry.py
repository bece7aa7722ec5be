"""How a template function is declared: its names, the kinds of its parameters, one example.

    FAMILY = Family("strings", "…")

    @FAMILY.add("upper", "string", '{{ upper "ab" }}', "AB")
    def upper(text: str) -> str:
        "Upper case."

Kinds: string int int64 float bool any list dict strings; `…...` as the last one takes any number. Nothing is
converted: a value of another kind is an error before the function runs. A function declared with `context=True`
takes the running `Runtime` first (policy, limits, clock).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])


GO_TYPES = {
    "string": "string",
    "int": "int",
    "int64": "int64",
    "float": "float64",
    "bool": "bool",
    "any": "interface {}",
    "list": "[]interface {}",
    "dict": "map[string]interface {}",
    "strings": "[]string",
    "time": "time.Time",
    "duration": "time.Duration",
    "version": "*semver.Version",
    "certificate": "sprig.certificate",
}
_SMALL = frozenset(("bool", "int", "float", "Int64", "None"))


class Spec:
    """One function as templates see it."""

    __slots__ = (
        "bounded",
        "call",
        "context",
        "doc",
        "example",
        "family",
        "fixed",
        "name",
        "names",
        "shows",
        "variadic",
    )

    def __init__(
        self,
        family: str,
        names: tuple[str, ...],
        params: str,
        call: Callable[..., Any],
        example: str,
        shows: str | None,
        context: bool,
    ) -> None:
        self.family = family
        self.names = names
        self.name = names[0].rpartition(".")[2]
        kinds = params.split()
        self.variadic = kinds.pop()[:-3] if kinds and kinds[-1].endswith("...") else ""
        self.fixed = tuple(kinds)
        self.call = call
        self.context = context
        self.example, self.shows = example, shows
        self.doc = " ".join((call.__doc__ or "").split())
        self.bounded = str(call.__annotations__.get("return")) in _SMALL

    def kind(self, position: int) -> str:
        """The kind of the parameter at this position."""
        return self.fixed[position] if position < len(self.fixed) else self.variadic

    def wrong_count(self, given: int, called: str) -> str:
        """The message for a wrong number of arguments; empty when the number is right."""
        want = len(self.fixed)
        if self.variadic:
            return f"wrong number of args for {called}: want at least {want} got {given}" if given < want else ""
        return f"wrong number of args for {called}: want {want} got {given}" if given != want else ""

    @property
    def signature(self) -> str:
        return " ".join([*self.fixed, *([self.variadic + "..."] if self.variadic else [])])


class Family:
    """The functions of one module."""

    def __init__(self, name: str, doc: str) -> None:
        self.name, self.doc = name, doc
        self.specs: dict[str, Spec] = {}

    def add(
        self, names: str, params: str = "", example: str = "", shows: str | None = None, *, context: bool = False
    ) -> Callable[[F], F]:
        """Register a function under one or several names. `shows`: what the example prints; None: it varies."""

        def register(call: F) -> F:
            spec = Spec(self.name, tuple(names.split()), params, call, example, shows, context)
            for name in spec.names:
                assert name not in self.specs, name
                self.specs[name] = spec
            return call

        return register
