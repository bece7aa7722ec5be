"""`dependencies.tools`: real programs that tell their version in their own ways."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.runner.commands.conftest import Place


def tool(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho asked >> {folder}/log\n{text}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("text", "wanted", "fine"),
    [
        ("echo Terraform v1.9.8; echo on linux_amd64", "1.9.8", True),
        ("echo Terraform v1.9.8; echo on linux_amd64", "1.10.3", False),
        ("echo tool-1.6", "~> 1.5", True),
        ("echo tool-1.6", "'>= 1.7'", False),
        ("echo aws-cli/2.15.1 Python/3.11.6 >&2", "2.15", True),
        ("echo aws-cli/2.15.1 Python/3.11.6 >&2", "^3", False),
        ("echo Terraform v1.9.8", "latest", True),
        ("echo Terraform v1.9.8", "some-branch", True),
        ("exit 3", "1.2.3", True),
        ("echo nothing to say", "1.2.3", True),
    ],
)
def test_versions(place: Place, text: str, wanted: str, fine: bool) -> None:
    place.declare(f"commands: [{{name: go, dependencies: {{tools: {{acme/tool: {wanted}}}}}, steps: [echo ran]}}]\n")
    tool(place.root / "bin", "tool", text)
    done = place.run("go", PATH=f"{place.root}/bin:{place.env['PATH']}")
    assert (done.returncode, done.stdout) == (0, "ran\n")
    if fine:
        assert done.stderr == ""
    else:
        assert done.stderr.startswith(f"⚠ custom command go: acme/tool {wanted.strip(chr(39))} is wanted, but ")
        assert f"{place.root}/bin/tool is " in done.stderr


def test_a_program_is_asked_once_and_a_script_each_time(place: Place, tmp_path: Path) -> None:
    place.declare('commands: [{name: go, dependencies: {tools: {bash: "1.0.0", tool: "1.0.0"}}, steps: [echo ran]}]\n')
    tool(place.root / "bin", "tool", "echo 2.0.0")
    path = f"{place.root}/bin:{place.env['PATH']}"
    first, second = place.run("go", PATH=path), place.run("go", PATH=path)
    assert first.stderr == second.stderr
    assert "bash 1.0.0 is wanted" in first.stderr
    assert (place.root / "bin" / "log").read_text() == "asked\n" * 2
    kept = tmp_path / ".cache" / "atmos" / "tools.json"
    assert "bash|" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_text("[broken")
    assert place.run("go", PATH=path).stderr == first.stderr


def test_what_is_known_of_a_program_is_no_reproach(place: Place, tmp_path: Path) -> None:
    place.declare('commands: [{name: go, dependencies: {tools: {bash: ">= 2"}}, steps: [echo ran]}]\n')
    kept = tmp_path / ".cache" / "atmos" / "tools.json"
    assert place.run("go").stderr == ""
    (key,) = json.loads(kept.read_text())
    kept.write_text(json.dumps({key: "1.0"}))  # as if it chose its version by something that has changed
    assert place.run("go").stderr == ""
    assert json.loads(kept.read_text())[key] != "1.0"


def test_a_dry_run_asks_nobody(place: Place) -> None:
    place.declare('commands: [{name: go, dependencies: {tools: {tool: "1.0.0"}}, steps: [echo ran]}]\n')
    tool(place.root / "bin", "tool", "echo 2.0.0")
    assert place.run("go", "--dry-run", PATH=f"{place.root}/bin:{place.env['PATH']}").returncode == 0
    assert not (place.root / "bin" / "log").exists()
