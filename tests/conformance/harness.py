"""Runs one conformance case against the installed `atmos` in a sandbox of its own and says what differs.

A case names a project (projects/NAME), what to run (argv, or a shell text), its surroundings (env, cwd, stdin, tty,
git, before, needs, timeout) and what to expect (exit, stdout, stderr, patterns, parsed output, files). In what is
printed the sandbox is written <project>, the home <home> and the temporary folder <tmp>.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
ESCAPES = re.compile(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][0-9A-B])")
KEPT = ("LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")


@dataclass(frozen=True)
class Case:
    """One case of a file."""

    file: str
    name: str
    project: str | None
    spec: dict[str, Any] = field(hash=False)

    @property
    def ident(self) -> str:
        return f"{self.file}: {self.name}"


def load_cases(folder: Path = HERE / "cases") -> Iterator[Case]:
    """Every case of every file, in order."""
    for path in sorted(folder.glob("*.yaml")):
        document = yaml.load(path.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for spec in document["cases"]:
            yield Case(path.stem, spec["name"], spec.get("project", document.get("project")), spec)


@dataclass
class Outcome:
    code: int | str
    out: str
    err: str
    files: dict[str, str | None]


class Sandbox:
    """A fresh copy of the case's project with a home, a temporary folder and a clean environment."""

    def __init__(self, root: Path, case: Case, atmos: Path, endpoint: str | None) -> None:
        self.case = case
        self.project, self.home, self.tmp, self.bin = (root / name for name in ("project", "home", "tmp", "bin"))
        for folder in (self.home, self.tmp, self.bin):
            folder.mkdir()
        if case.project:
            shutil.copytree(HERE / "projects" / case.project, self.project, symlinks=True)
        else:
            self.project.mkdir()
        (self.bin / "atmos").symlink_to(atmos)
        if case.spec.get("git"):
            subprocess.run(
                "git init -q . && git add -A && git -c user.name=a -c user.email=a@b.c commit -q -m x",
                shell=True, cwd=self.project, check=True,
            )  # fmt: skip
        self.env = self._environment(endpoint)
        self.cwd = self.project / case.spec.get("cwd", ".")

    def fill(self, text: str) -> str:
        return (
            text.replace("<project>", str(self.project))
            .replace("<home>", str(self.home))
            .replace("<tmp>", str(self.tmp))
        )

    def clean(self, text: str) -> str:
        text = ESCAPES.sub("", text).replace(str(self.project), "<project>")
        return text.replace(str(self.home), "<home>").replace(str(self.tmp), "<tmp>")

    def _environment(self, endpoint: str | None) -> dict[str, str]:
        env = {name: os.environ[name] for name in KEPT if name in os.environ}
        env.setdefault("LANG", "C.UTF-8")
        env.update(
            HOME=str(self.home), PATH=f"{self.bin}:{os.environ['PATH']}", TERM="xterm-256color", USER="tester",
            TMPDIR=str(self.tmp), XDG_CONFIG_HOME=f"{self.home}/.config", XDG_CACHE_HOME=f"{self.home}/.cache",
            XDG_DATA_HOME=f"{self.home}/.local/share", ATMOS_TELEMETRY_ENABLED="false", ATMOS_VERSION_CHECK_ENABLED="false",
            ATMOS_KEYRING_TYPE="file", ATMOS_KEYRING_PASSWORD="conformance-password", AWS_EC2_METADATA_DISABLED="true",
        )  # fmt: skip
        if endpoint:
            env["AWS_ENDPOINT_URL"] = endpoint
        for name, value in (self.case.spec.get("env") or {}).items():
            if value is None:
                env.pop(name, None)
            else:
                env[name] = self.fill(str(value))
        return env

    def run(self) -> Outcome:
        spec = self.case.spec
        atmos = str(self.bin / "atmos")
        for words in spec.get("before", []):
            self._call([atmos, *words] if isinstance(words, list) else ["bash", "-c", words], None)
        if "shell" in spec:
            argv = ["bash", "-c", self.fill(spec["shell"])]
        else:
            argv = [atmos, *(self.fill(str(word)) for word in spec["argv"])]
        code, out, err = (self._terminal if spec.get("tty") else self._call)(argv, spec.get("stdin"))
        expect = spec.get("expect") or {}
        texts: dict[str, str | None] = {}
        for name in [*expect.get("files", {}), *expect.get("no_files", [])]:
            path = Path(self.fill(name)) if name.startswith("<home>") else self.project / self.fill(name)
            texts[name] = (
                self.clean(path.read_text(errors="replace")) if path.is_file() else "" if path.exists() else None
            )
        return Outcome(code, self.clean(out), self.clean(err), texts)

    def _call(self, argv: list[str], stdin: str | None) -> tuple[int | str, str, str]:
        process = subprocess.Popen(
            argv, cwd=self.cwd, env=self.env, stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace", start_new_session=True,
        )  # fmt: skip
        try:
            out, err = process.communicate(stdin, timeout=self._timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            return "timeout", out, err
        return process.returncode, out, err

    @property
    def _timeout(self) -> float:
        return float(self.case.spec.get("timeout", 30)) * 4  # the machine may be busy with the other cases

    def _terminal(self, argv: list[str], stdin: str | None) -> tuple[int | str, str, str]:
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.cwd)
            os.execvpe(argv[0], argv, self.env)
        output, deadline = b"", time.monotonic() + self._timeout
        if stdin is not None:
            os.write(fd, stdin.encode())
        while time.monotonic() < deadline:
            if select.select([fd], [], [], 0.1)[0]:
                try:
                    data = os.read(fd, 65536)
                except OSError:
                    break
                if not data:
                    break
                output += data
        else:
            os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        os.close(fd)
        return os.waitstatus_to_exitcode(status), output.decode(errors="replace").replace("\r\n", "\n"), ""


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines())


