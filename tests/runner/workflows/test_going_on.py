"""Runs that die and go on: nothing that had finished runs twice, nothing is lost, results are there again."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.runner.workflows.conftest import Project

LONG = "workflows:\n  long:\n    steps:\n" + "".join(
    f"      - {{name: s{n}, type: shell, command: 'echo s{n} >> ran; sleep 0.05; echo out-{n}'}}\n" for n in range(8)
)


def events(journal: Path) -> list[dict[str, object]]:
    found = []
    for line in journal.read_text().splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            pytest.fail(f"a torn line: {line!r}")
    return found


def ended(journal: Path) -> list[str]:
    return [
        str(event["step"]) for event in events(journal) if event["event"] == "end" and event["status"] == "succeeded"
    ]


def ran(project: Project) -> list[str]:
    path = project.root / "ran"
    return path.read_text().split() if path.exists() else []


def wait_for_lines(project: Project, process: subprocess.Popen[bytes], count: int) -> None:
    """Until the journal has so many lines, or its run is over."""
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        if project.journals and project.journals[-1].read_bytes().count(b"\n") >= count:
            return
        if process.poll() is not None:
            return
        time.sleep(0.005)
    pytest.fail("the journal does not grow")


def was_over(project: Project) -> bool:
    """The signal came when all was done already: there was nothing to go on with."""
    return "has succeeded" in (project.root / "stderr").read_text()


GROUPED = (
    "workflows:\n  long:\n    steps:\n"
    "      - {name: s0, type: shell, command: 'echo s0 >> ran; sleep 0.05; echo out-0'}\n"
    "      - name: group\n        type: parallel\n        max_concurrency: 2\n        steps:\n"
    + "".join(
        f"          - {{name: s{n}, type: shell, command: 'echo s{n} >> ran; sleep 0.05'}}\n" for n in range(1, 6)
    )
    + "      - {name: s6, type: shell, command: 'echo s6 >> ran; sleep 0.05'}\n"
    "      - {name: s7, type: shell, command: 'echo s7 >> ran; echo {{ .steps.s0.value }} > last'}\n"
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("text", [LONG, GROUPED], ids=["steps", "group"])
def test_killed_at_any_point(project: Project, number: signal.Signals, seed: int, text: str) -> None:
    project.write("w/long.yaml", text)
    chance = random.Random(seed * 1000 + number)
    process = project.start("workflow", "long")
    lines = 0
    deaths: list[tuple[int, set[str]]] = []  # how many had begun, and which had finished, when the run died
    for _ in range(4):
        wait_for_lines(project, process, lines + chance.randint(2, 6))
        time.sleep(chance.random() * 0.05)
        process.send_signal(number)
        if process.wait(60) == 0 or was_over(project):
            break
        assert process.returncode in (128 + number, -number), (project.root / "stderr").read_text()
        time.sleep(0.2)  # what a killed run had started ends by itself
        deaths.append((len(ran(project)), set(ended(project.journals[0]))))
        lines = len(events(project.journals[0]))
        process = project.start("workflow", "--resume", "last")
    if process.wait(60) not in (0, 1):
        assert project.run("workflow", "--resume", "last").returncode == 0
    names = {f"s{n}" for n in range(8)}
    assert len(project.journals) == 1
    assert set(ran(project)) == names, "something was lost"
    for begun, finished in deaths:
        assert not set(ran(project)[begun:]) & finished, "something that had finished ran again"
    done = [name for name in ended(project.journals[0]) if name != "group"]
    assert sorted(done) == sorted(names), "each has finished, and once"
    assert json.loads(project.run("run", "list", "-f", "json").stdout)[0]["status"] == "succeeded"
    if text is GROUPED:
        assert (project.root / "last").read_text() == "out-0\n"


def test_results_env_steps_and_children_are_there_again(project: Project) -> None:
    project.write("w/w.yaml", """
workflows:
  w:
    steps:
      - {name: first, type: shell, command: "echo first >> ran; echo one", outputs: {twice: "{{ .value }}{{ .value }}"}}
      - {name: vars, type: env, vars: {TOKEN: "t-{{ .steps.first.value }}"}}
      - name: group
        type: parallel
        steps:
          - {name: a, type: shell, command: "echo a >> ran; echo from-a"}
          - {name: b, type: shell, command: "echo b >> ran; test -e fixed && echo from-b"}
      - {name: later, when: failure, type: shell, command: echo cleanup >> ran}
      - name: last
        type: shell
        command: echo {{ .steps.first.outputs.twice }} $TOKEN {{ .steps.a.value }} {{ .steps.b.value }} {{ .steps.first.exit_code }}
