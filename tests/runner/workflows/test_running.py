"""Runs from outside: errors before anything runs, failures, reports, what a terminal shows, dry runs."""

from __future__ import annotations

import json
import shlex
from xml.etree import ElementTree

import pexpect
import pytest

from tests.runner.workflows.conftest import Project

MISTAKES = """
workflows:
  fine: {steps: [echo fine]}
  w:
    stak: dev
    show: {cout: true, header: 3}
    steps:
      - {name: a, type: shel, command: echo a}
      - {name: b, type: shell, comand: echo b}
      - {name: c, type: shell, command: echo c, timeout: soon, when: stakc == 'x'}
  other:
    steps: [{type: shell}]
"""


def test_all_mistakes_at_once_before_anything_runs(project: Project) -> None:
    project.write("w/w.yaml", MISTAKES)
    result = project.run("workflow", "w")
    assert (result.returncode, result.stdout) == (1, "")
    for text in ("w/w.yaml:5", "stak", "Did you mean stack?", "cout", "Did you mean count?", "w/w.yaml:8", "Did you mean shell?",
                 "comand", "Did you mean command?", "`soon`", "stakc", "Also in w/w.yaml", "w/w.yaml:12"):  # fmt: skip
        assert text.replace("`", "") in result.stderr.replace("`", ""), text
    assert project.run("workflow", "fine").stdout == "fine\n"


def test_validate_tells_every_mistake(project: Project) -> None:
    project.write("w/w.yaml", MISTAKES)
    result = project.run("validate")
    assert result.returncode == 1
    for line in (5, 6, 8, 9, 10, 12):
        assert f"w/w.yaml:{line}:" in result.stderr
    project.write("w/w.yaml", "workflows:\n  fine: {steps: [echo fine]}\n")
    assert project.run("validate").returncode == 0


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        (["w", "--from-step", "secnd"], "Did you mean second?"),
        (["w", "--report", "x.pdf"], "invalid report file"),
        (["w", "--report", "none/x.html"], "does not exist"),
        (["w", "x"], "unexpected extra argument (x)"),
        (["w", "--from-stp", "x"], "--from-step"),
        (["w", "-s"], "needs an argument"),
        (["--resume", "nothing"], "no run with the id"),
    ],
)
def test_wrong_words(project: Project, argv: list[str], text: str) -> None:
    project.write(
        "w/w.yaml",
        "workflows:\n  w:\n    steps: [{name: first, type: shell, command: echo 1}, {name: second, command: version}]\n",
    )
    result = project.run("workflow", *argv)
    assert (result.returncode, result.stdout) == (1, "")
    assert text in result.stderr


def test_the_resume_command_repeats_everything_and_runs(project: Project) -> None:
    project.write("atmos.yaml", """
base_path: ./
workflows: {base_path: w}
auth:
  providers: {corp: {kind: mock/aws, region: us-east-2}}
  identities: {admin: {kind: mock/aws, via: {provider: corp}}}
commands:
  - name: say
    flags: [{name: stack, shorthand: s, default: none}, {name: tags, default: none}]
    steps: ['echo "{{ .Flags.stack }} {{ .Flags.tags }} $AWS_PROFILE"; exit 3']
""")  # fmt: skip
    project.write("w/a b.yaml", "workflows:\n  it's:\n    steps: ['true', {name: two words, command: say}]\n")
    first = project.run("workflow", "it's", "-s", "dev", "--identity", "admin", "--tags", "a,b")
    assert (first.returncode, first.stdout) == (3, "dev a,b admin\n")
    line = next(line for line in first.stderr.splitlines() if "--from-step" in line)
    words = shlex.split(line)
    assert words[:7] == ["atmos", "workflow", "it's", "-f", "a b", "--from-step", "two words"]
    assert "true" not in line
    again = project.run(*words[1:])
    assert (again.returncode, again.stdout) == (3, "dev a,b admin\n")


