"""What completes on `atmos auth …` lines."""

from __future__ import annotations

import pytest

from .conftest import MakeProject, Project


def candidates(project: Project, *words: str) -> list[str]:
    done = project.run("__completeNoDesc", *words)
    assert (done.returncode, done.stderr) == (0, "")
    return [line for line in done.stdout.splitlines() if not line.startswith(":")]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["login", "-i", ""], ["deploy", "dev", "keyed", "prod", "rescue"]),
        (["login", "p"], ["prod"]),
        (["logout", "d"], ["deploy", "dev"]),
        (["login", "--provider", ""], ["fake"]),
        (["list", "--providers="], ["--providers=fake"]),
        (["list", "--identities=r"], ["--identities=rescue"]),
        (["list", "--tags", ""], ["live", "main", "nonprod"]),
        (["login", "--tags", ""], ["live", "nonprod"]),
        (["env", "-f", "d"], ["dotenv"]),
        (["list", "--format", "m"], ["mermaid", "markdown"]),
        (["whoami", "-o", ""], ["json"]),
        (["console", "--destination", "s3"], ["s3"]),
        (["user", ""], ["configure"]),
        (["user", "configure", "k"], ["keyed"]),
        (["who"], ["whoami"]),
    ],
)
def test_candidates(project: Project, words: list[str], expected: list[str]) -> None:
    assert candidates(project, "auth", *words) == expected


def test_a_broken_configuration_says_nothing(make_project: MakeProject) -> None:
    project = make_project("auth: [")
    assert candidates(project, "auth", "login", "-i", "") == []
    assert candidates(project, "auth", "login", "--provider", "") == []
