"""Syntax tree → Python source → code object: one Python function per template, no node is looked at while rendering.

Operands become local variables in the order in which Go evaluates them. The quick way of everything is written
out in place (a field chain is `dot["a"]["b"]`, a type test is `v.__class__ is str`); whatever fails the quick test is
settled by `Program` and `Runtime`. All names are the generator's own, all texts are constants outside the source, so
nothing of a template can become Python code.
"""

from __future__ import annotations

from . import functions
from .errors import Failure
from .functions.registry import GO_TYPES
from .kinds import Int64, StringMap, Strings, TypedList
from .nodes import (
    Action,
    Branch,
    Chain,
    Command,
    Dot,
    Field,
    Identifier,
    Include,
    Jump,
    Literal,
    Nil,
    Node,
    Pipe,
    Text,
    Variable,
)
from .parser import Body, Parser
from .program import Program
from .runtime import LARGE
from .values import print_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from .functions.registry import Spec


MAX_LOOPS = 14
_CHUNKED_LOOPS = 4  # Python nests at most 20 loops; a chunked range takes two


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


def _sized() -> frozenset[type]:
    """The classes of values that can grow."""
    return frozenset((str, list, dict, Strings, TypedList, StringMap, bytes))


def compile_text(text: str, name: str, *, strict: bool, delimiters: tuple[str, str] | None,
                 injected: Mapping[str, Any] | None) -> Program:
    known = functions.known(injected)
    parser = Parser(text, name, delimiters, known).run()
    program = Program(parser.source, strict)
    return Compiler(program, parser, injected or {}).run()


