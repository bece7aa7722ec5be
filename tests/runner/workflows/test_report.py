"""Reports of a run: what they hold, and that nothing in them can break out."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from runner.errors import AtmosError
from runner.workflows import report
from runner.workflows.record import RunRecord, duration


def sample() -> RunRecord:
    now = [0.0]
    run = RunRecord("deploy", file="ops/deploy.yaml", run_id="r1", clock=lambda: now[0], wall=0.0)
    build = run.step("build", type="shell")
    now[0] = 1.5
    build.ended, build.status, build.code, build.command = run.now(), "succeeded", 0, "make <all> && echo \x07"
    run.step("checks", type="parallel")
    for name, status in (("lint", "failed"), ("unit", "succeeded"), ("summary", "skipped")):
        child = run.step(name, "checks", type="shell")
        now[0] += 0.25
        child.ended, child.status = run.now(), status
        if status == "failed":
            child.code, child.error, child.tail, child.attempts = (
                3,
                "exit code 3",
                ["one", "</pre><script>alert(1)</script>"],
                2,
            )
            child.identity = "prod-admin"
    group = run.step("checks")
    group.ended, group.status = run.now(), "failed"
    run.finish(3)
    return run


def test_json(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    report.write(sample(), str(path))
    data = json.loads(path.read_text())
    assert (data["workflow"], data["status"], data["exit_code"], data["started"]) == (
        "deploy", "failed", 3, "1970-01-01T00:00:00Z",
    )  # fmt: skip
    assert [(step["name"], step["status"]) for step in data["steps"]] == [
        ("build", "succeeded"), ("checks", "failed"), ("lint", "failed"), ("unit", "succeeded"), ("summary", "skipped"),
    ]  # fmt: skip
    assert data["steps"][2]["last_lines"][0] == "one"
    assert data["steps"][2]["attempts"] == 2
    assert path.stat().st_mode & 0o777 == 0o600


def test_junit(tmp_path: Path) -> None:
    path = tmp_path / "run.xml"
    report.write(sample(), str(path))
    root = ElementTree.parse(path).getroot()
    suite = root.find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "1", "1")
    cases = {case.get("name"): case for case in suite.findall("testcase")}
    assert set(cases) == {"build", "lint", "unit", "summary"}
    assert cases["lint"].get("classname") == "ops.deploy.deploy.checks"
    failure = cases["lint"].find("failure")
    assert failure is not None
    assert failure.get("message") == "exit code 3"
    assert cases["summary"].find("skipped") is not None


def test_html_is_one_file_and_escapes_what_it_quotes(tmp_path: Path) -> None:
    path = tmp_path / "run.html"
    report.write(sample(), str(path))
    text = path.read_text()
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "http" not in text.split("</style>")[1]
    assert "prod-admin" in text


def test_what_cannot_be_written_is_refused_before_the_run(tmp_path: Path) -> None:
    report.check([str(tmp_path / "a.html"), str(tmp_path / "b.XML")])
    with pytest.raises(AtmosError, match="invalid report file"):
        report.check([str(tmp_path / "a.pdf")])
    with pytest.raises(AtmosError, match="does not exist"):
        report.check([str(tmp_path / "none" / "a.json")])


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.044, "0.04s"), (12.34, "12.3s"), (59.96, "60.0s"), (245, "4m05s"), (3720, "1h02m")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
