"""What the program does before it knows its command: nothing to run, where its errors go."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(atmos: Path, clean_env: dict[str, str], tmp_path: Path) -> Run:
    """Call the program in an empty folder."""
    folder = tmp_path / "project"
    folder.mkdir()

    def call(*argv: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(atmos), *argv], cwd=folder, env={**clean_env, "PWD": str(folder), **env},
                              capture_output=True, text=True, check=False, timeout=60)  # fmt: skip

    return call


def test_alone_without_a_configuration(run: Run) -> None:
    done = run()
    assert (done.returncode, done.stdout) == (1, "")
    assert "## Missing Configuration" in done.stderr
    assert "The atmos.yaml CLI config file was not found." in done.stderr
    assert "The default Atmos stacks directory is set to stacks, but the directory does not exist" in done.stderr


def test_alone_where_the_folder_of_stacks_is_missing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "project" / "atmos.yaml").write_text("stacks: {base_path: towers}\n")
    done = run()
    assert (done.returncode, done.stdout) == (1, "")
    assert "specifies the directory for Atmos stacks as towers, but the directory does not exist" in done.stderr
    (tmp_path / "project" / "towers").mkdir()
    done = run()
    assert (done.returncode, done.stderr) == (0, "")


def test_errors_go_where_they_are_sent(run: Run, tmp_path: Path) -> None:
    (tmp_path / "project" / "atmos.yaml").write_text("commands: [{name: say, steps: ['echo out; echo err >&2']}]\n")
    done = run("say", "--redirect-stderr", "notes")
    assert (done.stdout, done.stderr) == ("out\n", "")
    done = run("nothing", ATMOS_REDIRECT_STDERR="notes")
    assert (done.returncode, done.stderr) == (1, "")
    notes = (tmp_path / "project" / "notes").read_text()
    assert notes.startswith("err\n")
    assert "Unknown command nothing" in notes
    done = run("say", "--redirect-stderr", "none/notes")
    assert (done.returncode, done.stdout) == (1, "")
    assert "none/notes" in done.stderr
