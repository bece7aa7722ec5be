"""Projects of stacks made of texts, and the program run in them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.app import App
from runner.globals import scan

CONFIG = """
base_path: ./
stacks: {base_path: stacks, included_paths: ["deploy/**/*"], name_template: "{{ .vars.stage }}"}
components:
  terraform: {base_path: components/terraform, deploy_run_init: true, init_run_reconfigure: true}
"""


class Project:
    """A folder with `atmos.yaml`, manifests and modules."""

    def __init__(self, root: Path, env: dict[str, str]) -> None:
        self.root, self.env = root, env

    def put(self, path: str, text: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def app(self, *argv: str, **env: str) -> App:
        words = list(argv)
        environment = {**self.env, **env}
        flags, _ = scan(words, environment)
        return App(words, environment, str(self.root), flags)

    def describe(self, component: str, stack: str, *argv: str, **env: str) -> dict[str, Any]:
        from runner import stacks

        return stacks.describe_component(self.app(*argv, **env), component, stack)

    def run(self, *argv: str, stdin: str = "", cwd: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        from tests.conftest import BIN

        return subprocess.run(
            [str(BIN / "atmos"), *argv], cwd=self.root / cwd, env={**self.env, **env}, input=stdin, text=True,
            capture_output=True, timeout=120, check=False,
        )  # fmt: skip

    def json(self, *argv: str, **env: str) -> Any:
        done = self.run(*argv, "--format", "json", **env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def project(tmp_path: Path, clean_env: dict[str, str]) -> Callable[..., Project]:
    """Make a project: `project({"stacks/deploy/dev.yaml": "…"}, config="…")`."""

    def make(files: dict[str, str], config: str = CONFIG) -> Project:
        root = Path(os.path.realpath(tmp_path)) / "project"
        root.mkdir(exist_ok=True)
        made = Project(root, {**clean_env, "PWD": str(root), "ATMOS_GIT_ROOT_BASEPATH": "false"})
        made.put("atmos.yaml", config)
        for path, text in files.items():
            made.put(path, text)
        return made

    return make
