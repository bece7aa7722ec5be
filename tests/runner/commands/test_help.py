"""Help: of the program, of commands at every level, of built-in ones; and the listings."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., str]

CONFIG = """
base_path: ./
aliases: {tell: say hello, auth: say, gone: say}
commands:
  - name: say
    description: |
      Say **something** with `words`.

      A second paragraph.
    aliases: [speak]
    arguments:
      - {name: what, description: What to say, required: true, values: [hello, bye]}
      - {name: whom, default: you}
      - {name: how}
    flags:
      - {name: volume, shorthand: o, description: How loud, required: true}
      - {name: verbose, type: bool, description: Mine}
      - {name: times, type: int, default: 2}
      - {name: tags, type: list, default: [a, b]}
      - {name: fast, type: bool, default: true}
      - {name: where, default: !exec "touch ran; echo here"}
    examples: [atmos say hello -o 3]
    steps: [{name: first, command: echo say}, echo two]
  - name: ops
    description: Operations
    flags: [{name: group, description: Which machines}]
    commands:
      - {name: status, description: Show the status, aliases: [st], steps: [echo]}
      - {name: hidden, internal: true, steps: [echo]}
      - {name: db, description: Database, commands: [{name: dump, description: Dump it, steps: [echo]}]}
  - {name: gone, description: Hidden by an alias, steps: [echo]}
  - {name: secret, internal: true, description: Not shown, steps: [echo]}
"""


@pytest.fixture
def run(atmos: Path, tmp_path: Path) -> Run:
    project = tmp_path / "project"
    project.mkdir()
    (project / "atmos.yaml").write_text(CONFIG)

    def call(*words: str, code: int = 0, **env: str) -> str:
        done = subprocess.run([atmos, *words], cwd=project, capture_output=True, text=True, timeout=120, check=False,
                              env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", **env})  # fmt: skip
        assert done.returncode == code, done.stderr
        return done.stdout if code == 0 else done.stderr

    return call


def sections(page: str) -> list[str]:
    return [line for line in page.splitlines() if line and line == line.upper() and line[0].isalpha()]


def test_a_command(run: Run, tmp_path: Path) -> None:
    page = run("say", "--help")
    lines = page.splitlines()
    assert lines[0] == ""
    assert lines[1].startswith("👽 ")
    assert "Say something with words.\n\nA second paragraph." in page
    assert "    $ atmos say [flags] <what> [whom] [how]" in lines
    assert "    say, speak" in lines
    assert "    $ atmos say hello -o 3" in lines
    assert sections(page) == ["USAGE", "ALIASES", "EXAMPLES", "ARGUMENTS", "FLAGS"]
    for row in (
        "      what  What to say (required) (one of: hello, bye)",
        "      whom  (default you)",
        "      how   (optional)",
        "  -o, --volume string    How loud (required)",
        "      --times int        (default 2)",
        "      --tags strings     (default a, b)",
        "      --fast             (default true)",
        "      --where string     (default !exec touch ran; echo here)",
        "  -i, --identity string  Identity to use for authentication (overrides identity in command config)",
        "  -h, --help             help for say",
    ):
        assert row in lines
    assert "Mine" not in page  # a flag of the program itself is shown under its own heading
    assert lines[-1] == "Use --help=usage for examples or --help=all for all flags and full help."
    assert not (tmp_path / "project" / "ran").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["say", "-h"],
        ["help", "say"],
        ["speak", "--help"],
        ["say", "hello", "--help"],
        ["--verbose", "say", "--help", "-o", "1"],
    ],
)
def test_ways_to_ask(run: Run, words: list[str]) -> None:
    page = run(*words)
    assert "ARGUMENTS" in page
    assert ("STEPS" in page) == ("--verbose" in words)


def test_topics(run: Run) -> None:
    assert sections(run("say", "--help=usage")) == ["USAGE", "ALIASES", "EXAMPLES", "ARGUMENTS"]
    assert sections(run("say", "--help=flags")) == ["USAGE", "ALIASES", "ARGUMENTS", "FLAGS"]
    page = run("say", "--help=all")
    assert sections(page)[-1] == "GLOBAL FLAGS"
    assert "  -v, --verbose  " in page
    wrong = run("say", "--help=everything", code=1)
    assert "# Invalid Help Topic" in wrong
    assert 'unknown help topic: "everything"' in wrong
    assert "Valid help topics: usage, flags, all" in wrong


def test_no_filter(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "project" / "atmos.yaml"
    path.write_text(CONFIG + "settings: {terminal: {help: {filter: false}}}\n")
    assert "GLOBAL FLAGS" in run("say", "--help")
    assert "GLOBAL FLAGS" in run("--help")


def test_a_parent(run: Run) -> None:
    page = run("ops", "--help")
    lines = page.splitlines()
    assert "    $ atmos ops [sub-command] [flags]" in lines
    assert "    $ atmos ops [flags]" not in lines
    assert "      st  alias for atmos ops status" in lines
    assert "      db [command]  Database" in lines
    assert "      status        Show the status" in lines
    assert "hidden" not in page
    assert "--dry-run" not in page  # it has no steps
    assert "Use atmos ops [command] --help for more information about a command." in lines
    assert "--group string" in run("ops", "db", "dump", "--help")


def test_the_program(run: Run) -> None:
    page = run("--help")
    assert page == run("help") == run("-h") == run("help", "--help") == run()
    assert sections(page) == [
        "USAGE",
        "SUBCOMMAND ALIASES",
        "EXAMPLES",
        "BUILT-IN COMMANDS",
        "CUSTOM COMMANDS",
        "ALIASES",
        "FLAGS",
    ]
    lines = page.splitlines()
    assert "      ops [command]  Operations" in lines
    assert "      tell  alias for say hello" in lines
    assert "      gone  alias for say" in lines
    assert "Hidden by an alias" not in page
    assert "secret" not in page
    assert not any(line.startswith("      auth  alias") for line in lines)  # a built-in comes before an alias


def test_a_broken_configuration_does_not_stop_help(run: Run, tmp_path: Path) -> None:
    (tmp_path / "project" / "atmos.yaml").write_text("commands: [\n")
    assert "BUILT-IN COMMANDS" in run("--help")


def test_narrow(run: Run) -> None:
    assert all(
        len(line) <= 60
        for line in run("say", "--help", COLUMNS="60").splitlines()
        if "--where" not in line and "$" not in line
    )


def test_the_configured_width_and_colour(run: Run, tmp_path: Path) -> None:
    (tmp_path / "project" / "atmos.yaml").write_text(
        CONFIG + "settings: {terminal: {max_width: 70, force_color: true}}\n"
    )
    page = run("say", "--help")
    assert "\x1b[1mUSAGE\x1b[0m" in page
    assert "\x1b" not in run("say", "--help", NO_COLOR="1")
    plain = run("say", "--help", NO_COLOR="1")
    assert max(len(line) for line in plain.splitlines() if "--where" not in line) <= 70


def test_built_in(run: Run) -> None:
    page = run("list", "aliases", "--help")
    assert "    $ atmos list aliases --format json" in page.splitlines()
    assert "(one of: table, json, yaml, csv, tsv) (default table)" in page


def test_listings(run: Run) -> None:
    rows = json.loads(run("list", "commands", "--format", "json"))
    assert [row["command"] for row in rows] == ["gone", "ops", "ops db", "ops db dump", "ops status", "say"]
    assert rows[-1]["arguments"] == ["what", "whom", "how"]
    assert "secret" in run("list", "commands", "--all")
    assert run("list", "aliases").splitlines()[0] == "emu\tatmos emulator\tbuilt-in"
    assert "ops st\tatmos ops status\tcustom" in run("list", "aliases")
    assert "tell\tatmos say hello\tconfigured" in run("list", "aliases")


def test_description_of_one(run: Run, tmp_path: Path) -> None:
    found = json.loads(run("describe", "command", "ops", "st", "--format", "json"))
    assert found["path"] == "atmos ops status"
    assert found["steps"] == [{"type": "shell", "command": "echo"}]
    assert "!exec touch ran; echo here" in run("describe", "command", "say")
    assert not (tmp_path / "project" / "ran").exists()
    assert "Did you mean say?" in run("describe", "command", "sai", code=1)
    assert "Unknown command x for atmos ops" in run("describe", "command", "ops", "x", code=1)


def test_steps_are_told_with_what_is_special_about_them(run: Run, tmp_path: Path) -> None:
    (tmp_path / "project" / "atmos.yaml").write_text("""
