"""Steps with a terminal: ours (`interactive`), one of their own (`tty`), or one of their own joined to ours (both).

A terminal of its own is copied through the mask. On the short way only for such steps.
"""

from __future__ import annotations

import os
import select
import time

from runner.app import write
from runner.process import guard, launch, shell, signals, streams

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from types import FrameType
    from typing import Any

    from runner.process.masking import Mask
    from runner.steps.context import Context
else:
    import _signal as signal  # the module `signal` brings enum along


def run_step(ctx: Context, text: str) -> launch.Outcome:
    """Run a shell step with `tty` or `interactive`."""
    program = shell.program(text, name=ctx.shell_name(), env=ctx.env, cwd=ctx.cwd, setting=ctx.run.shell_setting)
    if program.path is None:
        ctx.output.err(shell.NOT_FOUND.format(program.argv[0]) + "\n")
        return launch.Outcome(launch.NOT_FOUND)
    step = ctx.step
    if step.tty and hasattr(os, "openpty"):
        outcome = run(
            program.argv, path=program.path, env=ctx.env, cwd=ctx.cwd, mask=ctx.output.mask, timeout=ctx.seconds(),
            forward=step.interactive and os.isatty(0), aside=program.aside,
        )  # fmt: skip
    else:
        if step.tty:
            ctx.app.log.warning(
                "Output masking is not supported for tty steps on this platform; secrets will not be masked"
            )
        outcome = launch.run(
            program.argv, path=program.path, env=ctx.env, cwd=ctx.cwd, timeout=ctx.seconds(), shared_terminal=True,
            aside=program.aside,
        )  # fmt: skip
    if outcome.interrupted:
        raise signals.Interrupted(outcome.interrupted)
    ctx.hear(program, outcome)
    return outcome


def run(argv: list[str], *, path: str, env: dict[str, str], cwd: str, mask: Mask | None, timeout: float | None,
        forward: bool, aside: int = 0) -> launch.Outcome:  # fmt: skip
    """Run a program in a terminal of its own. aside: as in `launch.run`. forward: what is typed goes to it, ours is in raw mode meanwhile."""
    master, slave = os.openpty()
    name = os.ttyname(slave)
    _copy_size(master)
    if not forward:
        _plain_lines(slave)
    actions: list[Any] = [(os.POSIX_SPAWN_OPEN, 1, name, os.O_RDWR, 0), (os.POSIX_SPAWN_DUP2, 1, 2)]
    # its own terminal on standard input too, so that programs find a complete one
    actions.append((os.POSIX_SPAWN_DUP2, 1, 0))
    theirs, ours = [slave], [master]
    if aside:
        spoken, writer = launch.set_aside(aside, actions)
        theirs.append(writer)
        ours.append(spoken)
    try:
        with signals.starting():
            pid = launch.spawn(argv, env=env, cwd=cwd, path=path, actions=actions, group=False, session=True)
            signals.add(pid, signals.OWN)
    except BaseException:
        for fd in ours:
            os.close(fd)
        raise
    finally:
        for fd in theirs:
            os.close(fd)
    modes = _raw() if forward else None
    before = _on_resize(master)
    try:
        status, timed_out = _copy(pid, master, mask, timeout, forward)
    finally:
        if before is not None:
            signal.signal(signal.SIGWINCH, before)
        if modes is not None:
            import termios

            termios.tcsetattr(0, termios.TCSADRAIN, modes)
        os.close(master)
        signals.remove(pid)
    code, number = launch.status_code(status)
    if timed_out or signals.received():
        signals.end_group(pid, 1.0)
    outcome = launch.Outcome(launch.TIMED_OUT if timed_out else code, number=number, timed_out=timed_out)
    outcome.interrupted = signals.received()
    if aside:
        outcome.aside = launch.heard(spoken)
    return outcome


def _copy(pid: int, master: int, mask: Mask | None, timeout: float | None, forward: bool) -> tuple[int, bool]:
    stream = mask.stream() if mask is not None else None
    poller = select.poll()
    poller.register(master, select.POLLIN)
    if forward:
        poller.register(0, select.POLLIN)
    waker = signals.waker()
    if waker >= 0:
        poller.register(waker, select.POLLIN)
    deadline = time.monotonic() + timeout if timeout is not None else None
    guard_at = time.monotonic() + guard.AFTER
    timed_out = False
    open_ = True
    status: int | None = None
    while True:
        if status is None:
            done, found = os.waitpid(pid, os.WNOHANG)
            status = found if done else None
        now = time.monotonic()
        if deadline is not None and now >= deadline and status is None:
            signals.kill_group(pid, signals.KILL if timed_out else signals.TERM)
            timed_out, deadline = True, now + signals.GRACE
        if not guard.running() and now >= guard_at:
            signals.keep_guard()
        events = poller.poll(0 if status is not None else 50) if open_ else []
        if status is not None and not any(fd == master for fd, _ in events):
            break
        if not open_:
            time.sleep(0.005)
        for fd, _ in events:
            if fd == waker:
                signals.woken()
                continue
            try:
                data = os.read(fd, streams.CHUNK)
            except OSError:
                data = b""  # the other side of the terminal is closed
            if not data:
                poller.unregister(fd)
                open_ = open_ and fd != master
            elif fd == master:
                data = stream.feed(data) if stream is not None else data
                write(1, data)
            else:
                os.write(master, data)
    if stream is not None:
        write(1, stream.flush())
    return status, timed_out


def _copy_size(master: int) -> None:
    """The new terminal is as large as ours."""
    import fcntl
    import termios

    for fd in (1, 2, 0):
        try:
            size = fcntl.ioctl(fd, termios.TIOCGWINSZ, b"\0" * 8)
        except OSError:
            continue
        fcntl.ioctl(master, termios.TIOCSWINSZ, size)
        return


def _on_resize(master: int) -> Any:
    def resized(_number: int, _frame: FrameType | None) -> None:
        try:
            _copy_size(master)
        except OSError:
            pass

    try:
        return signal.signal(signal.SIGWINCH, resized)
    except ValueError:
        return None


def _plain_lines(slave: int) -> None:
    """Ends lines with a newline alone: where ours adds a carriage return, there would be two, and a file wants none."""
    import termios

    mode = termios.tcgetattr(slave)
    mode[1] &= ~termios.ONLCR
    termios.tcsetattr(slave, termios.TCSANOW, mode)


def _raw() -> list[Any] | None:
    import termios

    try:
        before = termios.tcgetattr(0)
    except termios.error:
        return None
    mode = list(before)
    mode[0] &= ~(termios.BRKINT | termios.ICRNL | termios.INPCK | termios.ISTRIP | termios.IXON)
    mode[1] &= ~termios.OPOST  # theirs has done it
    mode[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    termios.tcsetattr(0, termios.TCSADRAIN, mode)
    return before
