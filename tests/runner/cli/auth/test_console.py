"""`auth console` on the installed program, against a federation endpoint on a real socket."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.auth.aws.test_console import Federation
from tests.auth.aws.test_console import federation as federation

from .conftest import Project


@pytest.fixture
def signed(project: Project, federation: Federation, aws_endpoint: str) -> Project:
    """A project whose AWS answers."""
    project.env.update(
        KEYED_SECRET="canary-secret", AWS_ENDPOINT_URL=aws_endpoint, AWS_ENDPOINT_URL_SIGNIN=federation.url
    )
    return project


def test_print_only_prints_nothing_else(signed: Project, federation: Federation) -> None:
    done = signed.run("auth", "console", "-i", "deploy", "--print-only", "--destination", "ec2")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{federation.url}/federation?Action=login&Issuer=atmos&")
    assert done.stdout.count("\n") == 1


def test_no_open_shows_a_block(signed: Project) -> None:
    done = signed.run("auth", "console", "-i", "deploy", "--no-open", "--duration", "1h30m")
    assert (done.returncode, done.stdout) == (0, "")
    lines = done.stderr.splitlines()
    assert lines[0] == "Console URL Generated"
    assert lines[1:5] == [
        "Provider:         keyed",
        "Identity:         deploy",
        "Account:          222222222222",
        "Session Duration: 1h30m",
    ]
    assert lines[-2] == "Console URL:"


def test_a_browser_is_opened(signed: Project) -> None:
    tools = signed.folder / "tools"
    tools.mkdir()
    browser = tools / "google-chrome"
    browser.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > {signed.folder}/opened.tmp; mv {signed.folder}/opened.tmp {signed.folder}/opened\n'
    )
    browser.chmod(0o755)
    env = {"PATH": f"{tools}:{signed.env['PATH']}"}
    done = signed.run("auth", "console", "-i", "deploy", "--isolated", env=env)
    assert done.returncode == 0
    assert "✓ Opened console in browser" in done.stderr
    assert "federation?" not in done.stderr
    opened = signed.folder / "opened"
    for _ in range(600):
        if opened.exists():
            break
        time.sleep(0.1)
    folder, _, url = opened.read_text().splitlines()
    path = Path(folder.removeprefix("--user-data-dir="))
    assert path.parent == Path(signed.env["HOME"], ".local/share/atmos/console/sessions")
    assert path.stat().st_mode & 0o777 == 0o700
    assert "Action=login" in url


def test_failures_show_no_secrets(signed: Project, federation: Federation) -> None:
    federation.refuse = [403]
    done = signed.run("auth", "console", "-i", "deploy", "--print-only")
    assert (done.returncode, done.stdout) == (1, "")
    assert "auth console operation failed: " in done.stderr
    for word in ("Session=", "sessionKey", "canary", federation.queries[0]["Session"]):
        assert word not in done.stderr


@pytest.mark.parametrize("text", ["soon", "1d", "90"])
def test_durations(project: Project, text: str) -> None:
    done = project.run("auth", "console", "--duration", text)
    assert (done.returncode, f"invalid duration: {text}" in done.stderr) == (1, True)


def test_kinds_without_a_console(project: Project) -> None:
    done = project.run("auth", "console")
    assert done.returncode == 1
    assert 'provider "mock/aws" does not support web console access' in done.stderr
