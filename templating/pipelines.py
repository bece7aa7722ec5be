"""Tokens → pipelines: the part of the parser that reads what stands in an action."""

from __future__ import annotations

from . import lexer as lex
from .errors import TemplateError
from .literals import Overflow, number_of, unquote
from .nodes import Chain, Command, Dot, Field, Identifier, Literal, Nil, Node, Pipe, Variable
from .source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable

MAX_PARENS = 60
_OPERANDS = frozenset(
    (
        lex.BOOL,
        lex.RUNE,
        lex.DOT,
        lex.FIELD,
        lex.IDENTIFIER,
        lex.NUMBER,
        lex.NIL,
        lex.RAW,
        lex.STRING,
        lex.VARIABLE,
        lex.LPAREN,
    )
)


class Body:
    """One template of a text: the root or a `define`. `slots` counts its variables, `$` included."""

    __slots__ = ("empty", "name", "nodes", "slots")

    def __init__(self, name: str) -> None:
        self.name = name
        self.nodes: list[Node] = []
        self.slots = 1
        self.empty = True


class Pipelines:
    """The tokens of a text and how far they are read; variables are in scope in `vars`, innermost last."""

    def __init__(self, text: str, name: str, delimiters: tuple[str, str] | None, known: Container[str]) -> None:
        self.name = name
        self.source = Source(text)
        self.known = known
        self.tokens = lex.Lexer(text, delimiters, known).run()
        self.at = 0
        self.body = Body(name)
        self.vars: list[tuple[str, int]] = [("$", 0)]
        self.parens = 0
        self.action_pos = -1

    # --- tokens -----------------------------------------------------------------------------------

    def next(self) -> lex.Token:
        token = self.tokens[self.at]
        if self.at < len(self.tokens) - 1:
            self.at += 1
        return token

    def peek(self) -> lex.Token:
        return self.tokens[self.at]

    def next_solid(self) -> lex.Token:
        token = self.next()
        while token[0] == lex.SPACE:
            token = self.next()
        return token

    def peek_solid(self) -> lex.Token:
        while self.tokens[self.at][0] == lex.SPACE:
            self.at += 1
        return self.tokens[self.at]

    def failure(self, message: str, pos: int, hints: Iterable[str] = ()) -> TemplateError:
        line = self.source.line(pos)
        return TemplateError(
            f"template: {self.name}:{line}: {message}",
            name=self.name,
            line=line,
            column=self.source.column(pos),
            hints=hints,
        )

    def surprise(self, token: lex.Token, context: str) -> TemplateError:
        kind, text, pos = token
        if kind == lex.ERROR:
            extra = ""
            line = self.source.line(pos)
            if self.action_pos >= 0 and self.source.line(self.action_pos) != line:
                extra = f" in action started at {self.name}:{self.source.line(self.action_pos)}"
                if text.endswith(" action"):
                    extra = extra[len(" in action") :]
            return self.failure(text + extra, pos)
        return self.failure(f"unexpected {_show(token)} in {context}" if kind != lex.EOF else "unexpected EOF", pos)

    # --- pipelines --------------------------------------------------------------------------------

    def pipeline(self, context: str, closing: str) -> Pipe:
        pipe = Pipe(self.peek_solid()[2])
        while self.declaration(pipe, context):
            pass
        while True:
            token = self.next_solid()
            if token[0] == closing:
                break
            if token[0] not in _OPERANDS:
                raise self.surprise(token, context)
            self.at -= 1
            pipe.commands.append(self.command())
        if not pipe.commands:
            raise self.failure(f"missing value for {context}", token[2])
        for stage, command in enumerate(pipe.commands[1:], 2):
            if isinstance(command.args[0], Dot | Nil | Literal):
                raise self.failure(f"non executable command in pipeline stage {stage}", command.pos)
        if pipe.variables and not pipe.assign:
            names = [name for name, _ in pipe.variables]
            pipe.variables = [(name, self.declare(name)) for name in names]
        return pipe

    def declare(self, name: str) -> int:
        slot = self.body.slots
        self.body.slots += 1
        self.vars.append((name, slot))
        return slot

    def declaration(self, pipe: Pipe, context: str) -> bool:
        """`$v :=`, `$v =` or `$i,`; True when another variable has to follow."""
        token = self.peek_solid()
        if token[0] != lex.VARIABLE:
            return False
        mark = self.at
        self.next()
        following = self.peek_solid()
        if following[0] in (lex.ASSIGN, lex.DECLARE):
            self.next()
            pipe.assign = following[0] == lex.ASSIGN
            pipe.variables.append((token[1], -1))
            if pipe.assign:
                pipe.variables = [(name, self.slot(name, token[2])) for name, _ in pipe.variables]
            return False
        if following[:2] == (lex.CHAR, ","):
            self.next()
            pipe.variables.append((token[1], -1))
            if context == "range" and len(pipe.variables) < 2:
                if self.peek_solid()[0] in (lex.VARIABLE, lex.RIGHT, lex.RPAREN):
                    return True
                raise self.failure("range can only initialize variables", token[2])
            raise self.failure(f"too many declarations in {context}", token[2])
        self.at = mark
        return False

    def command(self) -> Command:
        command = Command(self.peek_solid()[2], [])
        while True:
            self.peek_solid()
            node = self.operand()
            if node is not None:
                command.args.append(node)
            token = self.next()
            kind = token[0]
            if kind == lex.SPACE:
                continue
            if kind in (lex.RIGHT, lex.RPAREN):
                self.at -= 1
            elif kind != lex.PIPE:
                raise self.surprise(token, "operand")
            break
        if not command.args:
            raise self.failure("empty command", token[2])
        return command

    def operand(self) -> Node | None:
        node = self.term()
        if node is None or self.peek()[0] != lex.FIELD:
            return node
        pos = self.peek()[2]
        names: list[str] = []
        while self.peek()[0] == lex.FIELD:
            names.append(self.next()[1][1:])
        if isinstance(node, Field):
            return Field(pos, node.names + names)
        if isinstance(node, Variable):
            return Variable(pos, node.name, node.names + names, node.slot)
        if isinstance(node, Literal | Nil | Dot):
            shown = shown_quoted(str(node)) if isinstance(node, Literal) and node.kind == "string" else f'"{node}"'
            raise self.failure(f"unexpected . after term {shown}", pos)
        return Chain(pos, node, names)

    def term(self) -> Node | None:
        token = self.next_solid()
        kind, text, pos = token
        if kind == lex.IDENTIFIER:
            if text not in self.known:
                raise self.undefined(text, pos)
            return Identifier(pos, text)
        if kind == lex.DOT:
            return Dot(pos)
        if kind == lex.NIL:
            return Nil(pos)
        if kind == lex.VARIABLE:
            return Variable(pos, text, [], self.slot(text, pos))
        if kind == lex.FIELD:
            return Field(pos, [text[1:]])
        if kind == lex.BOOL:
            return Literal(pos, "bool", text == "true", text)
        if kind in (lex.NUMBER, lex.RUNE):
            return self.number(token)
        if kind in (lex.STRING, lex.RAW):
            return Literal(pos, "string", self.unquoted(token), text)
        if kind == lex.LPAREN:
            self.parens += 1
            if self.parens > MAX_PARENS:
                raise self.failure(f"parentheses nested deeper than {MAX_PARENS}", pos)
            pipe = self.pipeline("parenthesized pipeline", lex.RPAREN)
            self.parens -= 1
            return pipe
        self.at -= kind not in (lex.EOF, lex.ERROR)
        return None

    def slot(self, name: str, pos: int) -> int:
        for known, slot in reversed(self.vars):
            if known == name:
                return slot
        raise self.failure(f'undefined variable "{name}"', pos)

    def undefined(self, name: str, pos: int) -> TemplateError:
        from .functions import nearest

        near = nearest(name, self.known)
        hints = ["Did you mean " + " or ".join([f"`{word}`" for word in near]) + "?"] if near else []
        return self.failure(f'function "{name}" not defined', pos, hints)

    def number(self, token: lex.Token) -> Literal:
        kind, text, pos = token
        if kind == lex.RUNE:
            try:
                char = unquote(text)
            except ValueError:
                char = ""
            if len(char) != 1:
                raise self.failure(f"malformed character constant: {text}", pos)
            return Literal(pos, "number", ord(char), text)
        try:
            return Literal(pos, "number", number_of(text), text)
        except Overflow as problem:
            if problem.while_parsing:
                raise self.failure(str(problem), pos) from None
            return Literal(pos, "overflow", str(problem), text)
        except ValueError as problem:
            raise self.failure(str(problem), pos) from None

    def unquoted(self, token: lex.Token) -> str:
        try:
            return unquote(token[1])
        except ValueError as problem:
            raise self.failure(str(problem), token[2]) from None


def shown_quoted(text: str) -> str:
    from .values import quote

    return quote(text)


def _show(token: lex.Token) -> str:
    kind, text, _ = token
    if kind in (lex.KEYWORD, lex.DOT):
        return f"<{text}>"
    if kind == lex.EOF:
        return "EOF"
    if kind in (lex.STRING, lex.RAW, lex.FIELD) or len(text) <= 10:
        return shown_quoted(text)
    return shown_quoted(text[:10]) + "..."
