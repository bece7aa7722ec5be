"""Signals, Ctrl-C and Ctrl-Z: real runs, real process groups, real terminals. No process may outlive its run."""

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
    steps:
      - {name: wait, command: 'echo $$ > pid; echo begun; sleep 60 & sleep 60; echo done'}
      - {name: after, when: always, command: touch after}
  - name: stubborn
    steps: ['trap "echo got INT" INT; trap "echo got TERM; exit 3" TERM; echo $$ > pid; echo begun; while :; do sleep 0.1; done']
  - name: deaf
    steps: ["trap '' INT TERM; echo $$ > pid; echo begun; while :; do sleep 0.1; done"]
  - name: group
    steps:
      - type: parallel
        name: both
        steps:
          - {name: a, command: 'echo $$ > pid; echo begun > begun; sleep 60'}
          - {name: b, command: 'sleep 60; touch never'}
  - name: asks
    steps: ['read -r line; echo "got $line"', 'echo second']
  - name: window
    steps: [{name: t, tty: true, interactive: true, command: 'test -t 0 && test -t 1 && echo ready; read -r x; echo "read $x"; stty size'}]
  - {name: screen, steps: [{tty: true, command: 'echo one; echo two'}]}
  - name: trapped
    steps:
      - {name: w, command: 'echo begun; sleep 60', continue: always}
      - touch after
  - {name: shared, steps: [{interactive: true, command: 'sleep 60 & echo $! > pid; echo begun; sleep 60; true'}]}
  - {name: jobs, steps: ['sleep 60 & echo $! > pid; echo begun; sleep 60']}
  - {name: many, steps: ['yes | head -c 50000000', touch after]}
  - {name: retried, steps: [{name: r, command: 'echo try; exit 1', retry: {initial_delay: 30s}}]}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "atmos.yaml").write_text(PROJECT)
    return tmp_path


def start(atmos: Path, project: Path, *words: str) -> subprocess.Popen[str]:
    env = {"PATH": os.environ["PATH"], "HOME": str(project), "LANG": "C.UTF-8"}
    return subprocess.Popen(
        [str(atmos), *words], cwd=project, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def gone(group: int) -> bool:
    for _ in range(200):
        if not alive(group):
            return True
        time.sleep(0.05)
    return False


def wait_for(path: Path) -> None:
    for _ in range(600):
        if path.exists() and path.read_text().strip():
            return
        time.sleep(0.05)
    raise AssertionError(f"{path} did not appear")


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131)]
)
def test_a_signal_ends_the_run_and_all_it_started(atmos: Path, project: Path, number: int, code: int) -> None:
    run = start(atmos, project, "slow")
    wait_for(project / "pid")
    run.send_signal(number)
    out, err = run.communicate(timeout=30)
    assert run.returncode == code
    assert out == "begun\n" or number == signal.SIGQUIT  # shells ignore this one themselves
    assert "Error" not in err
    assert gone(int((project / "pid").read_text()))
    assert not (project / "after").exists()


def test_the_second_interrupt_is_stronger(atmos: Path, project: Path) -> None:
    run = start(atmos, project, "stubborn")
    wait_for(project / "pid")
    assert run.stdout is not None
    assert run.stdout.readline() == "begun\n"
    run.send_signal(signal.SIGINT)
    assert run.stdout.readline() == "got INT\n"
    run.send_signal(signal.SIGINT)
    assert run.stdout.readline() == "got TERM\n"
    run.communicate(timeout=30)
    assert run.returncode == 130


def test_the_third_interrupt_kills(atmos: Path, project: Path) -> None:
    run = start(atmos, project, "deaf")
    wait_for(project / "pid")
    for _ in range(3):
        time.sleep(0.2)
        run.send_signal(signal.SIGINT)
    run.communicate(timeout=30)
    assert run.returncode == 130
    assert gone(int((project / "pid").read_text()))


def test_a_group_is_ended_whole(atmos: Path, project: Path) -> None:
    run = start(atmos, project, "group")
    wait_for(project / "begun")
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=30)
    assert run.returncode == 143
    assert gone(int((project / "pid").read_text()))


