"""`--watch [GLOB]`: run a command, then again whenever a matching file changes, until Ctrl-C.

Each run is a fresh process of this very program, so it reads a changed configuration too. What changes while a run is
under way starts the next one; files that the command generates do not.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from runner.commands import aliases
from runner.commands.freshness import glob_like
from runner.commands.model import text
from runner.config.globs import alternatives
from runner.errors import AtmosError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.app import App
    from runner.commands.grammar import Parsed

QUIET = (".git", ".atmos", ".terraform", "__pycache__", "node_modules", ".hg", ".svn")
DEBOUNCE_MS = 100
ADDED = 1  # how the notifier calls what is new


def run(app: App, parsed: Parsed) -> int:
    """Run and watch; ends with Ctrl-C."""
    try:
        from watchfiles._rust_notify import RustNotify
    except ImportError as error:
        raise AtmosError(
            "--watch needs the watchfiles package", hints=["Install it: `pip install 'atmos-runner[watch]'`"]
        ) from error
    command = parsed.command
    given = parsed.flags["watch"]
    assert isinstance(given, list)
    wanted = [item for word in given for item in str(word).split(",") if item]
    sources = command.data.get("sources") or []
    assert isinstance(sources, list)
    wanted = wanted or [text(item) for item in sources] or ["**"]
    matcher = Matcher(app.cwd, wanted, [text(item) for item in command.data.get("generates") or ()])  # type: ignore[attr-defined]
    words = aliases.without_chdir(without_watch(app.argv))
    force = (
        ["--force"] if "force" in parsed.table.by_name and parsed.table.by_name["force"].origin == "automatic" else []
    )
    cut = words.index("--") if "--" in words else len(words)
    again: list[str] = []  # a change that was seen is a reason to run
    notifier = RustNotify(matcher.roots(), False, False, 300, True, False)
    with notifier:
        while True:
            _once(app, [app.executable, *words[:cut], *again, *words[cut:]])
            again = force
            app.err(f"⟳ waiting for changes of {', '.join(wanted)}, ctrl+c to stop\n")
            changed = _next(notifier, matcher)
            shown = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
            app.err(f"⟳ {shown} changed\n")


def _once(app: App, argv: list[str]) -> None:
    from runner.process import launch, signals

    with signals.watch():
        outcome = launch.run(argv, env=app.env, cwd=app.cwd)
        if outcome.interrupted:
            raise signals.Interrupted(outcome.interrupted)


def _next(notifier: object, matcher: Matcher) -> list[str]:
    """Wait until files that count have changed; their names."""
    while True:
        changes = notifier.watch(DEBOUNCE_MS, 50, 1000, None)  # type: ignore[attr-defined]
        if changes == "signal":
            raise KeyboardInterrupt
        if isinstance(changes, str):
            continue
        found = {name for kind, path in changes for each in touched(kind, path) if (name := matcher.match(each))}
        if found:
            return sorted(found)


def touched(kind: int, path: str) -> Iterator[str]:
    """What a change is about. Files in a folder that has just been made may have come before it was watched."""
    yield path
    if kind == ADDED and os.path.isdir(path):
        for folder, _, names in os.walk(path):
            yield from (os.path.join(folder, name) for name in names)


def without_watch(words: list[str]) -> list[str]:
    """A command line without its `--watch`."""
    kept: list[str] = []
    index = 0
    while index < len(words):
        word = words[index]
        index += 1
        if word == "--":
            return [*kept, word, *words[index:]]
        if word == "--watch":
            if index < len(words) and not words[index].startswith("-"):
                index += 1
        elif not word.startswith("--watch="):
            kept.append(word)
    return kept


class Matcher:
    """Which changed paths count."""

    def __init__(self, cwd: str, wanted: list[str], unwanted: list[str]) -> None:
        self.cwd = os.path.realpath(cwd)
        self.wanted = self._absolute(wanted)
        self.unwanted = [re.compile(translate(pattern)) for pattern in self._absolute(unwanted)]
        self.patterns = [re.compile(translate(pattern)) for pattern in self.wanted]

    def _absolute(self, patterns: list[str]) -> list[str]:
        found = []
        for pattern in patterns:
            for each in alternatives(os.path.expanduser(pattern)):
                path = os.path.normpath(os.path.join(self.cwd, each))
                if not glob_like(each) and os.path.isdir(path):
                    path = os.path.join(path, "**")
                found.append(path)
        return found

    def roots(self) -> list[str]:
        """The folders to watch: as far as the patterns are plain."""
        found: set[str] = set()
        for pattern in self.wanted:
            parts = pattern.split("/")
            plain = []
            for part in parts:
                if glob_like(part):
                    break
                plain.append(part)
            root = "/".join(plain) or "/"
            while not os.path.isdir(root):
                root = os.path.dirname(root)
            found.add(root)
        return sorted(
            root
            for root in found
            if not any(root != other and root.startswith(other.rstrip("/") + "/") for other in found)
        )

    def match(self, path: str) -> str:
        """The path as people know it when it counts, else ""."""
        relative = os.path.relpath(path, self.cwd)
        if any(part in QUIET for part in relative.split("/")[:-1]) or path.endswith(("~", ".swp", ".swx")):
            return ""
        if any(pattern.match(path) for pattern in self.unwanted):
            return ""
        return relative if any(pattern.match(path) for pattern in self.patterns) else ""


def translate(pattern: str) -> str:
    """A glob as a regular expression: `**` crosses folders, `*` and `?` do not."""
    out = []
    index = 0
    while index < len(pattern):
        char = pattern[index]
        if pattern.startswith("**/", index):
            out.append("(?:.*/)?")
            index += 3
        elif pattern.startswith("**", index):
            out.append(".*")
            index += 2
        elif char == "*":
            out.append("[^/]*")
            index += 1
        elif char == "?":
            out.append("[^/]")
            index += 1
        elif char == "[" and "]" in pattern[index + 2 :]:
            end = pattern.index("]", index + 2)
            inside = pattern[index + 1 : end].replace("\\", "\\\\")
            out.append("[" + ("^" + inside[1:] if inside.startswith("!") else inside) + "]")
            index = end + 1
        else:
            out.append(re.escape(char))
            index += 1
    return "(?s:" + "".join(out) + r")\Z"
