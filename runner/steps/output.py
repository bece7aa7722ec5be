"""Where a step's output goes, and what the engine itself says about steps. On the short way."""

from __future__ import annotations

from runner.app import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from runner.process.masking import Mask

    Target = int | Callable[[bytes], None] | None

TAIL_LINES = 20
ICONS = {"info": "▶", "success": "✓", "warning": "⚠", "error": "✗", "hint": "💡"}


class Output:
    """The two streams of a step: descriptors, or functions that take bytes, or None for nothing.

    Everything written through it passes the mask.
    """

    __slots__ = ("mask", "stderr", "stdout")

    def __init__(self, mask: Mask | None, stdout: Target = 1, stderr: Target = 2) -> None:
        self.mask = mask
        self.stdout = stdout
        self.stderr = stderr

    def out(self, text: str) -> None:
        """A result."""
        self._write(self.stdout, text)

    def err(self, text: str) -> None:
        """A message for a person."""
        self._write(self.stderr, text)

    def err_bytes(self, data: bytes) -> None:
        """Bytes of a program's own messages."""
        self._write(self.stderr, data.decode("utf-8", "surrogateescape"))

    def _write(self, target: Target, text: str) -> None:
        if target is None or not text:
            return
        data = text.encode("utf-8", "surrogateescape")
        if self.mask is not None:
            data = self.mask.apply(data)
        if isinstance(target, int):
            write(target, data)
        else:
            target(data)


class Lines:
    """A sink that writes whole lines with a prefix; the last partial one is ended."""

    def __init__(self, output: Output, error: bool, prefix: str, lock: AbstractContextManager[object]) -> None:
        self.output = Output(None, output.stdout, output.stderr)
        self.error, self.lock = error, lock
        self.prefix = f"[{prefix}] ".encode()
        self.rest = b""

    def __call__(self, data: bytes) -> None:
        lines = (self.rest + data).split(b"\n")
        self.rest = lines.pop()
        if len(self.rest) > 1 << 20:
            lines.append(self.rest)
            self.rest = b""
        if lines:
            self.write(lines)

    def write(self, lines: list[bytes]) -> None:
        text = b"".join(self.prefix + line + b"\n" for line in lines).decode("utf-8", "surrogateescape")
        with self.lock:
            (self.output.err if self.error else self.output.out)(text)

    def end(self) -> None:
        if self.rest:
            self.write([self.rest])
            self.rest = b""


def last_lines(text: str) -> list[str]:
    """The last lines of what a step printed."""
    return text.rstrip("\n").split("\n")[-TAIL_LINES:] if text.strip() else []
