"""The built-in commands about configuration, run as the installed program."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from .conftest import Project

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(project: Project, atmos: Path) -> Run:
    def call(*argv: str, cwd: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        base = {"HOME": str(project.home), "PATH": os.environ["PATH"]}
        return subprocess.run([atmos, *argv], cwd=project.root / cwd, env={**base, **env}, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, check=False)  # fmt: skip

    return call


def test_describe_config(project: Project, run: Run) -> None:
    project.write("atmos.yaml", """\
base_path: ./
env: {A: 5, RAN: !exec touch ran}
auth:
  identities:
    me: {kind: aws/user, credentials: {access_key_id: AKIAX, secret_access_key: s3cret, region: eu-west-1}}
settings: {terminal: {max_width: !exec echo 77}}
commands: [{name: hi, steps: [echo hi]}]
""")  # fmt: skip
    done = run("describe", "config")
    data = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert data["env"] == {"A": "5", "RAN": "!exec touch ran"}
    assert data["settings"]["terminal"]["max_width"] == "!exec echo 77"
    assert data["commands"] == [{"name": "hi", "steps": ["echo hi"]}]
    assert data["basePathAbsolute"] == data["cli_config_path"] == str(project.root)
    credentials = data["auth"]["identities"]["me"]["credentials"]
    assert (credentials["secret_access_key"], credentials["region"]) == ("***", "eu-west-1")
    assert not (project.root / "ran").exists()
    assert run("describe", "config", "-q", ".settings.terminal.max_width").stdout == "77\n"
    assert run("describe", "config", "-q", ".settings.terminal | keys | length").stdout.strip().isdigit()
    assert run("describe", "config", "-q", ".auth.identities.me.credentials.secret_access_key").stdout == '"***"\n'
    assert run("describe", "config", "-f", "yaml", "-q", ".env.A").stdout == '"5"\n'
    assert run("describe", "config", "-q", ".nope.x").stdout == "null\n"
    bad = run("describe", "config", "-f", "toml")
    assert (bad.returncode, bad.stdout) == (1, "")
    assert "invalid 'format': toml" in bad.stderr


def test_provenance(project: Project, run: Run) -> None:
    project.write("atmos.yaml", "import: more.yaml\nlogs:\n  level: Info\n")
    project.write("more.yaml", "\nenv:\n  A: x\n")
    lines = run("describe", "config", "--provenance", ATMOS_STACKS_BASE_PATH="st").stdout.splitlines()
    places = {line.split("#")[0].strip(): line.split("#")[1].strip() for line in lines if "#" in line}
    assert places["A: x"] == "more.yaml:3"
    assert places["level: Info"] == "atmos.yaml:3"
    assert places["base_path: st"] == "$ATMOS_STACKS_BASE_PATH"
    assert places["file: /dev/stderr"] == "default"
    records = json.loads(run("describe", "config", "--provenance", "-f", "json").stdout)
    assert {"path": "env.A", "value": "x", "file": "more.yaml", "line": 3, "column": 3} in records


def test_env_formats(project: Project, run: Run) -> None:
    project.write("atmos.yaml", 'env: {B: "it\'s", A: 1, N: ~, M: "two\\nlines"}\n')
    assert run("env").stdout == "export A=1\nexport B='it'\"'\"'s'\nexport M='two\nlines'\n"
    assert run("env", "--export=false").stdout.startswith("A=1\n")
    assert run("env", ATMOS_ENV_FORMAT="json").stdout == '{\n  "A": "1",\n  "B": "it\'s",\n  "M": "two\\nlines"\n}\n'
    done = run("env", "-f", "github", GITHUB_ENV=str(project.root / "gh"))
    text = (project.root / "gh").read_text()
    assert (done.stdout, text.startswith("A=1\nB=it's\nM<<")) == ("", True)
    run("env", "-f", "github", GITHUB_ENV=str(project.root / "gh"))
    assert (project.root / "gh").read_text() == text * 2
    assert run("env", "-f", "github").returncode == 1
    assert run("env", "-f", "dotenv", "-o", "out.env").stdout == ""
    out = project.root / "out.env"
    assert out.read_text().startswith("A=1\n")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    bad = run("env", "-f", "ini")
    assert bad.returncode == 1
    assert all(word in bad.stderr for word in ("ini", "bash", "json", "dotenv", "github"))


def test_profiles(project: Project, run: Run) -> None:
    project.write(
        "profiles/dev/atmos.yaml", "metadata: {name: Dev, description: For developers, other: x}\nenv: {A: 1}\n"
    )
    project.write("profiles/ci/x.yaml", "auth: {providers: {p: {kind: k, password: pw}}}\n")
    project.write("atmos.yaml", "env: {}\n")
    rows = json.loads(run("profile", "list", "-f", "json").stdout)
    assert rows[1] == {"Name": "dev", "Path": f"{project.root}/profiles/dev", "LocationType": "project", "Files": ["atmos.yaml"],
                       "Metadata": {"name": "Dev", "description": "For developers"}}  # fmt: skip
    assert "●  dev" in run("profile", "list", "--profile", "dev").stdout
    assert yaml.safe_load(run("profile", "list", "-f", "yaml").stdout)[0]["name"] == "ci"
    assert "pw" not in run("profile", "show", "ci").stdout.replace("password", "")
    assert json.loads(run("profile", "show", "dev", "-f", "json").stdout)["Configuration"] == {"env": {"A": 1}}
    bad = run("profile", "show", "devv")
    assert (bad.returncode, "Did you mean dev?" in bad.stderr) == (2, True)


def test_version_works_whatever_is_there(project: Project, run: Run) -> None:
    project.write("atmos.yaml", "a: [\n")
    assert json.loads(run("version", "--format", "json").stdout).keys() == {"version", "os", "arch"}
    assert "Atmos" in run("--version").stdout
    assert run("version", "-f", "xml").returncode == 2


def test_config_get(project: Project, run: Run) -> None:
    project.write("atmos.yaml", "stacks: {base_path: s}\n")
    assert run("config", "get", "stacks.base_path").stdout == "s\n"
    assert run("config", "get", "nothing").returncode == 1
    assert yaml.safe_load(run("config", "list").stdout)["stacks"]["base_path"] == "s"


def test_validate_finds_everything_at_once(project: Project, run: Run) -> None:
    project.write("atmos.yaml", """\
