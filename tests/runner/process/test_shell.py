"""Texts of steps run by real shells."""

from __future__ import annotations

import os

import pytest

from runner.process import launch, shell

ENV = {"PATH": os.environ["PATH"], "HOME": "/"}


def run(text: str, *, env: dict[str, str] | None = None, setting: str = "") -> launch.Outcome:
    env = env or ENV
    program = shell.program(text, name="cmd-step-0", env=env, cwd="/", setting=setting)
    assert program.path is not None
    outcome = launch.run(
        program.argv, path=program.path, env=env, cwd="/", stdout=None, stderr=None, capture=True, aside=program.aside
    )
    said = shell.unread(program, outcome, env, "/")
    if said:
        outcome.code = 1
    outcome.stderr += said or outcome.aside
    return outcome


@pytest.mark.parametrize("text", ["terraform plan -out=x.plan", "  git status\n", "aws s3 ls s3.example/a:b,c%d"])
def test_plain_commands(text: str) -> None:
    assert shell.words(text) == text.split()


@pytest.mark.parametrize(
    "text",
    ["", "echo a", "A=1 env", "a | b", "ls *", "a; b", "cd x", "a\nb", "echo $X", "x 'y'", "~/bin/x", "%1", "[ -f x ]", "a #c",
     "a{b,c}", "! true", "test -f x", "exit 3", "a > b", "a & b", "a?"],
)  # fmt: skip
def test_texts_that_need_a_shell(text: str) -> None:
    assert shell.words(text) is None


def test_the_name_of_the_shell() -> None:
    assert run('echo "$0 $#"').stdout == b"cmd-step-0 0\n"


@pytest.mark.parametrize("text", ["echo one\nif true; then", "echo one; (", "echo 'one", "cat <<EOF\nno end"])
def test_nothing_of_a_text_with_a_syntax_error_runs(text: str) -> None:
    outcome = run(text)
    assert (outcome.code, outcome.stdout) == (1, b"")
    assert outcome.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("echo one\nif true; then\necho two", "line 4: syntax error: unexpected end of file"),
        ("echo one\necho )", "line 2: syntax error near unexpected token `)'\ncmd-step-0: line 2: `echo )'"),
        ("echo 'one", "line 1: unexpected EOF while looking for matching `''"),
    ],
)
def test_a_syntax_error_is_told_in_the_words_of_the_text(text: str, said: str) -> None:
    assert run(text).stderr.decode() == f"cmd-step-0: {said}\n"


def test_a_text_that_closes_our_brackets_fails_all_the_same() -> None:
    assert run("echo x\n}\n{").code == 1


def test_a_posix_shell_tells_it_too() -> None:
    outcome = run("echo one\n(", setting="sh")
    assert (outcome.code, outcome.stdout) == (1, b"")
    assert outcome.stderr.startswith(b"cmd-step-0: ")
    assert b"}" not in outcome.stderr


def test_what_a_shell_says_first_is_not_lost() -> None:
    outcome = run("echo out; echo err >&2; exit 2", env={**ENV, "LC_ALL": "xx_XX.UTF-8"})
    assert (outcome.code, outcome.stdout) == (2, b"out\n")
    assert outcome.stderr.startswith(b"err\n")


def test_descriptors_are_not_left_open() -> None:
    assert run("ls /proc/self/fd | wc -l; true").stdout == run("ls /proc/self/fd | wc -l; :").stdout
    assert run("{ echo x >&39; } 2>/dev/null || echo closed").stdout == b"closed\n"


def test_a_status_of_two_is_no_syntax_error() -> None:
    assert run("echo x; exit 2").code == 2


@pytest.mark.parametrize("text", ["# only a comment", "\n\n", "true # and a comment", "echo a \\\n  b", "echo a \\"])
def test_odd_texts_are_fine(text: str) -> None:
    assert run(text).code == 0


def test_not_found() -> None:
    outcome = run('no-such-x || echo "code $?"')
    assert outcome.stdout == b"code 127\n"
    assert outcome.stderr == b'"no-such-x": executable file not found in $PATH\n'


def test_no_startup_files(tmp_path: object) -> None:
    with open(f"{tmp_path}/rc", "w") as stream:
        stream.write("echo from rc\n")
    assert run("echo x;", env={**ENV, "BASH_ENV": f"{tmp_path}/rc", "ENV": f"{tmp_path}/rc"}).stdout == b"x\n"


def test_lines_count_from_the_text() -> None:
    assert run('echo "$LINENO"\necho "$LINENO"').stdout == b"1\n2\n"


def test_extended_globs_parse() -> None:
    assert run("case abc in @(abc|d)) echo yes;; esac").stdout == b"yes\n"


def test_another_shell() -> None:
    assert run('echo "${BASH_VERSION-none}"', setting="sh").stdout in (b"none\n", run('echo "$BASH_VERSION"').stdout)


def test_an_unset_variable_is_told_from_a_missing_program() -> None:
    outcome = run('set -u; echo "$NEVER"')
    assert shell.missed_variable("cmd-step-0", outcome.stderr)
    assert not shell.missed_variable("cmd-step-0", run("set -u; nope-x").stderr)


@pytest.mark.parametrize("setting", ["bash", "sh"])
def test_whatever_descriptors_are_open(setting: str) -> None:
    program = shell.program("if then", name="n", env=dict(os.environ), cwd="/", setting=setting)
    opened: list[int] = []
    try:
        while not opened or opened[-1] < program.aside:
            opened.append(os.open(os.devnull, os.O_RDONLY))
            outcome = launch.run(program.argv, path=program.path, env=dict(os.environ), cwd="/", stdout=None, stderr=None,
                                 capture=True, aside=program.aside)  # fmt: skip
            assert outcome.aside, f"with {opened[-1]} open"
    finally:
        for number in opened:
            os.close(number)
