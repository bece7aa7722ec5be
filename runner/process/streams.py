"""The streams of a child on their way: read, masked, kept, written. On the short way."""

from __future__ import annotations

import os
import select
import time

from runner.app import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.process.masking import Stream

    Sink = Callable[[bytes], None]
    Target = int | Sink | None

CHUNK = 1 << 16
LINGER = 0.05  # seconds to wait for output of what a child left behind (process substitutions)
CAPTURE_LIMIT = 32 << 20  # bytes kept of one stream; what comes after is shown but not kept


class Flow:
    """One stream of a child: read here, masked, kept, written there."""

    __slots__ = ("fd", "kept", "number", "size", "stream", "tail", "target")

    def __init__(self, fd: int, number: int, target: Target, stream: Stream | None, keep: bool, tail: int) -> None:
        self.fd = fd
        self.number = number
        self.target = target
        self.stream = stream
        self.kept: list[bytes] | None = [] if keep else None
        self.tail = tail
        self.size = 0

    def take(self, data: bytes) -> None:
        if self.stream is not None:
            data = self.stream.feed(data)
        if data:
            self.give(data)

    def give(self, data: bytes) -> None:
        if self.kept is not None and self.size < CAPTURE_LIMIT:
            self.kept.append(data)
            self.size += len(data)
            if self.tail and self.size > 4 * self.tail:
                self.kept = [b"".join(self.kept)[-self.tail :]]
                self.size = self.tail
        target = self.target
        if target is None:
            return
        if isinstance(target, int):
            write(target, data)
        else:
            target(data)

    def finish(self) -> None:
        """No more will come: what the masking held back goes out."""
        if self.stream is not None:
            rest = self.stream.flush()
            if rest:
                self.give(rest)

    def text(self) -> bytes:
        return b"".join(self.kept) if self.kept else b""


left: list[Flow] = []  # streams that background jobs of earlier steps still hold; pumped by the steps after them


def close_leftovers() -> None:
    """The run is over: nobody reads what background jobs still print."""
    while left:
        flow = left.pop()
        try:
            flow.finish()
        except OSError:
            pass
        os.close(flow.fd)


def close(flow: Flow) -> None:
    if flow.fd >= 0:
        os.close(flow.fd)
        flow.fd = -1


def feed_some(feed: tuple[int, bytes], poller: select.poll) -> tuple[int, bytes] | None:
    """Write some of the child's input; None when all is written or nobody reads it."""
    fd, data = feed
    try:
        data = data[os.write(fd, data[:CHUNK]) :] if data else data
    except BlockingIOError:
        return feed
    except OSError:
        data = b""
    if data:
        return (fd, data)
    poller.unregister(fd)
    os.close(fd)
    return None


def read(flow: Flow, poller: select.poll, table: dict[int, Flow]) -> bool:
    """Take what a stream has; False at its end."""
    try:
        data = os.read(flow.fd, CHUNK)
    except BlockingIOError:
        return False
    except OSError:
        data = b""
    if data:
        flow.take(data)
        return True
    poller.unregister(flow.fd)
    del table[flow.fd]
    os.close(flow.fd)
    flow.fd = -1
    if flow in left:
        left.remove(flow)
        flow.finish()
    return False


def drain(flows: list[Flow], poller: select.poll, table: dict[int, Flow], *, keep_open: bool) -> None:
    """The child has ended. Its own output is in the pipes; what still holds them is a background job."""
    for flow in flows:
        if flow.fd < 0:
            continue
        os.set_blocking(flow.fd, False)
        while flow.fd >= 0 and read(flow, poller, table):
            pass
    limit = time.monotonic() + LINGER
    while any(flow.fd >= 0 for flow in flows):
        pause = limit - time.monotonic()
        if pause <= 0:
            break
        for fd, _ in poller.poll(pause * 1000 + 1):
            if fd in table:
                read(table[fd], poller, table)
    for flow in flows:
        if flow.fd >= 0:
            if keep_open:
                left.append(flow)
            else:
                flow.finish()
                close(flow)
