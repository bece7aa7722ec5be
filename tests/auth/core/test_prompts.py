"""Asking at a plain terminal, and nobody to ask."""

from __future__ import annotations

import sys

import pexpect
import pytest

from auth.errors import InteractionRequired
from auth.prompts import Nobody

PROGRAM = """
from auth.errors import UserAborted
from auth.prompts import Terminal
t = Terminal()
try:
    print("text", t.text("Name", message="Who?", default="me", validate=lambda s: "" if s != "x" else "not x"))
    print("chosen", t.select("Pick", [("a", "first"), ("b", "second")]))
    print("sure", t.confirm("Sure", default=True), t.confirm("Really"))
    print("length", len(t.secret("Password")))
    t.show("Look", ["here"])
    t.text("More")
except UserAborted as error:
    print("aborted", error.exit_code)
"""


def test_a_plain_terminal() -> None:
    child = pexpect.spawn(sys.executable, ["-c", PROGRAM], encoding="utf-8", timeout=30)
    child.expect_exact("Who?")
    child.expect_exact("Name [me]: ")
    child.sendline("x")
    child.expect_exact("not x")
    child.sendline("")
    child.expect_exact("text me")
    child.expect_exact("2. second")
    child.sendline("7")
    child.expect_exact("A number from 1 to 2, please")
    child.sendline("2")
    child.expect_exact("chosen b")
    child.sendline("")
    child.expect_exact("Really [y/N]: ")
    child.sendline("y")
    child.expect_exact("sure True True")
    child.expect_exact("Password: ")
    child.sendline("swordfish")
    child.expect_exact("length 9")
    assert "swordfish" not in child.before
    child.expect_exact("here")
    child.expect_exact("More: ")
    child.sendintr()
    child.expect_exact("aborted 130")
    child.expect(pexpect.EOF)
    child.close()


def test_nobody() -> None:
    told: list[str] = []
    nobody = Nobody(told.append)
    nobody.show("Look", ["here"])
    assert told == ["Look\nhere"]
    for ask in (nobody.text, nobody.secret, nobody.confirm, lambda title: nobody.select(title, [])):
        with pytest.raises(InteractionRequired, match="MFA: this has to be asked"):
            ask("MFA")
