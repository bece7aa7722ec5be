"""Completion: the protocol, and the scripts in real shells."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CONFIG = """
base_path: ./
aliases: {tell: say hello}
auth:
  providers: {mockaws: {kind: mock/aws, region: us-east-1}}
  identities:
    reader: {kind: mock/aws, via: {provider: mockaws}}
    writer: {kind: mock/aws, via: {provider: mockaws}}
commands:
  - name: release
    description: "Release a `component`"
    arguments: [{name: component, required: true, values: [vpc, app]}, {name: file}]
    flags:
      - {name: speed, description: How fast, values: [slow, fast, "very fast"]}
      - {name: force, shorthand: f, type: bool}
      - {name: plain}
      - {name: only, shorthand: o, type: list, values: [a, b, c]}
    steps: [echo x]
  - name: ops
    description: Operations
    commands:
      - {name: status, description: Show it, aliases: [state], steps: [echo x]}
      - {name: secret, internal: true, steps: [echo x]}
      - {name: db, commands: [{name: dump, steps: [echo x]}]}
  - name: say
    arguments: [{name: what, values: [hello, "good:bye"]}, {name: whom, values: [you]}]
    steps: [echo x]
  - name: hidden
    internal: true
    steps: [echo x]
  - name: list
    commands: [{name: mine, description: Our own list, steps: [echo x]}]
  - name: bad
    flags: [{name: a}, {name: a}]
    steps: [touch ran]
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "atmos.yaml").write_text(CONFIG)
    (folder / "notes.txt").write_text("")
    (folder / "sub").mkdir()
    return folder


def environment(project: Path, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(project.parent), "TERM": "xterm", "LANG": "C.UTF-8", **more}


