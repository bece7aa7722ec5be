"""The graph of dependencies: each node once, in a fixed order, circles and unknown names found before anything runs."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from runner.errors import AtmosError
from runner.workflows import dependencies, files
from tests.runner.workflows.conftest import Project


def workflow_file(needs: dict[str, list[Any]], relative: str = "deps.yaml") -> files.WorkflowFile:
    workflows = {name: {"dependencies": {"workflows": list(names)}, "steps": ["true"]} for name, names in needs.items()}
    return files.WorkflowFile(f"/w/{relative}", relative, relative, {"workflows": workflows})


def planned(needs: dict[str, list[Any]], top: str, app: Any = None) -> list[str]:
    file = workflow_file(needs)
    section = {"workflows": [entry if isinstance(entry, dict) else {"name": entry} for entry in needs[top]]}
    graph = dependencies.plan(app, f'workflow "{top}"', section, file)
    return [node.name for node in graph.order] if graph else []


def test_a_diamond_runs_each_once_needs_first() -> None:
    assert planned({"a": ["c", "b"], "b": ["d"], "c": ["d"], "d": []}, "a") == ["d", "b", "c"]


def test_ready_nodes_go_by_name_not_by_place() -> None:
    assert planned({"top": ["z", "m", "a"], "z": [], "m": ["z"], "a": []}, "top") == ["a", "z", "m"]


def test_same_name_with_other_parameters_is_another_node() -> None:
    needs = {"top": [{"name": "x", "flags": {"stack": "a"}}, {"name": "x", "flags": {"stack": "b"}}, "x", "x"], "x": []}
    assert planned(needs, "top") == ["x", "x", "x"]


def test_nothing_to_run() -> None:
    assert dependencies.plan(None, 'workflow "w"', {"tools": {"x": "1"}}, None) is None  # type: ignore[arg-type]


def test_circles_are_named_with_their_chain() -> None:
    with pytest.raises(AtmosError, match="circular dependency detected") as caught:
        planned({"a": ["b"], "b": ["c"], "c": ["a"]}, "a")
    assert 'workflow "a" -> workflow "b" -> workflow "c" -> workflow "a"' in caught.value.message
    with pytest.raises(AtmosError, match="cannot depend on itself"):
        planned({"a": ["a"]}, "a")
    with pytest.raises(AtmosError, match='workflow "b" -> workflow "c" -> workflow "b"'):
        planned({"a": ["b"], "b": ["c"], "c": ["b"]}, "a")


def test_unknown_names_tell_who_needs_them_and_the_nearest() -> None:
    with pytest.raises(AtmosError, match='unknown dependency: workflow "buid"') as caught:
        planned({"top": ["middle"], "middle": ["buid"], "build": []}, "top")
    assert 'workflow "middle"' in caught.value.explanation
    assert "build" in caught.value.hints[0]


def test_modes_of_failure() -> None:
    def mode(*modes: str) -> str:
        return dependencies.fail_mode([{"fail": each} for each in modes])

    assert mode("wait_all", "") == "wait_all"
    assert mode("wait_all", "fail_fast") == "fail_fast"
    assert mode("best_effort", "fail_fast") == "best_effort"


def run_graph(needs: dict[str, list[Any]], broken: set[str], fail: str = "wait_all") -> tuple[list[str], int, str]:
    said: list[str] = []
    log = SimpleNamespace(warning=lambda message, **facts: said.append(message))
    app = SimpleNamespace(err=said.append, log=log, env={}, flags=None)
    file = workflow_file(needs)
    section = {"workflows": [{"name": name, "fail": fail} for name in needs["top"]]}
    graph = dependencies.plan(app, 'workflow "top"', section, file)  # type: ignore[arg-type]
    assert graph is not None
    ran: list[str] = []

    def node(item: dependencies.Node) -> int:
        ran.append(item.name)
        return 7 if item.name in broken else 0

    code = 0
    try:
        dependencies.run(app, 'workflow "top"', graph, node)  # type: ignore[arg-type]
    except AtmosError as error:
        code = error.exit_code if error.quiet else -1
    return ran, code, "".join(said)


def test_a_failure_stops_who_needs_it_and_the_owner() -> None:
    needs = {"top": ["a", "b", "c"], "a": [], "b": ["a"], "c": []}
    ran, code, said = run_graph(needs, {"a"})
    assert (ran, code) == (["a", "c"], 7)
    assert 'workflow "b" is skipped' in said
    assert 'workflow "top" did not run' in said


def test_fail_fast_and_best_effort() -> None:
    needs = {"top": ["a", "c"], "a": [], "c": []}
    assert run_graph(needs, {"a"}, "fail_fast")[:2] == (["a"], 7)
    ran, code, said = run_graph(needs, {"a"}, "best_effort")
    assert (ran, code) == (["a", "c"], 0)
    assert "best_effort" in said


GROUP = """
base_path: ./
workflows: {{base_path: w}}
commands:
  - {{name: prep, flags: [{{name: what, default: none}}], steps: ['echo "prep {{{{ .Flags.what }}}} as ${{AWS_PROFILE-nobody}}"']}}
