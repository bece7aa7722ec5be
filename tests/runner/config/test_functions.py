"""YAML functions: arguments and results (the black-box cases of the specification)."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.config import effective, findings, functions
from runner.config.functions import Context, evaluate, words
from runner.errors import AtmosError, Where
from runner.globals import scan

from .conftest import Project


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Context(
        {"X": "1", "E": "", "PAD": " v ", "PATH": "/usr/bin:/bin"}, str(tmp_path), folder=str(tmp_path / "conf")
    )


@pytest.mark.parametrize(("text", "found"), [
    ("a b", ["a", "b"]), ("  a\n b ", ["a", "b"]), ('"a b" c', ["a b", "c"]), ('\'it\'\'s\' "x ""y"" z"', ["it's", 'x "y" z']),
    ('""', [""]), ("a\\b", ["a\\b"]), ('x"y', ['x"y']), ("", []),
])  # fmt: skip
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_unterminated_quote() -> None:
    with pytest.raises(AtmosError, match="unterminated quoted value"):
        words('a "b')


@pytest.mark.parametrize(("tag", "argument", "value"), [
    ("!env", "X", "1"), ("!env", "E def", ""), ("!env", 'N "a b"', "a b"), ("!env", "N", ""), ("!env", "PAD", "v"),
    ("!exec", """echo '{"k":[1,true]}'""", {"k": [1.0, True]}), ("!exec", r"printf 'x\n\n'", "x"),
    ("!exec", "echo 007", "007"), ("!exec", "echo 1e3", 1000.0), ("!exec", "echo NaN", "NaN"), ("!exec", "echo null", None),
    ("!repo-root", "fallback", "fallback"), ("!git.branch", "main", "main"),
    ("!template", '{"a": "b"}', {"a": "b"}), ("!template", "text", "text"), ("!literal", "{{ x }}", "{{ x }}"),
])  # fmt: skip
def test_values(tag: str, argument: str, value: object, context: Context) -> None:
    assert evaluate(tag, argument, context) == value


@pytest.mark.parametrize(("tag", "argument", "message"), [
    ("!env", "X y z", "env function accepts 1 or 2 arguments"), ("!exec", "exit 7", "subcommand exited with code 7"),
    ("!random", "5 5", r"min value \(5\) must be less than max value \(5\)"), ("!random", "x", "invalid max value 'x'"),
    ("!random", "1 2 3", "accepts 0, 1, or 2 arguments, got 3"), ("!repo-root", "", "not inside a git repository"),
    ("!include", "nowhere.yaml", "could not find local file nowhere.yaml"), ("!nope", "1", "unsupported YAML tag: '!nope'"),
])  # fmt: skip
def test_failures_name_the_call_and_its_place(tag: str, argument: str, message: str, context: Context) -> None:
    with pytest.raises(AtmosError, match=message) as caught:
        evaluate(tag, argument, context, Where("f.yaml", 3))
    assert str(caught.value.where) == "f.yaml:3"


def test_working_directory(context: Context, tmp_path: Path) -> None:
    assert evaluate("!cwd", "", context) == str(tmp_path)
    assert evaluate("!cwd", "sub/x", context) == str(tmp_path / "sub/x")


def test_random_is_within_its_bounds(context: Context) -> None:
    assert all(1 <= evaluate("!random", "1 3", context) <= 3 for _ in range(50))  # type: ignore[operator]


def test_git_facts(project: Project) -> None:
    git = project.root / ".git"
    project.write(".git/HEAD", "ref: refs/heads/feature/x\n")
    project.write(
        ".git/config", '[core]\n[remote "up"]\n\turl = x\n[remote "origin"]\n\turl = git@github.com:acme/infra.git\n'
    )
    project.write(".git/packed-refs", "# pack-refs\nabc123 refs/heads/feature/x\n")
    assert git.is_dir()
    context = Context({}, str(project.root / "sub"))
    (project.root / "sub").mkdir()
    found = {
        tag: evaluate(f"!git.{tag}", "", context)
        for tag in ("root", "sha", "branch", "repository", "owner", "name", "host")
    }
    assert found == {"root": str(project.root), "sha": "abc123", "branch": "feature/x", "repository": "acme/infra",
                     "owner": "acme", "name": "infra", "host": "github.com"}  # fmt: skip


def test_git_facts_of_a_linked_work_tree(project: Project) -> None:
    project.write("main/.git/worktrees/w/HEAD", "0123456789012345678901234567890123456789\n")
    project.write("main/.git/worktrees/w/commondir", "../..\n")
    project.write("main/.git/config", '[remote "origin"]\n\turl = https://user@host:8443/a/b/c.git\n')
    project.write("w/.git", f"gitdir: {project.root}/main/.git/worktrees/w\n")
    context = Context({}, str(project.root / "w"))
    assert evaluate("!git.sha", "", context) == "0123456789012345678901234567890123456789"
    assert evaluate("!git.repository", "", context) == "a/b/c"
    assert evaluate("!git.host", "", context) == "host"
    assert evaluate("!git.branch", "none", context) == "none"


def test_include_by_kind_of_file(project: Project) -> None:
    project.write("conf/d.json", '{"k": {"v": 5}}')
    project.write("conf/d.yaml", "k: [a, !env X]\n")
    project.write("conf/x.env", "A=1\nB='two words'\nexport C=\"three\"\nEMPTY=\n")
    project.write("conf/d.tfvars", 'name = "app"\nlist = [1, "b"]\n')
    project.write("conf/t.txt", "#plain {{ x }}\n")
    context = Context({}, str(project.root / "elsewhere"), folder=str(project.root / "conf"))
    assert evaluate("!include", "d.json .k.v", context) == 5
    assert evaluate("!include", "d.yaml", context) == {"k": ["a", "X"]}
    assert evaluate("!include", "x.env", context) == {"A": "1", "B": "two words", "C": "three", "EMPTY": ""}
    assert evaluate("!include", "d.tfvars", context) == {"name": "app", "list": [1, "b"]}
    assert evaluate("!include", "t.txt", context) == "#plain {{ x }}\n"
    assert evaluate("!include.raw", "d.json", context) == '{"k": {"v": 5}}'
    assert evaluate("!include", "d.json .nope", context) is None


@pytest.mark.parametrize(("tag", "argument", "fault"), [
    ("!env", "A", ""), ("!env", "A b c", "accepts 1 or 2 arguments"), ("!env", "", "got 0"), ("!exec", " ", "needs a command"),
    ("!random", "1 2 3", "0, 1, or 2"), ("!random", "3 1", "min value (3)"), ("!include", "", "at least one"), ("!git.sha", "a b", "at most one"), ("!nope", "", "unsupported"), ("!cwd", "'x", "unterminated"), ("!include", "a .b | c", ""),
])  # fmt: skip
def test_faults_seen_without_calling(tag: str, argument: str, fault: str) -> None:
    found = functions.fault(tag, argument)
    assert (found is not None) == bool(fault)
    assert found is None or fault in found.message


def test_each_call_is_made_once(project: Project) -> None:
    project.write("atmos.yaml", "env: {A: !exec echo x >> ran; cat ran | wc -l}\n")
    config = project.load()
    assert not (project.root / "ran").exists()
    assert config.env_section() == {"A": "1"}
    assert config.env_section() == {"A": "1"}
    assert config.resolve(config.raw("env")) == {"A": 1.0}
    assert (project.root / "ran").read_text() == "x\n"


def test_commands_that_decide_the_load_run_in_the_callers_environment(project: Project) -> None:
    project.write("atmos.yaml", "base_path: !exec echo $WHERE\nenv: {ATMOS_WHAT: !exec 'echo $ATMOS_SHLVL'}\n")
    assert project.load(env={"WHERE": "./here"}).base_path == str(project.root / "here")
    assert project.last_env["ATMOS_WHAT"] == "1"


def test_settings_beside_entries_are_computed_when_they_are_read(project: Project) -> None:
    project.write(
        "atmos.yaml",
        "workflows: {base_path: !env FLOWS flows}\nauth: {realm: !env REALM , logs: {level: !env L Info}}\n",
    )
    config = project.load(env={"REALM": "blue"})
    assert config.workflows_path.endswith("/flows")
    assert config.raw("auth") == {"realm": "blue", "logs": {"level": "Info"}}


def test_what_help_tells_of_a_command_comes_from_the_environment(project: Project) -> None:
    project.write("atmos.yaml", """
