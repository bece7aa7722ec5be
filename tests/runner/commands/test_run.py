"""Custom commands as people run them: the installed program, real processes, a real terminal where one is needed."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def clean(home: Path, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8", "TERM": "xterm", **more}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def run(atmos: Path, project: Path) -> Run:
    def call(
        *words: str, env: dict[str, str] | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run([atmos, *words], cwd=cwd or project, env=clean(project.parent, **(env or {})), capture_output=True,
                              text=True, stdin=subprocess.DEVNULL, timeout=120, check=False)  # fmt: skip

    return call


def declare(project: Path, text: str) -> None:
    (project / "atmos.yaml").write_text("base_path: ./\n" + text)


# -- pipeline -------------------------------------------------------------------------------------------


def test_nothing_to_run_is_success_whatever_else_is_wrong(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - name: idle
    identity: ghost
    working_directory: nowhere
    flags: [{name: speed, values: [slow]}]
    steps: [{command: echo ran, when: never}]
""",
    )
    done = run("idle", "--speed", "warp")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_values_are_checked_before_the_first_step(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - name: go
    flags: [{name: speed, values: [slow, fast]}, {name: many, type: list, values: [a, b]}]
    steps: [echo ran]
""",
    )
    done = run("go", "--speed", "fasst")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "invalid value for flag" in done.stderr
    assert 'invalid value "fasst" for flag --speed (valid values: slow, fast)' in done.stderr
    assert "Did you mean fast?" in done.stderr
    assert 'invalid value "c" for flag --many' in run("go", "--many", "a,c").stderr
    assert run("go", "--many", "a,b").stdout == "ran\n"


def test_flags_of_every_type_reach_templates(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - name: go
    flags:
      - {name: text}
      - {name: on, type: bool, default: true}
      - {name: many, type: list, default: [x, "y z"]}
      - {name: count, type: int}
    steps: ['echo "[{{ .Flags.text }}] {{ .Flags.on }} {{ .flags.count }} {{ len .Flags.many }}{{ range .Flags.many }} <{{ . }}>{{ end }}"']
""",
    )
    assert run("go").stdout == "[] true 0 2 <x> <y z>\n"
    assert (
        run("go", "--no-on", "--many=1,2", "--many", "3", "--count=7", "--text=t").stdout
        == "[t] false 7 3 <1> <2> <3>\n"
    )


def test_computed_declarations(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - name: go
    arguments: [{name: who, default: !env "WHO nobody"}]
    flags: [{name: stage, default: !env STAGE, values: [!env STAGE, prod]}]
    working_directory: !env FOLDER
    steps: ['echo "{{ .Arguments.who }} {{ .Flags.stage }} $(basename "$PWD") {{ .Cwd }}"']
""",
    )
    (project / "deep").mkdir()
    env = {"WHO": "ann", "STAGE": "dev", "FOLDER": "deep"}
    assert run("go", env=env).stdout == f"ann dev deep {project}/deep\n"
    assert run("go", "--stage", "test", env=env).returncode == 1


def test_working_directory_is_below_the_base_path_wherever_the_user_stands(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - name: up
    working_directory: sub
    commands:
      - {name: here, steps: [pwd]}
      - {name: there, working_directory: /, steps: [pwd]}
      - {name: lost, working_directory: nope, steps: [echo ran]}
      - {name: file, working_directory: atmos.yaml, steps: [echo ran]}
""",
    )
    (project / "sub" / "deeper").mkdir(parents=True)
    assert run("up", "here", cwd=project / "sub" / "deeper").stdout == f"{project}/sub\n"
    assert run("up", "there").stdout == "/\n"
    lost = run("up", "lost")
    assert lost.returncode == 1
    assert "Invalid working_directory" in lost.stderr
    assert "working directory does not exist" in lost.stderr
    assert f"{project}/nope" in lost.stderr
    assert "atmos.yaml:9" in lost.stderr
    assert "not a directory" in run("up", "file").stderr


