"""Whether a `<<` is a template action or the shell's: decision D15.

`<<` opens an action only when what follows up to `>>` on the same line is an action that begins with a field, a
variable, a parenthesis, a keyword or a known function. Here-documents, here-strings, shifts, and whatever could be
one of these, stay text. Answers are cached so that a long line full of `<<` costs linear time.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container


_start = re.compile(
    r"[ \t]*(?:(?P<field>\.[^\W\d])|(?P<dot>\.)(?=[\s>|])|(?P<variable>\$)|(?P<paren>\()|(?P<word>[^\W\d]\w*))"
)
_bare = re.compile(r"[ \t]*(\w+)[ \t]*")
_declaration = re.compile(r"(?:(\$\w+)[ \t]*,[ \t]*)?(\$\w+)[ \t]*:=")
_LONGEST = 4096  # characters of one action
_NEEDS_MORE = frozenset(("if", "with", "range", "template", "define", "block"))
_STANDS_ALONE = frozenset(("end", "else", "break", "continue"))


class Angles:
    def __init__(self, text: str, known: Container[str], right: str, *, any_start: bool) -> None:
        self.text = text
        self.known = known
        self.right = right
        self.any_start = any_start
        self._next_right = -2  # not looked yet; -1: none
        self._line_end = -1
        self._lines: frozenset[str] | None = None
        self._declarations: dict[str, int] | None = None

    def opens(self, pos: int, depth: int) -> bool:
        """Is the `<<` at this offset the opening of an action? depth: the number of blocks open here."""
        text, inner = self.text, pos + 2
        if text[pos - 1 : pos] == "<" and pos:
            return False  # the end of `<<<`
        if self._line_end < inner:
            found = text.find("\n", inner)
            self._line_end = found if found >= 0 else len(text)
        if self._next_right != -1 and self._next_right < inner:
            self._next_right = text.find(self.right, inner)
        if self._next_right == -1 or self._next_right >= self._line_end:
            return False
        match = _start.match(text, inner)
        if match is None or match.start() != inner:
            return self.any_start and text[inner : inner + 1] not in "-'<" and self._is_action(inner)
        if match["field"]:
            return True
        if match["dot"]:
            return self._is_action(inner)
        word = match["word"]
        if word is None or word in _NEEDS_MORE:
            return self._is_action(inner)
        if word in _STANDS_ALONE:
            return depth > 0 and self._is_action(inner)
        if word in self.known:
            return self._is_action(inner) and not self._is_here_document(inner, word)
        return self.any_start and word in ("true", "false", "nil") and self._is_action(inner)

    def _is_action(self, inner: int) -> bool:
        """Does it read as an action, closed on this line, with functions that exist, and not just of constants?"""
        from .lexer import DOT, FIELD, IDENTIFIER, KEYWORD, RIGHT, SPACE, VARIABLE, Lexer

        lexer = Lexer(self.text[inner : min(self._line_end, inner + _LONGEST)], ("", self.right), self.known)
        if lexer.action(0, self.right) < 0:
            return False
        tokens = [token for token in lexer.tokens if token[0] != SPACE]
        if tokens[-1][0] != RIGHT or len(tokens) < 2:
            return False
        if any(kind == IDENTIFIER and word not in self.known for kind, word, _ in tokens):
            return False
        if tokens[0][0] == KEYWORD and tokens[0][1] in _NEEDS_MORE and len(tokens) < 3:
            return False
        if tokens[0][0] == VARIABLE and len(tokens) == 2 and not self._declared(tokens[0][1], inner):
            return False
        if self.any_start:
            return True
        return any(kind in (FIELD, VARIABLE, IDENTIFIER, KEYWORD, DOT) for kind, _, _ in tokens)

    def _declared(self, name: str, before: int) -> bool:
        """`<< $x >>` is only an action after a declaration of `$x`; otherwise it is the shell's variable."""
        if name == "$":
            return True
        if self._declarations is None:
            self._declarations = {}
            for match in _declaration.finditer(self.text):
                for found in filter(None, match.groups()):
                    self._declarations.setdefault(found, match.start())
        return self._declarations.get(name, before) < before

    def _is_here_document(self, inner: int, word: str) -> bool:
        """`<<word >>file`, with the word alone on a later line."""
        match = _bare.match(self.text, inner)
        if match is None or not self.text.startswith(self.right, match.end()):
            return False
        if self._lines is None:
            self._lines = frozenset(line.strip("\t\r") for line in self.text.split("\n"))
        return word in self._lines
