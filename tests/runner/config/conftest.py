"""A project in a temporary folder, loaded in this process with a clean environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runner import config
from runner.config.model import Config
from runner.globals import scan


class Project:
    """Files below a folder, and loads of them."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root = root
        self.home = home
        self.env: dict[str, str] = {"HOME": str(home), "PATH": os.environ["PATH"], "ATMOS_CONFIG_CACHE": "false"}

    def write(self, path: str, text: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def load(self, *argv: str, cwd: str = "", env: dict[str, str] | None = None) -> Config:
        self.last_env = {**self.env, **(env or {})}
        flags, _ = scan(list(argv), self.last_env)
        folder = str(self.root / cwd) if cwd else str(self.root)
        return config.load(flags, self.last_env, folder)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root, home = tmp_path / "project", tmp_path / "home"
    root.mkdir()
    home.mkdir()
    return Project(root, home)
