"""Nobody outlives us even when we are killed without notice: a shell that ends the children we leave behind.

It is started when a child has run for a second, so short runs pay nothing. It reads a pipe that only we hold open: which
children live. When the pipe ends it ends those that still do: TERM, then KILL after five seconds. It is nobody's child, so
a program that replaces us finds none it does not know. On the short way.
"""

from __future__ import annotations

import _thread
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

AFTER = 1.0  # seconds from a child's start
_PIPE = 3
_SCRIPT = """\
tree() {
  echo "$1"
  for below in $(cat "/proc/$1/task/"*/children || pgrep -P "$1"); do tree "$below"; done
}
{
trap '' INT TERM HUP QUIT
left=
while read -r what child <&3; do
  rest=
  for each in $left; do [ "$each" = "$child" ] || rest="$rest $each"; done
  left=$rest
  [ "$what" = + ] && left="$left $child"
done
[ -n "$left" ] || exit 0
rest=
for each in $left; do
  case $each in -*) ;; *) each=$(tree "$each") ;; esac
  rest="$rest $each"
done
left=$rest
for each in $left; do kill -s TERM -- "$each"; done
turn=0
while [ $turn -lt 50 ]; do
  sleep 0.1
  rest=
  for each in $left; do kill -s 0 -- "$each" && rest="$rest $each"; done
  [ -n "$rest" ] || exit 0
  turn=$((turn + 1))
done
for each in $rest; do kill -s KILL -- "$each"; done
} &
"""

_lock = _thread.allocate_lock()
_writer = -1


def running() -> bool:
    """Whether the guard was started, or could not be."""
    return _writer != -1


def start(children: Callable[[], Iterable[str]]) -> None:
    """Start the guard over the children that live: a process with all below it, or a group with `-` before its number."""
    global _writer
    with _lock:
        if _writer != -1:
            return
        _writer = -2
        try:
            reader, writer = os.pipe()
            null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return
        try:
            pid = os.posix_spawn(
                "/bin/sh", ["sh", "-c", _SCRIPT, "atmos-guard"], {"PATH": os.defpath},
                file_actions=[(os.POSIX_SPAWN_DUP2, fd, number) for fd, number in ((null, 0), (null, 1), (null, 2), (reader, _PIPE))],
                setsid=True, setsigmask=(),
            )  # fmt: skip
            os.waitpid(pid, 0)  # it leaves the guard behind at once
        except (OSError, NotImplementedError, ValueError):
            os.close(writer)  # then children stay behind, as those of any other program would
        else:
            os.set_blocking(writer, False)
            _writer = writer
        finally:
            os.close(reader)
            os.close(null)
        told = list(children())
        for child in told:
            tell("+", child)
        for child in set(told).difference(children()):
            tell("-", child)  # it ended before we told of it


def tell(what: str, child: str) -> None:
    """A child has begun (`+`) or ended (`-`)."""
    if _writer >= 0:
        try:
            os.write(_writer, f"{what} {child}\n".encode())
        except OSError:
            pass
