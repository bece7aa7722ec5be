"""A compiled text: its code, the places errors can come from, and the checks the code calls for."""

from __future__ import annotations

from . import functions
from .errors import Failure, TemplateError, explain_missing
from .functions.registry import GO_TYPES
from .kinds import GoMap, GoObject, NilStrings, StringMap, Strings, TypedList
from .values import print_value, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType
    from typing import Any, NoReturn

    from .source import Source

SIZED = frozenset((str, list, dict, Strings, TypedList, StringMap, bytes))
"""the classes of values that can grow"""


class Program:
    """What the compiler makes of one text; independent of the name it is rendered under.

    code: defines `main`, and a function for each `define`. constants, calls: the values and functions it names.
    places: where errors can come from, as (template or None for the root, offset, what prints as the expression).
    """

    __slots__ = ("calls", "code", "constants", "main", "missing", "needs_runtime", "places", "source")

    def __init__(self, source: Source, missing: str) -> None:
        self.source = source
        self.missing = missing
        self.places: list[tuple[str | None, int, object]] = []
        self.constants: dict[str, Any] = {}
        self.calls: dict[str, str] = {}
        self.code: CodeType
        self.main: Callable[..., str]
        self.needs_runtime = False

    def link(self) -> Program:
        """Run the code that defines the functions, with all they name at hand."""
        names: dict[str, Any] = {
            "__builtins__": {
                "Exception": Exception,
                "len": len,
                "KeyError": KeyError,
                "TypeError": TypeError,
                "str": str,
                "bool": bool,
                "int": int,
                "float": float,
                "dict": dict,
                "list": list,
            },
            "P": self,
            "show": print_value,
            "join": "".join,
            "SIZED": SIZED,
            **self.constants,
        }
        for code, name in self.calls.items():
            spec = functions.find(name)
            assert spec is not None, name
            names[code] = spec.call
        exec(self.code, names)  # noqa: S102  (the compiler's own output)
        self.main = names["main"]
        return self

    # --- checks, called by generated code when the quick test failed ---------------------------------

    def chain(self, value: Any, names: tuple[str, ...], interface: bool, place: int) -> Any:
        """`.a.b.c` the careful way: methods, missing keys, nil, and everything that cannot have fields.

        interface: a nil here is one that is stored somewhere (an error), not an absent value (goes on when lax).
        """
        for name in names:
            if value is None:
                if interface:
                    raise Failure(f"nil pointer evaluating interface {{}}.{name}", place)
                if self.missing == "error":
                    raise Failure(f'nil data; no entry for key "{name}"', place)
                return None
            if isinstance(value, GoMap) and name in value.members:
                value = self.member(value, name, (), place)
                interface = False
            elif isinstance(value, dict):
                if name in value:
                    value = value[name]
                    interface = True
                elif self.missing == "error":
                    raise missing_key(name, value, place)
                elif self.missing == "zero":
                    value = "" if isinstance(value, StringMap) else None
                    interface = True
                else:
                    value = None
                    interface = False
            elif isinstance(value, GoObject):
                value = self.member(value, name, (), place)
                interface = False
            elif hasattr(value, "items"):
                value = dict(value.items())
                return self.chain(value, names[names.index(name) :], interface, place)
            else:
                shown = "interface {}" if interface else type_name(value)
                raise Failure(f"can't evaluate field {name} in type {shown}", place)
        return value

    def method(self, value: Any, name: str, args: tuple[Any, ...], interface: bool, place: int) -> Any:
        """A field with arguments: only methods take some."""
        if isinstance(value, GoObject) or (isinstance(value, GoMap) and name in value.members):
            return self.member(value, name, args, place)
        if isinstance(value, dict):
            raise Failure(f"{name} is not a method but has arguments", place)
        return self.chain(value, (name,), interface, place)

    def member(self, value: GoObject | GoMap, name: str, args: tuple[Any, ...], place: int) -> Any:
        found = value.members.get(name)
        if found is None:
            raise Failure(
                f"can't evaluate field {name} in type {value.go_type}", place, hints=_near(name, value.members)
            )
        params, call = found
        if params is None:
            if args:
                raise Failure(f"{name} has arguments but cannot be invoked as function", place)
            return call(value)
        kinds = params.split()
        if kinds and kinds[-1].endswith("..."):
            least, kinds = len(kinds) - 1, kinds[:-1] + [kinds[-1][:-3]] * (len(args) - len(kinds) + 1)
            if len(args) < least:
                raise Failure(f"wrong number of args for {name}: want at least {least} got {len(args)}", place)
        elif len(kinds) != len(args):
            raise Failure(f"wrong number of args for {name}: want {len(kinds)} got {len(args)}", place)
        checked = [self.check(kind, arg, False, place) for kind, arg in zip(kinds, args, strict=True)]
        try:
            return call(value, *checked)
        except Exception as problem:
            raise self.failed(problem, place, name) from problem

    def check(self, kind: str, value: Any, interface: bool, place: int) -> Any:
        """An argument of the kind a parameter wants, or the error Go gives."""
        accepted = _CHECKS.get(kind)
        if accepted is None or value.__class__ in accepted:
            return value
        if kind == "dict" and isinstance(value, dict):
            return value
        if isinstance(value, GoObject) and value.go_type == GO_TYPES.get(kind):
            return value
        wanted = GO_TYPES.get(kind, kind)
        if value is None and not interface:
            if kind in ("list", "dict", "strings"):
                return _EMPTY[kind]()
            raise Failure(f"invalid value; expected {wanted}", place)
        got = "interface {}" if value is None else type_name(value)
        raise Failure(f"wrong type for value; expected {wanted}; got {got}", place)

    def failed(self, problem: Exception, place: int, name: str) -> Exception:
        """What a function raised, as an error of the call."""
        if isinstance(problem, TemplateError):
            return problem
        if isinstance(problem, Failure):
            if problem.place is None:
                problem.place = place
                problem.message = f"error calling {name}: {problem.message}"
            return problem
        if isinstance(problem, RecursionError | MemoryError):
            return Failure(f"error calling {name}: the value is nested too deeply or too large", place)
        message = str(getattr(problem, "message", "")) or str(problem) or type(problem).__name__
        return Failure(f"error calling {name}: {message}", place, hints=getattr(problem, "hints", ()))

    def stop(self, message: str, place: int) -> NoReturn:
        raise Failure(message, place)

    def unknown(self, namespace: str, name: str, near: tuple[str, ...], place: int) -> NoReturn:
        hints = ["Did you mean " + " or ".join([f"`{namespace}.{word}`" for word in near]) + "?"] if near else []
        raise Failure(f"can't evaluate field {name} in type interface {{}}", place, hints=hints)

    # --- errors -----------------------------------------------------------------------------------

    def error(self, failure: Failure, name: str) -> TemplateError:
        """The failure with its place, as shown to people."""
        explanation, hints = "", failure.hints
        if failure.missing:
            explanation, near = explain_missing(failure.missing, failure.known_keys)
            hints = [*near, *hints]
        more = {"explanation": explanation, "hints": hints, "name": name, "known_keys": failure.known_keys}
        if failure.place is None:
            return TemplateError(f"template: {name}: {failure.message}", **more)  # type: ignore[arg-type]
        owner, pos, node = self.places[failure.place]
        line, column = self.source.line(pos), self.source.column(pos)
        shown = str(node)
        message = (
            f'template: {name}:{line}:{column}: executing "{name if owner is None else owner}" '
            f"at <{shown}>: {failure.message}"
        )
        return TemplateError(message, line=line, column=column, expression=shown, **more)  # type: ignore[arg-type]


_CHECKS: dict[str, tuple[type, ...]] = {}
_EMPTY: dict[str, Callable[[], Any]] = {"list": list, "dict": dict, "strings": Strings}


def _fill_checks() -> None:
    from .kinds import Int64

    _CHECKS.update(
        {
            "string": (str,),
            "int": (int,),
            "int64": (Int64,),
            "float": (float,),
            "bool": (bool,),
            "list": (list, tuple),
            "dict": (dict, StringMap),
            "strings": (Strings, NilStrings),
            "time": (),
            "duration": (),
            "version": (),
            "certificate": (),
        }
    )


_fill_checks()


def _near(name: str, known: Any) -> list[str]:
    from .functions import nearest

    near = nearest(name, known)
    return ["Did you mean " + " or ".join([f"`{word}`" for word in near]) + "?"] if near else []


def missing_key(name: str, where: dict[Any, Any], place: int) -> Failure:
    from .values import quote

    return Failure(
        f"map has no entry for key {quote(name)}", place, known_keys=[str(key) for key in where], missing=name
    )