def test_cwd_is_the_configured_directory_or_a_dot(project: Path, run: Run) -> None:
    (project / "sub").mkdir()
    declare(
        project,
        """
commands:
  - {name: here, steps: ['echo "{{ .Cwd }} {{ .cwd }}"']}
  - {name: there, working_directory: sub, steps: ['echo "{{ .Cwd }}"']}
""",
    )
    assert run("here").stdout == ". .\n"
    assert run("there").stdout == f"{project}/sub\n"


def test_a_working_directory_is_seen_as_it_is_written(project: Path, run: Run) -> None:
    (project / "sub").mkdir()
    (project / "link").symlink_to("sub")
    declare(
        project,
        """
commands:
  - name: go
    working_directory: link
    env: [{key: ASKED, valueCommand: 'basename "$PWD"'}]
    steps: ['basename "$PWD"', 'echo "$ASKED"', {type: atmos, command: up}]
  - {name: up, steps: ['basename "$PWD"']}
""",
    )
    assert run("go").stdout == "link\n" * 3


def test_aliases_of_the_shell(project: Path, run: Run) -> None:
    declare(project, "commands: [{name: go, steps: [\"shopt -s expand_aliases\\nalias hi='echo hello'\\nhi\"]}]\n")
    assert run("go").stdout == "hello\n"


def test_keys_of_commands_and_their_steps_in_any_case(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - Name: go
    Arguments: [{Name: who, Default: ann}]
    Steps:
      - {NAME: first, Command: 'echo "{{ .Arguments.who }} $Mixed"; exit 3', Continue: Always, Env: {Mixed: Kept}}
      - {Type: parallel, Steps: [{Name: kid, Command: echo kid}]}
      - {Command: echo never, Wen: always}
""",
    )
    done = run("go")
    assert done.returncode == 1
    assert "unknown key Wen in a step" in done.stderr
    assert done.stderr.count("unknown key") == 1
    (project / "atmos.yaml").write_text((project / "atmos.yaml").read_text().replace("Wen: always", "When: Never"))
    done = run("go")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "ann Kept")
    assert "kid" in done.stdout
    assert "never" not in done.stdout


def test_literal_text_is_never_rendered(project: Path, run: Run) -> None:
    declare(
        project,
        """
env: {TOP: !literal "{{ top }}"}
workflows: {flow: {steps: [{type: shell, command: !literal 'echo "{{ inline }} $TOP"'}]}}
commands:
  - name: go
    description: !literal Says {{ .Names }}
    flags: [{name: form, default: !literal "{{ .ID }}"}]
    env: {A: !literal "<< .Flags.form >>"}
    steps: [!literal 'echo "{{ .Names }}"', 'echo "{{ .Flags.form }} $A $TOP"']
""",
    )
    assert run("go").stdout == "{{ .Names }}\n{{ .ID }} << .Flags.form >> {{ top }}\n"
    assert run("workflow", "flow").stdout == "{{ inline }} {{ top }}\n"
    assert "Says {{ .Names }}" in run("--help").stdout
    assert "(default {{ .ID }})" in run("go", "--help").stdout
    for words in (["describe", "command", "go"], ["describe", "config"]):
        assert "!literal" not in run(*words).stdout


def test_a_flag_that_is_not_given_needs_no_allowed_value(project: Path, run: Run) -> None:
    declare(
        project,
        "commands: [{name: go, flags: [{name: n, type: int, values: [1, 2]}], steps: ['echo {{ .Flags.n }}']}]\n",
    )
    assert run("go").stdout == "0\n"
    assert run("go", "--n", "2").stdout == "2\n"
    assert 'invalid value "0" for flag --n (valid values: 1, 2)' in run("go", "--n", "0").stderr


def test_hidden_steps_are_told_of_where_their_command_is_called(project: Path, run: Run) -> None:
    declare(project, "commands: [{name: a, steps: [echo 1]}, {name: a, steps: [echo 2]}, {name: b, steps: [echo b]}]\n")
    done = run("a")
    assert (done.stdout, done.stderr.count("the steps of command a replace those defined at")) == ("2\n", 1)
    assert run("b").stderr == ""
    assert run("list", "commands").stderr == ""


def test_a_variable_with_two_sources(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - {name: top, env: [{key: PLACE, value: here, valueCommand: echo there}], steps: [touch ran]}
  - {name: up, commands: [{name: kid, steps: [{command: touch ran, env: {PLACE: {value: a, value_command: b}}}]}]}
""",
    )
    wanted = "either 'value' or 'valueCommand' can be specified for the ENV var, but not both."
    for words, name, value, command in (
        (["top"], "atmos top", "here", "echo there"),
        (["up", "kid"], "up kid", "a", "b"),
    ):
        done = run(*words)
        assert (done.returncode, done.stdout) == (1, "")
        assert wanted in done.stderr
        assert (
            f"Custom command '{name}' defines 'value={value}' and 'valueCommand={command}' for the ENV var 'PLACE'"
            in done.stderr
        )
    assert not (project / "ran").exists()


