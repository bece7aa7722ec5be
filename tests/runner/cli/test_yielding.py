"""Built-ins that users' files may have named long before us give way to the project's own command of that name."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

PROJECT = """\
base_path: ./
commands:
  - {name: run, description: Our own run, steps: ['echo ours {{ .TrailingArgs }}']}
  - {name: auth, description: Hidden, steps: ['echo never']}
aliases: {doctor: version}
"""


@pytest.fixture
def call(atmos: Path, tmp_path: Path, clean_env: dict[str, str]):
    (tmp_path / "atmos.yaml").write_text(PROJECT)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([atmos, *words], cwd=tmp_path, env=clean_env, capture_output=True, text=True, check=False)

    return run


def test_the_project_s_own_command_is_meant(call) -> None:
    assert call("run", "--", "x").stdout == "ours x\n"
    assert "Atmos" in call("doctor").stdout, "the alias is meant"


def test_help_and_completion_agree(call) -> None:
    text = call("--help").stdout
    builtin, custom = text.split("CUSTOM COMMANDS")
    assert "Our own run" in custom
    assert "Journals" not in builtin
    assert "run\tOur own run" in call("__complete", "ru").stdout


def test_others_stand(call) -> None:
    assert "never" not in call("auth", "list").stdout
    assert call("schema", "workflow").returncode == 0
