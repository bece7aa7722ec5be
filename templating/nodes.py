"""The syntax tree of a template. Every node knows its offset in the text and prints as it was written."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Node:
    __slots__ = ("pos",)

    def __init__(self, pos: int) -> None:
        self.pos = pos


class Text(Node):
    __slots__ = ("text",)

    def __init__(self, pos: int, text: str) -> None:
        self.pos, self.text = pos, text


class Dot(Node):
    __slots__ = ()

    def __str__(self) -> str:
        return "."


class Nil(Node):
    __slots__ = ()

    def __str__(self) -> str:
        return "nil"


class Literal(Node):
    """A constant: `value` is what it means, `source` how it is written, `kind` one of bool, number, string."""

    __slots__ = ("kind", "source", "value")

    def __init__(self, pos: int, kind: str, value: Any, source: str) -> None:
        self.pos, self.kind, self.value, self.source = pos, kind, value, source

    def __str__(self) -> str:
        return self.source


class Identifier(Node):
    __slots__ = ("name",)

    def __init__(self, pos: int, name: str) -> None:
        self.pos, self.name = pos, name

    def __str__(self) -> str:
        return self.name


class Field(Node):
    """`.a.b`"""

    __slots__ = ("names",)

    def __init__(self, pos: int, names: list[str]) -> None:
        self.pos, self.names = pos, names

    def __str__(self) -> str:
        return "." + ".".join(self.names)


class Variable(Node):
    """`$x.a.b`; `slot` is the variable's number in its template, 0 for `$`."""

    __slots__ = ("name", "names", "slot")

    def __init__(self, pos: int, name: str, names: list[str], slot: int) -> None:
        self.pos, self.name, self.names, self.slot = pos, name, names, slot

    def __str__(self) -> str:
        return ".".join([self.name, *self.names])


class Chain(Node):
    """`(pipeline).a.b` or `function.a.b`"""

    __slots__ = ("names", "node")

    def __init__(self, pos: int, node: Node, names: list[str]) -> None:
        self.pos, self.node, self.names = pos, node, names

    def __str__(self) -> str:
        inner = f"({self.node})" if isinstance(self.node, Pipe) else str(self.node)
        return ".".join([inner, *self.names])


class Command(Node):
    __slots__ = ("args",)

    def __init__(self, pos: int, args: list[Node]) -> None:
        self.pos, self.args = pos, args

    def __str__(self) -> str:
        return " ".join([f"({arg})" if isinstance(arg, Pipe) else str(arg) for arg in self.args])


class Pipe(Node):
    """Commands joined by `|`; `variables` are (name, slot) of what it declares or assigns."""

    __slots__ = ("assign", "commands", "variables")

    def __init__(self, pos: int) -> None:
        self.pos = pos
        self.assign = False
        self.commands: list[Command] = []
        self.variables: list[tuple[str, int]] = []

    def __str__(self) -> str:
        text = " | ".join([str(command) for command in self.commands])
        if self.variables:
            text = ", ".join([name for name, _ in self.variables]) + (" = " if self.assign else " := ") + text
        return text


class Action(Node):
    __slots__ = ("pipe",)

    def __init__(self, pos: int, pipe: Pipe) -> None:
        self.pos, self.pipe = pos, pipe


class Branch(Node):
    """`if`, `with` or `range` with its two lists."""

    __slots__ = ("body", "keyword", "orelse", "pipe")

    def __init__(self, pos: int, keyword: str, pipe: Pipe, body: list[Node], orelse: list[Node] | None) -> None:
        self.pos, self.keyword, self.pipe, self.body, self.orelse = pos, keyword, pipe, body, orelse


class Jump(Node):
    """`break` or `continue`."""

    __slots__ = ("keyword",)

    def __init__(self, pos: int, keyword: str) -> None:
        self.pos, self.keyword = pos, keyword


class Include(Node):
    """`{{template "name" pipeline}}`"""

    __slots__ = ("name", "pipe", "source")

    def __init__(self, pos: int, name: str, source: str, pipe: Pipe | None) -> None:
        self.pos, self.name, self.source, self.pipe = pos, name, source, pipe

    def __str__(self) -> str:
        return "{{template " + self.source + (f" {self.pipe}" if self.pipe else "") + "}}"
