"""Launching real programs: streams, capture, input, timeout, groups, directories, what cannot be started."""

from __future__ import annotations

import os
import time

import pytest

from runner.process import launch
from runner.process.masking import Mask

ENV = {"PATH": os.environ["PATH"], "HOME": "/"}


def sh(text: str, **more: object) -> launch.Outcome:
    settings: dict[str, object] = {"env": ENV, "cwd": "/", "stdout": None, "stderr": None, "capture": True, **more}
    return launch.run(["sh", "-c", text], **settings)  # type: ignore[arg-type]


def test_both_streams_and_the_code() -> None:
    outcome = sh("echo out; echo err >&2; exit 3")
    assert (outcome.code, outcome.stdout, outcome.stderr) == (3, b"out\n", b"err\n")


def test_a_signal_is_128_and_its_number() -> None:
    outcome = sh("kill -9 $$")
    assert (outcome.code, outcome.signal) == (137, 9)


def test_sinks_get_what_is_masked_while_it_comes() -> None:
    mask = Mask()
    mask.add(["hunter2-hunter2"])
    seen: list[bytes] = []
    outcome = sh("printf 'a hunter2-'; printf 'hunter2 b\\n'", stdout=seen.append, mask=mask)
    assert b"".join(seen) == b"a <MASKED> b\n" == outcome.stdout


def test_much_input_and_output_at_once() -> None:
    data = os.urandom(100_000).hex().encode() * 10
    outcome = launch.run(["cat"], env=ENV, cwd="/", stdin=data, stdout=None, stderr=None, capture=True)
    assert outcome.stdout == data


def test_input_that_nobody_reads() -> None:
    assert launch.run(["true"], env=ENV, cwd="/", stdin=b"x" * 1_000_000).code == 0


def test_no_input() -> None:
    assert launch.run(["cat"], env=ENV, cwd="/", stdin=None, stdout=None, stderr=None, capture=True).stdout == b""


def test_the_environment_is_exact() -> None:
    outcome = launch.run(
        ["env"], env={"ONLY": "this"}, path="/usr/bin/env", cwd="/", stdout=None, stderr=None, capture=True
    )
    assert outcome.stdout == b"ONLY=this\n"


def test_the_directory_is_the_childs_alone(tmp_path: object) -> None:
    before = os.getcwd()
    assert sh("pwd -P", cwd=str(tmp_path)).stdout.decode().strip() == os.path.realpath(str(tmp_path))
    assert os.getcwd() == before


def test_what_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        launch.run(["no-such-program-x"], env=ENV, cwd="/")


def test_find(tmp_path: object) -> None:
    folder = str(tmp_path)
    with open(f"{folder}/tool", "w") as stream:
        stream.write("#!/bin/sh\n")
    assert launch.find("tool", {"PATH": folder}, "/") is None
    os.chmod(f"{folder}/tool", 0o755)
    assert launch.find("tool", {"PATH": f"/nowhere:{folder}"}, "/") == f"{folder}/tool"
    assert launch.find("./tool", {"PATH": ""}, folder) == f"{folder}/./tool"
    assert launch.find(folder, {"PATH": ""}, "/") is None


def test_a_timeout_ends_the_whole_group(tmp_path: object) -> None:
    mark = f"{tmp_path}/orphan"
    outcome = sh(f"(sleep 1; touch {mark}) & sh -c 'sleep 1; touch {mark}'; wait", timeout=0.2)
    assert (outcome.code, outcome.timed_out) == (124, True)
    time.sleep(1.2)
    assert not os.path.exists(mark)


def test_a_timeout_kills_who_ignores_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch.signals, "GRACE", 0.2)
    outcome = sh("trap '' TERM; while :; do sleep 0.05; done", timeout=0.2)
    assert outcome.code == 124


def test_background_jobs_are_not_waited_for() -> None:
    begun = time.monotonic()
    outcome = sh("sleep 20 & echo started")
    assert outcome.stdout == b"started\n"
    assert time.monotonic() - begun < 15
    launch.close_leftovers()


def test_output_of_a_background_job_is_shown_by_a_later_step() -> None:
    seen: list[bytes] = []
    sh("(sleep 0.3; echo late) & echo early", stdout=seen.append)
    sh("sleep 0.8", stdout=seen.append)
    launch.close_leftovers()
    assert b"".join(seen) == b"early\nlate\n"


def test_process_substitutions_are_complete() -> None:
    if launch.find("bash", ENV, "/") is None:
        pytest.skip("needs bash")
    outcome = launch.run(["bash", "-c", "echo one > >(cat)"], env=ENV, cwd="/", stdout=None, stderr=None, capture=True)
    launch.close_leftovers()
    assert outcome.stdout == b"one\n"


def test_only_the_end_is_kept() -> None:
    outcome = sh("seq 1 200000", tail=100)
    assert outcome.stdout.endswith(b"199999\n200000\n")
    assert len(outcome.stdout) < 200_000


def test_children_get_the_usual_pipe_signal() -> None:
    assert sh("yes | head -n 1; echo ${PIPESTATUS-} >/dev/null; (yes; echo $? >&2) | head -n 1").stderr in (
        b"141\n",
        b"",
    )


def test_a_nul_in_the_environment_is_explained() -> None:
    from runner.errors import AtmosError

    with pytest.raises(AtmosError, match="cannot start"):
        launch.run(["true"], env={**ENV, "X": "a\0b"}, cwd="/")
