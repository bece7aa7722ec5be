"""`--events FILE`: what happens in a run, one JSON object per line, for programs that follow or draw it.

Every line has `time` (UTC), `event` and `command`. Steps tell name, type, identity, stack, exit code and seconds;
never their environment, their output or a secret.
"""

from __future__ import annotations

import json
import os
import threading
import time
from typing import TYPE_CHECKING

from runner.app import write
from runner.errors import AtmosError

if TYPE_CHECKING:
    from runner.process.masking import Mask

KEPT = (
    "event", "step", "index", "type", "identity", "stack", "status", "code", "seconds", "attempts", "attempt", "pause", "error",
    "parent", "name",
)  # fmt: skip


class Events:
    """Writes lines to a file, or to standard output for `-`. Threads write whole lines."""

    def __init__(self, target: str, cwd: str) -> None:
        self.lock = threading.Lock()
        self.begun = time.monotonic()
        if target == "-":
            self.fd = os.dup(1)
            return
        path = os.path.join(cwd, target)
        try:
            self.fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise AtmosError(
                f"cannot write events to {path}: {error.strerror}", hints=["Check the value of `--events`"]
            ) from error

    def write(self, command: str, record: dict[str, object], mask: Mask | None = None) -> None:
        """One line. What a step's command is stays out: it may hold what must not be shown."""
        if record["event"] == "step_command":
            return
        now = time.time()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now * 1000) % 1000:03d}Z"
        facts: dict[str, object] = {"time": stamp, "event": record["event"], "command": command}
        for key in KEPT:
            value = record.get(key)
            if key not in facts and value not in (None, ""):
                facts[key] = round(value, 3) if isinstance(value, float) else value
        facts |= {key: value for key, value in record.items() if key in ("steps", "path") and value is not None}
        line = json.dumps(facts, ensure_ascii=False, default=str) + "\n"
        with self.lock:
            write(self.fd, mask.apply(line.encode()) if mask is not None else line)

    def finished(self, command: str, code: int) -> None:
        """The last line of a run."""
        self.write(command, {"event": "run_finished", "code": code, "seconds": time.monotonic() - self.begun,
                             "status": "succeeded" if code == 0 else "failed"})  # fmt: skip
        os.close(self.fd)