def test_a_template_as_identity(project: Path, run: Run) -> None:
    declare(
        project,
        """
auth:
  providers: {mockaws: {kind: mock/aws, region: us-east-1}}
  identities:
    dev-admin: {kind: mock/aws, via: {provider: mockaws}}
    prod-admin: {kind: mock/aws, via: {provider: mockaws}}
commands:
  - name: go
    flags: [{name: stage, default: dev}]
    identity: "{{ .Flags.stage }}-admin"
    steps: [echo "$ATMOS_IDENTITY"]
""",
    )
    assert run("go").stdout == "dev-admin\n"
    assert run("go", "--stage", "prod").stdout == "prod-admin\n"
    lost = run("go", "--stage", "lost")
    assert lost.returncode == 1
    assert 'authentication failed for identity "lost-admin" in custom command "go": identity not found' in lost.stderr


def test_flags_with_values_may_stand_before_the_command(project: Path, run: Run) -> None:
    (project / "sub").mkdir()
    declare(project, "commands: [{name: go, identity: ghost, steps: ['basename \"$PWD\"']}]\n")
    assert run("-i", "off", "-C", "sub", "go").stdout == "sub\n"


def test_a_flag_of_the_program_given_after_the_command_counts(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - {name: go, flags: [{name: fast, shorthand: f, type: bool}], steps: [echo x]}
  - {name: own, flags: [{name: verbose, type: bool}, {name: logs-level}], steps: ['echo "{{ .Flags.verbose }} [{{ index .Flags "logs-level" }}]"']}
""",
    )
    assert "DEBU" not in run("go").stderr
    assert "DEBU" in run("go", "-fv").stderr
    assert "DEBU" in run("go", "--logs-level", "debug").stderr
    assert run("own", "-v", "--logs-level=Off").stdout == "true [Off]\n"
    assert run("own").stdout == "false []\n"


def test_broken_commands_say_everything_at_once(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - name: bad
    descripton: x
    flags: [{name: a, shorthand: ab}]
    steps: [{command: echo, wen: always}]
    commands: [{name: fine, steps: [echo fine]}]
  - name: up
    flags: [{name: mask}]
    commands: [{name: below, steps: [echo ran]}]
""",
    )
    done = run("bad", "--nonsense")
    assert (done.returncode, done.stdout) == (1, "")
    for part in (
        "3 mistakes",
        "atmos.yaml:5",
        "unknown key `descripton`".replace("`", ""),
        "Did you mean description?",
        "'-ab'",
        "wen",
    ):
        assert part in done.stderr
    assert run("bad", "fine").returncode == 1  # it inherits the flag that is broken
    assert run("up", "below").returncode == 1
    shown = run("bad", "--help")
    assert shown.returncode == 0
    assert "PROBLEMS" in shown.stdout
    assert "atmos.yaml:5" in shown.stdout
    assert "(broken, see" in run("--help").stdout