commands:
  - name: go
    identity: dev-admin
    flags: [{name: fast, type: bool}]
    steps:
      - {name: check, command: "set -e\\nping", identity: prod, when: [ci, failure]}
      - type: parallel
        name: both
        steps: [{name: a, command: echo a}, {type: atmos, name: b, command: version, working_directory: sub}]
      - {type: confirm, prompt: Really?, when: {any: [ci, {not: local}]}}
      - {type: exit}
      - {command: ssh host, interactive: true}
      - {command: top, tty: true, interactive: true}
""")
    page = run("go", "--help", "--verbose")
    assert page.partition("STEPS\n\n")[2].startswith(
        "    1. [shell] check: set -e … (identity: prod; when: ci and failure)\n"
        "    2. [parallel] both\n"
        "      2.1 [shell] a: echo a\n"
        "      2.2 [atmos] b: version (working_directory: sub)\n"
        "    3. [confirm] Really? (when: any of ci, not local)\n"
        "    4. [exit]\n"
        "    5. [shell] ssh host (the terminal itself, not masked)\n"
        "    6. [shell] top (terminal of its own)\n"
    )
    assert "(overrides identity in command config) (default dev-admin)" in page
    assert json.loads(run("describe", "command", "go", "--format", "json"))["steps"][2]["when"] == {
        "any": ["ci", {"not": "local"}]
    }
    assert "Did you mean --no-fast?" in run("go", "--no-fsat", code=1)
