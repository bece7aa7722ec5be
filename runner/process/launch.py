"""Start one program and see it to its end: streams, masking, capture, timeout, terminal, exit status.

A child gets a process group of its own, so that a timeout, a signal or a cancelled group ends all it started; when our
standard input and output are a terminal the group becomes its foreground, so that reading and Ctrl-C work as always; in
a pipeline with a pager or the like behind us, which needs the terminal too, the child stays in our group. Streams that need neither masking nor capture are inherited: no copying. On the short way: no subprocess, no threads.
"""

from __future__ import annotations

import _thread
import os
import select
import time

from runner.errors import AtmosError
from runner.process import foreground, guard, signals, streams
from runner.process.streams import Flow, close_leftovers

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Mapping

    from runner.process.masking import Mask
    from runner.process.signals import Child
    from runner.process.streams import Target
else:
    import _signal as signal  # the module `signal` brings enum along

__all__ = ["Outcome", "close_leftovers", "find", "in_main_thread", "replace", "run", "spawn", "status_code"]
TIMED_OUT = 124
NOT_FOUND = 127

_lock = _thread.allocate_lock()  # the working directory belongs to the whole process


class Outcome:
    """How a child ended. code: 0–255 (128 + n after signal n, 124 after a timeout).

    aside: what it said before it took its standard error. unread: it is a shell that could not parse its text.
    """

    __slots__ = ("aside", "code", "interrupted", "signal", "stderr", "stdout", "timed_out", "unread")

    def __init__(
        self, code: int, stdout: bytes = b"", stderr: bytes = b"", *, number: int = 0, timed_out: bool = False
    ) -> None:
        self.code, self.stdout, self.stderr = code, stdout, stderr
        self.signal = number
        self.timed_out = timed_out
        self.interrupted = 0
        self.aside = b""
        self.unread = False


def find(name: str, env: Mapping[str, str], cwd: str) -> str | None:
    """The file of a program as a shell finds it with this environment: None when there is none."""
    if "/" in name:
        path = os.path.join(cwd, name)
        return path if os.path.isfile(path) and os.access(path, os.X_OK) else None
    for folder in env.get("PATH", os.defpath).split(":"):
        path = os.path.join(cwd, folder, name)
        if os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    return None


