"""Split the text of an `atmos` step into words by a shell's rules: quotes, backslashes, variables, `~`, braces.

No globbing, no word splitting of variables' values. Text that a shell would have to run (command substitution,
unbalanced quotes) is split at white space instead. On the short way.
"""

from __future__ import annotations

from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:,@%=^ \t\n")


class _Odd(Exception):
    pass


def split(text: str, env: Mapping[str, str]) -> list[str]:
    """The words of a text."""
    if _PLAIN.issuperset(text):
        return text.split()
    try:
        return [word for raw in _Splitter(text, env).words() for word in raw]
    except _Odd:
        return text.split()


class _Splitter:
    def __init__(self, text: str, env: Mapping[str, str]) -> None:
        self.text, self.env, self.at = text, env, 0

    def words(self) -> list[list[str]]:
        found: list[list[str]] = []
        text, size = self.text, len(self.text)
        while True:
            while self.at < size and text[self.at] in " \t\n":
                self.at += 1
            if self.at >= size:
                return found
            if text[self.at] == "#":
                end = text.find("\n", self.at)
                self.at = size if end < 0 else end
                continue
            parts = self._word()
            if parts is not None:
                found.append(_braces(parts))

    def _word(self) -> list[tuple[str, bool]] | None:
        """One word as (character, quoted) pairs; None for a word that is nothing but empty variables."""
        text, size = self.text, len(self.text)
        parts: list[tuple[str, bool]] = []
        any_quote = False
        if text[self.at] == "~" and text[self.at + 1 : self.at + 2] in ("", "/", " ", "\n", "\t"):
            parts += [(char, True) for char in self.env.get("HOME", "~")]
            self.at += 1
        while self.at < size and text[self.at] not in " \t\n":
            char = text[self.at]
            if char == "'":
                end = text.find("'", self.at + 1)
                if end < 0:
                    raise _Odd
                parts += [(c, True) for c in text[self.at + 1 : end]]
                any_quote, self.at = True, end + 1
            elif char == '"':
                any_quote = True
                self._double(parts)
            elif char == "\\":
                if self.at + 1 < size and text[self.at + 1] != "\n":
                    parts.append((text[self.at + 1], True))
                self.at += 2
            elif char == "$":
                parts += [(c, True) for c in self._variable()]
            elif char in "`;&|<>()":
                raise _Odd
            else:
                parts.append((char, False))
                self.at += 1
        return parts if parts or any_quote else None

    def _double(self, parts: list[tuple[str, bool]]) -> None:
        text, size = self.text, len(self.text)
        self.at += 1
        while self.at < size and text[self.at] != '"':
            char = text[self.at]
            if char == "\\" and self.at + 1 < size and text[self.at + 1] in '"\\$`\n':
                if text[self.at + 1] != "\n":
                    parts.append((text[self.at + 1], True))
                self.at += 2
            elif char == "$":
                parts += [(c, True) for c in self._variable()]
            elif char == "`":
                raise _Odd
            else:
                parts.append((char, True))
                self.at += 1
        if self.at >= size:
            raise _Odd
        self.at += 1

    def _variable(self) -> str:
        text = self.text
        follow = text[self.at + 1 : self.at + 2]
        if follow == "(":
            raise _Odd
        if follow == "{":
            end = text.find("}", self.at)
            if end < 0:
                raise _Odd
            inner, self.at = text[self.at + 2 : end], end + 1
            name = inner
            for sign in (":-", "-"):
                if sign in inner:
                    name, default = inner.split(sign, 1)
                    if not _is_name(name) or "$" in default:
                        raise _Odd
                    value = self.env.get(name)
                    return default if value is None or (sign == ":-" and not value) else value
            if not _is_name(name):
                raise _Odd
            return self.env.get(name, "")
        end = self.at + 1
        while end < len(text) and (text[end].isalnum() or text[end] == "_") and text[end].isascii():
            end += 1
        name = text[self.at + 1 : end]
        if not _is_name(name):
            self.at += 1
            return "$"
        self.at = end
        return self.env.get(name, "")


def _is_name(name: str) -> bool:
    return name.isascii() and name.isidentifier()


def _braces(parts: list[tuple[str, bool]]) -> list[str]:
    """`a{b,c}d` → `abd acd`; nested and several groups too; quoted braces are text."""
    depth, start = 0, -1
    commas: list[int] = []
    for index, (char, quoted) in enumerate(parts):
        if quoted:
            continue
        if char == "{":
            depth += 1
            if depth == 1:
                start, commas = index, []
        elif char == "," and depth == 1:
            commas.append(index)
        elif char == "}" and depth:
            depth -= 1
            if depth == 0 and commas:
                edges = [start, *commas, index]
                found: list[str] = []
                for left, right in pairwise(edges):
                    found += _braces([*parts[:start], *parts[left + 1 : right], *parts[index + 1 :]])
                return found
    return ["".join(char for char, _ in parts)]


def quote(word: str) -> str:
    """A word as a shell reads it back."""
    if word and frozenset(word) <= _PLAIN - set(" \t\n^"):
        return word
    return "'" + word.replace("'", "'\\''") + "'"
