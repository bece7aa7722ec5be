"""Components that differ from a commit, in a real git repository."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.runner.stacks.conftest import Project

FILES = {
    "stacks/catalog/c.yaml": "components: {terraform: {c: {vars: {x: 1}}, net: {metadata: {component: shared}}}}",
    "stacks/deploy/dev.yaml": "import: [catalog/c]\nvars: {stage: dev}\ncomponents: {terraform: {app: {dependencies: {components: [c], "
    "files: [data.txt]}}}}\n",
    "stacks/deploy/prod.yaml": "import: [catalog/c]\nvars: {stage: prod}\n",
    "components/terraform/c/main.tf": 'module "m" { source = "../../../modules/m" }\n',
    "components/terraform/app/main.tf": "", "components/terraform/shared/main.tf": "", "modules/m/main.tf": "", "data.txt": "1",
}  # fmt: skip


@pytest.fixture
def repository(project: Callable[..., Project]) -> Project:
    made = project(FILES)
    git(made, "init", "-q", "-b", "main")
    git(made, "add", "-A")
    git(made, "commit", "-q", "-m", "first")
    return made


def git(made: Project, *words: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.test", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *words], cwd=made.root, env=made.env, check=True, capture_output=True)


def affected(made: Project, *argv: str) -> list[Any]:
    done = made.run("describe", "affected", *(argv or ("--ref", "main")))
    assert done.returncode == 0, done.stderr
    return [[row["component"], row["stack"], row["affected_all"]] for row in json.loads(done.stdout)]


def test_nothing_changed(repository: Project) -> None:
    assert affected(repository) == []


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("stacks/deploy/prod.yaml", "import: [catalog/c]\nvars: {stage: prod, y: 1}\n",
         [["c", "prod", ["stack.vars"]], ["net", "prod", ["stack.vars"]]]),
        ("stacks/catalog/c.yaml", FILES["stacks/catalog/c.yaml"].replace("x: 1", "x: 2"),
         [["c", "dev", ["stack.vars"]], ["c", "prod", ["stack.vars"]]]),
        ("components/terraform/shared/new.tf", "", [["net", "dev", ["component"]], ["net", "prod", ["component"]]]),
        ("modules/m/main.tf", "# changed\n", [["c", "dev", ["component.module"]], ["c", "prod", ["component.module"]]]),
        ("data.txt", "2", [["app", "dev", ["file"]]]),
    ],
)  # fmt: skip
def test_reasons(repository: Project, path: str, text: str, expected: list[Any]) -> None:
    repository.put(path, text)
    assert affected(repository) == expected
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "second")
    assert affected(repository, "--ref", "main~1") == expected
    assert affected(repository) == []


def test_terraform_runs_them(repository: Project) -> None:
    repository.put("stacks/catalog/c.yaml", FILES["stacks/catalog/c.yaml"].replace("x: 1", "x: 2"))
    done = repository.run("terraform", "plan", "--affected", "--ref", "main", "--include-dependents", "--dry-run")
    assert done.stderr.splitlines() == [
        f"✓ Would plan {name} (dry run)" for name in ("c in dev", "app in dev", "c in prod")
    ]


def test_another_clone(repository: Project, tmp_path: Path) -> None:
    shutil.copytree(repository.root, tmp_path / "clone")
    repository.put("stacks/deploy/prod.yaml", "import: [catalog/c]\nvars: {stage: prod, y: 1}\n")
    assert affected(repository, "--repo-path", str(tmp_path / "clone")) == [
        ["c", "prod", ["stack.vars"]],
        ["net", "prod", ["stack.vars"]],
    ]


@pytest.mark.parametrize("argv", [("--ref", "nope"), ("--sha", "deadbeef"), ()])
def test_a_state_that_is_not_known(repository: Project, argv: tuple[str, ...]) -> None:
    done = repository.run("describe", "affected", *argv)
    assert done.returncode == 1
    assert "to compare with is not known here" in done.stderr


def test_outside_of_a_repository(project: Callable[..., Project]) -> None:
    done = project(FILES).run("describe", "affected")
    assert done.returncode == 1
    assert "git" in done.stderr


def test_dependents_show_their_settings(repository: Project) -> None:
    rows = json.loads(repository.run("describe", "dependents", "c", ATMOS_STACK="dev").stdout)
    assert [(row["component"], row["settings"], row["dependents"]) for row in rows] == [("app", {}, [])]
    repository.put("stacks/deploy/prod.yaml", "import: [catalog/c]\nvars: {stage: prod, y: 1}\n")
    assert "settings" not in json.loads(repository.run("describe", "affected", "--ref", "main").stdout)[0]
