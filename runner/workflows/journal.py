"""Journals: one append-only file per run in the state directory, so that an interrupted run can go on (`--resume`).

A line is one JSON object, written with one `write` the moment it happens: a killed process loses nothing. The file is
synced to the disk whenever the last sync is a tenth of a second old and when a run fails, so that a crashed machine
loses at most that, and a hundred quick steps do not wait for a hundred syncs. Files are 0600 from birth. What the
masker hides is stored hidden; answers to password prompts and values of `env` steps are not stored at all: such steps
run again. A lock on the file says that its run is alive.
"""

from __future__ import annotations

import fcntl
import os
import time

from runner.errors import AtmosError
from runner.workflows import lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from runner.app import App

SYNC_EVERY = 0.1
KEEP = 200
FORMAT = 1
ENDING = ".jsonl"
VARIABLE = "ATMOS_WORKFLOW_RUN"  # tells steps, and runs nested in them, whose steps they are


def folder(app: App) -> str:
    """Where journals are kept."""
    base = app.env.get("ATMOS_XDG_STATE_HOME") or app.env.get("XDG_STATE_HOME")
    if not base:
        home = app.env.get("HOME") or os.path.expanduser("~")
        base = os.path.join(home, ".local", "state")
    return os.path.join(base, "atmos", "runs")


def enabled(app: App) -> bool:
    """Journals are written unless `ATMOS_WORKFLOW_JOURNAL` says no."""
    return app.env.get("ATMOS_WORKFLOW_JOURNAL", "").strip().lower() not in ("false", "0", "no", "off")


def new_id(now: float | None = None) -> str:
    """An id that sorts by time, to the millisecond: `20260131-142530-0419f`."""
    now = time.time() if now is None else now
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now))
    return f"{stamp}-{int(now * 1000) % 1000:03d}{os.urandom(1).hex()}"


class Journal:
    """The journal of a run that is going on."""

    def __init__(self, path: str, fd: int, mask: Callable[[str], str]) -> None:
        self.path, self.fd, self.mask = path, fd, mask
        self.synced = time.monotonic()

    @property
    def run_id(self) -> str:
        return os.path.basename(self.path).removesuffix(ENDING)

    def write(self, event: str, *, urgent: bool = False, **facts: Any) -> None:
        """Append one line. A full or vanished disk ends the journal, not the run."""
        if self.fd < 0:
            return
        line = lines.line({"event": event, "at": round(time.time(), 3), **facts})
        try:
            os.write(self.fd, hide(self.mask, line).encode("utf-8", "replace") + b"\n")
            now = time.monotonic()
            if urgent or now - self.synced >= SYNC_EVERY:
                os.fdatasync(self.fd) if hasattr(os, "fdatasync") else os.fsync(self.fd)
                self.synced = time.monotonic()
        except OSError:
            self.close()

    def close(self) -> None:
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def hide(mask: Callable[[str], str], line: str) -> str:
    """A JSON line with its secrets masked. Masking works on the texts, so that the line stays JSON."""
    hidden = mask(line)
    if hidden == line:
        return line
    import json

    return lines.line(_hidden(json.loads(line), mask))


def _hidden(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list):
        return [_hidden(item, mask) for item in value]
    if isinstance(value, dict):
        return {key: _hidden(item, mask) for key, item in value.items()}
    return value


def create(app: App, mask: Callable[[str], str], **facts: Any) -> Journal | None:
    """Begin the journal of a new run; None when journals are off or cannot be written."""
    if not enabled(app):
        return None
    parent = folder(app)
    path, fd = "", -1
    try:
        os.makedirs(parent, mode=0o700, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
        while fd < 0:
            path = os.path.join(parent, new_id() + ENDING)
            try:
                fd = os.open(path, flags, 0o600)
            except FileExistsError:
                continue  # another run began in the same millisecond
    except OSError as error:
        app.log.debug("No journal for this run", path=path, error=error.strerror or str(error))
        return None
    _lock(fd)
    journal = Journal(path, fd, mask)
    outer = app.env.get(VARIABLE, "")
    if outer:
        facts["outer"] = outer
    journal.write("begin", format=FORMAT, pid=os.getpid(), **facts)
    app.env[VARIABLE] = journal.run_id
    _tidy(parent)
    return journal


def reopen(app: App, past: Past, mask: Callable[[str], str]) -> Journal:
    """Go on with the journal of an earlier run. AtmosError while that run is alive."""
    try:
        fd = os.open(past.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0))
    except OSError as error:
        raise AtmosError(f"cannot open the journal of run {past.run_id}: {error.strerror}") from error
    if not _lock(fd):
        os.close(fd)
        raise AtmosError(
            f"run {past.run_id} is still going on",
            explanation=f"Process {past.pid} holds its journal.",
            hints=["Wait for it, or stop it, and resume then"],
        )
    journal = Journal(past.path, fd, mask)
    journal.write("resume", pid=os.getpid())
    app.env[VARIABLE] = journal.run_id
    return journal


