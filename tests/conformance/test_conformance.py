"""The conformance cases: one test each. `pending.txt` lists those that do not hold yet; the list only shrinks."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from .harness import Case, Sandbox, differences, load_cases

PENDING = frozenset(
    line
    for line in (Path(__file__).parent / "pending.txt").read_text().splitlines()
    if line and not line.startswith("#")
)
CASES = list(load_cases())


def test_the_pending_list_names_cases_that_exist() -> None:
    assert {case.ident for case in CASES} >= PENDING


@pytest.mark.conformance
@pytest.mark.parametrize("case", CASES, ids=[case.ident for case in CASES])
def test_case(case: Case, tmp_path: Path, atmos: Path, request: pytest.FixtureRequest) -> None:
    needs = case.spec.get("needs", [])
    endpoint = None
    for need in needs:
        if need == "moto":
            endpoint = request.getfixturevalue("aws_endpoint")
        elif shutil.which(need) is None:
            if os.environ.get("CI") == "true":
                pytest.fail(f"needs {need}, which CI must have")
            pytest.skip(f"needs {need}")
    sandbox = Sandbox(tmp_path, case, atmos, endpoint)
    found = differences(case.spec.get("expect") or {}, sandbox.run())
    if case.ident in PENDING:
        assert found, "this pending case holds now: take it off tests/conformance/pending.txt"
        pytest.xfail("; ".join(found)[:300])
    assert not found, "\n".join(found)
