"""Tokens → syntax tree, with the messages Go's parser gives."""

from __future__ import annotations

from . import lexer as lex
from .nodes import Action, Branch, Include, Jump, Node, Text
from .pipelines import Body, Pipelines, shown_quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

MAX_BLOCKS = 60


class _End:
    """What closed a list of nodes: `{{end}}` or `{{else}}`."""

    __slots__ = ("chained", "keyword", "pos")

    def __init__(self, keyword: str, pos: int, chained: str = "") -> None:
        self.keyword, self.pos = keyword, pos
        self.chained = chained
        """the keyword that follows in `{{else if …`"""

    def __str__(self) -> str:
        return "{{" + self.keyword + "}}"


class Parser(Pipelines):
    """Parses one text. After `run`, `root` and `defined` hold its templates."""

    def __init__(self, text: str, name: str, delimiters: tuple[str, str] | None, known: Container[str]) -> None:
        super().__init__(text, name, delimiters, known)
        self.root = self.body
        self.defined: dict[str, Body] = {}
        self.loops = 0
        self.blocks = 0

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
                raise self.failure(f"unexpected {node}", node.pos)
            self.put(self.root.nodes, node)
        self.root.empty = _is_empty(self.root.nodes)
        return self

    def put(self, nodes: list[Node], node: Node | _End | None) -> None:
        if isinstance(node, Node):
            nodes.append(node)

    def definition(self) -> None:
        token = self.next_solid()
        if token[0] not in (lex.STRING, lex.RAW):
            raise self.surprise(token, "define clause")
        body = Body(self.unquoted(token))
        closing = self.next_solid()
        if closing[0] != lex.RIGHT:
            raise self.surprise(closing, "define clause")
        self.template_body(body, "define clause")

    def template_body(self, body: Body, context: str) -> None:
        """The nodes of a `define` or `block` up to its end, with variables of their own."""
        outer = self.body, self.vars, self.loops
        self.body, self.vars, self.loops = body, [("$", 0)], 0
        body.nodes, end = self.node_list()
        if end.keyword != "end":
            raise self.failure(f"unexpected {end} in {context}", end.pos)
        self.body, self.vars, self.loops = outer
        body.empty = _is_empty(body.nodes)
        known = self.defined.get(body.name)
        if known is None or known.empty:
            self.defined[body.name] = body
        elif not body.empty:
            raise self.failure(f"template: multiple definition of template {shown_quoted(body.name)}", end.pos)

    def node_list(self) -> tuple[list[Node], _End]:
        nodes: list[Node] = []
        self.blocks += 1
        if self.blocks > MAX_BLOCKS:
            raise self.failure(f"blocks nested deeper than {MAX_BLOCKS}", self.peek()[2])
        while self.peek()[0] != lex.EOF:
            node = self.text_or_action()
            if isinstance(node, _End):
                self.blocks -= 1
                return nodes, node
            self.put(nodes, node)
        raise self.failure("unexpected EOF", self.peek()[2])

    def text_or_action(self) -> Node | _End | None:
        token = self.next()
        kind, text, pos = token
        if kind == lex.TEXT:
            return Text(pos, text)
        if kind == lex.LEFT:
            self.action_pos = pos
            node = self.action()
            self.action_pos = -1
            return node
        raise self.surprise(token, "input")

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
            raise self.failure(f"unexpected <{keyword}> in command", pos)
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
            raise self.surprise(self.next_solid(), "else")
        nodes, end = self.node_list()
        if end.keyword != "end":
            raise self.failure(f"expected end; found {end}", end.pos)
        return nodes

    def closing(self, keyword: str, pos: int) -> _End:
        if keyword == "else" and self.peek_solid()[:2] in ((lex.KEYWORD, "if"), (lex.KEYWORD, "with")):
            return _End(keyword, pos, self.peek()[1])
        token = self.next_solid()
        if token[0] != lex.RIGHT:
            raise self.surprise(token, keyword)
        return _End(keyword, pos)

    def jump(self, keyword: str, pos: int) -> Jump:
        token = self.next_solid()
        if token[0] != lex.RIGHT:
            raise self.surprise(token, "{{" + keyword + "}}")
        if not self.loops:
            raise self.failure("{{" + keyword + "}} outside {{range}}", pos)
        return Jump(pos, keyword)

    def template_name(self, context: str) -> tuple[lex.Token, str]:
        token = self.next_solid()
        if token[0] not in (lex.STRING, lex.RAW):
            raise self.surprise(token, context)
        return token, self.unquoted(token)

    def include(self, _pos: int) -> Include:
        token, name = self.template_name("template clause")
        pipe = None
        if self.peek_solid()[0] == lex.RIGHT:
            self.next()
        else:
            pipe = self.pipeline("template clause", lex.RIGHT)
        return Include(token[2], name, shown_quoted(name), pipe)

    def block(self, _pos: int) -> Include:
        token, name = self.template_name("block clause")
        pipe = self.pipeline("block clause", lex.RIGHT)
        self.template_body(Body(name), "block clause")
        return Include(token[2], name, shown_quoted(name), pipe)


def _is_empty(nodes: list[Node]) -> bool:
    return all(isinstance(node, Text) and node.text.isspace() for node in nodes)