def spawn(
    argv: list[str], *, env: Mapping[str, str], cwd: str, path: str, actions: list[tuple[int, ...]],
    group: bool, session: bool = False,
) -> int:  # fmt: skip
    """Start a program in a directory; its pid. OSError when it cannot be started."""
    more: dict[str, object] = {}
    if session:
        more["setsid"] = True
    elif group:
        more["setpgroup"] = 0
    with _lock:
        here = os.open(".", os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.chdir(cwd)
            return os.posix_spawn(
                path, argv, env, file_actions=actions, setsigdef=signals.pipe_signal(), setsigmask=(), **more,  # type: ignore[arg-type]
            )  # fmt: skip
        except ValueError as error:
            raise AtmosError(
                f"cannot start {argv[0]}: {error}", hints=["A NUL character cannot be passed to a program"]
            ) from error
        finally:
            os.fchdir(here)
            os.close(here)


def run(
    argv: list[str],
    *,
    env: Mapping[str, str],
    cwd: str,
    path: str | None = None,
    stdin: int | bytes | None = 0,
    stdout: Target | bool = 1,
    stderr: Target | bool = 2,
    capture: bool = False,
    tail: int = 0,
    mask: Mask | None = None,
    timeout: float | None = None,
    shared_terminal: bool = False,
    aside: int = 0,
    on_start: Callable[[int], None] | None = None,
) -> Outcome:
    """Run a program to its end. OSError when it cannot be started; Interrupted when a signal ended the run.

    stdin: a descriptor, bytes to feed, or None for nothing. stdout, stderr: a descriptor, a function that takes bytes,
    or None to show nothing. tail: of what is captured keep only so many last bytes. shared_terminal: the keyboard is the
    child's business alone (interactive steps). aside: the child finds its standard error there, and takes it itself.
    on_start: told the process group, so that another thread can end it.
    """
    program = path or find(argv[0], env, cwd)
    if program is None:
        raise FileNotFoundError(2, "executable file not found in $PATH", argv[0])
    actions: list[tuple[int, ...]] = []
    ours: list[int] = []
    theirs: list[int] = []
    flows: list[Flow] = []
    feed: tuple[int, bytes] | None = None
    spoken = -1
    mode = signals.INTERACTIVE if shared_terminal else signals.OWN
    if stdin == 0 and not shared_terminal and foreground.shared():
        mode = signals.JOINED
    try:
        if stdin is None:
            null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
            theirs.append(null)
            actions.append((os.POSIX_SPAWN_DUP2, null, 0))
        elif isinstance(stdin, bytes):
            reader, writer = os.pipe()
            theirs.append(reader)
            ours.append(writer)
            actions.append((os.POSIX_SPAWN_DUP2, reader, 0))
            os.set_blocking(writer, False)
            feed = (writer, stdin)
        elif stdin != 0:
            actions.append((os.POSIX_SPAWN_DUP2, stdin, 0))
        for number, target in ((1, stdout), (2, stderr)):
            target = None if isinstance(target, bool) else target
            if isinstance(target, int) and mask is None and not capture:
                if target != number:
                    actions.append((os.POSIX_SPAWN_DUP2, target, number))
                continue
            if target is None and not capture:
                null = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
                theirs.append(null)
                actions.append((os.POSIX_SPAWN_DUP2, null, number))
                continue
            reader, writer = os.pipe()
            ours.append(reader)
            theirs.append(writer)
            actions.append((os.POSIX_SPAWN_DUP2, writer, number))
            flows.append(Flow(reader, number, target, mask.stream() if mask is not None else None, capture, tail))
        if aside:
            spoken, writer = set_aside(aside, actions)
            ours.append(spoken)
            theirs.append(writer)
        with signals.starting():
            pid = spawn(argv, env=env, cwd=cwd, path=program, actions=actions, group=mode == signals.OWN)
            child = signals.add(pid, mode)
        if on_start is not None:
            on_start(pid)
    except BaseException:
        for fd in ours:
            os.close(fd)
        raise
    finally:
        for fd in theirs:
            os.close(fd)
    front = foreground.give(pid) if stdin == 0 and mode == signals.OWN else None
    try:
        outcome = _attend(child, flows, feed, timeout)
    except BaseException:
        _abandon(child)
        for flow in flows:
            streams.close(flow)
        if spoken >= 0:
            os.close(spoken)
        raise
    finally:
        if front is not None:
            front.take_back()
    if spoken >= 0:
        outcome.aside = heard(spoken)
    keyed = outcome.signal or outcome.code - 128
    if front is not None and keyed in signals.KEYBOARD:
        outcome.interrupted = keyed  # the keyboard's signal went to the child alone
        child.finish(1.0)  # background jobs ignore it
        signals.tell_job(keyed)
    return outcome


def set_aside(number: int, actions: list[tuple[int, ...]]) -> tuple[int, int]:
    """Let a child find its standard error at another number, and a pipe in its place: (reader, writer)."""
    reader, writer = os.pipe()
    if writer == number:  # it would be overwritten before it is used
        writer = os.dup(number)
        os.close(number)
    actions.append((os.POSIX_SPAWN_DUP2, 2, number))
    actions.append((os.POSIX_SPAWN_DUP2, writer, 2))
    return reader, writer


def heard(reader: int) -> bytes:
    """What a child that has ended wrote into the pipe that was set aside."""
    os.set_blocking(reader, False)
    try:
        return os.read(reader, streams.CHUNK)
    except OSError:
        return b""
    finally:
        os.close(reader)


def status_code(status: int) -> tuple[int, int]:
    """Exit code and signal of a wait status."""
    code = os.waitstatus_to_exitcode(status)
    return (128 - code, -code) if code < 0 else (code, 0)


def _abandon(child: Child) -> None:
    """We cannot go on: end the child and what it started."""
    child.send(signal.SIGTERM)
    try:
        for _ in range(100):
            if os.waitpid(child.pid, os.WNOHANG)[0]:
                break
            time.sleep(0.01)
        else:
            child.send(signal.SIGKILL)
            os.waitpid(child.pid, 0)
    except (ChildProcessError, ProcessLookupError):
        pass
    signals.remove(child.pid)
    child.finish(0.2)


def _attend(child: Child, flows: list[Flow], feed: tuple[int, bytes] | None, timeout: float | None) -> Outcome:
    """Copy streams until the child ends, then what is still in them; keep the time; wait for the child."""
    status, timed_out = _pump(child, flows, feed, timeout)
    signals.remove(child.pid)
    stopped = signals.received()
    if timed_out or stopped:
        child.finish(1.0)
    code, number = status_code(status)
    kept = {1: b"", 2: b""}
    for flow in flows:
        if flow.fd < 0:
            flow.finish()
        kept[flow.number] = flow.text()
        flow.kept = None
    outcome = Outcome(TIMED_OUT if timed_out else code, kept[1], kept[2], number=number, timed_out=timed_out)
    outcome.interrupted = stopped
    return outcome


def _pump(child: Child, flows: list[Flow], feed: tuple[int, bytes] | None, timeout: float | None) -> tuple[int, bool]:
    pid = child.pid
    poller = select.poll()
    table: dict[int, Flow] = {}
    for flow in (*flows, *streams.left) if in_main_thread() else flows:
        table[flow.fd] = flow
        poller.register(flow.fd, select.POLLIN)
    waiter = -1
    try:
        waiter = os.pidfd_open(pid)
        poller.register(waiter, select.POLLIN)
    except (AttributeError, OSError):
        pass  # no such descriptors here: look again every few milliseconds
    waker = signals.waker()
    if waker >= 0:
        poller.register(waker, select.POLLIN)
    if feed is not None:
        poller.register(feed[0], select.POLLOUT)
    begun = time.monotonic()
    deadline = begun + timeout if timeout is not None else None
    guard_at = begun + guard.AFTER
    kill_at: float | None = None
    timed_out = False
    status: int | None = None
    try:
        while status is None:
            pause: float | None = None if waiter >= 0 else 0.02
            now = time.monotonic()
            if signals.received() and kill_at is None and signals.received() != signal.SIGINT:
                kill_at = now + signals.GRACE
            if kill_at is not None:
                if now >= kill_at:
                    child.send(signal.SIGKILL)
                    kill_at = now + 3600.0
                pause = kill_at - now if pause is None else pause
            elif deadline is not None:
                if now >= deadline:
                    timed_out = True
                    child.send(signal.SIGTERM)
                    kill_at = now + signals.GRACE
                    continue
                pause = deadline - now if pause is None else min(pause, deadline - now)
            if not guard.running():
                if now >= guard_at:
                    signals.keep_guard()
                else:
                    pause = guard_at - now if pause is None else min(pause, guard_at - now)
            for fd, _ in poller.poll(None if pause is None else max(0.0, pause) * 1000 + 1):
                if fd == waiter:
                    status = os.waitpid(pid, 0)[1]
                elif feed is not None and fd == feed[0]:
                    feed = streams.feed_some(feed, poller)
                elif fd == waker:
                    signals.woken()
                elif fd in table:
                    streams.read(table[fd], poller, table)
            if waiter < 0 and status is None:
                done, found = os.waitpid(pid, os.WNOHANG)
                if done:
                    status = found
        streams.drain(flows, poller, table, keep_open=in_main_thread())
    finally:
        if waiter >= 0:
            os.close(waiter)
        if feed is not None:
            os.close(feed[0])
    return status, timed_out


def in_main_thread() -> bool:
    """Whether signals and the terminal are ours to look after."""
    return _thread.get_ident() == _MAIN


_MAIN = _thread.get_ident()


def replace(argv: list[str], *, path: str, env: Mapping[str, str], cwd: str) -> None:
    """Become another program. Returns never; OSError when it cannot be started."""
    import sys

    os.chdir(cwd)
    sys.stdout.flush()
    sys.stderr.flush()
    for number in (*signals.pipe_signal(), *signals.FORWARDED):
        if signal.getsignal(number) is not signal.SIG_IGN or number in signals.pipe_signal():
            signal.signal(number, signal.SIG_DFL)
    os.execve(path, argv, env)
