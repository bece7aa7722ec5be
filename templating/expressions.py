"""Pipelines, fields and function calls → Python statements that leave their value in a local variable."""

from __future__ import annotations

from . import functions
from .codegen import NIL, Operand, Writer
from .functions.registry import GO_TYPES
from .kinds import Int64
from .nodes import Chain, Command, Dot, Field, Identifier, Literal, Nil, Node, Pipe, Variable
from .runtime import LARGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .functions.registry import Spec
    from .functions.vocabulary import Vocabulary
    from .program import Program

_QUICK = {"string": "str", "int": "int", "float": "float", "bool": "bool", "dict": "dict", "list": "list"}


class Expressions(Writer):
    """What can stand in an action. `at` is the node an error would name, as evaluation moves on."""

    def __init__(self, program: Program, vocabulary: Vocabulary) -> None:
        super().__init__(program)
        self.vocabulary = vocabulary
        self.calls: dict[str, str] = {}
        self.dot = Operand("x0")
        self.spelled_out = True
        """quick tests in place; outside loops a long text calls for everything, which Python compiles much faster"""
        self.stored: set[int] = set()
        """slots of variables whose nil is a stored one"""

    # --- pipelines --------------------------------------------------------------------------------

    def pipe(self, pipe: Pipe) -> Operand:
        value: Operand | None = None
        for command in pipe.commands:
            value = self.command(command, value).plain()
        assert value is not None
        if pipe.variables and len(pipe.variables) != 2:
            slot = pipe.variables[0][1]
            self.stored.discard(slot)
            self.emit(f"x{slot} = {value.code}")
            return Operand(f"x{slot}")
        return value

    def command(self, command: Command, final: Operand | None) -> Operand:
        first, args = command.args[0], command.args[1:]
        if isinstance(first, Field):
            self.at = first
            return self.fields(self.dot, first.names, first, args, final)
        if isinstance(first, Chain):
            return self.chain(first, command, args, final)
        if isinstance(first, Identifier):
            self.at = first
            return self.call(first, command, (), args, final)
        if isinstance(first, Variable):
            self.at = first
            if first.names:
                return self.fields(self.variable(first), first.names, first, args, final)
        if isinstance(first, Pipe):
            if args or final is not None:
                return self.stop(f"can't give argument to non-function {first}", command)
            return self.pipe(first)
        self.at = first
        if args or final is not None:
            return self.stop(f"can't give argument to non-function {first}")
        if isinstance(first, Nil):
            return self.stop("nil is not a command")
        return self.value(first)

    def value(self, node: Node) -> Operand:
        """Dot, a variable or a literal."""
        if isinstance(node, Dot):
            return self.dot
        if isinstance(node, Variable):
            return self.variable(node)
        if isinstance(node, Literal):
            if node.kind == "overflow":
                return self.stop(node.value, node)
            return Operand(self.constant(node.value), literal=True)
        return NIL

    def variable(self, node: Variable) -> Operand:
        return Operand(f"x{node.slot}", interface=node.slot in self.stored)

    def chain(self, node: Chain, command: Node, args: list[Node], final: Operand | None) -> Operand:
        if isinstance(node.node, Identifier):
            self.at = node
            return self.call(node.node, command, tuple(node.names), args, final, node)
        self.at = node
        receiver = self.argument(node.node)
        return self.fields(receiver.plain(), node.names, node, args, final)

    def fields(
        self, receiver: Operand, names: list[str], node: Node, args: list[Node], final: Operand | None
    ) -> Operand:
        """`.a.b` of a value; with arguments the last one must be a method."""
        if args or final is not None:
            if len(names) > 1:
                receiver = self.fields(receiver, names[:-1], node, [], None)
            place = self.place(self.at)
            values = [self.argument(arg).code for arg in args] + ([final.code] if final is not None else [])
            result = self.fresh()
            listed = ", ".join(values)
            self.emit(
                f"{result} = P.method({receiver.code}, {self.constant(names[-1])}, ({listed},), "
                f"{receiver.interface}, {place})"
            )
            return Operand(result)
        result = self.fresh()
        if not self.spelled_out:
            self.emit(
                f"{result} = P.chain({receiver.code}, {self.constant(tuple(names))}, {receiver.interface}, "
                f"{self.place(self.at)})"
            )
            return Operand(result, interface=self.program.missing != "default")
        if receiver.literal or receiver.code == "None":
            self.emit(f"{result} = {receiver.code}")
            receiver = Operand(result, interface=receiver.interface)
        path = "".join([f"[{self.constant(name)}]" for name in names])
        place = self.place(self.at)
        self.emit(f"try: {result} = {receiver.code}{path}")
        self.emit(
            f"except (KeyError, TypeError): {result} = P.chain({receiver.code}, {self.constant(tuple(names))}, "
            f"{receiver.interface}, {place})"
        )
        return Operand(result, interface=self.program.missing != "default")

    def argument(self, node: Node) -> Operand:
        """A value in the place of an argument, of whatever kind."""
        self.at = node
        if isinstance(node, Field):
            return self.fields(self.dot, node.names, node, [], None)
        if isinstance(node, Variable) and node.names:
            return self.fields(self.variable(node), node.names, node, [], None)
        if isinstance(node, Chain):
            return self.chain(node, node, [], None)
        if isinstance(node, Identifier):
            return self.call(node, node, (), [], None)
        if isinstance(node, Pipe):
            return self.pipe(node)
        return self.value(node)

    # --- functions --------------------------------------------------------------------------------

    def call(
        self,
        node: Identifier,
        command: Node,
        members: tuple[str, ...],
        args: list[Node],
        final: Operand | None,
        chain: Node | None = None,
    ) -> Operand:
        name = node.name
        if name in self.vocabulary.injected:
            return self.call_injected(name, members, command, args, final)
        if name in self.vocabulary.namespaces and members:
            spec = functions.find(f"{name}.{members[0]}")
            if spec is None:
                hints = functions.nearest(members[0], functions.members(name))
                self.emit(
                    f"P.unknown({self.constant(name)}, {self.constant(members[0])}, {self.constant(tuple(hints))}, "
                    f"{self.place(node)})"
                )
                return NIL
            called, rest = members[0], members[1:]
            command = chain or node  # a method: errors of the call name it alone
        elif name in self.vocabulary.namespaces:
            return self.stop(f"{name} is a namespace: name one of its functions", node)
        else:
            spec, called, rest = functions.find(self.vocabulary.registered(name)), name, members
            assert spec is not None
        if rest:
            value = self.call_spec(spec, called, node, command if command is chain else node, [], None)
            return self.fields(value, list(rest), chain or node, args, final)
        return self.call_spec(spec, called, node, command, args, final)

    def call_injected(
        self, name: str, members: tuple[str, ...], command: Node, args: list[Node], final: Operand | None
    ) -> Operand:
        self.program.needs_runtime = True
        place = self.place(command)
        values = [self.argument(arg).code for arg in args] + ([final.code] if final is not None else [])
        listed = "".join([value + ", " for value in values])
        result = self.fresh()
        self.emit(f"{result} = rt.injected({self.constant(name)}, {self.constant(members)}, ({listed}), {place})")
        return Operand(result)

    def call_spec(
        self, spec: Spec, called: str, node: Identifier, command: Node, args: list[Node], final: Operand | None
    ) -> Operand:
        given = len(args) + (final is not None)
        problem = spec.wrong_count(given, called)
        if problem:
            return self.stop(problem, node)
        if called in ("and", "or"):
            return self.logic(called, args, final)
        values = [self.typed_argument(spec.kind(position), arg) for position, arg in enumerate(args)]
        if final is not None:
            values.append(self.checked(spec.kind(len(args)), final, self.at))
        function = self.calls.get(spec.names[0])
        if function is None:
            function = self.calls[spec.names[0]] = f"F{len(self.calls)}"
            self.program.calls[function] = spec.names[0]
        if spec.context:
            self.program.needs_runtime = True
            values.insert(0, "rt")
        result, place = self.fresh(), self.place(command)
        if not self.spelled_out:
            self.program.needs_runtime = True
            self.emit(f"{result} = rt.call({', '.join([function, place, self.constant(called), *values])})")
            return Operand(result)
        self.emit(f"try: {result} = {function}({', '.join(values)})")
        self.emit(f"except Exception as e: raise P.failed(e, {place}, {self.constant(called)}) from e")
        if not spec.bounded:
            self.program.needs_runtime = True
            self.emit(f"if {result}.__class__ in SIZED and len({result}) > {LARGE}: rt.grew({result}, {place})")
        return Operand(result)

    def logic(self, called: str, args: list[Node], final: Operand | None) -> Operand:
        """`and` and `or` stop at the first operand that decides."""
        result = self.fresh()
        if args:
            self.emit(f"{result} = {self.argument(args[0]).code}")
        else:
            assert final is not None
            self.emit(f"{result} = {final.code}")
            return Operand(result)
        test = f"if {result}:" if called == "and" else f"if not {result}:"
        for arg in args[1:]:
            self.emit(test)
            self.depth += 1
            self.emit(f"{result} = {self.argument(arg).code}")
            self.depth -= 1
        if final is not None:
            self.emit(test)
            self.emit(f" {result} = {final.code}")
        return Operand(result)

    def typed_argument(self, kind: str, node: Node) -> str:
        """An argument for a parameter of this kind; a literal of another kind is an error right here."""
        self.at = node
        if isinstance(node, Nil):
            if kind in ("any", "list", "dict", "strings"):
                return "None" if kind == "any" else f"P.check({self.constant(kind)}, None, False, {self.place(node)})"
            return self.stop(f"cannot assign nil to {GO_TYPES.get(kind, kind)}").code
        if isinstance(node, Literal) and kind != "any":
            return self.typed_literal(kind, node)
        return self.checked(kind, self.argument(node), self.at)

    def typed_literal(self, kind: str, node: Literal) -> str:
        if node.kind == "overflow":
            return self.stop(node.value).code
        value = node.value
        if kind == "string" and node.kind == "string":
            return self.constant(value)
        if kind == "bool" and node.kind == "bool":
            return self.constant(value)
        if kind in ("int", "int64") and node.kind == "number" and float(value).is_integer():
            return self.constant(int(value) if kind == "int" else Int64(value))
        if kind == "float" and node.kind == "number":
            return self.constant(float(value))
        expected = {"string": "string", "bool": "bool", "int": "integer", "int64": "integer", "float": "float"}.get(
            kind
        )
        if expected is None:
            return self.stop(f"can't handle {node} for arg of type {GO_TYPES.get(kind, kind)}").code
        return self.stop(f"expected {expected}; found {node}").code

    def checked(self, kind: str, value: Operand, node: Node) -> str:
        """Test a value against the kind of a parameter; constants that fit need no test."""
        if kind == "any":
            return value.code
        test = _QUICK.get(kind)
        if value.literal or value.code == "None" or value.code[0] == "x":
            copy = self.fresh()  # do not change what the name stands for
            self.emit(f"{copy} = {value.code}")
            value = Operand(copy, interface=value.interface)
        check = f"{value.code} = P.check({self.constant(kind)}, {value.code}, {value.interface}, {self.place(node)})"
        self.emit(f"if {value.code}.__class__ is not {test}: {check}" if test and self.spelled_out else check)
        return value.code
