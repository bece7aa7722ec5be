"""One page of help: sections of aligned rows, wrapped to the width, coloured on a terminal."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from runner.console import terminal
from runner.errors import AtmosError

if TYPE_CHECKING:
    from runner.app import App

Row = tuple[str, str]


class Page:
    """Help as it is put together: sections of aligned rows, wrapped to the width, coloured on a terminal."""

    def __init__(self, app: App) -> None:
        settings = _settings(app)
        self.color = terminal.use_color(app.flags, app.env, settings, fd=1)
        limit = settings.get("max_width")
        width = min(terminal.width(app.env, fd=1), 200)
        self.width = max(40, min(width, limit) if isinstance(limit, int) and limit > 0 else width)
        self.lines: list[str] = []

    def paint(self, words: str, code: str) -> str:
        return f"\x1b[{code}m{words}\x1b[0m" if self.color and words else words

    def add(self, *lines: str) -> None:
        self.lines += lines

    def heading(self, title: str) -> None:
        self.add(self.paint(title, "1"), "")

    def prose(self, words: str) -> None:
        """A description: paragraphs are wrapped, Markdown is kept readable."""
        if not words.strip():
            return
        for line in _plain_markdown(words.strip("\n")).splitlines():
            self.add(*(textwrap.wrap(line, self.width, subsequent_indent=_indent(line), break_on_hyphens=False,
                                     break_long_words=False) or [""]))  # fmt: skip
        self.add("")

    def footer(self, words: str) -> None:
        """A sentence at the end of a page."""
        self.add(*textwrap.wrap(words, self.width, break_on_hyphens=False, break_long_words=False), "")

    def usage(self, *lines: str) -> None:
        self.heading("USAGE")
        self.add("", *(f"    $ {line}" for line in lines), "", "")

    def rows(self, title: str, rows: list[Row], *, indent: int = 6, airy: bool = False) -> None:
        """A section of names and texts, the texts aligned and wrapped."""
        if not rows:
            return
        self.heading(title)
        column = min(max(len(name) for name, _ in rows), max(24, self.width // 2))
        for name, words in rows:
            start = " " * indent + name.ljust(column) + "  "
            space = max(20, self.width - len(start))
            wrapped = textwrap.wrap(words, space, break_on_hyphens=False, break_long_words=False) or [""]
            head = " " * indent + self.paint(name, "32") + " " * max(0, column - len(name)) + "  "
            if len(name) > column:
                self.add(" " * indent + self.paint(name, "32"))
                head = " " * len(start[: indent + column + 2])
            self.add((head + wrapped[0]).rstrip())
            self.add(*(" " * (indent + column + 2) + line for line in wrapped[1:]))
            if airy:
                self.add("")
        self.add(*([""] if airy else ["", ""]))

    def block(self, title: str, body: str) -> None:
        self.heading(title)
        self.add(*(f"    {line}".rstrip() for line in body.splitlines()), "", "")

    def render(self) -> str:
        while self.lines and not self.lines[-1]:
            self.lines.pop()
        return "\n".join(self.lines) + "\n"


def _settings(app: App) -> dict[str, object]:
    """`settings.terminal`; nothing when the configuration cannot be read: help does not need it."""
    try:
        found = app.config.get("settings", "terminal", default={})
    except AtmosError:
        return {}
    return found if isinstance(found, dict) else {}


def _indent(line: str) -> str:
    stripped = line.lstrip()
    lead = len(line) - len(stripped)
    return " " * (lead + (2 if stripped.startswith(("- ", "* ", "• ")) else 0))


def _plain_markdown(words: str) -> str:
    """Markdown as plain text: no backticks and no emphasis marks around words."""
    words = re.sub(r"`([^`\n]+)`", r"\1", words)
    words = re.sub(r"\*\*([^*\n]+)\*\*", r"\1", words)
    return re.sub(r"^#+ +", "", words, flags=re.MULTILINE)


def first_line(words: str) -> str:
    """What lists show of a description."""
    stripped = words.strip()
    return _plain_markdown(stripped.splitlines()[0]).strip() if stripped else ""