def ask(atmos: Path, project: Path, *words: str) -> tuple[list[str], str]:
    done = subprocess.run([atmos, "__complete", *words], cwd=project, env=environment(project), capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip
    assert done.returncode == 0
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    return lines[:-1], lines[-1] if lines else ""


def names(answer: tuple[list[str], str]) -> list[str]:
    return [line.split("\t")[0] for line in answer[0]]


@pytest.mark.parametrize(
    ("words", "wanted", "directive"),
    [
        (["rel"], ["release\tRelease a component"], ":4"),
        (["op"], ["ops\tOperations"], ":4"),
        (["hid"], [], ":4"),
        (["tel"], ["tell\talias for say hello"], ":4"),
        (["ops", ""], ["status\tShow it", "db"], ":4"),
        (["ops", "st"], ["status\tShow it", "state\tShow it"], ":4"),
        (["ops", "db", ""], ["dump"], ":4"),
        (["release", ""], ["vpc", "app"], ":4"),
        (["release", "vpc", ""], [], ":0"),
        (["release", "vpc", "x", ""], [], ":4"),
        (["release", "--speed", ""], ["slow", "fast", "very fast"], ":4"),
        (["release", "--speed=f"], ["--speed=fast"], ":4"),
        (["release", "--force="], ["--force=true", "--force=false"], ":4"),
        (["release", "--plain", ""], [], ":0"),
        (["release", "--sp"], ["--speed\tHow fast"], ":4"),
        (["release", "--force", "--fo"], ["--force-color\tUse colours even where no terminal is",
                                          "--force-tty\tTreat all streams as terminals"], ":4"),
        (["release", "--identity", ""], ["reader", "writer"], ":4"),
        (["release", "-i", "w"], ["writer"], ":4"),
        (["release", "--identity=w"], ["--identity=writer"], ":4"),
        (["release", "vpc", "--", ""], [], ":0"),
        (["tell", ""], ["you"], ":4"),
        (["help", "ops", "st"], ["status\tShow it", "state\tShow it"], ":4"),
        (["--logs-level", "De"], ["Debug"], ":4"),
        (["-C", ""], [], ":16"),
        (["--logs-level", "Debug", "ops", "db", "d"], ["dump"], ":4"),
        (["list", "mi"], ["mine\tOur own list"], ":4"),
        (["completion", "--no-d"], [], ":4"),
        (["nothing", ""], [], ":4"),
        (["release", "--only", "b,"], ["b,a", "b,c"], ":4"),
        (["release", "--only=c,a,"], ["--only=c,a,b"], ":4"),
        (["release", "-fob,"], ["-fob,a", "-fob,c"], ":4"),
        (["release", "-iw"], ["-iwriter"], ":4"),
        (["release", "-i=w"], ["-i=writer"], ":4"),
        (["release", "--no-f"], ["--no-force\tturn --force off"], ":4"),
        (["release", "--a"], [], ":4"),  # what does nothing is not shown
        (["release", "--ai"], ["--ai\tAccepted and ignored"], ":4"),
        (["describe", "command", ""], ["release\tRelease a component", "ops\tOperations", "say", "hidden", "list", "bad"], ":4"),
        (["describe", "command", "ops", "s"], ["status\tShow it", "secret"], ":4"),
        (["describe", "command", "ops", "db", ""], ["dump"], ":4"),
    ],
)  # fmt: skip
def test_protocol(atmos: Path, project: Path, words: list[str], wanted: list[str], directive: str) -> None:
    assert ask(atmos, project, *words) == (wanted, directive)


def test_built_in_groups_complete_from_the_table(atmos: Path, project: Path) -> None:
    found = names(ask(atmos, project, "list", ""))
    assert {"aliases", "commands", "stacks", "workflows", "mine"} <= set(found)


def test_built_in_flags(atmos: Path, project: Path) -> None:
    assert names(ask(atmos, project, "list", "aliases", "--form")) == ["--format"]
    assert names(ask(atmos, project, "list", "aliases", "--format", "")) == ["table", "json", "yaml", "csv", "tsv"]


@pytest.mark.parametrize(
    "words",
    [
        ["profile", "show", ""],
        ["--profile", ""],
        ["say", "--profile", ""],
        ["--profile", "night", "say", "--profile", ""],
    ],
)
def test_profiles(atmos: Path, project: Path, words: list[str]) -> None:
    for name in ("night", "day"):
        (project / "profiles" / name).mkdir(parents=True)
        (project / "profiles" / name / "a.yaml").write_text("env: {A: b}\n")
    assert names(ask(atmos, project, *words)) == ["day", "night"]


def test_shells(atmos: Path, project: Path) -> None:
    assert names(ask(atmos, project, "completion", "")) == ["bash", "fish", "powershell", "zsh"]
    assert names(ask(atmos, project, "completion", "f")) == ["fish"]


def test_without_descriptions(atmos: Path, project: Path) -> None:
    done = subprocess.run([atmos, "__completeNoDesc", "op"], cwd=project, env=environment(project), capture_output=True, text=True,
                          timeout=60, check=True)  # fmt: skip
    assert done.stdout == "ops\n:4\n"


def test_a_broken_configuration_leaves_the_built_in_commands(atmos: Path, project: Path) -> None:
    (project / "atmos.yaml").write_text("commands: [\n")
    assert "version" in names(ask(atmos, project, "ver"))
    assert ask(atmos, project, "release", "")[0] == []


def test_completion_runs_nothing(atmos: Path, project: Path) -> None:
    (project / "atmos.yaml").write_text(
        CONFIG
        + '  - {name: lazy, description: !exec "touch ran", steps: [echo x], arguments: [{name: a, default: !exec "touch ran"}]}\n'
    )
    for words in (["la"], ["lazy", ""], ["bad", "--"], ["release", "--identity", ""]):
        ask(atmos, project, *words)
    assert sorted(path.name for path in project.iterdir()) == ["atmos.yaml", "notes.txt", "sub"]


STACKS = """
base_path: ./
components: {terraform: {base_path: components/terraform}}
stacks: {base_path: stacks, included_paths: ["*"], name_template: "{{ .vars.stage }}"}
commands:
  - name: ship
    component: {type: script}
    arguments: [{name: what, type: component}]
    flags: [{name: to, shorthand: t, semantic_type: stack}]
    steps: [echo x]
  - {name: plain, arguments: [{name: component}], flags: [{name: stack, shorthand: s}], steps: [echo x]}
"""


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["ship", ""], ["db", "web"]),
        (["ship", "-t", "dev", ""], ["web"]),
        (["ship", "web", "--to", ""], ["dev", "prod"]),
        (["plain", "-s", "p"], ["prod"]),
        (["plain", ""], ["db", "vpc", "web"]),
        (["terraform", "plan", ""], ["vpc"]),
        (["terraform", "plan", "-s", "dev", "v"], ["vpc"]),
        (["terraform", "apply", "vpc", "-s", ""], ["dev", "prod"]),
        (["terraform", "state", "pu"], ["pull", "push"]),
        (["terraform", "plan", "--skip-p"], ["--skip-planfile"]),
        (["tf", "pla"], ["plan", "plan-diff", "planfile"]),
        (["describe", "component", "vpc", "--stack", "d"], ["dev"]),
    ],
)
def test_stacks_and_components(atmos: Path, project: Path, words: list[str], wanted: list[str]) -> None:
    (project / "atmos.yaml").write_text(STACKS)
    (project / "stacks").mkdir()
    (project / "components" / "terraform" / "vpc").mkdir(parents=True)
    (project / "stacks" / "dev.yaml").write_text(
        "vars: {stage: dev}\ncomponents: {terraform: {vpc: {}}, script: {web: {}}}\n"
    )
    (project / "stacks" / "prod.yaml").write_text(
        "vars: {stage: prod}\ncomponents: {terraform: {vpc: {}}, script: {web: {}, db: {}}}\n"
    )
    assert names(ask(atmos, project, *words)) == wanted


