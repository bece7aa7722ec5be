"""Quoting of words for bash; on the short way, so it imports nothing."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_SPECIAL = frozenset(';"()$|&><` \t\r\\#{~*?[=')
_KEYWORDS = frozenset(
    (
        "if",
        "then",
        "else",
        "elif",
        "fi",
        "for",
        "while",
        "until",
        "do",
        "done",
        "case",
        "esac",
        "in",
        "function",
        "select",
        "time",
        "coproc",
        "!",
        "[[",
        "]]",
        "{",
        "}",
    )
)
_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    "'": "\\'",
}


def quote_word(word: str) -> str:
    """The word as bash must read it to get it back, quoted only where needed. ValueError for a NUL byte."""
    if not word:
        return "''"
    if "\0" in word:
        raise ValueError("a shell word cannot contain a null byte")
    if (word.isascii() and word.isprintable()) or all(char.isprintable() or char in "\t\r" for char in word):
        if "'" in word:
            for char in '\\"`$':
                word = word.replace(char, "\\" + char)
            return f'"{word}"'
        if word in _KEYWORDS or not _SPECIAL.isdisjoint(word):
            return f"'{word}'"
        return word
    return _ansi_c(word)


def quote_words(words: Iterable[str]) -> str:
    """All words, each quoted where needed, joined by blanks."""
    return " ".join([quote_word(word) for word in words])


def _ansi_c(word: str) -> str:
    """`$'…'`: the only form that can hold line breaks and control characters."""
    out: list[str] = []
    after_hex = False
    for char in word:
        code = ord(char)
        escaped = _ESCAPES.get(char)
        if after_hex and char in "0123456789abcdefABCDEF":
            out.append("'$'")  # or bash would read the digit as part of the escape before it
        after_hex = False
        if escaped is not None:
            out.append(escaped)
        elif char.isprintable():
            out.append(char)
        elif code < 0x80 or 0xDC80 <= code <= 0xDCFF:
            out.append(f"\\x{code & 0xFF:02x}")
            after_hex = True
        elif code > 0xFFFF:
            out.append(f"\\U{code:08x}")
        else:
            out.append(f"\\u{code:04x}")
    return "$'" + "".join(out) + "'"
