"""Tokens → syntax tree, with the messages Go's parser gives."""

from __future__ import annotations

from . import lexer as lex
from .errors import TemplateError
from .literals import Overflow, number, unquote
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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from typing import NoReturn


MAX_PARENS = 60
MAX_BLOCKS = 60
_OPERANDS = frozenset((lex.BOOL, lex.RUNE, lex.DOT, lex.FIELD, lex.IDENTIFIER, lex.NUMBER, lex.NIL, lex.RAW,
                       lex.STRING, lex.VARIABLE, lex.LPAREN))


class Body:
    """One template of a text: the root or a `define`. `slots` counts its variables, `$` included."""

    __slots__ = ("empty", "name", "nodes", "slots")

    def __init__(self, name: str) -> None:
        self.name = name
        self.nodes: list[Node] = []
        self.slots = 1
        self.empty = True


class _End:
    """What closed a list of nodes: `{{end}}` or `{{else}}`."""

    __slots__ = ("chained", "keyword", "pos")

    def __init__(self, keyword: str, pos: int, chained: str = "") -> None:
        self.keyword, self.pos = keyword, pos
        self.chained = chained
        """the keyword that follows in `{{else if …`"""

    def __str__(self) -> str:
        return "{{" + self.keyword + "}}"


class Parser:
    """Parses one text. After `run`, `root` and `defined` hold its templates."""

    def __init__(self, text: str, name: str, delimiters: tuple[str, str] | None, known: Container[str]) -> None:
        self.name = name
        self.source = lex.Source(text)
        self.known = known
        self.tokens = lex.Lexer(text, delimiters, known).run()
        self.at = 0
        self.root = Body(name)
        self.defined: dict[str, Body] = {}
        self.body = self.root
        self.vars: list[tuple[str, int]] = [("$", 0)]
        self.loops = 0
        self.parens = 0
        self.blocks = 0
        self.action_line = 0

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

    def fail(self, message: str, pos: int, hints: Iterable[str] = ()) -> NoReturn:
        line = self.source.line(pos)
        raise TemplateError(f"template: {self.name}:{line}: {message}", name=self.name, line=line,
                            column=self.source.column(pos), hints=hints)

    def unexpected(self, token: lex.Token, context: str) -> NoReturn:
        kind, text, pos = token
        if kind == lex.ERROR:
            extra = ""
            line = self.source.line(pos)
            if self.action_line and self.action_line != line:
                extra = f" in action started at {self.name}:{self.action_line}"
                if text.endswith(" action"):
                    extra = extra[len(" in action"):]
            self.fail(text + extra, pos)
        self.fail(f"unexpected {_show(token)} in {context}" if kind != lex.EOF else "unexpected EOF", pos)

    # --- blocks -----------------------------------------------------------------------------------

    def run(self) -> Parser:
        while self.peek()[0] != lex.EOF:
            if self.peek()[0] == lex.LEFT:
                mark = self.at
                self.next()
                token = self.next_solid()
                if token[:2] == (lex.KEYWORD, "define"):
                    self.definition()
                    continue
                self.at = mark
            node = self.text_or_action()
            if isinstance(node, _End):
                self.fail(f"unexpected {node}", node.pos)
            self.put(self.root.nodes, node)
        self.root.empty = _is_empty(self.root.nodes)
        return self

    def put(self, nodes: list[Node], node: Node | _End | None) -> None:
        if isinstance(node, Node):
            nodes.append(node)

    def definition(self) -> None:
        token = self.next_solid()
        if token[0] not in (lex.STRING, lex.RAW):
            self.unexpected(token, "define clause")
        body = Body(self.unquoted(token))
        closing = self.next_solid()
        if closing[0] != lex.RIGHT:
            self.unexpected(closing, "define clause")
        self.template_body(body, "define clause")

    def template_body(self, body: Body, context: str) -> None:
        """The nodes of a `define` or `block` up to its end, with variables of their own."""
        outer = self.body, self.vars, self.loops
        self.body, self.vars, self.loops = body, [("$", 0)], 0
        body.nodes, end = self.node_list()
        if end.keyword != "end":
            self.fail(f"unexpected {end} in {context}", end.pos)
        self.body, self.vars, self.loops = outer
        body.empty = _is_empty(body.nodes)
        known = self.defined.get(body.name)
        if known is None or known.empty:
            self.defined[body.name] = body
        elif not body.empty:
            self.fail(f"template: multiple definition of template {_quote(body.name)}", end.pos)

    def node_list(self) -> tuple[list[Node], _End]:
        nodes: list[Node] = []
        self.blocks += 1
        if self.blocks > MAX_BLOCKS:
            self.fail(f"blocks nested deeper than {MAX_BLOCKS}", self.peek()[2])
        while self.peek()[0] != lex.EOF:
            node = self.text_or_action()
            if isinstance(node, _End):
                self.blocks -= 1
                return nodes, node
            self.put(nodes, node)
        self.fail("unexpected EOF", self.peek()[2])
        return None

    def text_or_action(self) -> Node | _End | None:
        token = self.next()
        kind, text, pos = token
        if kind == lex.TEXT:
            return Text(pos, text)
        if kind == lex.LEFT:
            self.action_line = self.source.line(pos)
            node = self.action()
            self.action_line = 0
            return node
        self.unexpected(token, "input")
        return None

    def action(self) -> Node | _End | None:
        token = self.peek_solid()
        if token[0] == lex.KEYWORD:
            self.next()
            keyword, pos = token[1], token[2]
            if keyword in ("if", "with", "range"):
                return self.branch(keyword, pos)
            if keyword in ("end", "else"):
                return self.closing(keyword, pos)
            if keyword in ("break", "continue"):
                return self.jump(keyword, pos)
            if keyword == "template":
                return self.include(pos)
            if keyword == "block":
                return self.block(pos)
            self.fail(f"unexpected <{keyword}> in command", pos)
        return Action(token[2], self.pipeline("command", lex.RIGHT))

    def branch(self, keyword: str, pos: int) -> Branch:
        depth = len(self.vars)
        pipe = self.pipeline(keyword, lex.RIGHT)
        if keyword == "range":
            self.loops += 1
        body, end = self.node_list()
        if keyword == "range":
            self.loops -= 1
        orelse: list[Node] | None = None
        if end.chained and end.chained == keyword:
            orelse = self.else_branch(keyword, self.next_solid()[2])
        elif end.keyword == "else":
            orelse = self.otherwise(end)
        del self.vars[depth:]
        return Branch(pos, keyword, pipe, body, orelse)

    def else_branch(self, keyword: str, pos: int) -> list[Node]:
        """`else if` chains, without recursion: they may be long."""
        first: list[Node] = []
        into = first
        while True:
            pipe = self.pipeline(keyword, lex.RIGHT)
            body, end = self.node_list()
            node = Branch(pos, keyword, pipe, body, None)
            into.append(node)
            if end.keyword == "end":
                return first
            if end.chained == keyword:
                pos = self.next_solid()[2]
                node.orelse = into = []
                continue
            node.orelse = self.otherwise(end)
            return first

    def otherwise(self, opening: _End) -> list[Node]:
        """What stands between a plain `{{else}}` and its end."""
        if opening.chained:
            self.unexpected(self.next_solid(), "else")
        nodes, end = self.node_list()
        if end.keyword != "end":
            self.fail(f"expected end; found {end}", end.pos)
        return nodes

    def closing(self, keyword: str, pos: int) -> _End:
        if keyword == "else" and self.peek_solid()[:2] in ((lex.KEYWORD, "if"), (lex.KEYWORD, "with")):
            return _End(keyword, pos, self.peek()[1])
        token = self.next_solid()
        if token[0] != lex.RIGHT:
            self.unexpected(token, keyword)
        return _End(keyword, pos)

    def jump(self, keyword: str, pos: int) -> Jump:
        token = self.next_solid()
        if token[0] != lex.RIGHT:
            self.unexpected(token, "{{" + keyword + "}}")
        if not self.loops:
            self.fail("{{" + keyword + "}} outside {{range}}", pos)
        return Jump(pos, keyword)

    def template_name(self, context: str) -> tuple[lex.Token, str]:
        token = self.next_solid()
        if token[0] not in (lex.STRING, lex.RAW):
            self.unexpected(token, context)
        return token, self.unquoted(token)

    def include(self, _pos: int) -> Include:
        token, name = self.template_name("template clause")
        pipe = None
        if self.peek_solid()[0] == lex.RIGHT:
            self.next()
        else:
            pipe = self.pipeline("template clause", lex.RIGHT)
        return Include(token[2], name, _quote(name), pipe)

    def block(self, _pos: int) -> Include:
        token, name = self.template_name("block clause")
        pipe = self.pipeline("block clause", lex.RIGHT)
        self.template_body(Body(name), "block clause")
        return Include(token[2], name, _quote(name), pipe)

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
                self.unexpected(token, context)
            self.at -= 1
            pipe.commands.append(self.command())
        if not pipe.commands:
            self.fail(f"missing value for {context}", token[2])
        for stage, command in enumerate(pipe.commands[1:], 2):
            if isinstance(command.args[0], Dot | Nil | Literal):
                self.fail(f"non executable command in pipeline stage {stage}", command.pos)
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
                self.fail("range can only initialize variables", token[2])
            self.fail(f"too many declarations in {context}", token[2])
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
                self.unexpected(token, "operand")
            break
        if not command.args:
            self.fail("empty command", token[2])
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
            shown = _quote(str(node)) if isinstance(node, Literal) and node.kind == "string" else f'"{node}"'
            self.fail(f"unexpected . after term {shown}", pos)
        return Chain(pos, node, names)

    def term(self) -> Node | None:
        token = self.next_solid()
        kind, text, pos = token
        if kind == lex.IDENTIFIER:
            if text not in self.known:
                self.undefined(text, pos)
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
                self.fail(f"parentheses nested deeper than {MAX_PARENS}", pos)
            pipe = self.pipeline("parenthesized pipeline", lex.RPAREN)
            self.parens -= 1
            return pipe
        self.at -= kind not in (lex.EOF, lex.ERROR)
        return None

    def slot(self, name: str, pos: int) -> int:
        for known, slot in reversed(self.vars):
            if known == name:
                return slot
        self.fail(f'undefined variable "{name}"', pos)
        return None

    def undefined(self, name: str, pos: int) -> NoReturn:
        from .functions import nearest

        near = nearest(name, self.known)
        hints = ["Did you mean " + " or ".join([f"`{word}`" for word in near]) + "?"] if near else []
        self.fail(f'function "{name}" not defined', pos, hints)

    def number(self, token: lex.Token) -> Literal:
        kind, text, pos = token
        if kind == lex.RUNE:
            try:
                char = unquote(text)
            except ValueError:
                char = ""
            if len(char) != 1:
                self.fail(f"malformed character constant: {text}", pos)
            return Literal(pos, "number", ord(char), text)
        try:
            return Literal(pos, "number", number(text), text)
        except Overflow as problem:
            if problem.while_parsing:
                self.fail(str(problem), pos)
            return Literal(pos, "overflow", str(problem), text)
        except ValueError as problem:
            self.fail(str(problem), pos)

    def unquoted(self, token: lex.Token) -> str:
        try:
            return unquote(token[1])
        except ValueError as problem:
            self.fail(str(problem), token[2])


def _is_empty(nodes: list[Node]) -> bool:
    return all(isinstance(node, Text) and not node.text.strip() for node in nodes)


def _quote(text: str) -> str:
    from .values import quote

    return quote(text)


def _show(token: lex.Token) -> str:
    kind, text, _ = token
    if kind in (lex.KEYWORD, lex.DOT):
        return f"<{text}>"
    if kind == lex.EOF:
        return "EOF"
    if kind in (lex.STRING, lex.RAW, lex.FIELD) or len(text) <= 10:
        return _quote(text)
    return _quote(text[:10]) + "..."
