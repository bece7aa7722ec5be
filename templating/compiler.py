"""Syntax tree → Python source → code object: one Python function per template, no node is looked at while rendering.

Operands become local variables in the order in which Go evaluates them. The quick way of everything is written
out in place (a field chain is `dot["a"]["b"]`, a type test is `v.__class__ is str`); whatever fails the quick test is
settled by `Program` and `Runtime`. All names are the generator's own, all texts are constants outside the source, so
nothing of a template can become Python code.
"""

from __future__ import annotations

from .codegen import NIL, Operand
from .expressions import Expressions
from .functions.vocabulary import Vocabulary
from .nodes import Action, Branch, Include, Jump, Node, Text
from .parser import Parser
from .pipelines import Body
from .program import Program
from .runtime import LARGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping
    from typing import Any

_MANY_ACTIONS = 30
_CHUNKED_LOOPS = 4
_LOOPS = 10
"""loops in one Python function, which nests at most 20 of them (a chunked range takes two); further ones get their own"""


def compile_text(
    text: str,
    name: str,
    *,
    missing: str,
    delimiters: tuple[str, str] | None,
    sets: Container[str] | None,
    injected: Mapping[str, Any] | None,
) -> Program:
    vocabulary = Vocabulary(sets, injected or ())
    parser = Parser(text, name, delimiters, vocabulary).run()
    program = Program(parser.source, missing)
    return Compiler(program, parser, vocabulary).run()


class Compiler(Expressions):
    """The texts, actions and blocks of all templates of one text."""

    def __init__(self, program: Program, parser: Parser, vocabulary: Vocabulary) -> None:
        super().__init__(program, vocabulary)
        self.parser = parser
        self.bodies = {name: f"t{number}" for number, name in enumerate(parser.defined)}
        self.pending: list[str] = []
        self.straight = False
        self.loops = 0
        self.scope: list[int] = []
        """slots of the variables that are declared where the compiler is"""
        self.outlined: list[str] = []
        """functions for loops that are nested too deeply for one"""
        self.accounts = False

    def run(self) -> Program:
        for name, body in self.parser.defined.items():
            self.function(self.bodies[name], body, name)
        self.function("main", self.parser.root, None)
        self.program.code = compile("\n".join([*self.outlined, *self.lines]) + "\n", "<template>", "exec")
        return self.program.link()

    # --- output -----------------------------------------------------------------------------------

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
        self.scope = [0]
        self.stored = set()
        self.accounts = owner is not None
        self.spelled_out = owner is not None or sum(1 for _ in actions(body.nodes)) <= _MANY_ACTIONS
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
            if not node.pipe.assign:
                self.scope += [slot for _, slot in node.pipe.variables]
            return
        if value.literal and value.code in self.env and isinstance(self.env[value.code], str):
            self.write(value.code)
            return
        shown = self.fresh()
        if self.spelled_out:
            self.emit(f"{shown} = {value.code} if {value.code}.__class__ is str else show({value.code})")
        else:
            self.emit(f"{shown} = show({value.code})")
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
        mark = len(self.scope)
        self._condition(node)
        del self.scope[mark:]

    def _condition(self, node: Branch) -> None:
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
        mark = len(self.scope)
        self.scope += [slot for _, slot in node.pipe.variables]
        self.emit(f"if {value.code}:")
        if undecided:
            self.emit(f" {undecided} = False")
        self.block(node.body, value if node.keyword == "with" else self.dot)
        if undecided:
            del self.scope[mark:]  # the test of a later branch may never run

    def outline(self, node: Branch) -> None:
        """A range in a function of its own: the variables in scope go in, and come back as they are then."""
        names = ", ".join([f"x{slot}" for slot in sorted(set(self.scope))])
        name = self.fresh("g")
        self.emit(f"{names}, = {name}(rt, out, {self.dot.code}, {names})")
        lines, depth, loops, dot = self.lines, self.depth, self.loops, self.dot
        self.lines, self.depth, self.loops = [], 1, 0
        self.dot = Operand("dot", interface=dot.interface)
        self.emit("write = out.append")
        self.range(node)
        self.emit(f"return {names},")
        self.outlined += [f"def {name}(rt, out, dot, {names}):", *self.lines]
        self.lines, self.depth, self.loops, self.dot = lines, depth, loops, dot

    def range(self, node: Branch) -> None:
        if self.loops == _LOOPS:
            self.outline(node)
            return
        value = self.pipe(node.pipe)
        slots = [slot for _, slot in node.pipe.variables]
        two = len(slots) == 2
        place = self.place(self.at)
        self.loops += 1
        mark = len(self.scope)
        self.scope += slots
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
        spelled_out, self.spelled_out = self.spelled_out, True
        if targets:
            self.emit(f" {targets[-1]} = {item}")
        self.block(node.body, Operand(item, interface=True))
        self.accounts, self.spelled_out = accounts, spelled_out
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
        del self.scope[mark:]

    def block(self, nodes: list[Node], dot: Operand) -> None:
        """An indented list of nodes with its own dot."""
        outer, self.dot = self.dot, dot
        self.depth += 1
        mark, known = len(self.lines), len(self.scope)
        self.nodes(nodes)
        del self.scope[known:]
        self.flush()
        if len(self.lines) == mark:
            self.emit("pass")
        self.depth -= 1
        self.dot = outer


def actions(nodes: list[Node]) -> Iterator[Node]:
    """The actions of a template at any depth, the insides of loops left out."""
    for node in nodes:
        if isinstance(node, Branch):
            yield node
            if node.keyword != "range":
                yield from actions(node.body)
            yield from actions(node.orelse or [])
        elif not isinstance(node, Text):
            yield node
