"""Many processes and threads at once, and processes that are killed: one call, nothing half-written, no lock left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import auth
from auth.credentials import AwsCredentials
from auth.errors import LockTimeout
from auth.files import locks
from tests.auth.conftest import Proxy, user_and_role

Load = Callable[..., auth.Manager]
PROGRAM = """
import json, os, sys
import auth
manager = auth.load(json.loads(sys.argv[1]), base_dir=sys.argv[2])
print(manager.authenticate(sys.argv[3]).credentials.access_key_id)
"""


def start(config: dict[str, Any], folder: Path, env: dict[str, str], name: str = "deploy") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, json.dumps(config), str(folder), name],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
def test_fifty_processes_make_one_call(sts: Proxy, env: dict[str, str], tmp_path: Path, load: Load) -> None:
    config = user_and_role(sts.url)
    load(config, clock=lambda: time.time() - 7200).authenticate("base")
    load(config, clock=lambda: time.time() - 7200).authenticate("deploy")
    path = Path(env["HOME"], ".config/atmos/aws/base/credentials")
    path.write_text(path.read_text().replace(f"expiration={time.gmtime().tm_year}", "expiration=2001"))
    sts.calls.clear()
    processes = [start(config, tmp_path, env) for _ in range(50)]
    answers = [process.communicate(timeout=300) for process in processes]
    assert [process.returncode for process in processes] == [0] * 50, answers
    assert sts.calls == ["AssumeRole"]
    assert len({out for out, _err in answers}) == 1


def test_threads_make_one_call(load: Load, sts: Proxy) -> None:
    manager = load(user_and_role(sts.url))
    others = [load(user_and_role(sts.url)) for _ in range(3)]
    keys: list[str] = []

    def work(which: auth.Manager) -> None:
        credentials = which.authenticate("deploy").credentials
        assert isinstance(credentials, AwsCredentials)
        keys.append(credentials.access_key_id)

    threads = [threading.Thread(target=work, args=(which,)) for which in [manager, *others] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sts.calls == ["GetSessionToken", "AssumeRole"]
    assert len(keys) == 16
    assert len(set(keys)) == 1


def test_different_roles_of_one_user_share_its_session(sts: Proxy, env: dict[str, str], tmp_path: Path) -> None:
    config = user_and_role(sts.url)
    for number in range(6):
        config["identities"][f"r{number}"] = {
            **config["identities"]["deploy"],
            "default": False,
            "principal": {"assume_role": f"arn:aws:iam::22222222222{number}:role/R"},
        }
    processes = [start(config, tmp_path, env, f"r{number}") for number in range(6)]
    for process in processes:
        _out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
    assert sts.calls.count("GetSessionToken") == 1
    assert sts.calls.count("AssumeRole") == 6
    text = Path(env["HOME"], ".config/atmos/aws/base/credentials").read_text()
    assert all(f"[r{number}]" in text for number in range(6))


def test_one_that_is_killed_while_it_authenticates_leaves_nothing(
    sts: Proxy, env: dict[str, str], tmp_path: Path, load: Load
) -> None:
    sts.delay = 60
    config = user_and_role(sts.url)
    process = start(config, tmp_path, env)
    while not sts.calls:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    sts.delay = 0
    assert not list(Path(env["HOME"], ".config").rglob("*")) or not list(Path(env["HOME"], ".config").rglob("*.tmp"))
    assert load(config).authenticate("deploy").account == "222222222222"


@pytest.mark.slow
def test_killed_at_any_point_the_files_stay_whole(sts: Proxy, env: dict[str, str], tmp_path: Path, load: Load) -> None:
    """Kill at a dozen moments spread over a login; after each, what is there can be read and a login works."""
    config = user_and_role(sts.url)
    load(config).authenticate("base")
    started = time.monotonic()
    start(config, tmp_path, env).communicate(timeout=120)
    whole = time.monotonic() - started
    folder = Path(env["HOME"], ".config/atmos/aws/base")
    for step in range(12):
        load(config).logout("deploy")
        process = start(config, tmp_path, env)
        time.sleep(whole * (0.3 + 0.06 * step))
        process.kill()
        process.communicate()
        text = (folder / "credentials").read_text() if (folder / "credentials").exists() else ""
        assert text == "" or (text.startswith("; atmos: expiration=") and "fingerprint=" in text)
        assert load(config).authenticate("deploy").account == "222222222222"


def test_waiting_for_a_login_that_never_ends_names_it(
    load: Load, sts: Proxy, env: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = user_and_role(sts.url)
    manager = load(config)
    run = manager.run("base")
    path = Path(env["HOME"], ".cache/atmos/auth/locks", run.fingerprint(run.target) + ".lock")
    monkeypatch.setattr(locks, "LOGIN_DEADLINE", 0.3)
    told: list[str] = []
    with locks.locked(str(path), purpose="authenticating base"), pytest.raises(LockTimeout) as caught:
        load(config, notify=told.append).authenticate("deploy")
    assert f"process {os.getpid()} (authenticating base)" in caught.value.message
    assert "base" in told[0]
    assert sts.calls == []


FULL = """
import json, resource, sys
import auth
from auth.errors import AuthError
manager = auth.load(json.loads(sys.argv[1]), base_dir=sys.argv[2])
manager.authenticate("base")
resource.setrlimit(resource.RLIMIT_FSIZE, (300, 300))
try:
    manager.authenticate("deploy", force=True)
except AuthError as error:
    print(error.message)
"""


def test_a_disk_that_takes_no_more_leaves_the_old_files_whole(
    sts: Proxy, env: dict[str, str], tmp_path: Path, load: Load
) -> None:
    """A limit on file sizes stands in for a full disk: writes begin and cannot end."""
    config = user_and_role(sts.url)
    load(config).authenticate("deploy")
    folder = Path(env["HOME"], ".config/atmos/aws/base")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = subprocess.run(
        [sys.executable, "-c", FULL, json.dumps(config), str(tmp_path)],
        env=env,
        text=True,
        capture_output=True,
        check=False,
    )
    assert "cannot write" in done.stdout, done.stderr
    assert "credentials: File too large" in done.stdout
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert load(config).authenticate("deploy").account == "222222222222"