auth:
  providers: {{corp: {{kind: mock/aws, region: us-east-2}}}}
  identities: {{admin: {{kind: mock/aws, via: {{provider: corp}}}}}}
"""
FLOWS = """
workflows:
  base: {steps: ['echo base as ${AWS_PROFILE-nobody}']}
  left: {dependencies: {workflows: [base]}, steps: [{type: shell, command: 'echo left {{ .flags.stack }} {{ .TrailingArgs }}'}]}
  right: {dependencies: {workflows: [base]}, steps: ['exit 9']}
  together:
    dependencies:
      max_concurrency: 0
      commands: [{name: prep, flags: {what: "two words"}}]
      workflows: [{name: left, flags: {stack: dev}, args: [x y]}, base]
    steps: ['echo together']
  fails: {dependencies: {max_concurrency: 2, workflows: [right, left]}, steps: ['echo never']}
  forgives: {dependencies: {max_concurrency: 2, workflows: [{name: right, fail: best_effort}, left]}, steps: ['echo anyway']}
  one-by-one: {dependencies: {workflows: [right, left]}, steps: ['echo never']}
"""


def test_dependencies_of_a_run(project: Project) -> None:
    project.write("atmos.yaml", GROUP.format())
    project.write("w/w.yaml", FLOWS)
    together = project.run("workflow", "together", "--identity", "admin")
    assert together.returncode == 0, together.stderr
    lines = together.stdout.splitlines()
    assert sorted(lines) == sorted(["base as admin", "left dev x y", "prep two words as admin", "together"])
    assert lines[-1] == "together"
    assert lines.index("base as admin") < lines.index("left dev x y")


def test_a_dependency_that_fails(project: Project) -> None:
    project.write("atmos.yaml", GROUP.format())
    project.write("w/w.yaml", FLOWS)
    for name in ("fails", "one-by-one"):
        failed = project.run("workflow", name)
        assert failed.returncode == 9, failed.stderr
        assert "never" not in failed.stdout
        assert "left" in failed.stdout
        assert f'workflow "{name}" did not run' in failed.stderr
        assert "--from-step 'step1'" in failed.stderr
    forgiven = project.run("workflow", "forgives")
    assert (forgiven.returncode, forgiven.stdout.splitlines()[-1]) == (0, "anyway")
    assert "Dependency failures ignored due to fail: best_effort" in forgiven.stderr


def test_a_dry_run_of_dependencies_runs_none(project: Project) -> None:
    project.write("atmos.yaml", GROUP.format())
    project.write("w/w.yaml", FLOWS)
    shown = project.run("workflow", "together", "--dry-run")
    assert shown.returncode == 0
    text = shown.stdout + shown.stderr
    assert "echo base" in text
    assert "prep" in text
    assert "two words" in text
    assert "\nbase as" not in text


@pytest.mark.parametrize("limit", [1, 2])
def test_a_report_shows_what_ran_before(project: Project, limit: int) -> None:
    project.write(
        "atmos.yaml", "base_path: ./\nworkflows: {base_path: w}\ncommands: [{name: prep, steps: [echo prep]}]\n"
    )
    project.write("w/d.yaml", f"""
workflows:
  base: {{steps: [{{name: b, type: shell, command: echo base}}]}}
  top:
    dependencies: {{max_concurrency: {limit}, workflows: [base], commands: [prep]}}
    steps: [{{name: t, type: shell, command: echo top}}]
""")  # fmt: skip
    assert (
        project.run("workflow", "top", "--report", "r.json", "--report", "r.html", "--report", "r.xml").returncode == 0
    )
    steps = json.loads((project.root / "r.json").read_text())["steps"]
    found = {(step.get("parent"), step["name"]): step["status"] for step in steps}
    if limit == 1:
        assert found == {(None, 'workflow "base"'): "succeeded", ('workflow "base"', "b"): "succeeded",
                         (None, 'command "prep"'): "succeeded", (None, "t"): "succeeded"}  # fmt: skip
    else:
        assert found == {(None, "dependencies"): "succeeded", ("dependencies", "base"): "succeeded",
                         ("dependencies", "prep"): "succeeded", (None, "t"): "succeeded"}  # fmt: skip
    starts = [step["started"] for step in steps]
    assert starts == sorted(starts)


def test_a_failed_dependency_is_in_the_report_too(project: Project) -> None:
    project.write("w/d.yaml", """
workflows:
  bad: {steps: [{name: b, type: shell, command: echo why >&2; exit 3}]}
  after: {dependencies: {workflows: [bad]}, steps: [echo after]}
  top: {dependencies: {workflows: [after]}, steps: [echo top]}
""")  # fmt: skip
    assert project.run("workflow", "top", "--report", "r.json").returncode == 3
    report = json.loads((project.root / "r.json").read_text())
    assert (report["status"], report["exit_code"]) == ("failed", 3)
    assert [(step["name"], step["status"]) for step in report["steps"]] == [
        ('workflow "bad"', "failed"), ("b", "failed"), ('workflow "after"', "skipped")]  # fmt: skip
    assert report["steps"][1]["last_lines"] == ["why"]
