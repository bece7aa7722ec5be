"""One run at a time in a module's folder: selecting a workspace and running in it belong together.

The lock lies in the user's cache folder. A run nested in the one that holds it (a `local-exec`, a hook, a shell)
is told by an environment variable and does not wait for its own parent.
"""

from __future__ import annotations

import os
from contextlib import contextmanager

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

VARIABLE = "ATMOS_TERRAFORM_LOCKS"


def path_of(folder: str, env: Mapping[str, str]) -> str:
    """The file that stands for a module's folder; "" where there is no home for it."""
    import zlib

    from runner.terraform.environment import cache_home

    home = cache_home(env)
    place = os.path.realpath(folder)
    if env.get("TF_DATA_DIR"):  # runs that keep their own data do not disturb each other's workspace
        place += "\0" + os.path.join(place, env["TF_DATA_DIR"])
    data = place.encode("utf-8", "surrogateescape")  # two folders with one name would only wait for each other
    name = f"{os.path.basename(folder)[:40]}-{zlib.crc32(data):08x}{zlib.adler32(data):08x}"
    return os.path.join(home, "locks", name.replace(":", "_")) if home else ""


@contextmanager
def held(folder: str, env: Mapping[str, str], waiting: Callable[[], None]) -> Iterator[str]:
    """Hold the folder's lock; gives the value of VARIABLE for what runs below. `waiting` is called once when it is taken."""
    import fcntl

    path = path_of(folder, env)
    mine = [item for item in env.get(VARIABLE, "").split(":") if item]
    name = os.path.basename(path)
    if name in mine or not path:
        yield ":".join(mine)
        return
    fd = -1
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        fd = -1  # a home that cannot be written to is no reason not to run
    try:
        if fd >= 0:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                waiting()
                fcntl.flock(fd, fcntl.LOCK_EX)
        yield ":".join([*mine, name])
    finally:
        if fd >= 0:
            os.close(fd)
