"""Known secrets as byte strings: in which forms they may appear, and where they stand in a text.

With twenty secrets, each in several forms, a search for one after the other is slow. So long texts are looked at in
samples: eight bytes here, eight bytes there, at distances so that every literal of a certain length has one of them in
it whole. Reading samples as numbers and asking one set for all of them is quick; only literals whose sample turned up
are then searched for. On the short way: imports only `sys` and `binascii`.
"""

from __future__ import annotations

import sys
from binascii import b2a_base64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST = 8
SHORTEST_LINE = 16
SMALL = 2048  # bytes of a text in which all are searched for one by one
WORTH = 1 << 18  # bytes of longer texts from which on it pays to prepare samples
_URL_SAFE = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~")
_JSON = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
# ways to look: bytes of a sample, distance from one to the next, cost in units of one search (measured)
_WAYS = ((8, 8, 15), (8, 16, 8), (8, 32, 4), (4, 4, 45))


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


def _percent(data: bytes, lower: bool, plus: bool) -> bytes:
    style = "%%%02x" if lower else "%%%02X"
    return "".join(
        chr(byte) if byte in _URL_SAFE else "+" if plus and byte == 32 else style % byte for byte in data
    ).encode()


class _Plan:
    """How a set of literals is looked for: some one by one, the others by samples. Never changed once made."""

    __slots__ = ("numbers", "samples", "single", "step", "width")

    def __init__(self, literals: Iterable[bytes]) -> None:
        lengths = sorted(map(len, literals))
        best, self.width, self.step = len(lengths), 0, 0
        for width, step, cost in _WAYS:
            cost += sum(1 for length in lengths if length < step + width - 1)
            if cost < best:
                best, self.width, self.step = cost, width, step
        whole = self.step + self.width - 1
        self.single = [literal for literal in literals if not self.width or len(literal) < whole]
        self.samples: dict[int, list[bytes]] = {}
        for literal in literals if self.width else ():
            for at in range(self.step if len(literal) >= whole else 0):
                number = int.from_bytes(literal[at : at + self.width], sys.byteorder)
                self.samples.setdefault(number, []).append(literal)
        self.numbers = frozenset(self.samples)

    def candidates(self, data: bytes) -> set[bytes]:
        """All literals that may stand in a text."""
        found = set(self.single)
        if self.width:
            view = memoryview(data)[: len(data) // self.width * self.width].cast("Q" if self.width == 8 else "I")
            seen = view[:: self.step // self.width] if self.step > self.width else view
            if not self.numbers.isdisjoint(seen):
                for number in self.numbers.intersection(seen):
                    found.update(self.samples[number])
        return found


class Literals:
    """The forms of all secrets of a run. Threads may look while one adds."""

    __slots__ = ("_all", "_beginnings", "_heads", "_longest", "_looked", "_multiline", "_plan")

    def __init__(self) -> None:
        self._all: tuple[bytes, ...] = ()
        self._plan: _Plan | None = None
        self._looked = 0  # bytes of texts that were not small
        self._heads: dict[bytes, list[bytes]] = {}  # the first bytes of literals → those literals
        self._beginnings: set[bytes] = set()  # what is even shorter than that
        self._multiline: frozenset[bytes] = frozenset()  # the heads of literals that go over lines
        self._longest = 0

    def __bool__(self) -> bool:
        return bool(self._all)

    def add(self, secrets: Iterable[str]) -> None:
        """More secrets, in all their forms."""
        new = dict.fromkeys(form for secret in secrets for form in forms(secret))
        known = set(self._all)
        heads, beginnings = dict(self._heads), set(self._beginnings)
        for form in new:
            if form not in known:
                head = form[:SHORTEST]
                heads[head] = [*heads.get(head, ()), form]
                beginnings.update(head[:size] for size in range(1, SHORTEST))
        self._longest = max(self._longest, *map(len, new), 0)
        self._heads, self._beginnings = heads, beginnings
        self._multiline |= {form[:SHORTEST] for form in new if b"\n" in form}
        self._all = (*self._all, *(form for form in new if form not in known))
        self._plan = None

    def spans(self, data: bytes, begin: int) -> list[tuple[int, int]]:
        """Where secrets stand in `data` from `begin` on; they may overlap."""
        found: list[tuple[int, int]] = []
        wanted: Iterable[bytes] = self._all
        if len(data) > SMALL:
            plan = self._plan
            self._looked += len(data)
            if plan is None and self._looked > WORTH:
                plan = self._plan = _Plan(self._all)
            if plan is not None:
                wanted = plan.candidates(data)
        for literal in wanted:
            at = data.find(literal, begin)
            while at >= 0:
                found.append((at, at + len(literal)))
                at = data.find(literal, at + 1)
        return found

    def open_at(self, data: bytes, begin: int, line: int) -> int:
        """Where the part at the end of `data` begins that may still become a secret; len(data) when there is none."""
        size = first = len(data)
        low = max(begin, line)
        for start in range(max(begin, size - SHORTEST + 1), size):
            if data[start:] in self._beginnings:
                first = start
                break
        multiline, heads = self._multiline, self._heads  # in this order: those are in these
        tail = max(low, size - self._longest)
        wanted: Iterable[bytes] = heads
        if size - tail < len(heads):
            wanted = {data[at : at + SHORTEST] for at in range(tail, size)}.intersection(heads)
        for head in (*wanted, *multiline):
            for literal in heads[head]:
                earliest = max(begin if b"\n" in literal else low, size - len(literal) + 1)
                if earliest >= first:
                    continue
                at = data.find(head, earliest, first + SHORTEST - 1)
                while at >= 0:
                    if literal.startswith(data[at:]):
                        first = at
                        break
                    at = data.find(head, at + 1, first + SHORTEST - 1)
        return first
