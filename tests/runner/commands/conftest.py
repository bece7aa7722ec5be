"""A project in a folder of its own, and the installed program run in it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import pexpect


class Place:
    """A project and a clean home beside it."""

    def __init__(self, atmos: Path, folder: Path) -> None:
        self.atmos = atmos
        self.root = folder / "project"
        self.root.mkdir()
        self.env = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "TERM": "xterm"}

    def declare(self, text: str) -> None:
        (self.root / "atmos.yaml").write_text("base_path: ./\n" + text)

    def run(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.atmos, *words], cwd=self.root, env={**self.env, **env}, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=120, check=False)  # fmt: skip

    def bash(self, line: str, **env: str) -> subprocess.CompletedProcess[str]:
        """A command line as one types it."""
        return subprocess.run(["bash", "-c", line], cwd=self.root, env={**self.env, **env}, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=120, check=False)  # fmt: skip

    def terminal(self, *words: str, **env: str) -> pexpect.spawn[str]:
        """The program at a terminal."""
        import pexpect

        return pexpect.spawn(str(self.atmos), list(words), cwd=str(self.root), env={**self.env, "NO_COLOR": "1", **env},
                             encoding="utf-8", timeout=60, dimensions=(30, 100))  # fmt: skip


@pytest.fixture
def place(atmos: Path, tmp_path: Path) -> Place:
    return Place(atmos, tmp_path)