def _lock(fd: int, kind: int = fcntl.LOCK_EX) -> bool:
    """Whether nobody else holds the lock. Where files cannot be locked, nobody does."""
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


class Past:
    """An earlier run as its journal tells it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.run_id = os.path.basename(path).removesuffix(ENDING)
        self.begin: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []
        self.ended: dict[str, Any] | None = None
        self.pid = 0
        import json

        try:
            with open(path, encoding="utf-8", errors="replace") as stream:
                for line in stream:
                    try:
                        event = json.loads(line)
                    except ValueError:
                        continue  # the last line of a crashed machine
                    if isinstance(event, dict):
                        self._take(event)
        except OSError as error:
            raise AtmosError(f"cannot read the journal of run {self.run_id}: {error.strerror}") from error

    def _take(self, event: dict[str, Any]) -> None:
        kind = event.get("event")
        if kind == "begin":
            self.begin = event
        if kind in ("begin", "resume"):
            self.pid = int(event.get("pid") or 0)
            self.ended = None
        elif kind == "finish":
            self.ended = event
        self.events.append(event)

    @property
    def workflow(self) -> str:
        return str(self.begin.get("workflow", ""))

    @property
    def status(self) -> str:
        """succeeded, failed, running, or interrupted."""
        if self.ended is not None:
            return "succeeded" if self.ended.get("code") == 0 else "failed"
        return "running" if alive(self.path) else "interrupted"

    @property
    def started(self) -> float:
        return float(self.begin.get("at") or 0)

    @property
    def seconds(self) -> float:
        return max(0.0, float(self.events[-1].get("at") or 0) - self.started) if self.events else 0.0

    def finished(self) -> dict[tuple[str, str, int | None], dict[str, Any]]:
        """(group, step, place) -> the event of its end, for steps that need not run again: they succeeded, were forgiven
        or were skipped before anything failed, and what they left is in the journal. Children have no place."""
        done: dict[tuple[str, str, int | None], dict[str, Any]] = {}
        for event in self.events:
            if event.get("event") == "begin":
                done = {}
            elif event.get("event") == "end":
                parent = str(event.get("parent") or "")
                key = (parent, str(event.get("step")), None if parent else event.get("index"))
                if event.get("status") in ("succeeded", "forgiven", "skipped") and not event.get("again"):
                    done[key] = event
                else:
                    done.pop(key, None)
        return done


def alive(path: str) -> bool:
    """Whether a run holds its journal's lock."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _lock(fd, fcntl.LOCK_SH)
    finally:
        os.close(fd)


def names(app: App) -> list[str]:
    """Ids of the runs that have a journal, newest first."""
    try:
        entries = os.listdir(folder(app))
    except OSError:
        return []
    return sorted((name.removesuffix(ENDING) for name in entries if name.endswith(ENDING)), reverse=True)


def find(app: App, word: str, *, project: str = "") -> Past:
    """The run of an id, of the beginning of one, or `last`: the newest (of a project) that is no step of another run."""
    known = names(app)
    if word == "last":
        for name in known:
            past = Past(os.path.join(folder(app), name + ENDING))
            if not past.begin.get("outer") and (not project or past.begin.get("project") == project):
                return past
    matches = [name for name in known if name == word] or [name for name in known if word and name.startswith(word)]
    if len(matches) == 1:
        return Past(os.path.join(folder(app), matches[0] + ENDING))
    if matches:
        raise AtmosError(
            f"several runs begin with `{word}`",
            explanation="\n".join(f"  • {name}" for name in matches[:10]),
            hints=["Give more of the id"],
        )
    raise AtmosError(f"no run with the id `{word}`", hints=["List the runs there are with `atmos run list`"])


def prune(
    app: App, *, older_than: float = 0.0, keep: int = 0, everything: bool = False, dry_run: bool = False
) -> list[str]:
    """Remove journals of runs that are over; gives the removed ids. Interrupted runs stay unless `everything`."""
    removed = []
    now = time.time()
    for index, run_id in enumerate(names(app)):
        path = os.path.join(folder(app), run_id + ENDING)
        if keep and index < keep:
            continue
        try:
            past = Past(path)
        except AtmosError:
            continue
        if past.status == "running" or (past.status == "interrupted" and not everything):
            continue
        if older_than and now - past.started < older_than:
            continue
        if not dry_run:
            try:
                os.unlink(path)
            except OSError:
                continue
        removed.append(run_id)
    return removed


def _tidy(parent: str) -> None:
    """Keep the folder bounded: the oldest journals go when there are many more than KEEP."""
    try:
        entries = sorted(name for name in os.listdir(parent) if name.endswith(ENDING))
    except OSError:
        return
    if len(entries) < KEEP + KEEP // 4:
        return
    for name in entries[: len(entries) - KEEP]:
        path = os.path.join(parent, name)
        if not alive(path):
            try:
                os.unlink(path)
            except OSError:
                continue
