"""Groups on a dask cluster of this machine: the same steps, the same results, nothing left behind when they are ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runner.steps.conftest import Runner, compiled

GROUP = """
- {name: set, type: env, vars: {WORD: hello}}
- name: g
  type: parallel
  executor: dask
  output: {order: definition}
  steps:
    - {name: a, env: {MORE: there}, command: 'echo "$WORD $MORE"; echo to-err >&2'}
    - {name: b, needs: [a], command: 'echo "after {{ .steps.a.value }}"; pwd'}
    - {name: c, type: script, interpreter: python3, script: 'print(6 * 7)'}
    - {name: d, timeout: 300ms, command: sleep 60}
    - {name: e, retry: {max_attempts: 2}, command: 'echo x >> tries; test "$(wc -l < tries)" = 2'}
- {name: end, when: always, command: 'echo "[{{ .steps.a.value }}] [{{ .steps.c.value }}] {{ .steps.d.exit_code }}"'}
"""


def test_children_run_on_workers(run: Runner, tmp_path: Path) -> None:
    outcome = run(GROUP, env={"GITHUB_TOKEN": "tok-12345678901"})
    assert outcome.code == 124
    assert f"hello there\nafter hello there\n{tmp_path}\n42\n" in outcome.out
    assert outcome.out.endswith("[hello there] [42] 124\n")
    assert "to-err" in outcome.err
    assert (tmp_path / "tries").read_text() == "x\nx\n"


def test_what_workers_print_is_masked(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = run("- {name: g, type: parallel, steps: [{name: a, command: 'echo $GITHUB_TOKEN'}]}",
                  env={"GITHUB_TOKEN": "tok-12345678901", "ATMOS_EXECUTOR": "dask"})  # fmt: skip
    assert outcome.error is None
    assert outcome.out == "<MASKED>\n"


def test_a_cancelled_group_ends_what_workers_run(run: Runner, tmp_path: Path) -> None:
    outcome = run("""
- name: g
  type: parallel
  executor: dask
  fail: {mode: fail_fast}
  steps:
    - {name: quick, command: 'while [ ! -e begun ]; do sleep 0.05; done; exit 6'}
    - {name: slow, command: "touch begun; sh -c 'sleep 30; touch orphan'; true"}
""")  # fmt: skip
    assert outcome.code == 6
    assert outcome.run.results["slow"]["status"] == "canceled"
    assert not (tmp_path / "orphan").exists()


def test_a_cluster_that_is_not_there(run: Runner) -> None:
    outcome = run("- {name: g, type: parallel, steps: [{name: a, command: echo}]}",
                  env={"ATMOS_EXECUTOR": "dask", "ATMOS_DASK_ADDRESS": "tcp://127.0.0.1:1"})  # fmt: skip
    assert outcome.code == 1
    assert outcome.error is not None
    assert "cannot reach the dask cluster at tcp://127.0.0.1:1" in outcome.error.message


def test_an_unknown_executor() -> None:
    _, problems = compiled("- {name: g, type: parallel, executor: cloud, steps: [{name: a, command: echo}]}")
    assert any("`executor` is `cloud`; it can be local, dask" in problem for problem in problems)


def test_without_dask(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    outcome = run("- {name: g, type: parallel, executor: dask, steps: [{name: a, command: echo}]}")
    assert outcome.error is not None
    assert "atmos-runner[dask]" in outcome.error.hints[0]
