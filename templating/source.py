"""A text and its lines; offsets become line and column only when an error needs them."""

from __future__ import annotations


class Source:
    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def line(self, pos: int) -> int:
        return self.text.count("\n", 0, pos) + 1

    def column(self, pos: int) -> int:
        """Bytes between the start of the line and the offset."""
        start = self.text.rfind("\n", 0, pos) + 1
        return len(self.text[start:pos].encode("utf-8", "surrogatepass"))
