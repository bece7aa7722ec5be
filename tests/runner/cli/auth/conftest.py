"""A small project with identities that need no cloud, and ways to run the installed program in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pexpect
import pytest

PROJECT = """
env: {TEAM_NAME: platform}
auth:
  providers:
    fake: {kind: mock/aws, tags: [main]}
  identities:
    dev: {kind: mock/aws, default: true, tags: [nonprod], via: {provider: fake}}
    prod: {kind: mock/aws, tags: [live], via: {provider: fake}}
    rescue: {kind: aws/user, credentials: {region: us-west-2, webflow_enabled: false}}
    keyed:
      kind: aws/user
      credentials: {access_key_id: AKIAKEYED, secret_access_key: !env KEYED_SECRET, region: us-west-2}
    deploy: {kind: aws/assume-role, via: {identity: keyed}, principal: {assume_role: "arn:aws:iam::222222222222:role/Deploy"}}
"""


@dataclass
class Project:
    """A project folder, its environment, and the program."""

    atmos: Path
    folder: Path
    env: dict[str, str]

    def run(
        self, *argv: str, env: Mapping[str, str] | None = None, stdin: str = "", timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run `atmos ARGV` without a terminal."""
        return subprocess.run(
            [str(self.atmos), *argv],
            cwd=self.folder,
            env={**self.env, **(env or {})},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
        )

    def terminal(self, *argv: str, env: Mapping[str, str] | None = None, stdout: str = "") -> pexpect.spawn:
        """Start `atmos ARGV` in a terminal, its stdout in a file if one is named."""
        words = [str(self.atmos), *argv]
        if stdout:
            words = ["/bin/sh", "-c", f'exec "$@" > {stdout}', "sh", *words]
        return pexpect.spawn(
            words[0],
            words[1:],
            cwd=str(self.folder),
            env={**self.env, **(env or {})},
            encoding="utf-8",
            timeout=60,
            dimensions=(30, 110),
        )

    def configure(self, text: str) -> None:
        """Replace the configuration."""
        (self.folder / "atmos.yaml").write_text(text)


MakeProject = Callable[[str], Project]


@pytest.fixture
def make_project(atmos: Path, clean_env: dict[str, str], tmp_path: Path) -> MakeProject:
    """A project with a configuration."""

    def make(text: str) -> Project:
        folder = tmp_path / "project"
        folder.mkdir(exist_ok=True)
        project = Project(atmos, folder, {**clean_env, "PWD": str(folder)})
        project.configure(text)
        return project

    return make


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    """The usual project."""
    return make_project(PROJECT)


def ended(child: pexpect.spawn) -> int:
    """Wait for a program in a terminal to end; its exit code."""
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus if child.exitstatus is not None else 128 + (child.signalstatus or 0))


def mode(path: str | os.PathLike[str]) -> int:
    """The permission bits of a file."""
    return os.stat(path).st_mode & 0o777