def test_a_forgiving_step_does_not_forgive_a_signal(atmos: Path, project: Path) -> None:
    run = start(atmos, project, "trapped")
    assert run.stdout is not None
    assert run.stdout.readline() == "begun\n"
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=30)
    assert run.returncode == 143
    assert not (project / "after").exists()


def test_between_attempts_too(atmos: Path, project: Path) -> None:
    run = start(atmos, project, "retried")
    assert run.stdout is not None
    assert run.stdout.readline() == "try\n"
    time.sleep(0.3)
    run.send_signal(signal.SIGTERM)
    run.communicate(timeout=20)
    assert run.returncode == 143


@pytest.mark.parametrize("mode", ["prefixed", "grouped"])
def test_a_reader_of_a_group_that_goes_away(atmos: Path, project: Path, mode: str) -> None:
    (project / "atmos.yaml").write_text(f"""
commands:
  - name: go
    deps: [before]
    steps:
      - type: parallel
        name: both
        output: {{mode: {mode}}}
        steps: [{{name: a, command: seq 1 200000}}, {{name: b, command: seq 1 200000}}, {{name: c, command: 'sleep 60; touch never'}}]
      - {{command: touch never, when: always}}
  - {{name: before, steps: [echo before]}}
  - {{name: wide, deps: [x, y], steps: [touch never]}}
  - {{name: x, steps: [seq 1 200000, touch never]}}
  - {{name: y, steps: ['sleep 60; touch never']}}
""")
    for words in ("go", "wide"):
        line = f"set -o pipefail; {atmos} {words} | head -n 2 >/dev/null"
        env = {"PATH": os.environ["PATH"], "HOME": str(project), "LANG": "C.UTF-8"}
        done = subprocess.run(["bash", "-c", line], cwd=project, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=50, check=False)  # fmt: skip
        assert done.returncode == 141, done.stderr
        assert "Traceback" not in done.stderr
        assert "Broken" not in done.stderr
        assert not (project / "never").exists()