""")  # fmt: skip
    first = project.run("workflow", "w")
    assert first.returncode == 1
    assert sorted(ran(project)) == ["a", "b", "cleanup", "first"]
    (project.root / "fixed").touch()
    second = project.run("workflow", "--resume", "last")
    assert second.returncode == 0, second.stderr
    assert second.stdout.splitlines()[-1] == "oneone t-one from-a from-b 0"
    assert sorted(ran(project)) == ["a", "b", "b", "cleanup", "first"]
    third = project.run("workflow", "--resume", "last")
    assert third.returncode == 1
    assert "has succeeded" in third.stderr


def test_the_run_is_started_as_it_was(project: Project) -> None:
    project.write("atmos.yaml", """
base_path: ./
workflows: {base_path: w}
commands:
  - name: say
    arguments: [{name: word}]
    flags: [{name: stack, shorthand: s, default: none}]
    steps: ['echo "{{ .Arguments.word }} {{ .Flags.stack }}"; test -e fixed']
""")  # fmt: skip
    project.write("w/w.yaml", "workflows:\n  w:\n    steps: [{name: x, command: 'say {{ .TrailingArgs }}'}]\n")
    first = project.run("workflow", "w", "-s", "dev", "--", "hello")
    assert (first.returncode, first.stdout) == (1, "hello dev\n")
    (project.root / "fixed").touch()
    again = project.run("workflow", "--resume", project.journals[0].stem)
    assert (again.returncode, again.stdout) == (0, "hello dev\n")


def test_a_workflow_that_changed_is_refused(project: Project) -> None:
    text = "workflows:\n  w:\n    steps: [{name: a, type: shell, command: echo a}, {name: b, type: shell, command: exit 3}]\n"
    project.write("w/w.yaml", text)
    assert project.run("workflow", "w").returncode == 3
    project.write("w/w.yaml", text.replace("exit 3", "echo fixed"))
    project.write("w/other.yaml", text.replace("w:", "other:", 1))
    assert project.run("workflow", "--resume", "last").stdout == "fixed\n"
    assert project.run("workflow", "w", "-f", "w").returncode == 0
    project.write("w/w.yaml", text)
    assert project.run("workflow", "w", "-f", "w").returncode == 3
    project.write("w/w.yaml", text.replace("echo a", "echo A"))
    refused = project.run("workflow", "--resume", "last")
    assert refused.returncode == 1
    assert "has changed" in refused.stderr


def test_what_is_secret_is_not_stored(project: Project) -> None:
    project.write("w/w.yaml", """
workflows:
  w:
    steps:
      - {name: a, type: shell, command: "echo $GITHUB_TOKEN"}
      - {name: b, type: env, vars: {X: "{{ .env.GITHUB_TOKEN }}"}}
      - {name: c, type: input, prompt: Secret, password: true, default: very-secret-default}
      - {name: d, type: shell, command: exit 1}
""")  # fmt: skip
    result = project.run("workflow", "w", "--mask=false", env={"GITHUB_TOKEN": "tok-123456789012345"})
    assert result.stdout == "tok-123456789012345\n"
    text = project.journals[0].read_text()
    assert "tok-123456789012345" not in text
    assert "very-secret-default" not in text
    assert project.journals[0].stat().st_mode & 0o777 == 0o600


def test_nothing_is_kept_of_dry_runs_or_when_it_is_off(project: Project) -> None:
    project.write("w/w.yaml", "workflows:\n  w:\n    steps: ['true']\n")
    assert project.run("workflow", "w", "--dry-run").returncode == 0
    assert project.run("workflow", "w", env={"ATMOS_WORKFLOW_JOURNAL": "off"}).returncode == 0
    assert project.journals == []


def test_run_commands(project: Project) -> None:
    project.write("w/w.yaml", "workflows:\n  good: {steps: ['true']}\n  bad: {steps: ['true', 'exit 4']}\n")
    assert project.run("run", "list").stderr == "▶ No runs found\n"
    project.run("workflow", "good")
    project.run("workflow", "bad")
    rows = json.loads(project.run("run", "list", "--format", "json").stdout)
    assert sorted((row["workflow"], row["status"]) for row in rows) == [("bad", "failed"), ("good", "succeeded")]
    bad = next(row["run"] for row in rows if row["workflow"] == "bad")
    shown = project.run("run", "show", bad)
    assert "step2  failed" in shown.stdout
    assert f"--resume {bad}" in shown.stderr
    assert project.run("run", "show", "nonsense").returncode == 1
    assert len(project.run("run", "prune", "--dry-run").stdout.splitlines()) == 2
    assert len(project.run("run", "prune").stdout.splitlines()) == 2
    assert project.journals == []


def test_flags_given_again_replace_those_of_the_start(project: Project) -> None:
    project.write(
        "w/w.yaml",
        "workflows:\n  w:\n    steps: ['true', {name: x, type: shell, command: 'echo {{ .flags.stack }} {{ .TrailingArgs }}; exit 3'}]\n",
    )
    assert project.run("workflow", "w", "-s", "one", "--", "a").stdout == "one a\n"
    assert project.run("workflow", "--resume", "last", "-s", "two").stdout == "two a\n"
    assert project.run("workflow", "w", "--resume", "last", "--", "b").stdout == "one b\n"
    assert project.run("workflow", "other", "--resume", "last").returncode == 1
    assert "cannot be used together" in project.run("workflow", "--resume", "last", "--from-step", "x").stderr


def test_secret_words_are_not_stored_but_asked_for(project: Project) -> None:
    project.write(
        "w/w.yaml", "workflows:\n  w:\n    steps: [{name: x, type: shell, command: 'test {{ .TrailingArgs }} = 1'}]\n"
    )
    token = "ghp_" + "a1B2" * 10
    assert project.run("workflow", "w", "--", token).returncode == 1
    assert token not in project.journals[0].read_text()
    assert "Give them again" in project.run("workflow", "--resume", "last").stderr
    assert project.run("workflow", "--resume", "last", "--", "1").returncode == 0


def test_last_is_of_this_project_and_no_step(project: Project) -> None:
    project.write("w/w.yaml", """
