"""`atmos template render`: templates tried from a file, an option, standard input and line by line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pexpect
import pytest


class Project:
    def __init__(self, root: Path, atmos: Path, env: dict[str, str]) -> None:
        self.root, self.atmos, self.env = root, atmos, env
        (root / "atmos.yaml").write_text("commands: []\n")

    def run(self, *words: str, stdin: bytes = b"") -> tuple[int, bytes, str]:
        done = subprocess.run(
            [self.atmos, *words],
            cwd=self.root,
            env=self.env,
            input=stdin,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr.decode()

    def render(self, *words: str, stdin: bytes = b"") -> tuple[int, bytes, str]:
        return self.run("template", "render", *words, stdin=stdin)


@pytest.fixture
def project(tmp_path: Path, atmos: Path, clean_env: dict[str, str]) -> Project:
    return Project(tmp_path, atmos, clean_env)


@pytest.mark.parametrize(
    ("words", "stdin", "shown"),
    [
        (["-e", "{{ .a | upper }}", "--set", "a=x"], b"", b"X"),
        (["--set", "a.b=5", "--set=a.c=[1, 2]"], b"{{ add .a.b 1 }} {{ .a.c }}\n", b"6 [1 2]\n"),
        (["-f", "-", "--set", "x=1"], b"<< .x >> {{ .x }}", b"1 1"),
        (["-f", "t.txt", "--data", "d.yaml", "-d", "e.json", "--set", "m.z=3"], b"", b"map[x:1 y:2 z:3]\r\n"),
        (["-e", "[{{ .no }}]", "--missing", "default"], b"", b"[<no value>]"),
        (["-e", "[[ 1 ]] {{ 2 }}", "--delims", "[[", "]]"], b"", b"1 {{ 2 }}"),
        (["-e", "{% for n in l %}{{ n }};{% endfor %}", "--engine", "jinja2", "--set", "l=[a, b]"], b"", b"a;b;"),
        (["-e", '{{ env "HOME" | len | lt 1 }} {{ file.Exists "d.yaml" }}'], b"", b"true true"),
        ([], b"\xff{{ 1 }}", b"\xff1"),
    ],
)
def test_results(project: Project, words: list[str], stdin: bytes, shown: bytes) -> None:
    (project.root / "t.txt").write_bytes(b"{{ .m }}\r\n")
    (project.root / "d.yaml").write_text("m: {x: 1, y: 1}\n")
    (project.root / "e.json").write_text('{"m": {"y": 2}}')
    assert project.render(*words, stdin=stdin) == (0, shown, "")


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (
            ["-e", "a\n  {{ .m.nope }}", "--set", "m.k=1"],
            [
                'expression:2:7: executing "expression" at <.m.nope>',
                "2 |   {{ .m.nope }}\n      |        ^^^^^",
                "Known keys: k",
            ],
        ),
        (["-e", "{{ uper 1 }}"], ['function "uper" not defined', "1 | {{ uper 1 }}\n      |    ^^^^", "upper"]),
        (["-e", "{{ if }}"], ["missing value for if", "^"]),
        (["-e", "x" * 500 + "{{ .nope }}"], ["…", "^^^^^"]),
        (["-f", "none.txt"], ["cannot read none.txt: No such file or directory"]),
        (["-d", "none.yaml", "-e", ""], ["cannot read none.yaml"]),
        (["--set", "x", "-e", ""], ["NAME=VALUE"]),
        (["--set", "x=[", "-e", ""], ["--set x=[: yaml:"]),
        (["-e", "x", "-f", "y"], ["cannot both be given"]),
        (["--missing", "sometimes"], ["--missing", "error"]),
    ],
)
def test_errors(project: Project, words: list[str], parts: list[str]) -> None:
    code, out, err = project.render(*words)
    assert (code, out) == (1, b"")
    for part in parts:
        assert part in err
    assert "Traceback" not in err


def test_settings_of_the_project_hold(project: Project) -> None:
    (project.root / "atmos.yaml").write_text(
        'templates: {settings: {delimiters: ["<%", "%>"], missing: default, gomplate: {datasources: {d: {url: d.json}}}}}\n'
    )
    (project.root / "d.json").write_text('{"n": 123456789}')
    assert project.render("-e", '<% .x %> <% (ds "d").n %> {{ .x }}') == (0, b"<no value> 123456789 {{ .x }}", "")


def test_a_command_of_the_project_takes_the_name(project: Project) -> None:
    (project.root / "atmos.yaml").write_text("commands: [{name: template, steps: [echo mine]}]\n")
    assert project.run("template") == (0, b"mine\n", "")


def test_help_and_completion(project: Project) -> None:
    code, out, _ = project.render("--help")
    assert code == 0
    for part in ("--set", "--data", "--delims", "--missing", "--engine", "--expression", "atmos template render -f"):
        assert part in out.decode()
    assert b"render" in project.run("template", "--help")[1]
    assert b"error\nzero\ndefault" in project.run("__complete", "template", "render", "--missing", "")[1]
    assert b"render" in project.run("__complete", "template", "")[1]


def test_line_by_line(project: Project) -> None:
    child = pexpect.spawn(
        str(project.atmos), ["template", "render", "--set", "a=x"], cwd=str(project.root), env={**project.env, "TERM": "dumb"},
        timeout=60, encoding="utf-8",
    )  # fmt: skip
    child.expect("> ")
    child.sendline(".a | upper")
    child.expect("X\r\n> ")
    child.sendline("{{ .nope }}")
    child.expect("no entry for key")
    child.expect("> ")
    child.sendline("1{{ add 1 2 }}")
    child.expect("13\r\n> ")
    child.sendeof()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
