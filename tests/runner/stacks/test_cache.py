"""Parsed manifests are kept between runs, and never a moment too long."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from runner.errors import AtmosError
from runner.stacks import project as projects
from tests.runner.stacks.conftest import Project

Make = Callable[..., Project]
FILES = {
    "stacks/catalog/c.yaml": "components: {terraform: {c: {vars: {x: 1, l: !append [b], e: !env X none}}}}",
    "stacks/deploy/dev.yaml": "import: [catalog/c]\nvars: {stage: dev, l: [a]}\n",
}


def cached(made: Project) -> list[Path]:
    return list(Path(made.env["XDG_CACHE_HOME"]).glob("atmos/stacks/*.bin"))


def settle(made: Project) -> None:
    """Make the manifests old enough to be relied on."""
    time.sleep(0.1)
    assert made.describe("c", "dev")["vars"]["x"] == 1
    assert len(cached(made)) == 1


def test_the_second_run_parses_nothing(project: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    made = project(FILES)
    settle(made)
    first = made.describe("c", "dev", X="v")
    from runner.config import reader

    def refuse(*args: object, **more: object) -> None:
        raise AssertionError("parsed again")

    app = made.app(X="v")
    app.config  # noqa: B018 - read before the parser is taken away
    monkeypatch.setattr(reader, "parse", refuse)
    from runner import stacks

    second = stacks.describe_component(app, "c", "dev")
    assert second["vars"] == first["vars"] == {"stage": "dev", "x": 1, "l": ["a", "b"], "e": "v"}
    assert cached(made)[0].stat().st_mode & 0o777 == 0o600


def test_a_changed_file_is_read_again(project: Make) -> None:
    made = project(FILES)
    settle(made)
    made.put("stacks/catalog/c.yaml", FILES["stacks/catalog/c.yaml"].replace("x: 1", "x: 2"))
    assert made.describe("c", "dev")["vars"]["x"] == 2


def test_places_are_known_from_the_cache_too(project: Make) -> None:
    made = project(
        {
            "stacks/deploy/dev.yaml": "vars: {stage: dev}\ncomponents:\n  terraform:\n    c: {}\n    d:\n      vars: [a]\n"
        }
    )
    for _ in range(2):
        time.sleep(0.1)
        made.describe("c", "dev")
        with pytest.raises(AtmosError) as caught:
            made.describe("d", "dev")
        assert str(caught.value.where) == "deploy/dev.yaml:6:7"
    assert len(cached(made)) == 1


@pytest.mark.parametrize("damage", [b"", b"\0" * 40, None])
def test_a_damaged_or_foreign_file_counts_for_nothing(project: Make, damage: bytes | None) -> None:
    made = project(FILES)
    settle(made)
    path = cached(made)[0]
    if damage is None:
        os.chmod(path, 0o644)
    else:
        path.write_bytes(damage)
    assert made.describe("c", "dev")["vars"]["x"] == 1


def test_what_includes_is_not_kept(project: Make) -> None:
    made = project({"stacks/deploy/dev.yaml": "vars: {stage: dev, i: !include data.json}\ncomponents: {terraform: {c: {}}}",
                    "stacks/deploy/data.json": "1"})  # fmt: skip
    time.sleep(0.1)
    assert made.describe("c", "dev")["vars"]["i"] == 1
    made.put("stacks/deploy/data.json", "2")
    assert made.describe("c", "dev")["vars"]["i"] == 2


def test_one_project_is_built_for_a_run(project: Make) -> None:
    app = project(FILES).app()
    assert projects.of(app) is projects.of(app)
