"""Container steps and background services, on a stand-in for the runtime (no daemon runs where the tests do)."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from runner.errors import AtmosError
from tests.runner.steps.conftest import Runner, compiled

STAND_IN = Path(__file__).with_name("stand_in.py")


@pytest.fixture
def runtime(tmp_path: Path) -> dict[str, str]:
    """The environment in which `docker` is the stand-in."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "docker").write_text(STAND_IN.read_text())
    (folder / "docker").chmod(stat.S_IRWXU)
    state = tmp_path / "containers"
    state.mkdir()
    return {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "STAND_IN": str(state)}


def started(runtime: dict[str, str]) -> list[dict[str, Any]]:
    path = Path(runtime["STAND_IN"]) / "all"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def left(runtime: dict[str, str]) -> list[str]:
    return [path.name for path in Path(runtime["STAND_IN"]).iterdir() if path.is_dir()]


def test_a_command_in_a_container(run: Runner, runtime: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    outcome = run("""
- {name: set, type: env, vars: {MODE: fast}}
- name: boxed
  type: container
  working_directory: sub
  env: {SECRET_THING: very-secret-value}
  with: {image: "alpine:{{ .env.MODE }}", ports: ["80:80"], volumes: ["./data:/data:ro"], user: "1000"}
  command: 'echo "$MODE $SECRET_THING $STAND_IN $(basename "$PWD")"; echo warn >&2'
- {name: shown, command: 'echo "[{{ .steps.boxed.value }}] {{ .steps.boxed.exit_code }}"'}
""", env=runtime)  # fmt: skip
    assert outcome.error is None
    assert outcome.out == "fast very-secret-value  sub\n[fast very-secret-value  sub] 0\n"
    assert "warn" in outcome.err
    (seen,) = started(runtime)
    assert seen["image"] == "alpine:fast"
    assert seen["options"]["--user"] == ["1000"]
    assert f"{tmp_path}/sub/data:/data:ro" in seen["options"]["--volume"]
    assert f"{tmp_path}:{tmp_path}" in seen["options"]["--volume"]
    assert sorted(set(seen["options"]["--env"]) & {"MODE", "SECRET_THING", "PATH", "STAND_IN", "HOME"}) == [
        "MODE",
        "SECRET_THING",
    ]
    assert "very-secret-value" not in json.dumps(seen)
    assert left(runtime) == []


def test_its_code_is_the_steps(run: Runner, runtime: dict[str, str]) -> None:
    outcome = run(
        "- {name: b, type: container, with: {image: x}, command: exit 9}\n- {when: always, command: echo after}",
        env=runtime,
    )
    assert (outcome.code, outcome.out) == (9, "after\n")


def test_a_timeout_removes_it(run: Runner, runtime: dict[str, str]) -> None:
    outcome = run("- {name: b, type: container, timeout: 500ms, with: {image: x}, command: exec sleep 60}", env=runtime)
    assert outcome.code == 124
    assert left(runtime) == []


SERVICE = """
- name: db
  type: container
  background: true
  with: {image: pg, health: {command: "test -e ready", interval: 50ms, timeout: 20s}}
  command: sleep 0.3; touch ready; echo up; exec sleep 600
"""


def test_services_are_ready_before_the_next_step_and_end_with_the_run(
    run: Runner, runtime: dict[str, str], tmp_path: Path
) -> None:
    outcome = run(SERVICE + "- {command: test -e ready && echo there}\n- {command: exit 3}\n", env=runtime)
    assert (outcome.code, outcome.out) == (3, "there\n")
    assert (tmp_path / "ready").exists()
    assert left(runtime) == []


def test_wait_and_cancel(run: Runner, runtime: dict[str, str]) -> None:
    outcome = run(SERVICE + """
- {name: w, type: wait, for: db}
- {type: wait-all}
- {command: 'ls "$STAND_IN" | grep -c atmos-'}
- {type: cancel, for: [db]}
- {command: 'ls "$STAND_IN" | grep -c atmos-; true'}
- {type: wait-all}
""", env=runtime)  # fmt: skip
    assert outcome.error is None
    assert outcome.out == "1\n0\n"


def test_a_service_that_dies_is_told_of(run: Runner, runtime: dict[str, str]) -> None:
    outcome = run("- {name: db, type: container, background: true, with: {image: x, health: {command: 'false', interval: 50ms}}, "
                  "command: 'echo no disk >&2; exit 1'}\n- {name: next, command: echo ran}\n", env=runtime)  # fmt: skip
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.error is not None
    assert 'background step "db" ended before it was ready' in outcome.error.message
    assert "no disk" in outcome.error.explanation
    assert left(runtime) == []


def test_a_service_that_is_never_ready(run: Runner, runtime: dict[str, str]) -> None:
    outcome = run("- {name: db, type: container, background: true, with: {image: x, health: {command: 'false', interval: 20ms, timeout: 200ms}}, "
                  "command: exec sleep 600}\n- {name: next, command: echo ran}\n", env=runtime)  # fmt: skip
    assert outcome.error is not None
    assert "was not ready after 0.2s" in outcome.error.message
    assert left(runtime) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_outlives_a_signal(atmos: Path, clean_env: dict[str, str], runtime: dict[str, str], tmp_path: Path,
                                   number: signal.Signals) -> None:  # fmt: skip
    (tmp_path / "atmos.yaml").write_text("base_path: ./\ncommands:\n- name: up\n  steps:\n" + "".join(
        f"  {line}\n" for line in (SERVICE + "- {command: touch begun; sleep 600}").strip().splitlines()))  # fmt: skip
    process = subprocess.Popen([str(atmos), "up"], cwd=tmp_path, env={**clean_env, **runtime}, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip
    limit = time.monotonic() + 60
    while not (tmp_path / "begun").exists() and time.monotonic() < limit and process.poll() is None:
        time.sleep(0.05)
    assert left(runtime)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number, errors
    assert left(runtime) == []


def test_without_a_runtime_nothing_runs(run: Runner, tmp_path: Path) -> None:
    outcome = run("- {command: echo before}\n- {name: boxed, type: container, with: {image: x}, command: echo}\n",
                  env={"ATMOS_CONTAINER_RUNTIME": "no-such-runtime"})  # fmt: skip
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.error is not None
    assert "not supported here" in outcome.error.message
    assert "no-such-runtime" in outcome.error.message
    assert "boxed" in outcome.error.message


def test_with_a_runtime_that_does_not_answer_nothing_runs(run: Runner, runtime: dict[str, str]) -> None:
    (Path(runtime["STAND_IN"]) / "down").touch()
    outcome = run(
        "- {command: echo before}\n- {name: boxed, type: container, with: {image: x}, command: echo}\n", env=runtime
    )
    assert (outcome.code, outcome.out) == (1, "")
    assert isinstance(outcome.error, AtmosError)
    assert "does not work" in outcome.error.message
    assert "Cannot connect" in outcome.error.explanation


def test_a_dry_run_needs_no_runtime(run: Runner) -> None:
    outcome = run(SERVICE, dry_run=True, env={"ATMOS_CONTAINER_RUNTIME": "no-such-runtime"})
    assert outcome.error is None
    assert "image: pg" in outcome.err
    assert "touch ready" in outcome.err


@pytest.mark.parametrize(("text", "said"), [
    ("- {name: a, type: container}", "with"),
    ("- {name: a, type: container, with: {imag: x}}", "imag"),
    ("- {name: a, type: container, with: {ports: 3}}", "with.image"),
    ("- {name: a, type: container, with: {image: x, action: build}}", "it can be run"),
    ("- {name: a, type: container, background: true, tty: true, with: {image: x}}", 'background step "a" cannot set tty or interactive'),
    ("- {name: a, type: container, background: true, with: {image: x}}\n- {name: a, type: container, background: true, with: {image: x}}",
     'step "a" reuses the name of a still-running background step'),
    ("- {name: a, type: container, background: true, with: {image: x}}\n- {type: cancel, for: a}\n- {name: w, type: wait, for: a}",
     'wait step "w" references unknown or already-stopped background step "a"'),
    ("- {name: w, type: cancel}", "naming the background step(s) to cancel"),
    ("- {name: a, type: script, interpreter: sh, script: x, background: true}", 'is type "script"'),
])  # fmt: skip
def test_mistakes(text: str, said: str) -> None:
    _, problems = compiled(text)
    assert any(said in problem for problem in problems), problems


def test_a_service_whose_check_cannot_be_written_is_not_started(run: Runner, runtime: dict[str, str]) -> None:
    outcome = run("- {name: db, type: container, background: true, with: {image: x, health: {command: '{{ .lost.x }}'}}, "
                  "command: exec sleep 600}\n", env=runtime)  # fmt: skip
    assert outcome.error is not None
    assert "with.health.command" in outcome.error.message
    assert (started(runtime), left(runtime)) == ([], [])


def test_services_end_with_the_program_that_would_replace_us(
    atmos: Path, clean_env: dict[str, str], runtime: dict[str, str], tmp_path: Path
) -> None:
    steps = SERVICE + "- {type: exec, command: 'test -e ready && echo there; exit 4'}\n"
    (tmp_path / "atmos.yaml").write_text("base_path: ./\ncommands:\n- name: up\n  steps:\n" + "".join(
        f"  {line}\n" for line in steps.strip().splitlines()))  # fmt: skip
    done = subprocess.run([str(atmos), "up"], cwd=tmp_path, env={**clean_env, **runtime}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.returncode, done.stdout) == (4, "there\n"), done.stderr
    assert left(runtime) == []


def test_containers_of_different_runs_have_different_names(run: Runner, runtime: dict[str, str]) -> None:
    for _ in range(2):
        run("- {name: b, type: container, with: {image: x}, command: 'true'}", env=runtime)
    first, second = (seen["options"]["--name"] for seen in started(runtime))
    assert first != second
