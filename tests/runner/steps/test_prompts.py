"""Questions asked in a real terminal."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pexpect
import pytest

PROJECT = """\
base_path: ./
commands:
  - name: ask
    steps:
      - {name: who, type: input, prompt: Who, default: me}
      - {name: pw, type: input, prompt: Secret, password: true}
      - {name: one, type: choose, prompt: Which, options: [a, b]}
      - {name: some, type: filter, prompt: Some, options: [x, y, z], multiple: true}
      - {name: sure, type: confirm, prompt: Sure}
      - {name: long, type: write, prompt: Text}
      - {name: file, type: file, prompt: File, path: sub, extensions: [txt]}
      - 'echo "R={{ .steps.who.value }} {{ .steps.pw.value }} {{ .steps.one.value }} {{ .steps.some.values }} {{ .steps.sure.value }} {{ .steps.long.value }} {{ .steps.file.value }}"'
  - {name: cancel, steps: [{name: q, type: choose, prompt: Which, options: [a, b]}, echo next, {command: echo tidy, when: always}]}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "atmos.yaml").write_text(PROJECT)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "found.txt").touch()
    (tmp_path / "sub" / "other.md").touch()
    return tmp_path


def start(atmos: Path, project: Path, *words: str) -> pexpect.spawn:
    env = {"PATH": os.environ["PATH"], "HOME": str(project), "LANG": "C.UTF-8", "TERM": "xterm"}
    return pexpect.spawn(
        str(atmos), list(words), cwd=str(project), env=env, timeout=60, encoding="utf-8", dimensions=(30, 160)
    )


def test_every_kind_of_question(atmos: Path, project: Path) -> None:
    child = start(atmos, project, "ask")
    for prompt, keys in (
        ("Who", "ann\r"), ("Secret", "topsecret1\r"), ("Which", "\x1b[B\r"), ("Some", " \x1b[B \r"), ("Sure", "y"), ("Text", "hello\x04"),
        ("File", "\r"),
    ):  # fmt: skip
        child.expect(prompt)
        time.sleep(0.5)
        child.send(keys)
    child.expect("R=([^\r\n]*)")
    assert child.match is not None
    assert child.match.group(1) == f"ann <MASKED> b [x y] true hello {project}/sub/found.txt"
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x1b", 1)])
def test_leaving_a_question(atmos: Path, project: Path, key: str, code: int) -> None:
    child = start(atmos, project, "cancel")
    child.expect("Which")
    time.sleep(0.5)
    child.send(key)
    child.expect("tidy")
    child.expect("user aborted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == code