commands:
  - name: who
    description: !env TEXT nobody
    aliases: [!env SHORT w]
    flags: [{name: f, description: !env TEXT nothing, default: !env SECRET none}]
    steps: [echo who]
""")  # fmt: skip
    config = project.load(env={"TEXT": "told", "SECRET": "never"})
    assert config.command_summaries()[0][1:3] == ("told", ("w",))
    command = config.command("who")
    assert command is not None
    assert command["flags"][0]["description"] == "told"
    assert command["flags"][0]["default"][:2] == ("!env", "SECRET none"), "values stay out of the compiled file"


@pytest.mark.parametrize(("expression", "value"), [
    ('.["x-list"][1]', "v"), ('."x-list"[2].deep[0]', "v"), (".commands[0].default", "v"), (".stacks.base_path", "v"),
    ('.["x-list"]', ["a", "v", {"deep": ["v"]}]), (".commands", [{"name": "who", "default": "!env V"}]),
])  # fmt: skip
def test_what_is_asked_for_is_computed(expression: str, value: object, project: Project) -> None:
    project.write("atmos.yaml", "x-list: [a, !env V, {deep: [!env V]}]\nstacks: {base_path: !env V}\n"
                                "commands: [{name: who, default: !env V}]\n")  # fmt: skip
    assert effective.asked(project.load(env={"V": "v"}), expression) == value


def test_validation_reports_what_a_run_would_pass_over_or_meet_later(project: Project) -> None:
    project.write("atmos.yaml", "import: [torn.yaml, nowhere]\nenv: {N: !random 9 5}\n")
    project.write("torn.yaml", "env: [\n")
    flags, _ = scan([], project.env)
    found = findings.configuration(flags, project.env, str(project.root)).sorted()
    assert [(Path(one.where.file).name, one.severity) for one in found if one.where] == [
        ("atmos.yaml", "warning"), ("atmos.yaml", "error"), ("torn.yaml", "error"),
    ]  # fmt: skip
    assert "min value (9) must be less than max value (5)" in found[1].message


def test_calls_that_cannot_work_stop_whoever_reads_them(project: Project) -> None:
    project.write("atmos.yaml", "env: {A: !env A b c}\ncommands: [{name: x, steps: [!env A b c]}]\n")
    with pytest.raises(
        AtmosError, match="failed to execute yaml function: !env A b c: env function accepts 1 or 2"
    ) as caught:
        project.load()
    assert caught.value.where is not None
    assert caught.value.where.line == 1
    project.write("atmos.yaml", "commands: [{name: x, steps: [!env A b c]}, {name: y, steps: [echo]}]\n")
    assert project.load().command("y") is not None


def test_what_loading_does_not_need_is_not_run(project: Project) -> None:
    project.write("atmos.yaml", "x-a: !exec touch ran\nx-b: {c: [!exec touch ran]}\nvendor: !exec touch ran\n")
    project.load()
    assert not (project.root / "ran").exists()


def test_included_files_are_found_from_anywhere_below(project: Project) -> None:
    project.write("data/v.json", '{"v": "beside"}')
    project.write(".atmos.d/deep/near.json", '{"v": "near"}')
    project.write("atmos.yaml", "import: [parts/p.yaml]\nenv: {MAIN: !include data/v.json .v}\n")
    project.write(".atmos.d/deep/a.yaml", "env: {DROP: !include data/v.json .v, NEAR: !include near.json .v}\n")
    project.write("parts/p.yaml", "env: {PART: !include data/v.json .v, UP: !include ../data/v.json .v}\n")
    project.write("profiles/p/a.yaml", "env: {PROFILE: !include data/v.json .v}\n")
    project.write("sub/dir/data/v.json", '{"v": "of the working directory"}')
    wanted = dict.fromkeys(("MAIN", "DROP", "PART", "UP", "PROFILE"), "beside") | {"NEAR": "near"}
    for cwd in ("", "sub/dir"):
        assert project.load("--profile", "p", cwd=cwd).env_section() == wanted
