"""Whole-process measurements: wall time and peak memory of commands, run in turns so that noise hits all alike."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Contender:
    """A command to measure. before: called ahead of each run, unmeasured (to empty a cache, say)."""

    name: str
    argv: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    before: object = None
    seconds: list[float] = field(default_factory=list)
    kilobytes: list[int] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def peak(self) -> float:
        """Peak resident memory of the process or its largest child, in MiB."""
        return statistics.median(self.kilobytes) / 1024


def once(contender: Contender) -> None:
    if callable(contender.before):
        contender.before()
    start = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        try:
            null = os.open(os.devnull, os.O_RDWR)
            for fd in (0, 1, 2):
                os.dup2(null, fd)
            os.chdir(contender.cwd)
            os.execve(contender.argv[0], list(contender.argv), dict(contender.env))
        finally:
            os._exit(127)
    _, status, usage = os.wait4(pid, 0)
    contender.seconds.append(time.perf_counter() - start)
    contender.kilobytes.append(usage.ru_maxrss)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(
            f"bench: {contender.name} ended with {os.waitstatus_to_exitcode(status)}: {' '.join(contender.argv)}"
        )


def interleaved(contenders: Sequence[Contender], runs: int, warmup: int = 2) -> None:
    """Run all in turns, `runs` times each after the warm-up."""
    for _ in range(warmup):
        for contender in contenders:
            once(contender)
    for contender in contenders:
        contender.seconds.clear()
        contender.kilobytes.clear()
    for _ in range(runs):
        for contender in contenders:
            once(contender)
