"""For people who try templates: data from files and `NAME=VALUE`, and errors with the line they are about.

`python -m templating` and `atmos template render` stand on it.
"""

from __future__ import annotations

import sys

from .errors import Failure, TemplateError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

_WIDTH = 100
PROMPT = "> "


def read(path: str) -> str:
    """A file as a template sees it: what is not UTF-8 stays what it is."""
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()


def data_of(paths: Sequence[str], settings: Sequence[str]) -> dict[str, Any]:
    """The data of YAML or JSON files, later ones over earlier ones key by key, with single values on top."""
    from .goyaml import loads

    data: dict[str, Any] = {}
    for path in paths:
        try:
            found = loads(read(path))
        except Failure as problem:
            raise TemplateError(f"{path}: {problem.message}") from None
        if not isinstance(found, dict):
            raise TemplateError(f"{path} does not hold a map")
        _merge(data, found)
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name:
            raise TemplateError(f"--set wants NAME=VALUE, not {setting!r}")
        *parents, last = name.split(".")
        into = data
        for parent in parents:
            into = into.setdefault(parent, {})
            if not isinstance(into, dict):
                raise TemplateError(f"--set {setting}: {parent} is not a map")
        try:
            into[last] = loads(value)
        except Failure as problem:
            raise TemplateError(f"--set {setting}: {problem.message}") from None
    return data


def _merge(data: dict[str, Any], more: dict[str, Any]) -> None:
    for key, value in more.items():
        below = data.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            _merge(below, value)
        else:
            data[key] = value


def excerpt(text: str, problem: TemplateError) -> str:
    """The line of a template that an error is about, with a mark below the place; empty when it is not known."""
    lines = text.split("\n")
    if not 0 < problem.line <= len(lines):
        return ""
    line = lines[problem.line - 1].rstrip("\r")
    before = line.encode("utf-8", "surrogatepass")[: problem.column or 0].decode("utf-8", "replace")
    at = len(before)
    start = max(0, at - _WIDTH // 2)
    shown = ("…" if start else "") + line[start : start + _WIDTH] + ("…" if len(line) > start + _WIDTH else "")
    pad = "".join(["\t" if char == "\t" else " " for char in ("…" if start else "") + line[start:at]])
    end = at
    while end < min(len(line), start + _WIDTH) and (line[end].isalnum() or line[end] in "._$-"):
        end += 1
    number = str(problem.line)
    gap = " " * len(number)
    return _printable(f"{number} | {shown}\n{gap} | {pad}{'^' * max(1, end - at)}")


def _printable(text: str) -> str:
    return "".join([char if char.isprintable() or char in "\n\t" else "�" for char in text])


def complaint(text: str, problem: Exception) -> str:
    """All that is known about an error, for a terminal."""
    lines = [str(getattr(problem, "message", problem))]
    if isinstance(problem, TemplateError):
        lines += [excerpt(text, problem), problem.explanation, *problem.hints]
    return "\n".join([line for line in lines if line])


def converse(render: Callable[[str], str], source: Any = None, out: Any = None, err: Any = None) -> None:
    """Read lines from a person, render each one, show what it gives or why not; until there are no more."""
    out, err = out or sys.stdout, err or sys.stderr
    while True:
        if source is None:
            try:
                text = input(PROMPT)
            except EOFError:
                out.write("\n")
                return
        else:
            text = source.readline()
            if not text:
                return
            text = text.rstrip("\n")
        if not text:
            continue
        if "{{" not in text and "<<" not in text and "{%" not in text:
            text = "{{ " + text + " }}"  # an expression by itself
        try:
            out.write(render(text) + "\n")
        except TemplateError as problem:
            err.write(complaint(text, problem) + "\n")
        out.flush()