comands: []
logs: {levl: x}
commands:
  - name: bad
    setps: [echo]
  - name: good
    steps: [echo good]
  - name: fn
    env: {A: !env A b c}
    steps: [echo]
workflows:
  flow:
    steps:
      - {type: shel, command: x}
""")  # fmt: skip
    project.write(".atmos.d/x.yaml", "import: [none]\n")
    done = run("validate")
    assert (done.returncode, done.stdout) == (1, "")
    for words in ("atmos.yaml:1:1: unknown key `comands`; did you mean `commands`?", "atmos.yaml:2:8",
                  "atmos.yaml:5:5", "accepts 1 or 2 arguments", "Did you mean `steps`?", "atmos.yaml:14:", "shel", "path=none"):  # fmt: skip
        assert words in done.stderr, words
    record = json.loads(run("validate", "config", "-f", "json").stdout)
    assert record["valid"] is False
    assert any(
        problem["line"] == 5 and problem["hint"] == "Did you mean `steps`?"
        for problem in record["problems"]
        if "hint" in problem
    )
    assert run("good").stdout == "good\n"


def test_validate_goes_on_after_what_stops_a_load(project: Project, run: Run) -> None:
    project.write("atmos.yaml", "stacks: {base_path: []}\ncomponents: {terraform: {deploy_run_init: 'no'}}\n")
    project.write(".atmos.d/a.yaml", "a: [\n")
    project.write(".atmos.d/b.yaml", "a: 1\na: 2\n")
    text = run("validate").stderr
    for words in ("'stacks.base_path'", "'components.terraform.deploy_run_init'", ".atmos.d/a.yaml:1:4", "already defined at line 1",
                  "4 problems found"):  # fmt: skip
        assert words in text, words


def test_validate_knows_what_templates_would_stop_at(project: Project, run: Run) -> None:
    project.write("atmos.yaml", "templates:\n  settings:\n    delimiters: ['[[']\n    engine: perl\n")
    done = run("validate", "config")
    assert done.returncode == 1
    for words in (
        "atmos.yaml:3:5: invalid 'templates.settings.delimiters'",
        "atmos.yaml:4:5",
        "perl",
        "2 problems found",
    ):
        assert words in done.stderr, words


@pytest.mark.parametrize(
    "content", ["env: {A: [1\n", "logs: {level: Loud}\n", 'version: {constraint: {require: ">=99"}}\n']
)
def test_help_is_never_stopped_by_a_broken_configuration(project: Project, run: Run, content: str) -> None:
    project.write("atmos.yaml", content)
    for words in (("hi", "--help"), ("hi", "-h"), ("help", "hi"), ("--help",), ("terraform", "plan", "--help")):
        done = run(*words)
        assert done.returncode == 0, words
        assert "USAGE" in done.stdout, words
    assert run("hi", "--", "--help").returncode == 1


def test_validate_a_sound_project(project: Project, run: Run) -> None:
    project.write("atmos.yaml", "env: {A: 1}\n")
    for words in (("validate",), ("validate", "config"), ("config", "validate"), ("validate", "schema", "config")):
        done = run(*words)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "✓ The configuration is valid (1 file)\n")


def test_validate_schemas_of_ones_own(project: Project, run: Run) -> None:
    project.write("atmos.yaml", "base_path: ./\nschemas: {tags: {schema: tags.json, matches: ['conf/*.yaml']}}\n")
    project.write("tags.json", json.dumps({"type": "object", "properties": {"team": {"type": "string"}}}))
    project.write("conf/a.yaml", "x: 1\nteam: 5\n")
    done = run("validate", "schema")
    assert done.returncode == 1
    assert "conf/a.yaml:2:1: team: 5 is not of type 'string'" in done.stderr
    assert "Did you mean `tags`?" not in run("validate", "schema", "tags").stderr
    assert run("validate", "schema", "tagz").returncode == 1


def test_doctor(project: Project, run: Run) -> None:
    project.write("atmos.yaml", "env: {A: 1}\n")
    checks = {check["name"]: check for check in json.loads(run("doctor", "-f", "json").stdout)}
    assert checks["configuration"]["state"] == "good"
    assert {"atmos", "python", "libyaml", "terraform", "configuration cache", "keyring"} <= checks.keys()
    project.write("atmos.yaml", "a: [\n")
    done = run("doctor")
    assert done.returncode == 1
    assert "atmos.yaml:1:4" in done.stdout


@pytest.mark.parametrize(("text", "known"), [("comands: [x]\n", "commands"), ("enviroment: {A: 1}\nworkflow: {x: 1}\n", "workflows"),
                                             ("commands:\n  - name: a\n    stpes: [echo]\n", "steps")])  # fmt: skip
def test_a_mistyped_key_is_told_with_the_right_one(project: Project, run: Run, text: str, known: str) -> None:
    project.write("atmos.yaml", text)
    assert f"`{known}`" in run("validate").stderr


def test_machines_get_json(project: Project, run: Run) -> None:
    project.write("atmos.yaml", "env:\n  A: 1\n  A: 2\n")
    record = json.loads(run("env", ATMOS_ERROR_FORMAT="json").stderr)
    assert (record["line"], record["column"], record["exit_code"]) == (3, 3, 1)
    assert record["file"].endswith("atmos.yaml")


def test_a_bare_profile_flag_asks(project: Project, atmos: Path) -> None:
    import pexpect

    for name in ("ci", "dev", "ops"):
        project.write(f"profiles/{name}/a.yaml", f"env: {{{name.upper()}: 1}}\n")
    project.write("atmos.yaml", "env: {BASE: 1}\n")
    env = {"HOME": str(project.home), "PATH": os.environ["PATH"], "TERM": "xterm", "NO_COLOR": "1"}
    child = pexpect.spawn(
        str(atmos), ["env", "--profile"], cwd=str(project.root), env=env, encoding="utf-8", timeout=60
    )
    child.expect("Choose profiles")
    child.expect("ops")
    child.send(" ")
    child.send("\r")
    child.expect("export CI=1")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    child = pexpect.spawn(
        str(atmos), ["env", "--profile"], cwd=str(project.root), env=env, encoding="utf-8", timeout=60
    )
    child.expect("esc to exit")
    child.send("\x03")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


READS = """
import sys
from runner.config import reader
kept, seen = reader.parse, []
def parse(text, file, **more):
    seen.append(file)
    return kept(text, file, **more)
reader.parse = parse
from runner.main import main
sys.argv = ["atmos", *sys.argv[1:]]
main()
print("\\n".join(seen))
"""


@pytest.mark.parametrize(
    "words", ["validate", "validate config", "config validate", "env", "describe config", "list commands", "hi"]
)
def test_no_file_is_parsed_twice_in_a_run(project: Project, words: str) -> None:
    project.write("atmos.yaml", "import: [parts/*, parts/a]\ncommands: [{name: hi, steps: [echo]}]\n")
    project.write("parts/a.yaml", "env: {A: 1}\n")
    project.write(".atmos.d/b.yaml", "env: {B: 1}\n")
    done = subprocess.run([sys.executable, "-c", READS, *words.split()], cwd=project.root, env=project.env, capture_output=True, text=True,
                          check=True)  # fmt: skip
    read = [line for line in done.stdout.splitlines() if line.startswith(str(project.root))]
    assert sorted(Path(path).name for path in read) == ["a.yaml", "atmos.yaml", "b.yaml"]