def test_nothing_inside(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - {name: hollow}
  - {name: only-args, arguments: [{name: x}]}
  - {name: need-args, arguments: [{name: x, required: true}]}
""",
    )
    for words in (["hollow"], ["hollow", "x"], ["only-args"]):
        done = run(*words)
        assert done.returncode == 1
        assert "# Invalid Command" in done.stderr
        assert f"The atmos {words[0]} command has no steps or subcommands configured." in done.stderr
    assert "Unknown command x for atmos only-args" in run("only-args", "x").stderr
    assert "You invoked atmos need-args incorrectly." in run("need-args").stderr


def test_a_nul_in_trailing_words(project: Path) -> None:
    from runner.app import App
    from runner.commands.grammar import parse
    from runner.commands.values import Values
    from runner.errors import AtmosError
    from runner.globals import GlobalFlags

    app = App([], {}, str(project), GlobalFlags({}, {}))
    values = Values(app, parse({"name": "x", "steps": [{}]}, ["--", "a\0b"]))
    with pytest.raises(
        AtmosError, match="failed to process command-line arguments: failed to quote trailing arguments"
    ):
        values.trailing_text()


# -- default children -----------------------------------------------------------------------------------


def test_default_children(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - name: fleet
    description: Many ships
    default: view
    steps: ['echo own {{ .TrailingArgs }}']
    commands:
      - name: view
        default: all
        commands:
          - {name: all, description: Every ship, flags: [{name: q, required: true}], steps: ['echo "all [{{ .Flags.q }}]"']}
      - {name: need, arguments: [{name: a, required: true}], steps: [echo x]}
  - name: needs
    default: need
    commands: [{name: need, arguments: [{name: a, required: true}], steps: [echo x]}]
""",
    )
    assert run("fleet").stdout == "all []\n"
    assert run("fleet", "--", "x").stdout == "own x\n"
    assert "Many ships" in run("fleet", "--help").stdout
    assert run("fleet", "view", "all").returncode == 1
    done = run("needs")
    assert done.returncode == 1
    assert "Command requires at least 1 argument(s) (no defaults provided for them):" in done.stderr
    assert "  1. a" in done.stderr


# -- built-in groups ------------------------------------------------------------------------------------


