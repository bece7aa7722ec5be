"""Parsed manifests on disk: read again only when a file has changed. One private file per stacks folder.

What is kept is plain data without places in files; where a message needs a place, the file is parsed again.
Anything odd — a foreign or damaged file, no home, a full disk — means: no cache, silently.
"""

from __future__ import annotations

import marshal
import os
import stat
import sys
import time

from runner.config.record import stamp
from runner.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Map = dict[str, Any]

FORMAT = 1
MAX_BYTES = 64 << 20
RACY_NS = 50_000_000  # a file changed this short a time before it was read may change again unnoticed


class ManifestCache:
    """Content of manifests by path. `save` writes what is new."""

    def __init__(self, base: str, env: Mapping[str, str]) -> None:
        self.file = _file(base, env)
        self.key = (FORMAT, __version__, sys.hexversion, base)
        self._held: dict[str, tuple[Any, Map]] = _load(self.file, self.key) if self.file else {}
        self._dirty = False

    def get(self, path: str) -> Map | None:
        """The content of a file that has not changed since."""
        held = self._held.get(path)
        if held is None:
            return None
        if stamp(path) == held[0]:
            return held[1]
        del self._held[path]
        self._dirty = True
        return None

    def put(self, path: str, data: Map, before: tuple[int, ...] | None) -> None:
        """Keep a content that was read while the file's stamp was `before`."""
        if not self.file or before is None or before[1] > time.time_ns() - RACY_NS or stamp(path) != before:
            return
        self._held[path] = (before, bare(data))
        self._dirty = True

    def save(self) -> None:
        """Write the cache if anything in it is new."""
        if not self._dirty or not self.file:
            return
        self._dirty = False
        for path in [path for path in self._held if not os.path.exists(path)]:
            del self._held[path]
        try:
            body = marshal.dumps((self.key, self._held))
        except ValueError:
            return
        if len(body) > MAX_BYTES:
            return
        import binascii

        temporary = f"{self.file}.{os.getpid()}.{time.monotonic_ns():x}"
        try:
            os.makedirs(os.path.dirname(self.file), mode=0o700, exist_ok=True)
            fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError:
            return
        try:
            with os.fdopen(fd, "wb") as stream:
                stream.write(binascii.crc32(body).to_bytes(4, "little") + body)
            os.rename(temporary, self.file)
        except OSError:
            try:
                os.unlink(temporary)
            except OSError:
                pass


def bare(value: Any) -> Any:
    """Maps and lists without their places."""
    if isinstance(value, dict):
        return {key: bare(item) for key, item in value.items()}
    if isinstance(value, list):
        return [bare(item) for item in value]
    if type(value) is tuple:
        return tuple(bare(item) for item in value)
    return value


def _file(base: str, env: Mapping[str, str]) -> str:
    from runner.config import cache

    folder = cache.folder(env)
    if not folder:
        return ""
    import binascii

    data = base.encode("utf-8", "surrogateescape")
    return os.path.join(
        os.path.dirname(folder), "stacks", f"{binascii.crc32(data):08x}{binascii.crc_hqx(data, 0):04x}.bin"
    )


def _load(file: str, key: tuple[Any, ...]) -> dict[str, tuple[Any, Map]]:
    """What a file holds, if it is ours alone and whole."""
    try:
        fd = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return {}
    try:
        with os.fdopen(fd, "rb") as stream:
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
                return {}
            data = stream.read(MAX_BYTES + 5)
        import binascii

        body = memoryview(data)[4:]
        if data[:4] != binascii.crc32(body).to_bytes(4, "little"):
            return {}
        stored, held = marshal.loads(body)  # noqa: S302 - our own private file, owner, mode and sum checked
    except (OSError, ValueError, EOFError, TypeError, MemoryError):
        return {}
    return held if stored == key and isinstance(held, dict) else {}
