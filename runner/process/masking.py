"""Hide secrets in what steps print: as the bytes stream by, however they are split, and in what is captured.

A secret is hidden as it is, as base64 (whatever stands before and after it, and wrapped at 76 characters), URL-encoded
and JSON-escaped; of a secret of several lines each long line too. Values shorter than eight characters are not hidden:
they would hide ordinary words. Tokens with a known shape need not be known. All other bytes pass unchanged, complete
lines at once; only what may still become a secret is held back. On the short way: imports only `sys` and `binascii`.
"""

from __future__ import annotations

import sys
from binascii import b2a_base64

from runner.process import shapes

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

SHORTEST = 8
SHORTEST_LINE = 16
REPLACEMENT = b"<MASKED>"
_URL_SAFE = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~")
_JSON = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}


_WORD = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-+%")
_CLASSES = bytes(97 if byte in _WORD else 32 for byte in range(256))  # word characters → `a`, all others → blank
LONG_RUN = shapes.RUN  # word characters in a row: a literal with so many is found by one of its samples
SAMPLE = 8
STRIDE = LONG_RUN - SAMPLE + 1
DENSE = 400  # pieces of long runs in one text from which on all of it is sampled at once
_NEEDLE = b"a" * LONG_RUN


def _longest_run(form: bytes) -> bytes:
    classes = form.translate(_CLASSES)
    best = b""
    position = 0
    for part in classes.split(b" "):
        if len(part) > len(best):
            best = form[position : position + len(part)]
        position += len(part) + 1
    return best


def _percent(data: bytes, lower: bool, plus: bool) -> bytes:
    style = "%%%02x" if lower else "%%%02X"
    return "".join(
        chr(byte) if byte in _URL_SAFE else "+" if plus and byte == 32 else style % byte for byte in data
    ).encode()


