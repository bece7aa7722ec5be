"""Parallel and matrix steps with real children."""

from __future__ import annotations

import time
from pathlib import Path

from tests.runner.steps.conftest import Runner


def test_order_by_needs_and_name(run: Runner, tmp_path: Path) -> None:
    done = run("""
- name: g
  type: parallel
  max_concurrency: 1
  steps:
    - {name: zeta, command: echo zeta >> order}
    - {name: late, command: echo late >> order, needs: [zeta]}
    - {name: alpha, command: echo alpha >> order}
""")
    assert done.code == 0
    assert (tmp_path / "order").read_text() == "alpha\nzeta\nlate\n"
    assert done.err.endswith("✓ [g] summary: 3 succeeded, 0 failed, 0 skipped, 0 canceled\n")


def test_children_meet(run: Runner) -> None:
    wait = "for i in $(seq 300); do [ -e %s ] && echo met && exit 0; sleep 0.05; done; exit 1"
    done = run(f"""
- name: g
  type: parallel
  output: {{show_summary: false}}
  steps:
    - {{name: a, command: 'touch a; {wait % "b"}'}}
    - {{name: b, command: 'touch b; {wait % "a"}'}}
""")
    assert done.out == "met\nmet\n"


def test_results_of_children(run: Runner) -> None:
    done = run("""
- name: g
  type: parallel
  output: {mode: none}
  steps:
    - {name: ok, command: echo fine}
    - {name: bad, command: 'echo why >&2; exit 4'}
    - {name: after, command: echo x, needs: [bad]}
- {when: always, command: 'echo "{{ .steps.ok.value }} {{ .steps.ok.status }} {{ .steps.bad.status }} {{ .steps.bad.exit_code }} {{ .steps.after.skipped }}"'}
""")
    assert done.out == "fine succeeded failed 4 true\n"
    assert done.code == 4
    assert done.error is not None
    assert 'step "bad"' in done.error.message


def test_best_effort_and_thresholds(run: Runner, tmp_path: Path) -> None:
    assert (
        run("- {type: parallel, fail: {mode: best_effort}, steps: [{name: a, command: exit 3}]}\n- echo on\n").out
        == "on\n"
    )
    done = run("""
- type: parallel
  max_concurrency: 1
  fail: {max_failures: 2}
  steps:
    - {name: a, command: exit 3}
    - {name: b, command: exit 4}
    - {name: c, command: touch never}
""")
    assert done.code == 3
    assert "0 succeeded, 2 failed, 1 skipped, 0 canceled" in done.err
    assert not (tmp_path / "never").exists()


def test_fail_fast_ends_what_runs(run: Runner, tmp_path: Path) -> None:
    begun = time.monotonic()
    done = run("""
- name: g
  type: parallel
  fail: {mode: fail_fast}
  steps:
    - {name: quick, command: 'while [ ! -e up ]; do sleep 0.05; done; exit 6'}
    - {name: slow, command: "touch up; sh -c 'sleep 30; touch orphan'; true"}
    - {name: napper, type: sleep, timeout: 30s}
""")
    assert done.code == 6
    assert time.monotonic() - begun < 20
    assert not (tmp_path / "orphan").exists()
    assert "1 failed, 0 skipped, 2 canceled" in done.err


def test_prefixed(run: Runner) -> None:
    done = run("""
- name: g
  type: parallel
  max_concurrency: 1
  output: {mode: prefixed, prefix: '{{ .step.name | upper }}'}
  steps:
    - {name: a, command: "printf 'one\\ntwo'; echo e >&2"}
    - {name: b, command: echo three}
""")
    assert done.out == "[A] one\n[A] two\n[B] three\n"
    assert "[A] e\n" in done.err


def test_environment_of_group_and_child(run: Runner) -> None:
    done = run("""
- {name: seed, command: echo s}
- type: parallel
  env: {P: parent, BOTH: parent}
  output: {show_summary: false}
  steps: [{name: a, env: {BOTH: child, GOT: '{{ .steps.seed.value | upper }}'}, command: 'echo "$P $BOTH $GOT"'}]
""")
    assert done.out == "s\nparent child S\n"


