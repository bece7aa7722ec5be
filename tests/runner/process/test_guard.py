"""When we are killed without notice: nothing that we started stays. Real processes, killed for real."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pexpect
import pytest

PROJECT = """\
base_path: ./
commands:
  - name: slow
    steps: [touch before, 'echo $$ > pid; sleep 61 & echo $! > other; sleep 60; echo done']
  - name: stubborn
    steps: ["trap '' TERM; echo $$ > pid; while :; do sleep 0.1; done"]
  - name: window
    steps: [{tty: true, command: 'echo $$ > pid; sleep 60'}]
  - name: wide
    steps:
      - type: parallel
        name: both
        steps: [{name: a, command: 'echo $$ > pid; sleep 60'}, {name: b, command: 'echo $$ > other; sleep 60'}]
  - name: handed
    steps: ['sleep 1.5', {type: exec, command: 'echo $$ > pid; sleep 1.5; ps -o stat=,args= --ppid $$ > children; echo whole'}]
  - {name: joined, steps: ['sleep 60 & echo $! > other; echo $$ > pid; sleep 60; echo done']}
  - {name: long, steps: ['sleep 1.5; (sleep 61 >/dev/null 2>&1 & echo $! > other)', 'echo $$ > pid; sleep 0.2']}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "atmos.yaml").write_text(PROJECT)
    return tmp_path


def start(atmos: Path, project: Path, *words: str) -> subprocess.Popen[str]:
    env = {"PATH": os.environ["PATH"], "HOME": str(project), "LANG": "C.UTF-8"}
    return subprocess.Popen([str(atmos), *words], cwd=project, env=env, stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)  # fmt: skip


def number(path: Path) -> int:
    for _ in range(600):
        if path.exists() and path.read_text().strip():
            return int(path.read_text())
        time.sleep(0.05)
    raise AssertionError(f"{path} did not appear")


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def gone(pid: int) -> bool:
    for _ in range(600):
        if not alive(pid):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("words", [["slow"], ["stubborn"], ["window"], ["wide"]])
def test_nothing_stays_when_we_are_killed(atmos: Path, project: Path, words: list[str]) -> None:
    run = start(atmos, project, *words)
    pid = number(project / "pid")
    group = {pid}
    if words[0] in ("slow", "wide"):
        group.add(number(project / "other"))
    time.sleep(2.5)  # the guard comes after a second
    run.send_signal(signal.SIGKILL)
    assert run.wait(30) == -signal.SIGKILL
    assert all(gone(each) for each in group)


def test_nothing_stays_of_a_step_that_shares_the_terminal_with_a_job(atmos: Path, project: Path) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(project), "LANG": "C.UTF-8"}
    shell = pexpect.spawn("bash", ["--norc", "-i"], cwd=project, env=env, timeout=60)
    shell.sendline(f"sh -c 'echo $$ > ours; exec {atmos} joined' | cat")
    pids = [number(project / name) for name in ("pid", "other", "ours")]
    time.sleep(2.5)
    os.kill(pids[-1], signal.SIGKILL)
    assert all(gone(pid) for pid in pids)
    shell.close(force=True)


def test_a_program_that_replaces_us_is_left_alone(atmos: Path, project: Path) -> None:
    run = start(atmos, project, "handed")
    pid = number(project / "pid")
    assert run.wait(60) == 0
    assert pid == run.pid
    assert "defunct" not in (project / "children").read_text()
    assert "atmos-guard" not in (project / "children").read_text()


def test_what_a_step_leaves_behind_on_purpose_stays(atmos: Path, project: Path) -> None:
    run = start(atmos, project, "long")
    other = number(project / "other")
    number(project / "pid")
    assert run.wait(60) == 0
    time.sleep(1.0)
    assert alive(other)
    os.kill(other, signal.SIGKILL)
