"""What makes a cached run fast: the modules it imports, the files it reads, the processes it starts.

An audit hook in the real, installed program writes down what happens until the step's process starts.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

HOOK = """
import json, os, sys

_LOG = os.environ["SHORT_WAY_LOG"]
_opened, _started, _connected = [], [], []


def _write():
    data = {"modules": sorted(sys.modules), "opened": _opened, "started": _started, "connected": _connected}
    with open(_LOG, "w") as file:
        json.dump(data, file)


def _hook(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)) and str(args[0]) != _LOG:
        _opened.append(os.fsdecode(args[0]))
    elif event == "socket.connect":
        _connected.append(repr(args[1]))
    elif event in ("os.posix_spawn", "os.exec", "subprocess.Popen"):
        _started.append(os.fsdecode(args[0]))
        _write()


sys.addaudithook(_hook)
"""
HEAVY = (
    "asyncio", "boto3", "botocore", "click", "cryptography", "dataclasses", "jinja2", "keyring", "logging", "plumbum",
    "prompt_toolkit", "pydantic", "rich", "subprocess", "yaml", "templating.compiler", "auth.manager", "auth.config",
)  # fmt: skip
PROJECT = """\
base_path: ./
commands:
  - name: hello
    arguments: [{name: name, default: world}]
    flags: [{name: stack, shorthand: s}]
    steps: ['echo "hello {{ .Arguments.name }} $PLACE"']
    env: [{key: PLACE, value: here}]
  - name: guarded
    identity: tester
    steps: ['echo "as $AWS_PROFILE"']
auth:
  providers: {local: {kind: mock/aws, region: us-east-1}}
  identities: {tester: {kind: mock/aws, via: {provider: local}}}
"""


@dataclass
class Seen:
    stdout: str
    modules: list[str]
    opened: list[str]
    started: list[str]
    connected: list[str]

    def heavy(self) -> list[str]:
        return [name for name in HEAVY if name in self.modules]

    def files(self, *roots: Path) -> list[str]:
        """Files opened below some folders, `.pyc` and sources of the program left aside."""
        return [path for path in self.opened if any(path.startswith(str(root)) for root in roots)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "atmos.yaml").write_text(PROJECT)
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(HOOK)
    return folder


def observe(atmos: Path, project: Path, env: dict[str, str], *words: str) -> Seen:
    log = project.parent / "seen.json"
    full = {**env, "PYTHONPATH": str(project.parent / "hook"), "SHORT_WAY_LOG": str(log)}
    done = subprocess.run([atmos, *words], cwd=project, env=full, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return Seen(done.stdout, **json.loads(log.read_text()))


def settle(atmos: Path, project: Path, env: dict[str, str], *words: str) -> None:
    """Run until the compiled configuration is kept: files written a moment ago are not trusted at once."""
    import os
    import time

    past = time.time() - 10
    for path in (project / "atmos.yaml", project, project.parent):
        os.utime(path, (past, past))
    for _ in range(2):
        subprocess.run([atmos, *words], cwd=project, env=env, capture_output=True, check=True)
        time.sleep(0.1)


def test_a_cached_command_imports_nothing_heavy(atmos: Path, project: Path, clean_env: dict[str, str]) -> None:
    settle(atmos, project, clean_env, "hello")
    seen = observe(atmos, project, clean_env, "hello", "you", "-s", "dev")
    assert seen.stdout == "hello you here\n"
    assert seen.heavy() == []
    assert len(seen.files(project)) == 0, "the configuration itself is not read again"
    assert len(seen.files(Path(clean_env["HOME"]))) == 1, "one file of ours: the compiled configuration"
    assert len(seen.started) == 1
    assert seen.connected == []


def test_a_cached_identity_needs_no_manager_no_sdk_no_network(
    atmos: Path, project: Path, clean_env: dict[str, str]
) -> None:
    settle(atmos, project, clean_env, "guarded")
    seen = observe(atmos, project, clean_env, "guarded")
    assert seen.stdout == "as tester\n"
    assert seen.heavy() == []
    assert len(seen.files(Path(clean_env["HOME"]))) <= 3, "compiled configuration, session, credentials (to mask them)"
    assert seen.connected == []


def test_the_configuration_is_read_again_when_it_changes(atmos: Path, project: Path, clean_env: dict[str, str]) -> None:
    settle(atmos, project, clean_env, "hello")
    path = project / "atmos.yaml"
    path.write_text(path.read_text().replace("value: here", "value: there"))
    assert observe(atmos, project, clean_env, "hello").stdout == "hello world there\n"


def test_a_damaged_cache_is_rebuilt_silently(atmos: Path, project: Path, clean_env: dict[str, str]) -> None:
    settle(atmos, project, clean_env, "hello")
    kept = list(Path(clean_env["HOME"]).rglob("config/*.bin"))
    assert kept
    for path in kept:
        path.write_bytes(b"\0" * 100)
    done = subprocess.run([atmos, "hello"], cwd=project, env=clean_env, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("hello world here\n", "")