workflows:
  outer: {steps: [{name: nested, command: workflow inner}, 'exit 4']}
  inner: {steps: ['echo inner $ATMOS_WORKFLOW_RUN']}
""")  # fmt: skip
    ran_as = project.run("workflow", "outer")
    assert ran_as.returncode == 4
    assert len(project.journals) == 2
    outer, inner = project.journals
    assert ran_as.stdout == f"inner {inner.stem}\n"
    assert json.loads(inner.read_text().splitlines()[0])["outer"] == outer.stem
    assert outer.stem in project.run("run", "show", "last").stdout
    assert project.run("workflow", "--resume", "last").returncode == 4
    assert len(project.journals) == 2
    project.write("other/atmos.yaml", "base_path: ./\nworkflows: {w: {steps: ['exit 5']}}\n")
    assert project.run("workflow", "w", cwd="other").returncode == 5
    assert project.run("workflow", "--resume", "last").returncode == 4
    wrong = project.run("workflow", "--resume", outer.stem, cwd="other")
    assert "belongs to another project" in wrong.stderr


def test_rows_of_a_matrix_and_chains_go_on_where_they_stopped(project: Project) -> None:
    project.write("w/w.yaml", """
workflows:
  w:
    steps:
      - name: grid
        type: matrix
        matrix: {stage: [dev, prod]}
        steps:
          - {name: plan, type: shell, command: "echo plan-{{ .matrix.stage }} >> ran"}
          - {name: apply, type: shell, command: "echo apply-{{ .matrix.stage }} >> ran; test {{ .matrix.stage }} = dev || test -e fixed"}
          - {name: check, type: shell, command: "echo check-{{ .matrix.stage }} >> ran"}
      - {name: end, type: shell, command: echo end >> ran}
""")  # fmt: skip
    assert project.run("workflow", "w").returncode == 1
    assert sorted(ran(project)) == ["apply-dev", "apply-prod", "check-dev", "plan-dev", "plan-prod"]
    (project.root / "fixed").touch()
    again = project.run("workflow", "--resume", "last", "--report", "r.json")
    assert again.returncode == 0, again.stderr
    assert ran(project)[5:] == ["apply-prod", "check-prod", "end"]
    assert "summary: 6 succeeded" in again.stderr
    steps = json.loads((project.root / "r.json").read_text())["steps"]
    assert sum(step["status"] == "restored" for step in steps) == 4


SERVICE = """
workflows:
  w:
    steps:
      - {name: db, type: container, background: true, with: {image: x}, command: "echo up >> ups; exec sleep 600"}
      - {name: ready, type: wait, for: db}
      - {name: use, type: shell, command: echo used >> ran}
      - {name: gone, type: cancel, for: db}
      - {name: alone, type: shell, command: "ls $STAND_IN | grep -c atmos-; test -e fixed"}
"""


def test_services_start_again_and_are_cancelled_again(project: Project, tmp_path: Path) -> None:
    stand_in = Path(__file__).parent.parent / "steps" / "stand_in.py"
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "docker").write_text(stand_in.read_text())
    (folder / "docker").chmod(0o755)
    (tmp_path / "containers").mkdir()
    project.env |= {"PATH": f"{folder}:{project.env['PATH']}", "STAND_IN": str(tmp_path / "containers")}
    project.write("w/w.yaml", SERVICE)
    first = project.run("workflow", "w")
    assert (first.returncode, first.stdout) == (1, "0\n"), first.stderr
    project.write("fixed", "")
    again = project.run("workflow", "--resume", "last")
    assert (again.returncode, again.stdout) == (0, "0\n"), again.stderr
    assert ran(project) == ["used"]
    assert (project.root / "ups").read_text() == "up\nup\n"
