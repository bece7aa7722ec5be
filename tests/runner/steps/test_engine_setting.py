"""`templates.settings.engine: jinja2`: another syntax, the same roots, sandboxed."""

from __future__ import annotations

import subprocess
from pathlib import Path

PROJECT = """\
base_path: ./
templates: {settings: {engine: ENGINE}}
commands:
  - name: loop
    arguments: [{name: a, default: x}]
    steps: ['echo "{% for i in range(2) %}{{ Arguments.a }}{{ i }} {% endfor %}{{ Arguments.a | upper }}"']
  - name: escape
    steps: ['echo {{ Flags.__class__ }}']
"""


def call(atmos: Path, folder: Path, env: dict[str, str], engine: str, name: str) -> subprocess.CompletedProcess[str]:
    (folder / "atmos.yaml").write_text(PROJECT.replace("ENGINE", engine))
    return subprocess.run([atmos, name], cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_its_syntax_over_our_roots(atmos: Path, tmp_path: Path, clean_env: dict[str, str]) -> None:
    done = call(atmos, tmp_path, clean_env, "jinja2", "loop")
    assert (done.stdout, done.stderr) == ("x0 x1 X\n", "")


def test_nothing_but_data_can_be_reached(atmos: Path, tmp_path: Path, clean_env: dict[str, str]) -> None:
    done = call(atmos, tmp_path, clean_env, "jinja2", "escape")
    assert (done.returncode, done.stdout) == (1, "")
    assert "unsafe" in done.stderr


def test_an_engine_that_does_not_exist(atmos: Path, tmp_path: Path, clean_env: dict[str, str]) -> None:
    done = call(atmos, tmp_path, clean_env, "mustache", "loop")
    assert done.returncode == 1
    assert "mustache" in done.stderr
    assert "jinja2" in done.stderr
