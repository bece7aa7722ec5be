"""What a load looked at: every file, folder and environment value, so that the cache knows when its result still holds.

On the short way: imports only `os`.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, MutableMapping

# of a path: mtime, ctime, size, inode, device — or None where there is nothing
Stamp = tuple[int, int, int, int, int]


def stamp(path: str) -> Stamp | None:
    """The state of a path; None when it does not exist (or cannot be reached)."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return (found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev)


class Record:
    """Answers questions about files and environment, and remembers each with its answer."""

    def __init__(self, env: MutableMapping[str, str], cwd: str) -> None:
        self.env = env
        self.cwd = cwd
        self.stamps: dict[str, Stamp | None] = {}
        self.there: dict[str, bool] = {}  # paths of which only the existence mattered (a work tree's `.git`)
        self.values: dict[str, str | None] = {}  # environment values that decided something
        self.presence: dict[str, bool] = {}  # variables of which only the presence mattered (their value is a secret)
        self.promoted: dict[str, str] = {}  # what the `env:` section put into the environment
        self.expires = 0  # seconds since 1970 after which the result no longer holds; 0: never
        self.volatile = ""  # why the result must not be kept: something that changes by itself decided it

    def absolute(self, path: str) -> str:
        """A path against the working directory; `~` is the home directory."""
        if path == "~" or path.startswith("~/"):
            path = os.path.join(self.home(), path[2:])
        return os.path.normpath(os.path.join(self.cwd, path))

    def home(self) -> str:
        """The home directory, "" when there is none."""
        home = self.getenv("HOME")
        if home:
            return home
        expanded = os.path.expanduser("~")
        return expanded if expanded != "~" else ""

    def cache_home(self) -> str:
        """Our folder for what can be made again."""
        base = self.getenv("ATMOS_XDG_CACHE_HOME") or self.getenv("XDG_CACHE_HOME")
        if not base:
            home = self.home()
            base = os.path.join(home, ".cache") if home else ""
        return os.path.join(base, "atmos") if base else ""

    def getenv(self, name: str) -> str:
        """An environment value, "" when unset."""
        return self.lookup(name) or ""

    def lookup(self, name: str) -> str | None:
        """An environment value, None when unset."""
        if name in self.promoted:
            self.values.setdefault(name, None)
            return self.promoted[name]
        value = self.env.get(name)
        self.values.setdefault(name, value)
        return value

    def given(self, names: Iterable[str]) -> dict[str, str]:
        """Those of many variables that are set and not empty."""
        env, values = self.env, self.values
        found = {}
        for name in names:
            if name in self.promoted:
                value = self.lookup(name)
            else:
                value = env.get(name)
                if name not in values:
                    values[name] = value
            if value:
                found[name] = value
        return found

    def has(self, name: str) -> bool:
        """Whether a variable is set and not empty; its value is not remembered."""
        present = bool(self.env.get(name))
        self.presence[name] = present
        return present

    def promote(self, name: str, value: str) -> None:
        """Put a variable of the `env:` section into the process environment unless it is there already."""
        if name in self.env:
            self.values.setdefault(name, self.env[name])
            return
        self.values.setdefault(name, None)
        self.promoted[name] = value

    def expire(self, at: float) -> None:
        """The result holds until then, and no longer."""
        self.expires = min(self.expires or int(at), int(at))

    def look(self, path: str) -> Stamp | None:
        """The stamp of a path, taken once: the state before it was read."""
        if path not in self.stamps:
            self.stamps[path] = stamp(path)
        return self.stamps[path]

    def exists(self, path: str) -> bool:
        """Whether there is anything; what it is like, and whether it changes, does not matter."""
        if path not in self.there:
            self.there[path] = os.path.exists(path)
        return self.there[path]

    def is_file(self, path: str) -> bool:
        return self.look(path) is not None and os.path.isfile(path)

    def is_dir(self, path: str) -> bool:
        return self.look(path) is not None and os.path.isdir(path)

    def names(self, folder: str) -> list[str]:
        """The names in a folder, sorted; none where it cannot be read."""
        self.look(folder)
        try:
            return sorted(os.listdir(folder))
        except OSError:
            return []

    def walk(self, folder: str, *, limit: int = 20_000) -> Iterator[str]:
        """All files below a folder, each folder once (a link that leads back up is not followed)."""
        seen: set[tuple[int, int]] = set()
        pending = [folder]
        count = 0
        while pending:
            current = pending.pop()
            found = self.look(current)
            if found is None or (found[3], found[4]) in seen:
                continue
            seen.add((found[3], found[4]))
            for name in self.names(current):
                path = os.path.join(current, name)
                count += 1
                if count > limit:
                    return
                if os.path.isdir(path):
                    if name not in (".git", "node_modules", ".terraform"):
                        pending.append(path)
                else:
                    yield path
