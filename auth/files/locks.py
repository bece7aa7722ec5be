"""Locks between processes and threads: an advisory lock on a file beside what it guards, with a deadline.

The kernel drops the lock when its holder ends, however it ends, so no lock outlives a killed process. Who holds it
is written into the file, so that a timeout can name them.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator

from auth.errors import LockTimeout, StorageError
from auth.files.atomic import private_folder

FILE_DEADLINE = 10.0
"""Seconds to wait for a file that somebody is writing."""
LOGIN_DEADLINE = 330.0
"""Seconds to wait for somebody's login: a little more than a person may take in a browser."""


@contextlib.contextmanager
def locked(
    path: str,
    *,
    deadline: float = FILE_DEADLINE,
    purpose: str = "",
    on_wait: Callable[[str], None] | None = None,
    transient: bool = False,
) -> Iterator[bool]:
    """Hold the lock at `path`. Yields whether somebody else held it first; raises `LockTimeout` naming the holder.

    A transient lock's file goes when the lock is released.
    """
    private_folder(os.path.dirname(path))
    descriptor = _open(path)
    waited = held = False
    try:
        end = time.monotonic() + deadline
        pause = 0.01
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not waited and on_wait is not None:
                    on_wait(holder(path))
                waited = True
            except OSError as error:
                raise StorageError(f"cannot lock {path}: {error.strerror or error}") from error
            else:
                if _same_file(descriptor, path):
                    break
                os.close(descriptor)  # somebody removed the file between our opening and locking it
                descriptor = _open(path)
                continue
            if time.monotonic() >= end:
                who = holder(path)
                raise LockTimeout(
                    f"failed to acquire file lock within timeout: {path} is held by {who}",
                    hints=["Wait for it to finish, or end it if it hangs, and run this again"],
                )
            time.sleep(pause)
            pause = min(pause * 1.5, 0.1)
        held = True
        _sign(descriptor, purpose)
        yield waited
    finally:
        if held:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, 0)
            if transient:  # those who wait see that the file is another one, and open it anew
                with contextlib.suppress(OSError):
                    os.unlink(path)
        os.close(descriptor)


def holder(path: str) -> str:
    """Who says to hold a lock: `process 123 (atmos auth login) since 10:02:03`."""
    try:
        with open(path, "rb") as file:
            found = json.loads(file.read(4096) or b"{}")
        since = time.strftime("%H:%M:%S", time.localtime(float(found["since"])))
        return f"process {int(found['pid'])} ({found['command']}) since {since}"
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return "another process"


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StorageError(f"cannot open the lock {path}: {error.strerror or error}") from error


def _same_file(descriptor: int, path: str) -> bool:
    try:
        there = os.stat(path)
    except FileNotFoundError:
        return False
    here = os.fstat(descriptor)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)


def _sign(descriptor: int, purpose: str) -> None:
    """Best effort: a full disk must not keep anybody from the lock."""
    text = json.dumps({"pid": os.getpid(), "command": purpose or "atmos", "since": time.time()})
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)