def test_a_reader_that_goes_away(atmos: Path, project: Path) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(project)}
    shown = subprocess.run(
        f"{atmos} many | head -n 1; echo ${{PIPESTATUS[0]}}", shell=True, executable="/bin/bash", cwd=project, env=env,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert shown.stdout == "y\n141\n"
    assert shown.stderr == ""


def terminal(atmos: Path, project: Path, command: str) -> pexpect.spawn:
    env = {"PATH": os.environ["PATH"], "HOME": str(project), "LANG": "C.UTF-8", "TERM": "xterm", "PS1": "$ "}
    return pexpect.spawn(
        "/bin/bash", ["-c", command], cwd=str(project), env=env, timeout=30, encoding="utf-8", dimensions=(30, 90)
    )


def test_ctrl_c(atmos: Path, project: Path) -> None:
    child = terminal(atmos, project, f"{atmos} slow; echo code $?")
    child.expect("begun")
    child.sendintr()
    child.expect("code 130")
    child.expect(pexpect.EOF)
    assert gone(int((project / "pid").read_text()))
    assert not (project / "after").exists()


def process_gone(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_quit_at_the_keyboard_ends_background_jobs_too(atmos: Path, project: Path) -> None:
    child = terminal(atmos, project, f"{atmos} jobs; echo code $?")
    child.expect("begun")
    shell = Path(f"/proc/{(project / 'pid').read_text().strip()}/stat").read_text().rpartition(")")[2].split()[1]
    while (
        subprocess.run(["pgrep", "-c", "-x", "-P", shell, "sleep"], capture_output=True, check=False).stdout != b"2\n"
    ):
        time.sleep(0.05)  # a shell ignores QUIT: what it waits for has to be there
    child.sendcontrol("\\")
    child.expect("code 131")
    child.expect(pexpect.EOF)
    assert process_gone(int((project / "pid").read_text()))


def test_term_ends_all_of_an_interactive_step(atmos: Path, project: Path) -> None:
    child = terminal(atmos, project, f"{atmos} shared & wait $!; echo code $?")
    child.expect("begun")
    pids = subprocess.run(
        ["pgrep", "-f", f"{atmos} shared$"], capture_output=True, text=True, check=True
    ).stdout.split()
    for pid in pids:
        os.kill(int(pid), signal.SIGTERM)
    child.expect("code 143")
    child.expect(pexpect.EOF)
    assert process_gone(int((project / "pid").read_text()))


def test_a_step_reads_from_the_terminal(atmos: Path, project: Path) -> None:
    child = terminal(atmos, project, f"{atmos} asks; echo code $?")
    time.sleep(0.3)
    child.sendline("hello")
    child.expect("got hello")
    child.expect("second")
    child.expect("code 0")
    child.expect(pexpect.EOF)


def test_a_terminal_of_its_own(atmos: Path, project: Path) -> None:
    child = terminal(atmos, project, f"{atmos} window; echo code $?; stty -a | grep -o ' echo '")
    child.expect("ready")
    child.sendline("typed")
    child.expect("read typed")
    child.expect("30 90")
    child.expect("code 0")
    child.expect(" echo ")
    child.expect(pexpect.EOF)


def test_ctrl_z_and_fg(atmos: Path, project: Path) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(project), "LANG": "C.UTF-8", "TERM": "dumb", "PS1": "PROMPT> "}
    child = pexpect.spawn(
        "/bin/bash", ["--norc", "--noprofile", "-i"], cwd=str(project), env=env, timeout=30, encoding="utf-8"
    )
    child.expect("PROMPT> ")
    child.sendline(f"{atmos} asks")
    time.sleep(1.0)
    child.sendcontrol("z")
    child.expect("Stopped")
    child.expect("PROMPT> ")
    child.sendline("fg")
    child.expect("asks")
    time.sleep(0.3)
    child.sendline("again")
    child.expect("got again")
    child.expect("second")
    child.sendline("exit")
    child.expect(pexpect.EOF)


def test_a_pager_behind_us_keeps_the_terminal(atmos: Path, project: Path) -> None:
    (project / "pager.sh").write_text(
        'while read -r line; do echo "page $line"; done; read -r key < /dev/tty; echo "key $key"\n'
    )
    child = terminal(atmos, project, f"{atmos} asks | bash pager.sh; echo code ${{PIPESTATUS[0]}}")
    time.sleep(0.5)
    child.sendline("one")
    child.expect("page got one")
    child.expect("page second")
    child.sendline("two")
    child.expect("key two")
    child.expect("code 0")
    child.expect(pexpect.EOF)


def test_ctrl_c_in_a_pipeline(atmos: Path, project: Path) -> None:
    child = terminal(atmos, project, f"trap '' INT; (trap - INT; {atmos} slow; echo code $?) | cat; echo end")
    child.expect("begun")
    child.sendintr()
    child.expect("end")
    child.expect(pexpect.EOF)
    assert gone(int((project / "pid").read_text()))


def test_the_rest_of_the_job_is_interrupted_too(atmos: Path, project: Path) -> None:
    (project / "script.sh").write_text(f"trap 'echo told; exit 9' INT\n{atmos} slow\necho went on\n")
    child = terminal(atmos, project, "bash script.sh; echo code $?")
    child.expect("begun")
    child.sendintr()
    child.expect("told")
    child.expect("code 9")
    child.expect(pexpect.EOF)


def test_lines_of_a_terminal_of_its_own_end_once(atmos: Path, project: Path) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": str(project), "LANG": "C.UTF-8"}
    child = pexpect.spawn(str(atmos), ["screen"], cwd=project, env=env, timeout=60)
    child.expect(pexpect.EOF)
    assert child.before == b"one\r\ntwo\r\n"
    child.close()
    done = subprocess.run(
        [atmos, "screen"], cwd=project, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=True
    )
    assert done.stdout == b"one\ntwo\n"
    child = pexpect.spawn(str(atmos), ["window"], cwd=project, env=env, timeout=60)
    child.expect("ready\r\n")
    child.sendline("x")
    child.expect(pexpect.EOF)
    child.close()
    assert b"\r\r" not in child.before
