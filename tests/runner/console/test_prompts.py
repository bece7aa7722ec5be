"""Prompts on a real pseudo-terminal: keys in, answers out, the terminal as it was."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from runner.app import App
from runner.console import prompts
from runner.console.menu import Menu
from runner.errors import AtmosError
from runner.globals import GlobalFlags

UP, DOWN, ENTER, ESCAPE = "\x1b[A", "\x1b[B", "\r", "\x1b"

Ask = Callable[..., pexpect.spawn]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """Start a small program that asks; its answer goes to stdout, a file: never the terminal."""

    def start(question: str, *, wait: str, rows: int = 24) -> pexpect.spawn:
        script = tmp_path / "ask.py"
        script.write_text(
            textwrap.dedent(
                f"""
                import os, sys, termios
                from runner.console import prompts
                from runner.errors import AtmosError
                before = termios.tcgetattr(0)
                code = 0
                try:
                    answer = {question}
                    os.write(1, repr(answer).encode())
                except AtmosError as error:
                    os.write(1, error.message.encode())
                    code = error.exit_code
                if termios.tcgetattr(0) != before:
                    os.write(1, b" TERMINAL NOT RESTORED")
                sys.exit(code)
                """
            )
        )
        command = f"{sys.executable} {script} > {tmp_path}/answer"
        environment = {**os.environ, "TERM": "xterm", "PYTHONPATH": os.getcwd()}
        child = pexpect.spawn(
            "/bin/sh", ["-c", command], env=environment, encoding="utf-8", timeout=60, dimensions=(rows, 100)
        )
        child.expect_exact(wait)
        return child

    return start


def answer(child: pexpect.spawn, tmp_path: Path) -> tuple[int, str]:
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, (tmp_path / "answer").read_text()


def test_select_takes_the_default_with_enter(ask: Ask, tmp_path: Path) -> None:
    child = ask('prompts.select("Which?", ["dev", "prod", "qa"], default="prod")', wait="esc to exit")
    child.send(ENTER)
    assert answer(child, tmp_path) == (0, "'prod'")


def test_select_moves_with_arrows(ask: Ask, tmp_path: Path) -> None:
    child = ask('prompts.select("Which?", ["dev", "prod", "qa"])', wait="esc to exit")
    child.send(DOWN + DOWN + UP + ENTER)
    assert answer(child, tmp_path) == (0, "'prod'")


def test_select_goes_round_at_the_ends(ask: Ask, tmp_path: Path) -> None:
    child = ask('prompts.select("Which?", ["dev", "prod", "qa"])', wait="esc to exit")
    child.send(UP + ENTER)
    assert answer(child, tmp_path) == (0, "'qa'")


def test_select_filters_as_one_types(ask: Ask, tmp_path: Path) -> None:
    options = [f"account-{number:03}" for number in range(500)]
    child = ask(f'prompts.select("Which?", {options!r})', wait="(1/500)")
    child.send("417" + ENTER)
    assert answer(child, tmp_path) == (0, "'account-417'")


def test_select_searches_details_and_shows_them(ask: Ask, tmp_path: Path) -> None:
    child = ask(
        'prompts.select("Which?", ["dev", "prod"], details={"dev": "111111111111", "prod": "222222222222"})',
        wait="222222222222",
    )
    child.send("2222" + ENTER)
    assert answer(child, tmp_path) == (0, "'prod'")


def test_enter_with_nothing_left_waits(ask: Ask, tmp_path: Path) -> None:
    child = ask('prompts.select("Which?", ["dev", "prod"])', wait="esc to exit")
    child.send("zzz")
    child.expect_exact("nothing matches")
    child.send(ENTER + "\x7f\x7f\x7f" + "pro" + ENTER)
    assert answer(child, tmp_path) == (0, "'prod'")


def test_ctrl_c_is_130_and_restores_the_terminal(ask: Ask, tmp_path: Path) -> None:
    child = ask('prompts.select("Which?", ["dev", "prod"])', wait="esc to exit")
    child.send("\x03")
    assert answer(child, tmp_path) == (130, "user aborted")


def test_escape_is_1_and_restores_the_terminal(ask: Ask, tmp_path: Path) -> None:
    child = ask('prompts.select("Which?", ["dev", "prod"])', wait="esc to exit")
    child.send(ESCAPE)
    assert answer(child, tmp_path) == (1, "user aborted")


def test_a_small_terminal_is_enough(ask: Ask, tmp_path: Path) -> None:
    options = [f"o{number}" for number in range(40)]
    child = ask(f'prompts.select("Which?", {options!r})', wait="(1/40)", rows=6)
    child.send(DOWN * 9 + ENTER)
    assert answer(child, tmp_path) == (0, "'o9'")


def test_multiselect_marks_and_keeps_the_order(ask: Ask, tmp_path: Path) -> None:
    child = ask('prompts.multiselect("Which?", ["a", "b", "c", "d"], default=["d"])', wait="enter to confirm")
    child.send(DOWN + " " + UP + " " + ENTER)
    assert answer(child, tmp_path) == (0, "['a', 'b', 'd']")


def test_multiselect_limit(ask: Ask, tmp_path: Path) -> None:
    child = ask('prompts.multiselect("Which?", ["a", "b", "c"], limit=2)', wait="enter to confirm")
    child.send(" " + DOWN + " " + DOWN + " " + ENTER)
    assert answer(child, tmp_path) == (0, "['a', 'b']")


@pytest.mark.parametrize(
    ("keys", "expected"),
    [(ENTER, "False"), ("y", "True"), ("n", "False"), ("\x1b[D" + ENTER, "True"), ("\t\t" + ENTER, "False")],
)
def test_confirm(ask: Ask, tmp_path: Path, keys: str, expected: str) -> None:
    child = ask('prompts.confirm("Delete it?", yes="Yes, delete", no="No, keep")', wait="No, keep")
    child.send(keys)
    assert answer(child, tmp_path) == (0, expected)


def test_text_and_its_default(ask: Ask, tmp_path: Path) -> None:
    child = ask('(prompts.text("Name"), prompts.text("Region", "eu-west-1"))', wait="Name:")
    child.send("anna" + ENTER)
    child.expect_exact("Region:")
    child.send(ENTER)
    assert answer(child, tmp_path) == (0, "('anna', 'eu-west-1')")


def test_text_is_asked_again_until_it_is_valid(ask: Ask, tmp_path: Path) -> None:
    check = "lambda text: None if text.isdigit() else 'digits only'"
    child = ask(f'prompts.text("Code", validate={check})', wait="Code:")
    child.send("12a" + ENTER)
    child.expect_exact("digits only")
    child.send("\x7f3" + ENTER)
    assert answer(child, tmp_path) == (0, "'123'")


def test_a_password_is_not_shown(ask: Ask, tmp_path: Path) -> None:
    child = ask('prompts.password("Passphrase")', wait="Passphrase:")
    child.send("canary-secret" + ENTER)
    child.expect(pexpect.EOF)
    assert "canary" not in (child.before or "")
    assert answer(child, tmp_path) == (0, "'canary-secret'")


def test_escape_leaves_a_line(ask: Ask, tmp_path: Path) -> None:
    child = ask('prompts.text("Name")', wait="Name:")
    child.send("half" + ESCAPE)
    assert answer(child, tmp_path) == (1, "user aborted")


def test_end_of_input_leaves_a_line(ask: Ask, tmp_path: Path) -> None:
    child = ask('prompts.text("Name")', wait="Name:")
    child.send("\x04")
    assert answer(child, tmp_path) == (1, "user aborted")


def test_editor_takes_several_lines(ask: Ask, tmp_path: Path) -> None:
    child = ask('prompts.editor("Notes", placeholder="what changed")', wait="ctrl+d to finish")
    child.send("one" + ENTER + "two\x04")
    assert answer(child, tmp_path) == (0, repr("one\ntwo"))


def test_file_picker(ask: Ask, tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.tf", "b.json", "sub/c.TF"):
        (folder / name).write_text("")
    child = ask(f'prompts.file_picker("File?", {str(folder)!r}, extensions=["tf"])', wait="esc to exit")
    child.send(DOWN + ENTER)
    assert answer(child, tmp_path) == (0, repr(str(folder / "sub/c.TF")))


def test_stderr_in_a_file_still_asks_at_the_terminal(tmp_path: Path) -> None:
    code = 'from runner.console import prompts; print(prompts.select("Which?", ["dev", "prod"]))'
    command = f"{sys.executable} -c '{code}' > {tmp_path}/out 2> {tmp_path}/err"
    child = pexpect.spawn("/bin/sh", ["-c", command], env={**os.environ, "TERM": "xterm"}, encoding="utf-8", timeout=60)
    child.expect_exact("esc to exit")
    child.send(DOWN + ENTER)
    child.expect(pexpect.EOF)
    assert (tmp_path / "out").read_text() == "prod\n"
    assert (tmp_path / "err").read_text() == ""


def without_terminal() -> App:
    return App([], {"CI": "true"}, "/", GlobalFlags({}, {}))


def test_nobody_to_ask_is_the_given_error() -> None:
    refusal = AtmosError("requires a TTY")
    with pytest.raises(AtmosError, match="requires a TTY") as caught:
        prompts.select("Which?", ["a"], app=without_terminal(), refusal=refusal)
    assert caught.value is refusal


@pytest.mark.parametrize(
    "question",
    [
        lambda app: prompts.multiselect("?", ["a"], app=app),
        lambda app: prompts.confirm("?", app=app),
        lambda app: prompts.text("?", app=app),
        lambda app: prompts.password("?", app=app),
        lambda app: prompts.editor("?", app=app),
        lambda app: prompts.file_picker("?", app=app),
    ],
)
def test_every_prompt_refuses(question: Callable[[App], object]) -> None:
    with pytest.raises(AtmosError, match="TTY"):
        question(without_terminal())


def test_the_prompts_library_is_imported_late() -> None:
    code = "import sys; from runner.console import prompts; print('prompt_toolkit' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_cursor_stays_on_its_option_while_filtering() -> None:
    menu = Menu("?", ["alpha", "beta", "gamma"], description="", details=None, current="gamma")
    menu.narrow("a m")
    assert menu.answer() == "gamma"
    menu.narrow("")
    assert menu.answer() == "gamma"
