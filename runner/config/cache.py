"""The compiled configuration on disk: one private file per invocation context, used only while it surely holds.

It holds when every file and folder consulted has the same times, size and inode (or is still absent), every
environment value that mattered is the same, and the same version of program and interpreter wrote it. Anything else,
a damaged file, a foreign one, a read-only home or a full disk: compiled anew, silently. On the short way.
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

    from runner.config.record import Record
    from runner.globals import GlobalFlags

FORMAT = 2
_FLAGS = ("base-path", "config", "config-path", "profile", "logs-level", "logs-file", "verbose", "no-color", "force-color",
          "pager", "settings-list-merge-strategy", "edition")  # fmt: skip
# variables that give different configurations to keep side by side (all that mattered are compared anyway)
_VARIABLES = ("HOME", "ATMOS_PROFILE", "ATMOS_CONFIG", "ATMOS_CONFIG_PATH", "ATMOS_CLI_CONFIG_PATH", "ATMOS_BASE_PATH")
MAX_FILES = 400
MAX_AGE = 30 * 86_400  # seconds
# A file changed this short a time before it was read could change again without showing it in its times.
RACY_NS = 30_000_000
COARSE_NS = 2_100_000_000  # where a file system keeps whole seconds only


def folder(env: Mapping[str, str]) -> str:
    """Where compiled configurations are kept; "" when caching is off or there is no home."""
    if env.get("ATMOS_CONFIG_CACHE", "").lower() in ("false", "0", "off", "no"):
        return ""
    base = env.get("ATMOS_XDG_CACHE_HOME") or env.get("XDG_CACHE_HOME")
    if not base:
        home = env.get("HOME")
        if not home:
            return ""
        base = os.path.join(home, ".cache")
    return os.path.join(base, "atmos", "config") if os.path.isabs(base) else ""


def context(flags: GlobalFlags, env: Mapping[str, str], cwd: str) -> tuple[Any, ...]:
    """What identifies an invocation: where, with which flags, under which switching variables, by which program."""
    given = flags.given
    return (
        FORMAT, __version__, sys.hexversion, cwd,
        tuple([(name, tuple(value) if isinstance(value, list) else value) for name in _FLAGS
               if (value := given.get(name)) is not None]),
        tuple([env.get(name) for name in _VARIABLES]),
    )  # fmt: skip


def path_for(where: str, key: tuple[Any, ...]) -> str:
    """The file of a context. Its name only spreads; the context inside is compared."""
    import binascii

    data = marshal.dumps(key, 2)
    return os.path.join(where, f"{binascii.crc32(data):08x}{binascii.crc_hqx(data, 0):04x}.bin")


def load(where: str, key: tuple[Any, ...], env: Mapping[str, str]) -> dict[str, Any] | None:
    """The compiled data of a context, or None when there is none that holds."""
    try:
        stored, expires, values, presence, there, stamps, compiled = read(path_for(where, key))
    except (TypeError, ValueError):
        return None
    if stored != key or (expires and time.time() >= expires) or not holds(values, presence, there, stamps, env):
        return None
    result: dict[str, Any] = compiled
    return result


def read(path: str) -> Any:
    """What a private file holds; None when there is none, or one that is not surely ours and whole."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
            return None
        data = b""
        while len(data) < found.st_size:
            part = os.read(fd, found.st_size - len(data))
            if not part:
                return None
            data += part
    except OSError:
        return None
    finally:
        os.close(fd)
    try:
        import binascii

        if data[:4] != binascii.crc32(memoryview(data)[4:]).to_bytes(4, "little"):
            return None
        return marshal.loads(memoryview(data)[4:])  # noqa: S302 - private, checked
    except (ValueError, EOFError, TypeError, MemoryError):
        return None


def holds(values: dict[str, str | None], presence: dict[str, bool], there: dict[str, bool], stamps: dict[str, Any],
          env: Mapping[str, str]) -> bool:  # fmt: skip
    """Whether everything that mattered is as it was."""
    get = env.get
    for name, value in values.items():
        if get(name) != value:
            return False
    for name, present in presence.items():
        if bool(get(name)) != present:
            return False
    for path, present in there.items():
        if os.path.exists(path) != present:
            return False
    return all(stamp(path) == known for path, known in stamps.items())


def save(where: str, key: tuple[Any, ...], record: Record, compiled: dict[str, Any], started_ns: int) -> None:
    """Keep a result, if it can be relied on later. Never fails."""
    if record.volatile or racy(record, started_ns):
        return
    kept: Any = (key, record.expires, record.values, record.presence, record.there, record.stamps, compiled)
    write(where, path_for(where, key), kept)


def write(where: str, target: str, kept: Any) -> None:
    """Put a private file into a folder of ours, all at once. Never fails."""
    try:
        body = marshal.dumps(kept)
    except ValueError:
        return
    import binascii

    data = binascii.crc32(body).to_bytes(4, "little") + body
    temporary = f"{target}.{os.getpid()}.{time.monotonic_ns():x}"
    try:
        _private(where)
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        return
    try:
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]
        finally:
            os.close(fd)
        os.rename(temporary, target)
    except OSError:
        try:
            os.unlink(temporary)
        except OSError:
            pass
        return
    _prune(where)


def racy(record: Record, started_ns: int) -> bool:
    """Whether something changed so shortly before (or while) it was read that a later change might not show."""
    for known in record.stamps.values():
        if known is not None:
            newest = max(known[0], known[1])
            margin = COARSE_NS if known[1] % 1_000_000_000 == 0 else RACY_NS
            if newest > started_ns - margin and newest < started_ns + 86_400_000_000_000:
                return True
    return any(stamp(path) != known for path, known in record.stamps.items()) or any(
        os.path.exists(path) != present for path, present in record.there.items()
    )


def _private(where: str) -> None:
    """The folder, ours alone. OSError when it belongs to somebody else."""
    try:
        os.makedirs(os.path.dirname(where), mode=0o700, exist_ok=True)
        os.mkdir(where, 0o700)
    except FileExistsError:
        pass
    found = os.lstat(where)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PermissionError(where)
    if found.st_mode & 0o077:
        os.chmod(where, 0o700)


def _prune(where: str) -> None:
    """Keep the folder bounded: the files not written for longest go first, leftovers of killed runs too.

    None outlives a month: what people have taken out of their files must not rest here for ever.
    """
    try:
        aged = sorted(
            (os.stat(path).st_mtime, path) for path in (os.path.join(where, name) for name in os.listdir(where))
        )
        surplus = len(aged) - MAX_FILES * 3 // 4 if len(aged) > MAX_FILES else 0
        limit = time.time() - MAX_AGE
        for index, (written, path) in enumerate(aged):
            if index < surplus or written < limit:
                os.unlink(path)
    except OSError:
        pass