# -- real shells ----------------------------------------------------------------------------------------

BASH = r"""
source <(atmos completion bash)
try() {
    COMP_LINE=$1 COMP_POINT=${#1}
    local -a split
    # as readline splits: at blanks, and around = and :
    mapfile -t COMP_WORDS < <(printf '%s' "$1" | sed -E 's/([=:])/\n\1\n/g; s/ +/\n/g' | sed '/^$/d')
    [[ $1 == *[\ =:] ]] && COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    compopt() { :; }
    _atmos_complete atmos "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    printf '<%s>' "${COMPREPLY[@]}"; echo
}
try "atmos rel"
try "atmos ops st"
try "atmos release --speed "
try "atmos release --speed=f"
try "atmos release   --identity wr"
try "atmos say good:b"
try "atmos release vpc n"
try "atmos -C s"
try "atmos release -f -ib"
try "atmos release -iwr"
try "atmos release --only a,"
try "atmos release vpc -- no"
"""


def test_bash(project: Path) -> None:
    done = subprocess.run(["bash", "--norc", "-c", BASH], cwd=project, env=environment(project), capture_output=True, text=True,
                          timeout=120, check=False)  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "<release>", "<status><state>", r"<slow><fast><very\ fast>", "<fast>", "<writer>", "<bye>", "<notes.txt>", "<sub>",
        "<>", "<-iwriter>", "<a,b><a,c>", "<notes.txt>",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (["atmos release vpc --speed=ve\t"], r"--speed=very\\ fast"),
        (["atmos op\t"], "atmos ops "),
        (["atmos ops sta\t", "\t\t"], "state +status|status +state"),
    ],
)
def test_bash_at_a_prompt(project: Path, keys: list[str], shown: str) -> None:
    """The tab key in an interactive bash."""
    import pexpect

    child = pexpect.spawn("bash", ["--norc", "--noprofile", "-i"], cwd=str(project), encoding="utf-8", timeout=90,
                          env=environment(project, PS1="ready$ ", INPUTRC="/dev/null", NO_COLOR="1"))  # type: ignore[arg-type]  # fmt: skip
    try:
        child.expect_exact("ready$ ")
        child.sendline("bind 'set enable-bracketed-paste off'; source <(atmos completion bash); echo loa''ded")
        child.expect_exact("loaded")
        child.expect_exact("ready$ ")
        for number, text in enumerate(keys):
            child.send(text)
            if number + 1 < len(keys):
                child.expect("sta\x07?t")
        child.expect(shown)
    finally:
        child.close(force=True)


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (["atmos relea\t"], "release"),
        (["atmos release --speed ve\t"], r"very\\ fast"),
        (["atmos ops st\t", "\t"], "Show it"),
        (["atmos release --identity wr\t"], "--identity writer"),
        (["atmos release --identity=wr\t"], "--identity=writer"),
        (["atmos release --only a,b,\t"], "--only a,b,c"),
        (["atmos release vpc -- no\t"], "-- notes.txt"),
        (["atmos say hello --no-int\t"], "--no-interactive"),
    ],
)
def test_zsh(project: Path, keys: list[str], shown: str) -> None:
    """The tab key in an interactive zsh: one candidate is filled in, several are shown with descriptions."""
    import pexpect

    child = pexpect.spawn("zsh", ["-f", "-i"], cwd=str(project), encoding="utf-8", timeout=90, dimensions=(40, 120),
                          env=environment(project, TERM="dumb"))  # type: ignore[arg-type]  # fmt: skip
    try:
        child.sendline(
            "PROMPT='ready> '; unsetopt zle_bracketed_paste 2>/dev/null; autoload -Uz compinit; compinit -u -D"
        )
        child.sendline("source <(atmos completion zsh); echo loa''ded")
        child.expect_exact("loaded")
        child.expect_exact("ready> ")
        for number, text in enumerate(keys):
            child.send(text)
            if number + 1 < len(keys):
                child.expect_exact("stat")
        child.expect(shown)
    finally:
        child.close(force=True)