def differences(expect: dict[str, Any], got: Outcome) -> list[str]:
    """What of the outcome is not as expected; empty when the case holds."""
    found: list[str] = []
    if got.code != expect.get("exit", 0):
        found.append(f"exit {got.code}, expected {expect.get('exit', 0)}")
    for name, text in (("stdout", got.out), ("stderr", got.err)):
        if name in expect and _trimmed(text) != _trimmed(expect[name]):
            found.append(f"{name} is {text!r}, expected {expect[name]!r}")
        found += [
            f"{name} has no /{p}/: {text[-600:]!r}"
            for p in expect.get(f"{name}_has", [])
            if not re.search(p, text, re.M)
        ]
        found += [
            f"{name} has /{p}/: {text[-600:]!r}" for p in expect.get(f"{name}_lacks", []) if re.search(p, text, re.M)
        ]
    for name, parse in (("stdout_json", json.loads), ("stdout_yaml", yaml.safe_load)):
        if name in expect:
            try:
                value = parse(got.out)
            except Exception as error:
                found.append(f"{name}: cannot be parsed ({error}): {got.out[-300:]!r}")
                continue
            if value != expect[name]:
                found.append(f"{name} is {value!r}, expected {expect[name]!r}")
    if "stdout_lines" in expect:
        lines = sorted(line.strip() for line in got.out.split("\n"))
        if lines != sorted(line.strip() for line in [*expect["stdout_lines"], ""]):
            found.append(f"stdout lines are {got.out!r}, expected {expect['stdout_lines']!r}")
    for path, patterns in expect.get("files", {}).items():
        text = got.files[path]
        if text is None:
            found.append(f"no file {path}")
            continue
        found += [f"{path} has no /{p}/: {text[-300:]!r}" for p in patterns or [] if not re.search(p, text, re.M)]
    found += [f"file {path} exists" for path in expect.get("no_files", []) if got.files[path] is not None]
    return found
