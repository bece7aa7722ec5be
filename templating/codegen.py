"""Python source in the making: lines, names, constants, and the values at hand."""

from __future__ import annotations

from .nodes import Dot, Node

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .program import Program


class Operand:
    """A value at hand: the Python expression that names it, and what is known about it.

    interface: read from a map, a list or a range, so that a nil is a stored one. literal: a constant.
    """

    __slots__ = ("code", "interface", "literal")

    def __init__(self, code: str, *, interface: bool = False, literal: bool = False) -> None:
        self.code, self.interface, self.literal = code, interface, literal

    def plain(self) -> Operand:
        """The same value, unwrapped: a nil is an absent one."""
        return Operand(self.code, literal=self.literal) if self.interface else self


NIL = Operand("None")


class Writer:
    """Lines of source with the names they use; all of them are made here, none comes from a template."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.env = program.constants
        self.constants: dict[tuple[type, Any], str] = {}
        self.lines: list[str] = []
        self.counter = 0
        self.depth = 1
        self.at: Node = Dot(0)
        self.owner: str | None = None

    def emit(self, line: str) -> None:
        self.lines.append(" " * self.depth + line)

    def fresh(self, prefix: str = "v") -> str:
        self.counter += 1
        return f"{prefix}{self.counter}"

    def constant(self, value: Any) -> str:
        if value is None or value is True or value is False:
            return str(value)
        if value.__class__ is str and len(value) > 1000:
            code = f"L{len(self.env)}"  # not worth comparing with the others
            self.env[code] = value
            return code
        key = (value.__class__, repr(value) if isinstance(value, float) else value)
        known = self.constants.get(key)
        if known is None:
            known = self.constants[key] = f"K{len(self.constants)}"
            self.env[known] = value
        return known

    def place(self, node: Node) -> str:
        self.program.places.append((self.owner, node.pos, node))
        return str(len(self.program.places) - 1)

    def stop(self, message: str, node: Node | None = None) -> Operand:
        """Code that fails when it is reached."""
        self.emit(f"P.stop({self.constant(message)}, {self.place(node or self.at)})")
        return NIL
