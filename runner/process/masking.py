"""Hide secrets in what steps print: as the bytes stream by, however they are split, and in what is captured.

A secret is hidden as it is, as base64 (whatever stands before and after it, and wrapped at 76 characters), URL-encoded
and JSON-escaped; of a secret of several lines each long line too. Values shorter than eight characters are not hidden:
they would hide ordinary words. Tokens with a known shape need not be known. All other bytes pass unchanged, complete
lines at once; only what may still become a secret is held back. On the short way.
"""

from __future__ import annotations

from runner.process import shapes
from runner.process.literals import Literals

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

REPLACEMENT = b"<MASKED>"
LONGEST_LINE = 1 << 16  # of a longer line no more is held back for the sake of patterns


class Mask:
    """All that must not be shown in a run. Grows when identities are authenticated; streams see what was added.

    Nothing in it can be printed by accident: it has no text form.
    """

    __slots__ = ("_literals", "_patterns", "replacement", "shaped")

    def __init__(self, *, shaped: bool = True, replacement: bytes = REPLACEMENT) -> None:
        self.shaped = shaped
        self.replacement = replacement
        self._literals = Literals()
        self._patterns: list[re.Pattern[bytes]] = []

    def __repr__(self) -> str:
        return "<Mask>"

    def __reduce__(self) -> str:
        raise TypeError("a Mask cannot be copied to where secrets could be read")

    def add(self, secrets: Iterable[str]) -> None:
        """More values that must not be shown."""
        self._literals.add(secrets)

    def add_pattern(self, pattern: str) -> None:
        """A pattern of the configuration. It is looked for line by line. ValueError when it is no pattern."""
        import re

        try:
            self._patterns.append(re.compile(pattern.encode()))
        except re.error as error:
            raise ValueError(str(error)) from error

    def __bool__(self) -> bool:
        return self.shaped or bool(self._literals) or bool(self._patterns)

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

    def spans(self, data: bytes, begin: int) -> list[tuple[int, int]]:
        """Where secrets stand in `data` from `begin` on, in order, overlapping ones united."""
        found = self._literals.spans(data, begin)
        if self.shaped:
            found += shapes.spans(data, begin)
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

    def open_at(self, data: bytes, begin: int) -> int:
        """Where the part at the end of `data` begins that may still become a secret; len(data) when there is none."""
        line = data.rfind(b"\n") + 1
        first = len(data)
        if self._patterns:
            first = max(begin, line, first - LONGEST_LINE)
        if self._literals:
            first = min(first, self._literals.open_at(data, begin, line))
        if self.shaped:
            first = min(first, shapes.open_at(data, begin, line))
        return first


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
