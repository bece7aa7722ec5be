"""Local emulators: moto's server on a free loopback port, without containers (decision D24).

A run that needs one starts it and ends it when the run ends (`close`). Runs nested in it find it by the variable
`ATMOS_EMULATORS`, a folder of state files, and share it. `up` keeps one running until `down`. An emulator whose
owner is gone ends by itself. State files hold no secret but are private all the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from auth.errors import EmulatorError
from auth.files import atomic, locks

VARIABLE = "ATMOS_EMULATORS"
START_SECONDS = 90.0
STOP_SECONDS = 5.0


@dataclass(frozen=True)
class Emulator:
    """One that runs: its address, process, and the folder that holds what was written for it."""

    name: str
    url: str
    pid: int
    instance: str
    folder: str
    kept: bool = False


class Emulators:
    """The emulators that one run sees."""

    def __init__(
        self, env: Mapping[str, str], project: str, cache_home: str, notify: Callable[[str], None] = lambda _text: None
    ) -> None:
        self._env = env
        self._project = project
        self._home = os.path.join(cache_home, "emulators")
        self._notify = notify
        self._own = ""
        self._found: dict[str, Emulator] = {}

    @property
    def owns(self) -> bool:
        """Whether this run started any, so that it has to be closed at the end."""
        return bool(self._own)

    def ensure(self, name: str = "default") -> Emulator:
        """The emulator of a name, started when nobody runs it yet."""
        name = _checked(name)
        found = self._found.get(name)
        if found is None or not alive(found):
            found = self.running(name) or self._start_here(name)
            self._found[name] = found
        return found

    def running(self, name: str = "default") -> Emulator | None:
        """The emulator of a name if it runs: this run's or the outer one's, else one that is kept."""
        known = self._found.get(name)
        if known is not None:
            return known
        for folder in (self._shared(), self._kept()):
            if folder:
                found = _state(folder, name)
                if found is not None and alive(found):
                    return found
        return None

    def variables(self) -> dict[str, str]:
        """What nested runs need to find the emulators of this one."""
        folder = self._shared()
        return {VARIABLE: folder} if folder else {}

    def up(self, name: str = "default") -> Emulator:
        """Keep one running."""
        name = _checked(name)
        folder = self._kept()
        with self._locked(folder, name):
            found = _state(folder, name)
            if found is not None and alive(found):
                return found
            return _start(folder, name, owner=0, kept=True)

    def down(self, name: str = "default") -> Emulator | None:
        """End the one that is kept; None when there is none."""
        folder = self._kept()
        with self._locked(folder, name):
            found = _state(folder, name)
            if found is None:
                return None
            _stop(found)
            atomic.remove(_file(folder, name))
            shutil.rmtree(found.folder, ignore_errors=True)
            return found if found.pid else None

    def listing(self) -> list[Emulator]:
        """All that run and that this run can see."""
        found: dict[str, Emulator] = {}
        for folder in (self._kept(), self._shared()):
            with contextlib.suppress(OSError):
                for entry in sorted(os.listdir(folder)) if folder else ():
                    if entry.endswith(".json"):
                        one = _state(folder, entry.removesuffix(".json").replace("%2F", "/"))
                        if one is not None and alive(one):
                            found[one.name] = one
        return [found[name] for name in sorted(found)]

    def close(self) -> None:
        """End what this run, or a run nested in it, started."""
        if not self._own:
            return
        try:
            entries = sorted(os.listdir(self._own))
        except OSError:  # somebody took the folder away; a server whose state is gone ends by itself
            entries = []
        for entry in entries:
            if entry.endswith(".json"):
                found = _state(self._own, entry.removesuffix(".json").replace("%2F", "/"))
                if found is not None:
                    _stop(found)
        shutil.rmtree(self._own, ignore_errors=True)
        self._own = ""
        self._found.clear()

    def _shared(self) -> str:
        if self._own:
            return self._own
        folder = self._env.get(VARIABLE, "")
        return folder if folder and _ours(folder) else ""

    def _kept(self) -> str:
        digest = hashlib.sha256(os.path.realpath(self._project).encode()).hexdigest()[:16]
        return os.path.join(self._home, "kept", digest)

    def _start_here(self, name: str) -> Emulator:
        folder = self._shared()
        if not folder:
            atomic.private_folder(self._home)
            folder = self._own = tempfile.mkdtemp(prefix="run-", dir=self._home)
            atomic.write_private(os.path.join(folder, "owner"), str(os.getpid()))
        with self._locked(folder, name):
            found = _state(folder, name)
            if found is not None and alive(found):
                return found
            self._notify(f"Starting emulator {name}")
            return _start(folder, name, owner=_owner(folder), kept=False)

    @contextlib.contextmanager
    def _locked(self, folder: str, name: str):  # type: ignore[no-untyped-def]
        with locks.locked(
            os.path.join(folder, f".{name.replace('/', '%2F')}.lock"),
            deadline=START_SECONDS + 10,
            purpose=f"starting emulator {name}",
        ):
            yield


def alive(emulator: Emulator) -> bool:
    """Whether its process is there and somebody listens at its address."""
    import socket
    from urllib.parse import urlsplit

    try:
        os.kill(emulator.pid, 0)
        parts = urlsplit(emulator.url)
        with socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 80), timeout=5):
            return True
    except (OSError, ValueError):
        return False


def _start(folder: str, name: str, *, owner: int, kept: bool) -> Emulator:
    instance = secrets.token_hex(8)
    files = os.path.join(folder, f"files-{instance}")
    atomic.private_folder(files)
    state = _file(folder, name)
    atomic.remove(state)
    log = os.path.join(files, "server.log")
    argv = [
        sys.executable,
        "-m",
        "auth.emulator_server",
        "--state",
        state,
        "--name",
        name,
        "--instance",
        instance,
        "--files",
        files,
        "--owner",
        str(owner),
    ]
    if kept:
        argv.append("--kept")
    env = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "MOTO_"))}
    env["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    with open(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as output:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=env,
            start_new_session=True,
            close_fds=True,
        )
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        found = _state(folder, name)
        if found is not None and found.instance == instance and alive(found):
            # The child is reaped by init once we are gone; until then its end shows in `alive`.
            process.returncode = 0
            return found
        code = process.poll()
        if code is not None:
            raise EmulatorError(
                f"emulator {name} did not start (exit status {code})",
                explanation=_tail(log),
                hints=["Install moto's server: pip install 'atmos-runner[emulator]'"],
            )
        time.sleep(0.05)
    process.kill()
    process.wait()
    raise EmulatorError(f"emulator {name} did not start within {START_SECONDS:g} seconds", explanation=_tail(log))


def _stop(emulator: Emulator) -> None:
    """End the server's process, politely first."""
    for number, patience in ((signal.SIGTERM, STOP_SECONDS), (signal.SIGKILL, STOP_SECONDS)):
        try:
            os.kill(emulator.pid, number)
        except OSError:
            return
        end = time.monotonic() + patience
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                os.waitpid(emulator.pid, os.WNOHANG)
            try:
                os.kill(emulator.pid, 0)
            except OSError:
                return
            time.sleep(0.02)


def _file(folder: str, name: str) -> str:
    return os.path.join(folder, f"{name.replace('/', '%2F')}.json")


def _state(folder: str, name: str) -> Emulator | None:
    try:
        content = atomic.read_private(_file(folder, name))
        if content is None:
            return None
        data = json.loads(content)
        return Emulator(
            str(data["name"]),
            str(data["url"]),
            int(data["pid"]),
            str(data["instance"]),
            str(data["folder"]),
            bool(data.get("kept")),
        )
    except (ValueError, KeyError, TypeError):
        return None


def _owner(folder: str) -> int:
    content = atomic.read_private(os.path.join(folder, "owner")) or b"0"
    return int(content) if content.isdigit() else 0


def _ours(folder: str) -> bool:
    try:
        found = os.stat(folder)
    except OSError:
        return False
    return found.st_uid == os.getuid() and not found.st_mode & 0o022


def _checked(name: str) -> str:
    if not name or name.startswith(".") or "\0" in name or "\\" in name or ".." in name:
        raise EmulatorError(f"{name!r} is no name for an emulator")
    return name


def _tail(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return "\n".join(file.read().strip().splitlines()[-5:])
    except OSError:
        return ""
