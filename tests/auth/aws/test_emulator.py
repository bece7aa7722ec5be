"""Emulators: started when needed, shared with nested runs, ended with the outermost one."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import auth
from auth.emulators import VARIABLE, alive
from auth.errors import EmulatorError

Load = Callable[..., auth.Manager]
CONFIG = {
    "identities": {
        "sandbox": {"kind": "aws/emulator"},
        "reader": {
            "kind": "aws/assume-role",
            "via": {"identity": "sandbox"},
            "principal": {
                "assume_role": "arn:aws:iam::210987654321:role/Reader",
                "session_name": "conf",
                "region": "eu-west-1",
            },
        },
    }
}


@pytest.mark.slow
def test_a_chain_starts_at_an_emulator_and_ends_with_its_run(load: Load, env: dict[str, str], home: Path) -> None:
    manager = load(CONFIG)
    assert not manager.must_close
    assert "AWS_ENDPOINT_URL" not in manager.environment("reader")
    session = manager.authenticate("reader")
    assert manager.must_close
    assert session.account == "210987654321"
    inside = session.environment(env)
    assert inside["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
    done = subprocess.run(
        ["aws", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"],
        env=inside,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "arn:aws:sts::210987654321:assumed-role/Reader/conf\n"

    nested = load(CONFIG, env=inside)
    again = nested.authenticate("sandbox")
    assert again.environment(inside)["AWS_ENDPOINT_URL"] == inside["AWS_ENDPOINT_URL"]
    assert not nested.must_close
    nested.close()
    (emulator,) = manager.services.emulators.listing()
    assert alive(emulator)
    state = Path(inside[VARIABLE], "default.json")
    assert stat.S_IMODE(state.stat().st_mode) == 0o600

    manager.close()
    assert not alive(emulator)
    assert not state.exists()
    assert not (home / ".config").exists(), "an emulator's sessions end with it"
    assert not manager.must_close


@pytest.mark.slow
def test_one_is_kept_until_it_is_ended(load: Load, env: dict[str, str]) -> None:
    emulators = load(CONFIG).services.emulators
    assert emulators.listing() == []
    assert emulators.down() is None
    kept = emulators.up()
    try:
        assert emulators.up() == kept
        manager = load(CONFIG)
        manager.authenticate("sandbox")
        assert manager.change("sandbox").set["AWS_ENDPOINT_URL"] == kept.url
        assert not manager.must_close
        assert [one.name for one in emulators.listing()] == ["default"]
    finally:
        assert emulators.down() == kept
    assert not alive(kept)
    assert emulators.listing() == []


@pytest.mark.slow
def test_an_emulator_does_not_outlive_a_killed_owner(env: dict[str, str], tmp_path: Path) -> None:
    program = (
        "import auth, sys; m = auth.load({'identities': {'s': {'kind': 'aws/emulator'}}}); m.authenticate('s');"
        "print(m.services.emulators.listing()[0].pid, flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], env=env, stdin=subprocess.PIPE, cwd=tmp_path, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        pid = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    for _ in range(600):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            break
        with open(f"/proc/{pid}/stat") as file:
            if file.read().rpartition(")")[2].split()[0] == "Z":
                break
        time.sleep(0.1)
    else:
        pytest.fail("the emulator still runs")


def test_names_of_emulators_are_names(load: Load) -> None:
    with pytest.raises(EmulatorError):
        load(CONFIG).services.emulators.up("../x")