class Compiler:
    def __init__(self, program: Program, parser: Parser, injected: Mapping[str, Any]) -> None:
        self.program = program
        self.parser = parser
        self.injected = injected
        self.env: dict[str, Any] = {
            "__builtins__": {"Exception": Exception, "len": len, "KeyError": KeyError, "TypeError": TypeError,
                             "str": str, "bool": bool, "int": int, "float": float, "dict": dict, "list": list},
            "P": program, "show": print_value, "join": "".join, "SIZED": _sized(),
        }
        self.constants: dict[tuple[type, Any], str] = {}
        self.calls: dict[str, str] = {}
        self.lines: list[str] = []
        self.bodies = {name: f"t{number}" for number, name in enumerate(parser.defined)}
        self.counter = 0
        self.depth = 1
        self.at: Node = Dot(0)
        self.owner: str | None = None
        self.pending: list[str] = []
        self.dot = Operand("x0")
        self.loops = 0
        self.stored: set[int] = set()
        self.accounts = False

    def run(self) -> Program:
        for name, body in self.parser.defined.items():
            self.function(self.bodies[name], body, name)
        self.function("main", self.parser.root, None)
        source = "\n".join(self.lines) + "\n"
        exec(compile(source, "<template>", "exec"), self.env)  # noqa: S102  (the source is the generator's own)
        self.program.main = self.env["main"]
        return self.program

    # --- writing ----------------------------------------------------------------------------------

    def emit(self, line: str) -> None:
        self.lines.append(" " * self.depth + line)

    def fresh(self, prefix: str = "v") -> str:
        self.counter += 1
        return f"{prefix}{self.counter}"

    def constant(self, value: Any) -> str:
        if value is None or value is True or value is False:
            return str(value)
        key = (value.__class__, repr(value) if isinstance(value, float) else value)
        code = self.constants.get(key)
        if code is None:
            code = self.constants[key] = f"K{len(self.constants)}"
            self.env[code] = value
        return code

    def place(self, node: Node) -> str:
        self.program.places.append((self.owner, node))
        return str(len(self.program.places) - 1)

    def stop(self, message: str, node: Node | None = None) -> Operand:
        """Code that fails when it is reached."""
        self.emit(f"P.stop({self.constant(message)}, {self.place(node or self.at)})")
        return NIL

    def write(self, code: str) -> None:
        self.pending.append(code)
        if len(self.pending) >= 200 and not self.straight:
            self.flush()

    def flush(self) -> None:
        if self.pending:
            if len(self.pending) == 1:
                self.emit(f"write({self.pending[0]})")
            else:
                self.emit(f"out += ({', '.join(self.pending)})")
            self.pending = []

    # --- templates --------------------------------------------------------------------------------

    def function(self, code: str, body: Body, owner: str | None) -> None:
        self.owner, self.dot, self.loops = owner, Operand("x0"), 0
        self.stored = set()
        self.accounts = owner is not None
        main = owner is None
        self.straight = main and not any(isinstance(node, Branch | Include) for node in body.nodes)
        mark = len(self.lines)
        if self.straight:
            self.nodes(body.nodes)
            pieces, self.pending = self.pending, []
            if len(pieces) == 1:
                self.emit(f"return {pieces[0]}")
            else:
                self.emit(f"return join(({', '.join(pieces)}{',' if pieces else ''}))")
        else:
            self.program.needs_runtime = True
            if main:
                self.emit("out = []")
            self.emit("write = out.append")
            self.nodes(body.nodes)
            self.flush()
            if main:
                self.emit("return rt.finish(out)")
        parameters = "rt, x0, out" if not main else "rt, x0" if self.program.needs_runtime else "x0"
        self.lines.insert(mark, f"def {code}({parameters}):")

    def nodes(self, nodes: list[Node]) -> None:
        for node in nodes:
            if isinstance(node, Text):
                self.write(self.constant(node.text))
            elif isinstance(node, Action):
                self.action(node)
            elif isinstance(node, Branch):
                self.flush()
                if node.keyword == "range":
                    self.range(node)
                else:
                    self.condition(node)
            elif isinstance(node, Include):
                self.include(node)
            elif isinstance(node, Jump):
                self.flush()
                self.emit(node.keyword)
                return  # what follows is never reached

    def action(self, node: Action) -> None:
        value = self.pipe(node.pipe)
        if node.pipe.variables:
            return
        if value.literal and value.code in self.env and isinstance(self.env[value.code], str):
            self.write(value.code)
            return
        shown = self.fresh()
        self.emit(f"{shown} = {value.code} if {value.code}.__class__ is str else show({value.code})")
        if self.accounts:
            self.emit(f"if len({shown}) > {LARGE}: rt.wrote({shown})")
        self.write(shown)

    def include(self, node: Include) -> None:
        self.flush()
        code = self.bodies.get(node.name)
        if code is None:
            self.at = node
            self.stop(f"template {node.source} not defined")
            return
        place = self.place(node)
        value = self.pipe(node.pipe) if node.pipe else NIL
        self.emit(f"rt.enter({place})")
        self.emit(f"{code}(rt, {value.code}, out)")
        self.emit("rt.depth -= 1")

    def condition(self, node: Branch) -> None:
        """`if` and `with`. A chain of `else if` stays flat: its length must not nest Python code."""
        branches: list[Branch] = [node]
        otherwise = node.orelse
        while otherwise is not None and len(otherwise) == 1:
            only = otherwise[0]
            if not isinstance(only, Branch) or only.keyword == "range":
                break
            branches.append(only)
            otherwise = only.orelse
        if len(branches) == 1:
            self.branch(node)
            if otherwise:
                self.emit("else:")
                self.block(otherwise, self.dot)
            return
        undecided = self.fresh("u")
        self.emit(f"{undecided} = True")
        for position, branch in enumerate(branches):
            if position:
                self.emit(f"if {undecided}:")
                self.depth += 1
            self.branch(branch, undecided)
            if position:
                self.depth -= 1
        if otherwise:
            self.emit(f"if {undecided}:")
            self.block(otherwise, self.dot)

    def branch(self, node: Branch, undecided: str = "") -> None:
        value = self.pipe(node.pipe)
        self.emit(f"if {value.code}:")
        if undecided:
            self.emit(f" {undecided} = False")
        self.block(node.body, value if node.keyword == "with" else self.dot)

    def range(self, node: Branch) -> None:
        value = self.pipe(node.pipe)
        slots = [slot for _, slot in node.pipe.variables]
        two = len(slots) == 2
        place = self.place(self.at)
        self.loops += 1
        if self.loops > MAX_LOOPS:
            raise Failure(f"range nested deeper than {MAX_LOOPS}", int(place))
        chunked = self.loops <= _CHUNKED_LOOPS
        rounds, item = self.fresh("r"), self.fresh("d")
        self.emit(f"{rounds} = rt.{'loop' if chunked else 'flat'}({value.code}, {two}, {place}, out)")
        targets = [f"x{slot}" for slot in slots]
        self.stored.update(slots[-1:])
        if two:
            self.stored.discard(slots[0])
        for target in targets:
            self.emit(f"{target} = {value.code}")  # what the else branch sees
        self.emit(f"if {rounds}:")
        self.depth += 1
        header = f"{targets[0]}, {item}" if two else item
        if chunked:
            chunk = self.fresh("c")
            self.emit(f"for {chunk} in {rounds}:")
            self.depth += 1
            self.emit(f"for {header} in {chunk}:")
        else:
            self.emit(f"for {header} in {rounds}:")
        accounts, self.accounts = self.accounts, True
        if targets:
            self.emit(f" {targets[-1]} = {item}")
        self.block(node.body, Operand(item, interface=True))
        self.accounts = accounts
        if chunked:
            self.emit("else:")
            self.emit(" continue")
            self.emit("break")
            self.depth -= 1
        self.depth -= 1
        self.loops -= 1
        if node.orelse:
            self.emit("else:")
            self.block(node.orelse, self.dot)

    def block(self, nodes: list[Node], dot: Operand) -> None:
        """An indented list of nodes with its own dot."""
        outer, self.dot = self.dot, dot
        self.depth += 1
        mark = len(self.lines)
        self.nodes(nodes)
        self.flush()
        if len(self.lines) == mark:
            self.emit("pass")
        self.depth -= 1
        self.dot = outer

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

    def fields(self, receiver: Operand, names: list[str], node: Node, args: list[Node], final: Operand | None) -> Operand:
        """`.a.b` of a value; with arguments the last one must be a method."""
        if args or final is not None:
            if len(names) > 1:
                receiver = self.fields(receiver, names[:-1], node, [], None)
            place = self.place(self.at)
            values = [self.argument(arg).code for arg in args] + ([final.code] if final is not None else [])
            result = self.fresh()
            listed = ", ".join(values)
            self.emit(f"{result} = P.method({receiver.code}, {self.constant(names[-1])}, ({listed},), "
                      f"{receiver.interface}, {place})")
            return Operand(result)
        result = self.fresh()
        if receiver.literal or receiver.code == "None":
            self.emit(f"{result} = {receiver.code}")
            receiver = Operand(result, interface=receiver.interface)
        path = "".join([f"[{self.constant(name)}]" for name in names])
        place = self.place(self.at)
        self.emit(f"try: {result} = {receiver.code}{path}")
        self.emit(f"except (KeyError, TypeError): {result} = P.chain({receiver.code}, {self.constant(tuple(names))}, "
                  f"{receiver.interface}, {place})")
        return Operand(result, interface=True)

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

    def call(self, node: Identifier, command: Node, members: tuple[str, ...], args: list[Node], final: Operand | None,
             chain: Node | None = None) -> Operand:
        name = node.name
        if name in self.injected:
            return self.call_injected(name, members, command, args, final)
        if name in functions.NAMESPACES and members:
            spec = functions.find(f"{name}.{members[0]}")
            if spec is None:
                hints = functions.nearest(members[0], functions.members(name))
                self.emit(f"P.unknown({self.constant(name)}, {self.constant(members[0])}, {self.constant(tuple(hints))}, "
                          f"{self.place(chain or node)})")
                return NIL
            called, rest = members[0], members[1:]
        elif name in functions.NAMESPACES:
            return self.stop(f"{name} is a namespace: name one of its functions", node)
        else:
            spec, called, rest = functions.find(name), name, members
            assert spec is not None
        if rest:
            value = self.call_spec(spec, called, node, node, [], None)
            return self.fields(value, list(rest), chain or node, args, final)
        return self.call_spec(spec, called, node, command, args, final)

    def call_injected(self, name: str, members: tuple[str, ...], command: Node, args: list[Node],
                      final: Operand | None) -> Operand:
        self.program.needs_runtime = True
        place = self.place(command)
        values = [self.argument(arg).code for arg in args] + ([final.code] if final is not None else [])
        listed = "".join([value + ", " for value in values])
        result = self.fresh()
        self.emit(f"{result} = rt.injected({self.constant(name)}, {self.constant(members)}, ({listed}), {place})")
        return Operand(result)

    def call_spec(self, spec: Spec, called: str, node: Identifier, command: Node, args: list[Node],
                  final: Operand | None) -> Operand:
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
            self.env[function] = spec.call
        if spec.context:
            self.program.needs_runtime = True
            values.insert(0, "rt")
        result, place = self.fresh(), self.place(command)
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
        expected = {"string": "string", "bool": "bool", "int": "integer", "int64": "integer", "float": "float"}.get(kind)
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
        check = (f"{value.code} = P.check({self.constant(kind)}, {value.code}, {value.interface}, {self.place(node)})")
        self.emit(f"if {value.code}.__class__ is not {test}: {check}" if test else check)
        return value.code


_QUICK = {"string": "str", "int": "int", "float": "float", "bool": "bool", "dict": "dict", "list": "list"}
