"""Templates tried from the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def run(*argv: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "templating", *argv],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )


@pytest.mark.parametrize(
    ("argv", "stdin", "shown"),
    [
        (["-e", "{{ .a | upper }}", "-s", "a=x"], "", "X"),
        (["-s", "a.b=5", "--set", "a.c=[1, 2]"], "{{ add .a.b 1 }} {{ .a.c }}\n", "6 [1 2]\n"),
        (["--missing", "default", "-e", "{{ .nope }}"], "", "<no value>"),
        (["--delims", "[[", "]]", "-e", "[[ 1 ]] {{ 2 }}"], "", "1 {{ 2 }}"),
    ],
)
def test_results(argv: list[str], stdin: str, shown: str) -> None:
    done = run(*argv, stdin=stdin)
    assert (done.returncode, done.stdout, done.stderr) == (0, shown, "")


def test_files(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("{{ range .l }}{{ . }};{{ end }}\n")
    (tmp_path / "d.yaml").write_text("l: [a, 2]\n")
    assert run("-f", str(tmp_path / "t"), "-d", str(tmp_path / "d.yaml")).stdout == "a;2;\n"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["-e", "{{ .b }}", "-s", "a=1"], 'no entry for key "b"'),
        (["-e", "{{ uper 1 }}"], "Did you mean `upper`"),
        (["-e", "one\n\té {{ .m.nope }} x", "-s", "m.a=1"], "2 | \té {{ .m.nope }} x\n  | \t       ^^^^^\n"),
        (["-e", "a {{ if }}"], "1 | a {{ if }}\n  |    "),
        (["-f", "/nope"], "No such file"),
        (["-e", "", "-s", "x"], "NAME=VALUE"),
        (
            [
                "-e",
                "",
                "-s",
                "x=[",
            ],
            "yaml:",
        ),
    ],
)
def test_errors(argv: list[str], message: str) -> None:
    done = run(*argv)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