def forms(secret: str) -> set[bytes]:
    """The byte strings by which a secret is recognised; empty for one that is too short."""
    text = secret.strip("\r\n")
    if len(text.strip()) < SHORTEST:
        return set()
    data = text.encode("utf-8", "surrogateescape")
    found = {data}
    for lower in (False, True):
        for plus in (False, True):
            found.add(_percent(data, lower, plus))
    found.add(text.translate(_JSON).encode("utf-8", "surrogateescape"))
    if "\n" in text:
        found.add(data.replace(b"\r\n", b"\n"))
        found.add(data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))  # as a terminal prints it
        for line in text.splitlines():
            line = line.strip()
            if len(line) >= SHORTEST_LINE and not line.startswith("-----"):
                found.add(line.encode("utf-8", "surrogateescape"))
    for shift in range(3):
        code = b2a_base64(b"\0" * shift + data, newline=False)
        if shift == 0:
            found.add(code)
            if len(code) > 76:
                found.update(
                    code[at : at + 76] for at in range(0, len(code), 76) if len(code[at : at + 76]) >= SHORTEST_LINE
                )
        core = code[(shift * 8 + 5) // 6 : (shift + len(data)) * 8 // 6]
        found.add(core)
    found.update([form.replace(b"+", b"-").replace(b"/", b"_") for form in found if b"+" in form or b"/" in form])
    return {form for form in found if len(form) >= SHORTEST}


class Mask:
    """All that must not be shown in a run. Grows when identities are authenticated; streams see what was added.

    Nothing in it can be printed by accident: it has no text form.
    """

    __slots__ = (
        "_direct",
        "_multiline",
        "_numbers",
        "_patterns",
        "_samples",
        "_seen",
        "_starts",
        "replacement",
        "shaped",
    )

    def __init__(self, *, shaped: bool = True, replacement: bytes = REPLACEMENT) -> None:
        self.shaped = shaped
        self.replacement = replacement
        self._direct: list[bytes] = []  # literals that are looked for one by one
        self._samples: dict[bytes, list[bytes]] = {}  # every eight bytes of the others → those literals
        self._seen: set[bytes] = set()
        self._numbers: set[int] = set()  # the samples as numbers
        self._patterns: list[re.Pattern[bytes]] = []
        self._multiline = 0
        self._starts: dict[int, list[bytes]] = {}

    def __repr__(self) -> str:
        return "<Mask>"

    def __reduce__(self) -> str:
        raise TypeError("a Mask cannot be copied to where secrets could be read")

    def add(self, secrets: Iterable[str]) -> None:
        """More values that must not be shown."""
        for secret in secrets:
            for form in forms(secret):
                if form not in self._seen:
                    self._seen.add(form)
                    run = _longest_run(form)
                    if len(run) < LONG_RUN:
                        self._direct.append(form)
                    for at in range(len(run) - SAMPLE + 1) if len(run) >= LONG_RUN else ():
                        self._samples.setdefault(run[at : at + SAMPLE], []).append(form)
                        self._numbers.add(int.from_bytes(run[at : at + SAMPLE], sys.byteorder))
                    self._multiline = max(self._multiline, len(form) if b"\n" in form else 0)
                    self._starts.setdefault(form[0], []).append(form)

    def add_pattern(self, pattern: str) -> None:
        """A pattern of the configuration. It is looked for line by line. ValueError when it is no pattern."""
        import re

        try:
            self._patterns.append(re.compile(pattern.encode()))
        except re.error as error:
            raise ValueError(str(error)) from error

    def __bool__(self) -> bool:
        return self.shaped or bool(self._seen) or bool(self._patterns)

    def stream(self) -> Stream:
        """A new stream to filter."""
        return Stream(self)

    def apply(self, data: bytes) -> bytes:
        """Filter something whole."""
        stream = Stream(self)
        return stream.feed(data) + stream.flush()

    def text(self, text: str) -> str:
        """Filter a text."""
        return self.apply(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")

    # -- finding -----------------------------------------------------------------------------------

    def spans(self, data: bytes, begin: int) -> list[tuple[int, int]]:
        """Where secrets stand in `data` from `begin` on, in order, overlapping ones united."""
        found: list[tuple[int, int]] = []
        literals, tokens = self._candidates(data)
        for literal in (*self._direct, *literals):
            at = data.find(literal, begin)
            while at >= 0:
                found.append((at, at + len(literal)))
                at = data.find(literal, at + 1)
        for index in tokens:
            found.extend(match.span() for match in shapes.patterns(index)[0].finditer(data, begin))
        for pattern in self._patterns:
            found.extend(match.span() for match in pattern.finditer(data, begin) if match.end() > match.start())
        if len(found) < 2:
            return found
        found.sort()
        united = [found[0]]
        for start, end in found[1:]:
            if start < united[-1][1]:
                if end > united[-1][1]:
                    united[-1] = (united[-1][0], end)
            else:
                united.append((start, end))
        return united

    def _candidates(self, data: bytes) -> tuple[set[bytes], set[int]]:
        """Literals and shapes that may be there. Only long runs of word characters are looked at, in samples."""
        literals: set[bytes] = set()
        tokens: set[int] = set()
        if self.shaped and shapes.KEYS in data:
            tokens.add(len(shapes.SHAPES) - 1)
        samples = self._samples
        if not samples and not self.shaped:
            return literals, tokens
        classes = data.translate(_CLASSES)
        size = len(data)
        start = classes.find(_NEEDLE)
        dense = bool(samples) and start >= 0 and size >= 4096 and classes.count(_NEEDLE) > DENSE
        if dense:
            words = memoryview(data)[: size & ~7].cast("Q")
            if not self._numbers.isdisjoint(words):
                for number in self._numbers.intersection(words):
                    literals.update(samples[number.to_bytes(SAMPLE, sys.byteorder)])
            literals.update(literal for literal in tuple(self._seen) if literal in data[(size & ~7) - len(literal) :])
        while start >= 0:
            end = classes.find(b" ", start + LONG_RUN)
            if end < 0:
                end = size
            if samples and not dense:
                for at in range(start, end - SAMPLE + 1, STRIDE):
                    if data[at : at + SAMPLE] in samples:
                        literals.update(samples[data[at : at + SAMPLE]])
            if self.shaped:
                shapes.in_run(data, start, end, tokens)
            start = classes.find(_NEEDLE, end)
        return literals, tokens

    def open_at(self, data: bytes, begin: int) -> int:
        """Where the part at the end of `data` begins that may still become a secret; len(data) when there is none."""
        size = len(data)
        line = data.rfind(b"\n") + 1
        first = size
        if self._patterns:
            first = max(begin, line)
        tail = max(begin, line, 0) if not self._multiline else max(begin, min(line, size - self._multiline))
        position = tail
        starts = self._starts
        if starts:
            while position < first:
                for literal in starts.get(data[position], ()):
                    if size - position < len(literal) and literal.startswith(data[position:]):
                        first = position
                        break
                else:
                    position += 1
                    continue
                break
        if self.shaped:
            first = min(first, self._open_shape(data, begin, line))
        return first

    def _open_shape(self, data: bytes, begin: int, line: int) -> int:
        """Only what reaches the end of the text can still become a token: the last run of a token's characters."""
        size = first = len(data)
        start = max(begin, line)  # only keys go over lines
        tail = data[start:]
        run = tail[len(tail.rstrip(shapes.CHARACTERS)) :]
        if run:
            for index in shapes.open_in(run):
                match = shapes.patterns(index)[1].search(data, start)
                if match is not None:
                    first = min(first, match.start())
        if data.find(shapes.KEYS, begin) >= 0:
            match = shapes.patterns(len(shapes.SHAPES) - 1)[1].search(data, begin)
            if match is not None:
                first = min(first, match.start())
        for length in range(min(shapes.LONGEST, len(tail)), 0, -1):
            if data[size - length :] in shapes.PREFIXES and not _in_word(data, size - length):
                return min(first, size - length)
        return first


def _in_word(data: bytes, at: int) -> bool:
    return at > 0 and data[at - 1 : at].isalnum()


class Stream:
    """One stream on its way through a mask. `feed` gives what may be shown; `flush` the rest."""

    __slots__ = ("_before", "_held", "_mask")

    def __init__(self, mask: Mask) -> None:
        self._mask = mask
        self._held = b""
        self._before = b""  # the last byte that went out, as it was: a token does not begin inside a word

    def feed(self, data: bytes) -> bytes:
        """Bytes in, bytes out."""
        mask = self._mask
        begin = len(self._before)
        data = self._before + self._held + data
        spans = mask.spans(data, begin)
        stop = mask.open_at(data, begin)
        for start, end in reversed(spans):
            if start < stop < end:
                stop = start
        self._held = data[stop:]
        out = self._replace(data, begin, stop, spans)
        if stop > begin:
            self._before = data[stop - 1 : stop]
        return out

    def flush(self) -> bytes:
        """The end: nothing more can complete a secret."""
        begin = len(self._before)
        data = self._before + self._held
        self._held = b""
        return self._replace(data, begin, len(data), self._mask.spans(data, begin)) if len(data) > begin else b""

    def _replace(self, data: bytes, begin: int, stop: int, spans: list[tuple[int, int]]) -> bytes:
        if not spans:
            return data[begin:stop]
        parts: list[bytes] = []
        position = begin
        for start, end in spans:
            if end > stop:
                break
            parts += (data[position:start], self._mask.replacement)
            position = end
        parts.append(data[position:stop])
        return b"".join(parts)