def test_reports_are_written_whatever_happens(project: Project) -> None:
    project.write("w/w.yaml", """
workflows:
  w:
    steps:
      - {name: one, type: shell, command: 'echo {{ .env.USER }}'}
      - {name: g, type: parallel, steps: [{name: x, type: shell, command: 'true'}, {name: y, type: shell, command: 'true'}]}
      - {name: bad, type: shell, command: 'echo why >&2; exit 7', retry: {max_attempts: 2}}
      - {name: never, type: shell, command: 'true'}
      - {name: always, type: shell, command: 'true', when: always}
""")  # fmt: skip
    result = project.run("workflow", "w", "--report", "r.json", "--report", "r.xml", "--report", "r.html")
    assert result.returncode == 7
    data = json.loads((project.root / "r.json").read_text())
    steps = {step["name"]: step for step in data["steps"]}
    assert {name: step["status"] for name, step in steps.items()} == {
        "one": "succeeded", "g": "succeeded", "x": "succeeded", "y": "succeeded", "bad": "failed", "never": "skipped",
        "always": "succeeded",
    }  # fmt: skip
    assert steps["one"]["command"] == "echo tester"
    assert (steps["bad"]["attempts"], steps["bad"]["exit_code"], steps["bad"]["last_lines"]) == (2, 7, ["why"])
    assert steps["x"]["parent"] == "g"
    suite = ElementTree.parse(project.root / "r.xml").getroot().find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("6", "1", "1")
    assert "why" in (project.root / "r.html").read_text()
    project.write("w/e.yaml", "workflows:\n  e:\n    steps: [echo before, {name: last, type: exec, command: exit 5}]\n")
    result = project.run("workflow", "e", "--report", "e.json")
    assert result.returncode == 5
    assert [step["name"] for step in json.loads((project.root / "e.json").read_text())["steps"]] == ["step1", "last"]


def test_a_terminal_shows_groups_and_a_summary(project: Project) -> None:
    project.write("w/w.yaml", """
workflows:
  w:
    steps:
      - name: g
        type: parallel
        steps:
          - {name: slow, type: shell, command: "until [ -e go ]; do sleep 0.05; done"}
          - {name: fast, type: shell, command: echo out}
      - {name: after, type: shell, command: echo after}
""")  # fmt: skip
    child = pexpect.spawn(
        str(project.atmos), ["workflow", "w"], cwd=project.root, env=project.env, dimensions=(24, 80), timeout=60
    )
    child.expect("1 done, 1 running")
    (project.root / "go").touch()
    child.expect(r"\[fast\] succeeded")
    child.expect("after\r\n")
    child.expect(r"w: 2 succeeded in")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_picking_in_a_terminal(project: Project) -> None:
    project.write("w/a.yaml", "workflows:\n  other: {steps: [echo other]}\n")
    project.write(
        "w/b.yaml",
        "name: The second\nworkflows:\n  w:\n    steps: [echo one, {name: two, type: shell, command: echo two}]\n",
    )
    child = pexpect.spawn(
        str(project.atmos), ["workflow"], cwd=project.root, env=project.env, dimensions=(24, 80), timeout=60
    )
    child.expect("Workflow Manifests")
    child.send("second\r")
    child.expect("Workflows")
    child.send("\r")
    child.expect("Execute From Step")
    child.send("\x1b[B\r")
    child.expect("two\r\n")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.parametrize(("key", "status"), [("\x1b", 0), ("\x03", 130)], ids=["escape", "ctrl-c"])
def test_leaving_the_picker(project: Project, key: str, status: int) -> None:
    project.write("w/a.yaml", "workflows:\n  w: {steps: [echo ran]}\n")
    child = pexpect.spawn(
        str(project.atmos), ["workflow"], cwd=project.root, env=project.env, dimensions=(24, 80), timeout=60
    )
    child.expect("Press ctrl")
    child.send(key)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == status
    assert (b"Error" in child.before) == (status != 0)