def test_commands_join_built_in_groups_at_any_level(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - name: aws
    commands:
      - {name: mine, steps: [echo mine]}
      - name: ecr
        commands:
          - {name: login, steps: [echo hijacked]}
          - {name: clean, description: Remove old images, flags: [{name: keep, type: int, default: 3}], steps: ['echo keep {{ .Flags.keep }}']}
  - name: list
    steps: [echo hijacked]
  - {name: terraform, commands: [{name: provision, description: Provision a component, steps: [echo provisioned]}]}
""",
    )
    assert run("aws", "mine").stdout == "mine\n"
    assert run("aws", "ecr", "clean", "--keep", "5").stdout == "keep 5\n"
    assert "Remove old images" in run("aws", "ecr", "--help").stdout
    assert "provision  Provision a component" in run("terraform", "--help").stdout
    assert "provision" in run("terraform", "zzzzz").stderr
    assert "hijacked" not in run("aws", "ecr", "login", "--help").stdout
    done = run("list")
    assert done.returncode == 1
    assert 'Custom command "list" defines steps that conflict with built-in command "atmos list"' in done.stderr
    assert "conflict" not in run("list", "aliases").stderr


# -- aliases --------------------------------------------------------------------------------------------


def test_aliases_of_the_configuration(project: Path, run: Run) -> None:
    (project / "sub").mkdir()
    declare(
        project,
        """
aliases:
  hi: say --loud
  same: say
  round: about
  about: round
  say: other
  list: say
commands:
  - {name: say, flags: [{name: loud, type: bool}], steps: ['echo "say {{ .Flags.loud }} {{ .TrailingArgs }}"; exit 3']}
  - {name: other, steps: ['echo "other $(basename "$PWD") $ATMOS_SHLVL"']}
""",
    )
    done = run("hi")
    assert done.returncode == 1  # `say` is an alias too: the custom command of that name is replaced
    assert "unknown flag --loud for command atmos other" in done.stderr
    assert run("-C", "sub", "same").stdout == "other sub 3\n"
    assert run("same", "-C", "sub").stdout == "other sub 3\n"
    assert run("same", env={"ATMOS_CHDIR": "sub"}).stdout == "other sub 3\n"
    lost = run("round")
    assert lost.returncode == 1
    assert "Infinite recursion? current=11, max=10" in lost.stderr
    assert lost.stderr.count("Infinite recursion?") == 1


def test_aliases_in_another_case_and_with_quotes(project: Path, run: Run) -> None:
    declare(
        project,
        """
aliases:
  Both: say "two words"
  open: say it's
  place: say 'a 'b\\c
commands:
  - {name: say, arguments: [{name: text, default: nothing}], steps: ['printf "%s" "{{ .Arguments.text }}"']}
""",
    )
    assert run("Both").stdout == run("both").stdout == "two words"
    assert run("open").stdout == "it's"
    assert run("place").stdout == "a b\\c"
    assert run("__complete", "both", "--").returncode == 0


# -- dependencies ---------------------------------------------------------------------------------------


def test_dependencies_run_once_and_side_by_side(project: Path, run: Run) -> None:
    """b and c meet: each waits for the other, so one after the other would never end."""
    declare(
        project,
        """
commands:
  - {name: a, deps: [b, c], steps: ["echo a >> log"]}
  - {name: b, deps: [d], steps: ["touch b-is-here; until [ -e c-is-here ]; do sleep 0.05; done; echo bc >> log"]}
  - {name: c, deps: [d], steps: ["touch c-is-here; until [ -e b-is-here ]; do sleep 0.05; done; echo bc >> log"]}
  - {name: d, steps: ["echo d >> log"]}
""",
    )
    assert run("a").returncode == 0
    assert (project / "log").read_text() == "d\nbc\nbc\na\n"


def test_dependencies_with_parameters_and_failures(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - name: a
    dependencies:
      commands: [{name: say, args: ["x y"], flags: {loud: true}}, {name: say, args: [z]}, {name: ops deep}]
    steps: [echo a]
  - {name: say, arguments: [{name: what}], flags: [{name: loud, type: bool}], steps: ['echo "{{ .Arguments.what }} {{ .Flags.loud }}" >> log']}
  - {name: ops, commands: [{name: deep, steps: ["echo deep >> log"]}]}
  - {name: fails, deps: [bad], steps: [echo ran]}
  - {name: skips, deps: [middle], steps: [echo ran]}
  - {name: middle, deps: [bad], steps: [echo middle]}
  - {name: bad, steps: [exit 7]}
  - {name: tooled, dependencies: {tools: {no-such-tool: "1.2"}}, steps: [echo ran]}
""",
    )
    assert run("a").stdout == "a\n"
    assert sorted((project / "log").read_text().splitlines()) == ["deep", "x y true", "z false"]
    done = run("fails")
    assert (done.returncode, done.stdout) == (7, "")
    done = run("skips")
    assert (done.returncode, done.stdout) == (7, "")
    assert "skipped" in done.stderr
    done = run("tooled")
    assert done.stdout == "ran\n"
    assert "not on PATH: no-such-tool (1.2)" in done.stderr


def test_the_first_failure_ends_the_others_where_that_is_wanted(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - {name: a, deps: [slow, group, {name: quick, fail: fail_fast}], steps: [echo ran]}
  - {name: slow, steps: ["touch slow-is-here; sleep 600; touch never", "touch never"]}
  - name: group
    steps: [{type: parallel, name: all, steps: [{name: x, command: "touch group-is-here; sleep 600; touch never"}]}, touch never]
  - {name: quick, steps: ["until [ -e slow-is-here ] && [ -e group-is-here ]; do sleep 0.05; done; exit 4"]}
""",
    )
    done = run("a")
    assert (done.returncode, done.stdout) == (4, "")
    assert 'command "slow" is canceled' in done.stderr
    assert 'command "group" is canceled' in done.stderr
    assert 'dependency failed: command "quick"\n' in done.stderr
    assert not (project / "never").exists()


def test_dependencies_run_one_after_the_other_unless_told(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - {name: a, dependencies: {commands: [z, b, {name: m, args: [1]}, {name: m, args: [2]}]}, steps: [echo a]}
  - {name: z, steps: [echo z]}
  - {name: b, steps: [sleep 0.2, echo b]}
  - {name: m, arguments: [{name: x}], steps: ["echo m{{ .Arguments.x }}"]}
  - {name: wide, dependencies: {commands: [meet, greet], max_concurrency: 2}, steps: [echo met]}
  - {name: meet, steps: ["touch one; until [ -e two ]; do sleep 0.05; done"]}
  - {name: greet, steps: ["touch two; until [ -e one ]; do sleep 0.05; done"]}
  - {name: wrong, dependencies: {commands: [z], max_concurrency: -1}, steps: [echo ran]}
""",
    )
    assert run("a").stdout == "b\nm1\nm2\nz\na\n"
    assert run("wide").stdout == "met\n"
    assert "max_concurrency" in run("wrong").stderr


