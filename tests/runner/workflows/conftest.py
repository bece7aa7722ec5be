"""A project of workflows in a folder of its own, and the installed program to run it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


class Project:
    """root: the folder; run: `atmos …` in it."""

    def __init__(self, root: Path, atmos: Path, env: dict[str, str]) -> None:
        self.root, self.atmos, self.env = root, atmos, env

    def write(self, path: str, text: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def run(
        self, *argv: str, cwd: str = ".", env: dict[str, str] | None = None, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.atmos), *argv], cwd=self.root / cwd, env={**self.env, **(env or {})}, input=stdin, text=True,
            capture_output=True, timeout=120, check=False,
        )  # fmt: skip

    def start(self, *argv: str) -> subprocess.Popen[bytes]:
        with (self.root / "stderr").open("wb") as errors:
            return subprocess.Popen(
                [str(self.atmos), *argv], cwd=self.root, env=self.env, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=errors,
            )  # fmt: skip

    @property
    def journals(self) -> list[Path]:
        return sorted(Path(self.env["XDG_STATE_HOME"]).glob("atmos/runs/*.jsonl"))


@pytest.fixture
def project(tmp_path: Path, atmos: Path, clean_env: dict[str, str]) -> Project:
    root = tmp_path / "project"
    root.mkdir()
    made = Project(root, atmos, clean_env)
    made.write("atmos.yaml", "base_path: ./\nworkflows: {base_path: w}\n")
    return made