@pytest.mark.skipif(not shutil.which("fish"), reason="fish is not installed")
def test_fish(project: Path) -> None:
    script = "atmos completion fish | source; " + "; ".join(
        f"echo [(complete -C '{line}' | string join ,)]"
        for line in [
            "atmos rel",
            "atmos ops st",
            "atmos release --speed ",
            "atmos release --speed=f",
            "atmos release -i w",
            "atmos release vpc no",
            "atmos release -iwr",
            "atmos release --only a,b,",
            "atmos release vpc -- no",
        ]
    )
    done = subprocess.run(["fish", "--no-config", "-c", script], cwd=project, env=environment(project), capture_output=True, text=True,
                          timeout=120, check=False)  # fmt: skip
    lines = [line.replace("\t", "|") for line in done.stdout.splitlines()]
    assert lines[0] == "[release|Release a component]"
    assert lines[1] == "[status|Show it,state|Show it]"
    assert "slow" in lines[2]
    assert "fast" in lines[2]
    assert lines[3] == "[--speed=fast]"
    assert lines[4] == "[writer]"
    assert lines[5].startswith("[notes.txt")
    assert lines[6] == "[-iwriter]"
    assert lines[7] == "[a,b,c]"
    assert lines[8].startswith("[notes.txt")


def test_powershell_script_is_whole(atmos: Path, project: Path) -> None:
    done = subprocess.run([atmos, "completion", "powershell"], cwd=project, env=environment(project), capture_output=True, text=True,
                          timeout=60, check=True)  # fmt: skip
    assert done.stdout.count("{") == done.stdout.count("}")
    assert "Register-ArgumentCompleter" in done.stdout


def test_unknown_shell(atmos: Path, project: Path) -> None:
    done = subprocess.run([atmos, "completion", "bsh"], cwd=project, env=environment(project), capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip
    assert done.returncode == 1
    assert "Did you mean bash?" in done.stderr