# -- freshness, events, watching ------------------------------------------------------------------------


def test_a_command_that_is_up_to_date_is_skipped(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - name: build
    flags: [{name: mode, default: fast}]
    sources: ["src/**/*.{txt,md}"]
    generates: [out.txt]
    steps: ["cat src/*.* > out.txt", 'echo "built {{ .Flags.mode }}"']
""",
    )
    (project / "src").mkdir()
    (project / "src" / "a.txt").write_text("a")
    assert run("build").stdout == "built fast\n"
    again = run("build")
    assert again.stdout == ""
    assert "up to date" in again.stderr
    assert run("build", "--mode", "slow").stdout == "built slow\n"
    assert run("build", "--mode", "slow").stdout == ""
    assert run("build", "--mode", "slow", "--force").stdout == "built slow\n"
    (project / "src" / "b.md").write_text("b")
    assert run("build", "--mode", "slow").stdout == "built slow\n"
    (project / "out.txt").unlink()
    assert run("build", "--mode", "slow").stdout == "built slow\n"


def test_events(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - name: up
    commands:
      - name: go
        deps: [first]
        steps:
          - {name: one, command: echo "out $TOKEN", env: {TOKEN: ghp_0123456789abcdefghijklmnopqrstuvwxyzA}}
          - {name: two, command: exit 4}
          - {name: three, command: echo never}
  - {name: first, steps: [echo first]}
""",
    )
    done = run("up", "go", "--events", "events.jsonl")
    assert done.returncode == 4
    path = project / "events.jsonl"
    assert path.stat().st_mode & 0o777 == 0o600
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["event"], line["command"], line.get("step")) for line in lines] == [
        ("run_started", "up go", None),
        ("step_started", "first", "step-0"), ("step_finished", "first", "step-0"),
        ("step_started", "up go", "one"), ("step_finished", "up go", "one"),
        ("step_started", "up go", "two"), ("step_finished", "up go", "two"),
        ("step_finished", "up go", "three"),
        ("run_finished", "up go", None),
    ]  # fmt: skip
    assert [line.get("status") for line in lines[-3:]] == ["failed", "skipped", "failed"]
    assert lines[-1]["code"] == lines[-3]["code"] == 4
    assert all(
        "seconds" in line and "attempts" in line
        for line in lines
        if line.get("status") in ("succeeded", "failed") and "step" in line
    )
    assert "ghp_" not in path.read_text()
    assert run("up", "go", "--events", "nowhere/x").returncode == 1


def test_a_dry_run_writes_no_events_and_asks_nothing(project: Path, run: Run) -> None:
    declare(
        project,
        """
commands:
  - {name: go, deps: [first], steps: [touch ran]}
  - {name: first, steps: [touch ran-first]}
""",
    )
    done = run("go", "--dry-run", "--events", "events.jsonl")
    assert done.returncode == 0
    assert sorted(path.name for path in project.iterdir()) == ["atmos.yaml"]
    assert "touch ran-first" in done.stdout + done.stderr


