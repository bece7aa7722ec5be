"""Patterns of imports: `*`, `?`, `[..]`, `{a,b}` and `**` over the files below a folder, in a fixed order."""

from __future__ import annotations

import os
import re
from itertools import pairwise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.config.record import Record


def is_pattern(text: str) -> bool:
    return any(char in text for char in "*?[{")


def alternatives(pattern: str, limit: int = 1000) -> list[str]:
    """`{a,b}` written out, nested ones too."""
    start = pattern.find("{")
    if start < 0:
        return [pattern]
    depth = 0
    commas: list[int] = []
    for index in range(start, len(pattern)):
        char = pattern[index]
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if not depth:
                edges = [start, *commas, index]
                choices = [pattern[a + 1 : b] for a, b in pairwise(edges)]
                result: list[str] = []
                for choice in choices:
                    result += alternatives(pattern[:start] + choice + pattern[index + 1 :], limit)
                    if len(result) >= limit:
                        break
                return result[:limit]
        elif char == "," and depth == 1:
            commas.append(index)
    return [pattern]  # an unclosed brace stands for itself


def to_regex(pattern: str) -> re.Pattern[str]:
    """A pattern without braces as a regular expression over a path with `/`. `**` matches any number of folders."""
    out, index = "", 0
    while index < len(pattern):
        char = pattern[index]
        if pattern.startswith("**/", index):
            out += "(?:[^/]+/)*"
            index += 3
            continue
        if pattern.startswith("**", index):
            out += ".*"
            index += 2
            continue
        if char == "*":
            out += "[^/]*"
        elif char == "?":
            out += "[^/]"
        elif char == "[":
            end = pattern.find("]", index + 2)
            if end < 0:
                out += re.escape(char)
            else:
                inner = pattern[index + 1 : end].replace("\\", "\\\\").replace("[", "\\[")
                if inner[0] in "!^":
                    inner = "^" + inner[1:]
                out += f"[{inner}]"
                index = end
        else:
            out += re.escape(char)
        index += 1
    try:
        return re.compile(out + r"\Z", re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern) + r"\Z")


def matches(folder: str, pattern: str, record: Record) -> list[str]:
    """The files that a pattern (relative to a folder, or absolute) matches: shallow ones first, then by path."""
    found: set[str] = set()
    for one in alternatives(pattern):
        full = os.path.normpath(os.path.join(folder, one))
        parts = full.split(os.sep)
        fixed = 0
        while fixed < len(parts) - 1 and not is_pattern(parts[fixed]):
            fixed += 1
        root = os.sep.join(parts[:fixed]) or os.sep
        rest = "/".join(parts[fixed:])
        if not is_pattern(rest):
            if record.is_file(full):
                found.add(full)
            continue
        expression = to_regex(rest)
        deep = "**" in rest
        depth = rest.count("/")
        for path in _files(root, record, None if deep else depth):
            if expression.match(os.path.relpath(path, root).replace(os.sep, "/")):
                found.add(path)
    return in_order(found)


def _files(root: str, record: Record, depth: int | None) -> list[str]:
    """Files below a folder; exactly `depth` folders down, or at any depth."""
    if depth is None:
        return list(record.walk(root))
    level = [root]
    for _ in range(depth):
        level = [os.path.join(folder, name) for folder in level for name in record.names(folder)
                 if os.path.isdir(os.path.join(folder, name))]  # fmt: skip
    return [os.path.join(folder, name) for folder in level for name in record.names(folder)
            if os.path.isfile(os.path.join(folder, name))]  # fmt: skip


def in_order(paths: set[str] | list[str]) -> list[str]:
    """Paths by depth, then bytewise."""
    return sorted(paths, key=lambda path: (path.count(os.sep), path.encode("utf-8", "surrogateescape")))
