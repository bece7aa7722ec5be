"""Run steps written as YAML in this process, with real children; what they print is read from the descriptors."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from runner.app import App
from runner.config import reader
from runner.errors import AtmosError, Where
from runner.globals import scan
from runner.steps.declare import compile_steps
from runner.steps.engine import Owner, Run
from runner.steps.model import Step


def deferred(tag: str, value: object, where: Where) -> object:
    return (tag, str(value), where.file, where.line)


def compiled(text: str, kind: str = "command") -> tuple[list[dict[str, Any]], list[str]]:
    raw = reader.parse(text, "steps.yaml", on_tag=deferred)
    assert isinstance(raw, list)
    steps, problems = compile_steps(raw, kind=kind)
    return steps, [f"{problem}" + (f" ({problem.hint})" if problem.hint else "") for problem in problems]


class Outcome:
    """What a run gave. code: the exit code, also of an error; error: the error or None."""

    def __init__(
        self, code: int, out: str, err: str, error: AtmosError | None, run: Run, events: list[dict[str, Any]]
    ) -> None:
        self.code, self.out, self.err, self.error, self.run, self.events = code, out, err, error, run, events


Runner = Callable[..., Outcome]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Runner:
    """run(yaml, kind=…, argv=…, env=…, owner=…, **more of Run)."""
    (tmp_path / "atmos.yaml").write_text("base_path: ./\n")
    monkeypatch.chdir(tmp_path)

    def start(
        text: str,
        *,
        kind: str = "command",
        argv: list[str] | None = None,
        env: dict[str, str] | None = None,
        owner: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        config: str = "",
        **more: Any,
    ) -> Outcome:
        if config:
            (tmp_path / "atmos.yaml").write_text("base_path: ./\n" + config)
        steps, problems = compiled(text, kind)
        assert not problems, problems
        full = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            **(env or {}),
        }
        flags, _ = scan(argv or [], full)
        app = App(argv or [], full, str(tmp_path), flags)
        events: list[dict[str, Any]] = []
        engine = Run(
            app,
            Owner(kind=kind, name="demo", **(owner or {})),
            [Step(step) for step in steps],
            data=data or {},
            **{"on_event": events.append, **more},
        )
        error: AtmosError | None = None
        try:
            code = engine.execute()
        except AtmosError as problem:
            error, code = problem, problem.exit_code
        shown = capfd.readouterr()
        return Outcome(code, shown.out, shown.err, error, engine, events)

    return start