def test_watch_runs_again_on_a_change(atmos: Path, project: Path) -> None:
    declare(
        project,
        """
commands:
  - name: go
    generates: [log]
    steps: ["cat watched >> log"]
""",
    )
    (project / "watched").write_text("1\n")
    log = project / "log"
    process = subprocess.Popen([atmos, "go", "--watch"], cwd=project, env=clean(project.parent), stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip
    try:
        assert process.stderr is not None
        assert "waiting for changes" in process.stderr.readline()
        assert log.read_text() == "1\n"
        (project / "watched").write_text("2\n")
        assert "watched" in process.stderr.readline()
        assert "waiting for changes" in process.stderr.readline()
        assert log.read_text() == "1\n2\n"
        process.send_signal(2)
        assert process.wait(60) == 130
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


# -- at a terminal --------------------------------------------------------------------------------------

PROMPTED = """
commands:
  - name: go
    arguments: [{name: region, required: true, values: [use1, euw1, apse2]}, {name: note}]
    flags: [{name: stack, required: true, description: Which stack}]
    steps: ['echo "got {{ .Arguments.region }} {{ .Flags.stack }}"']
"""


def terminal(atmos: Path, project: Path, *words: str, **env: str) -> object:
    import pexpect

    return pexpect.spawn(str(atmos), list(words), cwd=str(project), env=clean(project.parent, NO_COLOR="1", **env),  # type: ignore[arg-type]
                         encoding="utf-8", timeout=60, dimensions=(30, 100))  # fmt: skip


def test_missing_values_are_asked_for(atmos: Path, project: Path) -> None:
    declare(project, PROMPTED)
    child = terminal(atmos, project, "go")
    child.expect_exact("Choose region")  # type: ignore[attr-defined]
    child.expect_exact("Press ctrl+c or esc to cancel")  # type: ignore[attr-defined]
    child.send("\x1b[B")  # type: ignore[attr-defined]
    time.sleep(0.3)
    child.send("\r")  # type: ignore[attr-defined]
    child.expect_exact("Selected region euw1")  # type: ignore[attr-defined]
    child.expect_exact("Which stack")  # type: ignore[attr-defined]
    child.send("dev\r")  # type: ignore[attr-defined]
    child.expect_exact("got euw1 dev")  # type: ignore[attr-defined]
    child.expect(__import__("pexpect").EOF)  # type: ignore[attr-defined]
    child.close()  # type: ignore[attr-defined]
    assert child.exitstatus == 0  # type: ignore[attr-defined]


def test_a_cancelled_question_ends_the_command(atmos: Path, project: Path) -> None:
    declare(project, PROMPTED)
    child = terminal(atmos, project, "go", "--stack", "x")
    child.expect_exact("Choose region")  # type: ignore[attr-defined]
    time.sleep(0.3)
    child.sendcontrol("c")  # type: ignore[attr-defined]
    child.expect_exact("Selection cancelled")  # type: ignore[attr-defined]
    child.expect_exact("user aborted")  # type: ignore[attr-defined]
    child.expect(__import__("pexpect").EOF)  # type: ignore[attr-defined]
    child.close()  # type: ignore[attr-defined]
    assert child.exitstatus == 130  # type: ignore[attr-defined]


@pytest.mark.parametrize("env", [{"CI": "true"}, {"ATMOS_INTERACTIVE": "false"}])
def test_nobody_is_asked_in_ci(atmos: Path, project: Path, env: dict[str, str]) -> None:
    declare(project, PROMPTED)
    child = terminal(atmos, project, "go", **env)
    child.expect_exact("You invoked atmos go incorrectly.")  # type: ignore[attr-defined]
    child.expect(__import__("pexpect").EOF)  # type: ignore[attr-defined]
    child.close()  # type: ignore[attr-defined]
    assert child.exitstatus == 1  # type: ignore[attr-defined]


# -- signals --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "code"), [(2, 130), (15, 143)])
def test_a_signal_ends_dependencies_that_run_side_by_side(atmos: Path, project: Path, number: int, code: int) -> None:
    declare(
        project,
        """
commands:
  - {name: a, deps: [b, c], steps: [touch ran]}
  - {name: b, steps: ["echo $$ > b.pid; exec sleep 600"]}
  - {name: c, steps: ["echo $$ > c.pid; exec sleep 600"]}
""",
    )
    process = subprocess.Popen([atmos, "a"], cwd=project, env=clean(project.parent), stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)  # fmt: skip
    pids = []
    for name in ("b.pid", "c.pid"):
        while not (project / name).exists() or not (project / name).read_text().strip():
            time.sleep(0.05)
        pids.append(int((project / name).read_text()))
    process.send_signal(number)
    assert process.wait(60) == code
    assert process.stderr is not None
    process.stderr.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert not (project / "ran").exists()
