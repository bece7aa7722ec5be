"""Text → tokens: Go's template syntax, with `{{ }}` and `<< >>` both open (decision D15) or one pair of the caller's.

A token is (kind, text, offset). The last one is EOF or ERROR. `<<` opens an action only where `angles.opens` says so.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container


Token = tuple[str, str, int]

TEXT, LEFT, RIGHT, SPACE, EOF, ERROR = "text", "left", "right", "space", "EOF", "error"
ASSIGN, DECLARE, PIPE, LPAREN, RPAREN, CHAR = "=", ":=", "|", "(", ")", "char"
BOOL, NUMBER, RUNE, STRING, RAW = "bool", "number", "rune", "string", "raw"
FIELD, VARIABLE, IDENTIFIER, DOT, NIL, KEYWORD = "field", "variable", "identifier", "dot", "nil", "keyword"

KEYWORDS = frozenset(("block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"))
_DEPTHS = {"if": 1, "range": 1, "with": 1, "define": 1, "block": 1, "end": -1}
_SPACE = " \t\r\n"

_spaces = re.compile(r"[ \t\r\n]+")
_word = re.compile(r"\w+")
_quoted = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"')
_rune = re.compile(r"'(?:[^'\\\n]|\\[^\n])*'")
_field = re.compile(r"\w+(?:-+\w+)*")
_NUMBER = (
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?"
    r"|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?"
    r"|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
)


class Lexer:
    def __init__(self, text: str, delimiters: tuple[str, str] | None, known: Container[str]) -> None:
        self.text = text
        self.tokens: list[Token] = []
        self.known = known
        if delimiters is None:
            self.pairs = {"{{": "}}", "<<": ">>"}
        else:
            self.pairs = {delimiters[0] or "{{": delimiters[1] or "}}"}
        self._next = {left: text.find(left) if left[0] in text else -1 for left in self.pairs}
        self._angles: Callable[[int, int], bool] | None = None
        if self._next.get("<<", -1) >= 0:
            from .angles import Angles

            self._angles = Angles(text, known, self.pairs["<<"], any_start=delimiters is not None).opens

    def run(self) -> list[Token]:
        text, tokens = self.text, self.tokens
        pos = start = 0
        trim = False
        depth = 0
        while True:
            opening, left = self._opening(pos)
            if opening < 0:
                self._text(start, len(text), trim, False)
                tokens.append((EOF, "EOF", len(text)))
                return tokens
            inner = opening + len(left)
            if left == "<<" and self._angles is not None and not self._angles(opening, depth):
                pos = inner
                continue
            marker = text[inner : inner + 1] == "-" and text[inner + 1 : inner + 2] in _SPACES
            self._text(start, opening, trim, marker)
            if marker:
                inner += 2
            right = self.pairs[left]
            if text.startswith("/*", inner):
                after = self._comment(inner, right)
                if after is None:
                    return tokens
                start, trim = after
            else:
                tokens.append((LEFT, left, opening))
                first = len(tokens)
                end = self.action(inner, right)
                while tokens[first][0] == SPACE:
                    first += 1
                if tokens[first][0] == KEYWORD:
                    depth += _DEPTHS.get(tokens[first][1], 0)
                if end < 0:
                    return tokens
                start, trim = end, self.trims
            pos = start

    def _opening(self, pos: int) -> tuple[int, str]:
        """The next left delimiter from here on; -1 when there is none."""
        found, delimiter = -1, ""
        for left, at in self._next.items():
            if 0 <= at < pos:
                at = self._next[left] = self.text.find(left, pos)
            if at >= 0 and (found < 0 or at < found):
                found, delimiter = at, left
        return found, delimiter

    def _text(self, start: int, end: int, trim_left: bool, trim_right: bool) -> None:
        if start == end:
            return
        piece = self.text[start:end]
        if trim_left:
            shorter = piece.lstrip(_SPACE)
            start += len(piece) - len(shorter)
            piece = shorter
        if trim_right:
            piece = piece.rstrip(_SPACE)
        if piece:
            self.tokens.append((TEXT, piece, start))

    def _comment(self, pos: int, right: str) -> tuple[int, bool] | None:
        text = self.text
        closing = text.find("*/", pos + 2)
        if closing < 0:
            self._error("unclosed comment", pos)
            return None
        closing += 2
        if text.startswith(right, closing):
            return closing + len(right), False
        if text[closing : closing + 1] in _SPACES and text.startswith("-" + right, closing + 1):
            return closing + 2 + len(right), True
        self._error("comment ends before closing delimiter", pos)
        return None

    def _error(self, message: str, pos: int) -> int:
        self.tokens.append((ERROR, message, pos))
        return -1

    def action(self, pos: int, right: str) -> int:
        """Lex from inside the delimiters; returns the offset after the closing one, -1 after an error."""
        text, add = self.text, self.tokens.append
        size, depth = len(text), 0
        self.trims = False
        while True:
            if text.startswith(right, pos):
                if depth:
                    return self._error("unclosed left paren", pos)
                add((RIGHT, right, pos))
                return pos + len(right)
            if pos >= size:
                return self._error("unclosed action", size)
            char = text[pos]
            if char in _SPACES:
                match = _spaces.match(text, pos)
                assert match is not None
                end = match.end()
                if text.startswith("-" + right, end):
                    if depth:
                        return self._error("unclosed left paren", end)
                    self.trims = True
                    add((RIGHT, right, end))
                    return end + 1 + len(right)
                add((SPACE, " ", pos))
                pos = end
            elif char == "." and not ("0" <= text[pos + 1 : pos + 2] <= "9"):
                pos = self._field(pos + 1, pos, FIELD, right)
            elif char == "$":
                pos = self._variable(pos, right)
            elif char == '"':
                pos = self._literal(pos, _quoted, STRING, "unterminated quoted string")
            elif char == "`":
                closing = text.find("`", pos + 1)
                if closing < 0:
                    return self._error("unterminated raw quoted string", pos)
                add((RAW, text[pos : closing + 1], pos))
                pos = closing + 1
            elif char == "'":
                pos = self._literal(pos, _rune, RUNE, "unterminated character constant")
            elif "0" <= char <= "9" or char in "+-.":
                pos = self._number(pos)
            elif char == "_" or char.isalnum():
                pos = self._identifier(pos, right)
            elif char == "|":
                add((PIPE, char, pos))
                pos += 1
            elif char == "(":
                depth += 1
                add((LPAREN, char, pos))
                pos += 1
            elif char == ")":
                depth -= 1
                if depth < 0:
                    return self._error("unexpected right paren", pos)
                add((RPAREN, char, pos))
                pos += 1
            elif char == ":":
                if not text.startswith(":=", pos):
                    return self._error("expected :=", pos)
                add((DECLARE, ":=", pos))
                pos += 2
            elif char == "=":
                add((ASSIGN, "=", pos))
                pos += 1
            elif " " < char <= "~":
                add((CHAR, char, pos))
                pos += 1
            else:
                return self._error(f"unrecognized character in action: {unicode_name(char)}", pos)
            if pos < 0:
                return pos

    def _terminates(self, pos: int, right: str) -> bool:
        char = self.text[pos : pos + 1]
        return char == "" or char in " \t\r\n.,|:()" or self.text.startswith(right, pos)

    def _bad(self, pos: int) -> int:
        return self._error(f"bad character {unicode_name(self.text[pos])}", pos)

    def _field(self, pos: int, start: int, kind: str, right: str) -> int:
        if self._terminates(pos, right):
            self.tokens.append((DOT, ".", start))
            return pos
        match = _field.match(self.text, pos)
        if match is None:
            return self._bad(pos)
        if not self._terminates(match.end(), right):
            return self._bad(match.end())
        self.tokens.append((kind, self.text[start : match.end()], start))
        return match.end()

    def _variable(self, pos: int, right: str) -> int:
        match = _word.match(self.text, pos + 1)
        end = match.end() if match else pos + 1
        if not self._terminates(end, right):
            return self._bad(end)
        self.tokens.append((VARIABLE, self.text[pos:end], pos))
        return end

    def _literal(self, pos: int, pattern: re.Pattern[str], kind: str, problem: str) -> int:
        match = pattern.match(self.text, pos)
        if match is None:
            return self._error(problem, pos)
        self.tokens.append((kind, match.group(), pos))
        return match.end()

    def _number(self, pos: int) -> int:
        number = re.compile(_NUMBER)
        match = number.match(self.text, pos)
        assert match is not None
        end = match.end()
        following = self.text[end : end + 1]
        if following and (following == "_" or following.isalnum()):
            return self._error(f'bad number syntax: "{self.text[pos : end + 1]}"', pos)
        if following in ("+", "-"):
            second = number.match(self.text, end)
            assert second is not None
            if not second.group().endswith("i"):
                return self._error(f'bad number syntax: "{self.text[pos : second.end()]}"', pos)
            end = second.end()
        if end == pos + 1 and self.text[pos] in "+-":
            self.tokens.append((CHAR, self.text[pos], pos))  # a lone sign: the parser says it is unexpected
        else:
            self.tokens.append((NUMBER, self.text[pos:end], pos))
        return end

    def _identifier(self, pos: int, right: str) -> int:
        match = _word.match(self.text, pos)
        assert match is not None
        end, word = match.end(), match.group()
        if not self._terminates(end, right):
            return self._bad(end)
        if word in KEYWORDS:
            kind = KEYWORD
        elif word in ("true", "false"):
            kind = BOOL
        elif word == "nil":
            kind = NIL
        else:
            kind = IDENTIFIER
        self.tokens.append((kind, word, pos))
        return end


_SPACES = frozenset(_SPACE)


def unicode_name(char: str) -> str:
    """`U+002D '-'`, as messages show a character."""
    return f"U+{ord(char):04X}" + (f" '{char}'" if char.isprintable() else "")
