"""`sources` and `generates` of a command: whether it has anything new to do.

A command is up to date when every pattern of `generates` matches something and its sources, its arguments and flags and
its declaration are what they were at its last success. One record per command: `.atmos/cache/commands/` below the
project's base path.
"""

from __future__ import annotations

import hashlib
import json
import os
from glob import glob
from typing import TYPE_CHECKING

from runner.config.globs import alternatives

if TYPE_CHECKING:
    from runner.commands.execution import Execution


def patterns(execution: Execution, key: str) -> list[str]:
    """The rendered patterns of `sources` or `generates`."""
    found = execution.command.data.get(key) or []
    assert isinstance(found, list)
    return [pattern for item in found if (pattern := execution.render(item, key).strip())]


def files(folder: str, pattern: str) -> list[str]:
    """What a pattern matches, relative to the folder; a folder stands for everything below it."""
    found: set[str] = set()
    for each in alternatives(os.path.expanduser(pattern)):
        for hit in glob(each, root_dir=folder, recursive=True, include_hidden=True):
            place = os.path.join(folder, hit)
            if os.path.isdir(place) and not glob_like(each):
                found.update(
                    os.path.normpath(os.path.join(hit, below))
                    for below in glob("**", root_dir=place, recursive=True, include_hidden=True)
                    if os.path.isfile(os.path.join(place, below))
                )
            elif os.path.isfile(place):
                found.add(os.path.normpath(hit))
    return sorted(found)


def glob_like(pattern: str) -> bool:
    return any(char in pattern for char in "*?[")


class State:
    """What a command reads and makes, as it is now."""

    def __init__(self, execution: Execution) -> None:
        self.execution = execution
        self.folder = execution.engine.cwd
        self.sources = patterns(execution, "sources")
        self.generates = patterns(execution, "generates")
        base = execution.app.config.base_path or execution.app.cwd
        key = hashlib.sha256(
            "\0".join([*execution.command.path.split(), "", self.folder]).encode("utf-8", "surrogateescape")
        )
        self.record = os.path.join(base, ".atmos", "cache", "commands", key.hexdigest() + ".json")

    def digest(self) -> str | None:
        """One hash over all that matters; None when a pattern of `sources` matches nothing."""
        given = self.execution.given
        command = self.execution.command
        digest = hashlib.sha256(repr((
            given.arguments, given.flags, given.trailing, command.data.get("steps"), command.data.get("env"), self.sources,
        )).encode("utf-8", "surrogateescape"))  # fmt: skip
        for pattern in self.sources:
            found = files(self.folder, pattern)
            if not found:
                return None
            for path in found:
                name = os.fsencode(path)
                digest.update(len(name).to_bytes(8, "big") + name)
                try:
                    with open(os.path.join(self.folder, path), "rb") as stream:
                        content = hashlib.file_digest(stream, "sha256").digest()
                except OSError:
                    return None
                digest.update(content)
        return digest.hexdigest()

    def up_to_date(self) -> bool:
        """Whether nothing has changed since the last success and everything it makes is there."""
        if not all(glob(each, root_dir=self.folder, recursive=True, include_hidden=True)
                   for pattern in self.generates for each in alternatives(pattern)):  # fmt: skip
            return False
        try:
            with open(self.record, encoding="utf-8") as stream:
                recorded = json.load(stream)
        except (OSError, ValueError):
            return False
        now = self.digest()
        return now is not None and isinstance(recorded, dict) and recorded.get("digest") == now

    def remember(self) -> None:
        """After a success. A record that cannot be written means one run too many, nothing else."""
        now = self.digest()
        if now is None:
            return
        try:
            os.makedirs(os.path.dirname(self.record), exist_ok=True)
            temporary = f"{self.record}.{os.getpid()}"
            with open(temporary, "w", encoding="utf-8") as stream:
                json.dump({"digest": now, "command": self.execution.command.path}, stream)
            os.replace(temporary, self.record)
        except OSError as error:
            self.execution.app.log.debug(
                "Freshness was not recorded", command=self.execution.command.path, error=error.strerror
            )