def test_an_ambiguous_name_is_asked_for_in_a_terminal(project: Project) -> None:
    for file in ("a", "b"):
        project.write(f"w/{file}.yaml", f"workflows:\n  same: {{description: in {file}, steps: [echo from {file}]}}\n")
    child = pexpect.spawn(
        str(project.atmos), ["workflow", "same"], cwd=project.root, env=project.env, dimensions=(24, 80), timeout=60
    )
    child.expect("Multiple workflows found with name 'same'")
    child.send("\x1b[B\r")
    child.expect("from b\r\n")
    child.expect(pexpect.EOF)
    child = pexpect.spawn(
        str(project.atmos), ["workflow", "same"], cwd=project.root, env=project.env, dimensions=(24, 80), timeout=60
    )
    child.expect("Multiple workflows found")
    child.send("\x03")
    child.expect("user aborted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


def test_a_dry_run_writes_nothing(project: Project) -> None:
    project.write("w/w.yaml", "workflows:\n  w:\n    steps: [touch made, {name: ask, type: input, prompt: Who}]\n")
    before = sorted(str(path) for path in project.root.rglob("*"))
    result = project.run("workflow", "w", "--dry-run", "--report", "r.html")
    assert result.returncode == 0
    assert "touch made" in result.stdout + result.stderr
    assert sorted(str(path) for path in project.root.rglob("*")) == before


def test_the_dry_run_flag_beats_its_variable(project: Project) -> None:
    project.write("w/w.yaml", "workflows:\n  w:\n    steps: [echo ran]\n")
    on = {"ATMOS_WORKFLOW_DRY_RUN": "true"}
    assert project.run("workflow", "w", env=on).stdout == ""
    assert project.run("workflow", "w", "--dry-run=false", env=on).stdout == "ran\n"


def test_completion_tells_every_file_of_a_name(project: Project) -> None:
    for name in ("one", "two"):
        project.write(f"w/{name}.yaml", "workflows:\n  same:\n    steps: [echo ran]\n")
    assert project.run("__complete", "workflow", "").stdout == "same\tone.yaml\nsame\ttwo.yaml\n:4\n"


def test_ctrl_c_ends_the_run_and_says_how_to_go_on(project: Project) -> None:
    project.write("w/w.yaml", "workflows:\n  w:\n    steps: [echo first, 'echo waiting; sleep 60', echo never]\n")
    child = pexpect.spawn(
        str(project.atmos), ["workflow", "w"], cwd=project.root, env=project.env, dimensions=(24, 100), timeout=60
    )
    child.expect("waiting")
    child.sendintr()
    child.expect(r"atmos workflow w --resume (\S+)")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert json.loads(project.run("run", "list", "-f", "json").stdout)[0]["status"] == "interrupted"


def test_lists(project: Project) -> None:
    project.write("atmos.yaml", """
base_path: ./
workflows:
  base_path: w
  list:
    columns:
      - {name: Flow, value: "{{ .workflow | upper }}"}
      - {name: Steps, value: "{{ .steps }}"}
""")  # fmt: skip
    project.write(
        "w/w.yaml",
        "workflows:\n  b: {description: \"two\\nlines\", steps: ['1', '2']}\n  a: {steps: ['1']}\n  broken: {steps: 3}\n",
    )
    assert project.run("list", "workflows").stdout == "A\t1\nB\t2\n"
    assert project.run("list", "workflows", "--columns", "workflow,description").stdout == "a\t\nb\ttwo lines\n"
    assert project.run(
        "list", "workflows", "--columns", "workflow,steps", "--format", "csv", "--delimiter", ";"
    ).stdout == ("Workflow;Steps\na;1\nb;2\n")
    assert (
        json.loads(project.run("list", "workflows", "--sort", "Steps:desc", "--format", "json").stdout)[0]["Flow"]
        == "B"
    )
    assert project.run("list", "workflows", "--columns", "nope").returncode == 1
    project.write("w/w.yaml", "workflows: {}\n")
    empty = project.run("list", "workflows")
    assert (empty.returncode, empty.stdout, empty.stderr) == (0, "", "▶ No workflows found\n")


def test_what_is_hidden_stays_hidden_when_it_fails(project: Project) -> None:
    project.write("w/w.yaml", """
workflows:
  one: {steps: [{name: quiet, type: shell, output: none, command: "echo $((12345 * 6789)) >&2; exit 3"}]}
  group:
    steps:
      - name: g
        type: parallel
        output: {mode: none}
        steps: [{name: a, type: shell, command: "echo $((12345 * 6789)) >&2; exit 4"}]
""")  # fmt: skip
    one = project.run("workflow", "one")
    assert (one.returncode, one.stdout) == (3, "")
    assert "83810205" not in one.stderr
    assert "The following command failed to execute:" in one.stderr
    group = project.run("workflow", "group")
    assert (group.returncode, group.stdout) == (4, "")
    assert "83810205" not in group.stderr


def test_an_exit_step_in_a_report(project: Project) -> None:
    project.write(
        "w/w.yaml", "workflows:\n  w: {steps: [{name: stop, type: exit, code: 6, content: enough}, echo never]}\n"
    )
    assert project.run("workflow", "w", "--report", "r.json").returncode == 6
    steps = json.loads((project.root / "r.json").read_text())["steps"]
    assert [(step["name"], step["status"]) for step in steps] == [("stop", "failed"), ("step2", "skipped")]


def test_steps_of_one_name(project: Project) -> None:
    project.write(
        "w/w.yaml",
        "workflows:\n  w: {steps: [{name: a, type: shell, command: echo 1}, {name: a, type: shell, command: 'test -e fixed'}]}\n",
    )
    assert project.run("workflow", "w", "--report", "r.json").returncode == 1
    steps = json.loads((project.root / "r.json").read_text())["steps"]
    assert [(step["name"], step["status"]) for step in steps] == [("a", "succeeded"), ("a", "failed")]
    (project.root / "fixed").touch()
    again = project.run("workflow", "--resume", "last", "--report", "r.json")
    assert (again.returncode, again.stdout) == (0, "")
    steps = json.loads((project.root / "r.json").read_text())["steps"]
    assert [(step["name"], step["status"]) for step in steps] == [("a", "restored"), ("a", "succeeded")]
