"""`atmos config set` and `unset`: one value changes, everything else in the file stays as it was."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.config import edit
from runner.errors import AtmosError

from .conftest import Project


@pytest.mark.parametrize(("before", "keys", "value", "after"), [
    ("a: 1 # why\nb: 2\n", "a", "5", "a: 5 # why\nb: 2\n"),
    ("a: 'x'\n", "a", '"y: z"', 'a: "y: z"\n'),
    ("s:\n  # note\n  p: old # here\n\n# end\n", "s.p", "new", "s:\n  # note\n  p: new # here\n\n# end\n"),
    ("s:\n    p: x\n\n# next\nt: 1\n", "s.q", "y", "s:\n    p: x\n    q: y\n\n# next\nt: 1\n"),
    ("s:\n  t: |\n    a\n    b\nu: 1\n", "s.q", "y", "s:\n  t: |\n    a\n    b\n  q: y\nu: 1\n"),
    ("s: {p: x, q: [1, 2]}\n", "s.q", "[3]", "s: {p: x, q: [3]}\n"),
    ("s: {p: x}\n", "s.t.u", "1", "s: {p: x, t: {u: 1}}\n"),
    ("s: {}\n", "s.p", "1", "s: {p: 1}\n"),
    ("s:\nt: 1\n", "s.p.q", "1", "s:\n  p:\n    q: 1\nt: 1\n"),
    ("a: 1", "b.c", "2", "a: 1\nb:\n  c: 2\n"),
    ("", "a", "1", "a: 1\n"), ("# only this\n", "a", "1", "# only this\na: 1\n"),
    ("a:\nb: 1\n", "a", "x", "a: x\nb: 1\n"),
    ("a: 1\r\nb: 2\r\n", "c", "3", "a: 1\r\nb: 2\r\nc: 3\r\n"),
    ("\ufeffa: 1\n", "a", "2", "\ufeffa: 2\n"),
    ("Stacks: {Base_Path: x}\n", "stacks.base_path", "y", "Stacks: {Base_Path: y}\n"),
    ("x: !env A\n", "x", "!env B c", "x: !env B c\n"),
    ("é: 'ü' # ö\n", "é", "a", "é: a # ö\n"),
    ("a: 1\nb: 2 # two\nc: 3\n", "b", None, "a: 1\nc: 3\n"),
    ("s:\n  p:\n    - 1\n    - 2\n  q: 1\n", "s.p", None, "s:\n  q: 1\n"),
    ("s:\n  p: 1\n", "s.p", None, "s:\n"),
])  # fmt: skip
def test_changes(tmp_path: Path, before: str, keys: str, value: str | None, after: str) -> None:
    file = tmp_path / "atmos.yaml"
    file.write_bytes(before.encode())
    file.chmod(0o640)
    edit.write(str(file), keys.split("."), value)
    assert file.read_bytes().decode() == after
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["atmos.yaml"]


@pytest.mark.parametrize(("text", "keys", "value", "said"), [
    ("a:\n  b: 1\n", "a", "1", "holds more than one value"),
    ("a: |\n  x\n", "a", "1", "several lines"),
    ("a: &x 1\nb: *x\n", "b", "2", "alias of another value"),
    ("a: &x 1\nb: *x\n", "a", "2", "unknown alias"),
    ("a: {b: 1, c: 2}\n", "a.b", None, "stands with others on one line"),
    ("a: text\n", "a.b", "1", "no mapping"), ("a: 1\n", "b", None, "not set in"),
    ("logs: {level: Info}\n", "logs.level", "loud", "not recognized"),
    ("stacks: {base_path: x}\n", "stacks.base_pth", "y", "did you mean"),
    ("a: [\n", "a", "1", "not closed"),
])  # fmt: skip
def test_refusals(tmp_path: Path, text: str, keys: str, value: str | None, said: str) -> None:
    file = tmp_path / "atmos.yaml"
    file.write_text(text)
    with pytest.raises(AtmosError, match=said):
        edit.write(str(file), keys.split("."), value)
    assert file.read_text() == text
    assert os.listdir(tmp_path) == ["atmos.yaml"]


LINES = st.lists(st.sampled_from((
    "a: 1", "a:", "  b: 2 # c", "  c:", "    d: x", "  - 1", "b: {c: 1}", "c: [1,", " 2]", "# note", "", "d: |", "  text", "e: 'q", "  r'", "a.b: 1",
)), max_size=8)  # fmt: skip


@settings(deadline=None)
@given(
    LINES,
    st.sampled_from(("a", "a.b", "a.c.d", "b.c", "b.x.y", "e", "z.z")),
    st.sampled_from(("5", '"x"', "[1, 2]", None)),
)
def test_whatever_the_file_nothing_else_changes(tmp_path_factory: pytest.TempPathFactory, lines: list[str], keys: str,
                                                value: str | None) -> None:  # fmt: skip
    file = tmp_path_factory.mktemp("edit") / "atmos.yaml"
    text = "\n".join(lines)
    file.write_text(text)
    try:
        edit.write(str(file), keys.split("."), value)
    except AtmosError:
        assert file.read_text() == text
        return
    kept = [line for line in file.read_text().splitlines() if line in lines]
    assert len(kept) >= len(text.splitlines()) - (1 if value is not None else len(lines))


@pytest.mark.parametrize(("text", "written"), [
    ("x", "x"), ("5", "5"), ("[a, b]", "[a, b]"), ("a: b", '"a: b"'), ("a # b", '"a # b"'), ("", '""'), ("- a", '"- a"'), ("'q", '"\'q"'),
    ("!env A", "!env A"), ("two\nlines", '"two\\nlines"'), ("é", "é"),
])  # fmt: skip
def test_literals(text: str, written: str) -> None:
    assert edit.literal(text) == written
    assert edit.literal("5", string=True) == '"5"'


def test_copies_of_remote_files_are_not_changed(project: Project, atmos: Path, tmp_path: Path) -> None:
    far = tmp_path / "far"
    far.mkdir()
    (far / "base.yaml").write_text("logs: {level: Info}\n")
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "x"]):
        subprocess.run(["git", *words], cwd=far, check=True, env=project.env)
    text = f"import: ['git::file://{far}//base.yaml']\n"
    project.write("atmos.yaml", text)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [atmos, "config", *words], cwd=project.root, env=project.env, capture_output=True, text=True, check=False
        )

    done = run("unset", "logs.level")
    assert (done.returncode, "is not set in" in done.stderr) == (1, True)
    assert run("set", "logs.level", "Debug").stderr == "✓ atmos.yaml:2: logs.level is set\n"
    assert (project.root / "atmos.yaml").read_text() == text + "logs:\n  level: Debug\n"
    assert run("get", "logs.level").stdout == "Debug\n"


def test_as_a_person(project: Project, atmos: Path) -> None:
    project.write("atmos.yaml", "import: more\n# the log\nlogs: {level: Info}\n")
    project.write("more.yaml", "stacks:\n  base_path: old # theirs\n")

    def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [atmos, "config", *words],
            cwd=project.root,
            env={**project.env, **env},
            capture_output=True,
            text=True,
            check=False,
        )

    assert run("set", "stacks.base_path", "new").stderr == "✓ more.yaml:2: stacks.base_path is set\n"
    assert (project.root / "more.yaml").read_text() == "stacks:\n  base_path: new # theirs\n"
    assert run("get", "stacks.base_path").stdout == "new\n"
    assert run("set", "env.NAME", "0777", "--string").returncode == 0
    assert (
        project.root / "atmos.yaml"
    ).read_text() == 'import: more\n# the log\nlogs: {level: Info}\nenv:\n  NAME: "0777"\n'
    assert run("unset", "env.NAME").stderr == "✓ atmos.yaml:5: env.NAME is taken out\n"
    done = run("set", "logs.level", "Debug", ATMOS_LOGS_LEVEL="Trace")
    assert (done.returncode, "comes from $ATMOS_LOGS_LEVEL" in done.stderr) == (1, True)
    done = run("set", "logs.level", "loud")
    assert (done.returncode, "Valid options are" in done.stderr) == (1, True)
