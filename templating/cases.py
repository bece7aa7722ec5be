"""Words and their spellings: snake_case, kebab-case, CamelCase, and Go's byte-wise slices of text."""

from __future__ import annotations

from unicodedata import category

from .values import decode, encode

SPACE = " \t\n\v\f\r\x85\xa0"
WHITE_SPACE = (
    SPACE + "\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)

_CONNECTORS = frozenset("_-" + WHITE_SPACE)


def _kind(char: str) -> str:
    if char in _CONNECTORS:
        return "c"
    if char.isdigit():
        return "d"
    if char.isupper():
        return "u"
    if char.isalpha():
        return "l"
    return "p" if category(char)[0] == "P" else "s"


def separated(text: str, connector: str) -> str:
    """`HTTPServer` → `http_server`: a connector where a word begins, one for each that was there."""
    kinds = [_kind(char) for char in text]
    out: list[str] = []
    size = len(text)
    numbered = False
    for at, char in enumerate(text):
        kind = kinds[at]
        if kind == "c":
            out.append(connector)
            numbered = False
            continue
        before = kinds[at - 1] if at else "c"
        if kind == "u":
            following = kinds[at + 1] if at + 1 < size else ""
            if before in "lds" or (before == "u" and following == "l"):
                out.append(connector)
            numbered = False
        elif kind == "d" and before in "lu" and not numbered:
            end = at
            while end < size and kinds[end] == "d":
                end += 1
            if end < size and kinds[end] == "l":
                out.append(connector)
                numbered = True
        elif kind == "d" and before in "cps":
            numbered = True
        elif (kind == "s" and before in "lud") or (kind == "l" and before == "s"):
            out.append(connector)
            numbered = False
        out.append(char.lower())
    return "".join(out)


def pascal(text: str) -> str:
    """`http_server` → `HttpServer`: every word capitalised; of several connectors in a row the last one goes."""
    start, end = 0, len(text)
    while start < end and text[start] in _CONNECTORS:
        start += 1
    while end > start and text[end - 1] in _CONNECTORS:
        end -= 1
    out = [text[:start]]
    at = start
    while at < end:
        stop = at
        while stop < end and text[stop] not in _CONNECTORS:
            stop += 1
        out.append(_capitalised(text[at:stop]))
        at = stop
        while at < end and text[at] in _CONNECTORS:
            at += 1
        if at < end:
            out.append(text[stop : at - 1])
    out.append(text[end:])
    return "".join(out)


def _capitalised(word: str) -> str:
    run = 0
    while run < len(word) and word[run].isupper():
        run += 1
    if run > 1:
        return word[0] + word[1:run].lower() + word[run:]
    return single(word[:1], word[:1].upper()) + word[1:]


def single(char: str, changed: str) -> str:
    """The changed letter; one that would become several stays as it is."""
    return changed if len(changed) == 1 else char


def title(text: str) -> str:
    """The first letter of every word in upper case; a word begins after anything but a letter, digit or `_`."""
    out: list[str] = []
    previous = " "
    for char in text:
        inside = previous.isalnum() or previous == "_" or (previous > "\x7f" and not previous.isspace())
        out.append(char if inside else single(char, char.title()))
        previous = char
    return "".join(out)


def byte_slice(text: str, start: int, end: int) -> str:
    """Bytes start to end of a text; what is cut through stays as single bytes."""
    if text.isascii():
        return text[start:end]
    return decode(encode(text)[start:end])


def byte_length(text: str) -> int:
    return len(text) if text.isascii() else len(encode(text))
