"""JSON and YAML in colour, for results on a terminal (spec: config §2.3). Nothing but colours is added."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from runner.console import pager, terminal

if TYPE_CHECKING:
    from runner.app import App

_KEY, _TEXT, _VALUE, _COMMENT, _RESET = "\x1b[36m", "\x1b[32m", "\x1b[33m", "\x1b[90m", "\x1b[0m"
_LINE = re.compile(r"""
    (?P<lead>[ ]*(?:-[ ])*)
    (?:(?P<key>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'#{}\[\],-][^:#]*)(?P<colon>:(?=[ ]|$)[ ]*))?
    (?P<value>"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^#]*?)
    (?P<tail>,?[ ]*)
    (?P<comment>[ ][#][ ].*)?$""", re.VERBOSE)  # fmt: skip
_PLAIN = re.compile(r"(?:-?[0-9][0-9.eE+-]*|true|false|null)\Z")
_BLOCK = re.compile(r"[|>][0-9+-]*\Z")


def highlighted(text: str) -> str:
    """A JSON or YAML text with its keys, texts and other values in colours; block texts stay as they are."""
    lines: list[str] = []
    block = -1  # the indentation of the key whose block text we are in
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip(" "))
        if block >= 0 and (not line.strip() or indent > block):
            lines.append(f"{_TEXT}{line}{_RESET}" if line.strip() else line)
            continue
        block = -1
        match = _LINE.match(line)
        if not match:
            lines.append(line)
            continue
        parts = match.groupdict("")
        value = parts["value"]
        if _BLOCK.match(value):
            block = indent
        elif value and value not in "{}[]":
            value = f"{_VALUE if _PLAIN.match(value) else _TEXT}{value}{_RESET}"
        key = f"{_KEY}{parts['key']}{_RESET}" if parts["key"] else ""
        comment = f"{_COMMENT}{parts['comment']}{_RESET}" if parts["comment"] else ""
        lines.append(parts["lead"] + key + parts["colon"] + value + parts["tail"] + comment)
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "")


def show(app: App, text: str) -> None:
    """Print a JSON or YAML result: in colour and through the pager where a person reads it."""
    settings = app.config.get("settings", "terminal", default={})
    if terminal.use_color(app.flags, app.env, settings if isinstance(settings, dict) else {}, fd=1):
        text = highlighted(text)
    pager.show(app, text)
