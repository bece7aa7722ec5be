"""Templates with known results, byte for byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import templating

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "fixtures.yaml").read_text())
POLICY = templating.Policy(env={"HOME": "/home/someone"})


def missing(case: dict[str, Any]) -> str:
    return "default" if case.get("lax") else "error"


@pytest.mark.parametrize("case", CASES, ids=[f"{case['n']}-{case['why'][:40]}" for case in CASES])
def test_fixture(case: dict[str, Any]) -> None:
    compiled = case.get("err") is None and templating.compile(case["t"], missing=missing(case))
    if "out" in case:
        assert templating.render(case["t"], case["d"], missing=missing(case), policy=POLICY) == case["out"]
        assert compiled
        assert compiled.render(case["d"], POLICY) == case["out"]
        return
    with pytest.raises(templating.TemplateError) as caught:
        templating.render(case["t"], case["d"], name="t", missing=missing(case), policy=POLICY)
    kind, _, message = case["err"].partition(": ")
    if kind == "parse":
        assert caught.value.message == f"template: t:1: {message}"
    else:
        where, _, rest = message.partition("at ")
        assert not where
        assert caught.value.message.startswith("template: t:1:")
        assert caught.value.message.endswith(f'executing "t" at {rest}')
        assert caught.value.expression == rest[1:].partition(">")[0]


def test_there_are_all_107() -> None:
    assert [case["n"] for case in CASES] == list(range(1, 108))
