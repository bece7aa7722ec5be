"""Compiled templates are kept beside the compiled configuration: private, compared whole, and never relied upon."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from runner.steps import compiled
from templating import TemplateError

TEXT = '{{ if .a }}{{ .b | upper | default "x" }}{{ end }}{{ range 2 }}{{ . }}{{ end }}{{ add (int64 3) 4 }}'
SCRIPT = """
import sys
from runner.steps import compiled
template = compiled.find(sys.argv[1], sys.argv[2], name="t")
print(template.render({"a": 1, "b": "yes"}), "templating.compiler" in sys.modules, "re" in sys.modules)
"""


def again(where: Path) -> str:
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(where), TEXT], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def files(where: Path) -> list[Path]:
    return sorted((where.parent / "templates").glob("*"))


def test_the_second_time_needs_no_compiler(tmp_path: Path) -> None:
    where = tmp_path / "atmos" / "config"
    assert again(where) == "YES017 True True"
    (kept,) = files(where)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert again(where) == "YES017 False False"


def test_errors_keep_their_place(tmp_path: Path) -> None:
    where = str(tmp_path / "config")
    for name in ("first", "second"):
        with pytest.raises(TemplateError) as caught:
            compiled.find(where, "x\n{{ .a.nope | upper }}", name=name).render({"a": {"k": 1}})
        assert caught.value.message.startswith(
            f'template: {name}:2:5: executing "{name}" at <.a.nope>: map has no entry'
        )
        assert caught.value.known_keys == ["k"]


def test_what_a_text_means_depends_on_the_settings(tmp_path: Path) -> None:
    where = str(tmp_path / "config")
    text = "{{ .x | print }} [[ .y | print ]]"
    for _ in range(2):
        assert compiled.find(where, text, name="t", missing="default").render({"y": 1}) == "<nil> [[ .y | print ]]"
        assert compiled.find(where, text, name="t", delimiters=("[[", "]]")).render({"y": 1}) == "{{ .x | print }} 1"
        with pytest.raises(TemplateError):
            compiled.find(where, text, name="t").render({"y": 1})
        shown = compiled.find(where, "{{ f 1 }}", name="t", functions={"f": lambda value: value + 1}).render({})
        assert shown == "2"


@pytest.mark.parametrize("damage", ["cut", "foreign", "link", "open"])
def test_a_file_that_is_not_surely_ours_is_not_used(tmp_path: Path, damage: str) -> None:
    where = tmp_path / "atmos" / "config"
    again(where)
    (kept,) = files(where)
    if damage == "cut":
        kept.write_bytes(kept.read_bytes()[:-10])
    elif damage == "foreign":
        kept.write_bytes(b"nothing")
    elif damage == "open":
        kept.chmod(0o644)
    else:
        other = tmp_path / "other"
        os.rename(kept, other)
        kept.symlink_to(other)
    assert again(where) == "YES017 True True"
    assert again(where) == "YES017 False False"


def test_nowhere_to_keep_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for where in ("", str(tmp_path / "file" / "config")):
        assert compiled.find(where, TEXT, name="t").render({"a": 0}) == "017"