def test_matrix(run: Runner) -> None:
    done = run("""
- name: m
  type: matrix
  matrix: {stage: [dev, prod], component: [vpc, app]}
  output: {order: definition}
  steps:
    - {name: make, command: 'echo {{ .matrix.component }}-{{ .matrix.stage }}'}
    - {name: check, when: matrix.stage == 'dev', command: 'echo checked {{ .matrix.component }}'}
""")
    assert done.out == "vpc-dev\nchecked vpc\nvpc-prod\napp-dev\nchecked app\napp-prod\n"
    assert "6 succeeded, 0 failed, 2 skipped" in done.err


def test_a_condition_that_cannot_be_evaluated_fails_its_child(run: Runner) -> None:
    done = run(
        "- {type: parallel, steps: [{name: a, when: env.NOPE == 'x', command: echo a}, {name: b, command: echo b}]}\n"
    )
    assert done.code == 1
    assert "NOPE" in str(done.error)


def test_children_have_no_input(run: Runner) -> None:
    assert (
        run("- {type: parallel, output: {show_summary: false}, steps: [{name: a, command: cat; echo end}]}\n").out
        == "end\n"
    )


def test_retry_timeout_and_template_errors_of_children(run: Runner) -> None:
    done = run(
        "- {type: parallel, steps: [{name: a, command: 'echo x >> n; test $(wc -l < n) -ge 2', retry: {max_attempts: 3}}]}\n"
    )
    assert done.code == 0
    done = run("- {type: parallel, steps: [{name: a, command: sleep 20, timeout: 100ms}]}\n")
    assert done.code == 124
    done = run(
        "- {type: parallel, steps: [{name: a, command: 'echo {{ .no }}'}]}\n- {command: echo on, when: always}\n"
    )
    assert (done.code, done.out) == (1, "on\n")


def test_many_nodes_cost_little(run: Runner) -> None:
    needs = [f", needs: [n{i - 1:04}]" if i % 10 else "" for i in range(1000)]
    nodes = "\n".join(f"    - {{name: n{i:04}, type: sleep, timeout: 0s{needs[i]}}}" for i in range(1000))
    done = run(f"- name: g\n  type: parallel\n  max_concurrency: 4\n  output: {{mode: none}}\n  steps:\n{nodes}\n")
    assert done.code == 0
    assert len(done.run.results) == 1000


def test_a_timeout_of_the_group(run: Runner, tmp_path: Path) -> None:
    done = run(
        "- {name: g, type: parallel, timeout: 300ms, steps: [{name: a, command: 'sleep 20; touch never'}, {name: b, command: echo b}]}\n"
    )
    assert done.code == 124
    assert 'step "g" timed out after 300ms' in str(done.error)
    assert "1 succeeded, 0 failed, 0 skipped, 1 canceled" in done.err


def test_restored_children(run: Runner) -> None:
    done = run(
        """
- name: g
  type: parallel
  output: {show_summary: false}
  steps: [{name: a, command: echo a}, {name: b, needs: [a], command: 'echo b {{ .steps.a.value }}'}]
""",
        restored={("g", "a"): {"value": "kept"}},
    )
    assert done.out == "b kept\n"


def test_children_are_steps_like_any_other(run: Runner) -> None:
    text = """
- name: g
  type: parallel
  output: {order: definition, show_summary: false}
  steps:
    - {name: a, command: 'echo one', outputs: {twice: '{{ .value }}{{ .value }}'}}
    - {name: b, command: exit 3, continue: always}
    - {name: c, needs: [a, b], command: 'echo {{ .steps.a.outputs.twice }} {{ .steps.b.status }}'}
    - {name: d, command: 'cat in > out; echo fresh', inputs: {sources: [in]}, artifacts: {paths: [out]}}
- echo on
"""
    assert run("- touch in\n" + text).out == "one\noneone forgiven\nfresh\non\n"
    assert run(text).out == "one\noneone forgiven\non\n"


def test_the_directory_of_the_group_is_its_childrens(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "sub" / "own").mkdir(parents=True)
    done = run("""
- name: g
  type: parallel
  working_directory: sub
  output: {order: definition, show_summary: false}
  steps: [{name: a, command: pwd}, {name: b, command: pwd, working_directory: sub/own}]
""")
    assert done.out == f"{tmp_path}/sub\n{tmp_path}/sub/own\n"
