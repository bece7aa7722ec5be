"""Journals: private, append-only, readable after a crash, free of secrets."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from runner.errors import AtmosError
from runner.workflows import journal


@pytest.fixture
def app(tmp_path: Path) -> Any:
    log = SimpleNamespace(debug=lambda *a, **k: None)
    return SimpleNamespace(env={"ATMOS_XDG_STATE_HOME": str(tmp_path / "state")}, log=log)


def mask(text: str) -> str:
    return text.replace("hunter2", "<MASKED>")


def begin(app: Any, **facts: Any) -> journal.Journal:
    made = journal.create(app, mask, **{"workflow": "deploy", **facts})
    assert made is not None
    return made


def test_private_from_birth(app: Any) -> None:
    made = begin(app)
    assert os.stat(made.path).st_mode & 0o777 == 0o600
    assert os.stat(os.path.dirname(made.path)).st_mode & 0o777 == 0o700
    made.close()


def test_a_run_that_ends(app: Any) -> None:
    made = begin(app)
    assert journal.find(app, "last").status == "running"
    made.write("finish", code=0)
    made.close()
    assert journal.find(app, made.run_id[:-1]).status == "succeeded"


def test_a_run_that_dies_and_its_finished_steps(app: Any) -> None:
    made = begin(app)
    made.write("start", step="a")
    made.write("end", step="a", index=0, status="succeeded", result={"value": "1"})
    made.write("end", step="x", parent="group", status="succeeded")
    made.write("end", step="cleanup", status="succeeded", again=True)
    made.write("start", step="b")
    made.close()
    with open(made.path, "ab") as stream:
        stream.write(b'{"event": "end", "step": "b", "sta')  # the machine crashed here
    past = journal.find(app, "last")
    assert past.status == "interrupted"
    assert set(past.finished()) == {("", "a", 0), ("group", "x", None)}
    assert past.finished()["", "a", 0]["result"] == {"value": "1"}


def test_a_step_that_failed_later_is_not_finished(app: Any) -> None:
    made = begin(app)
    made.write("end", step="a", status="succeeded")
    made.write("end", step="a", status="failed")
    made.close()
    assert journal.find(app, "last").finished() == {}


def test_secrets_are_masked_and_lines_stay_json(app: Any) -> None:
    made = begin(app, trailing=["--password", "hunter2"])
    made.write("end", step="a", status="succeeded", result={"value": 'quoted "hunter2"\n'})
    made.close()
    text = Path(made.path).read_text()
    assert "hunter2" not in text
    assert [json.loads(line)["event"] for line in text.splitlines()] == ["begin", "end"]


def test_a_living_run_is_not_resumed(app: Any) -> None:
    made = begin(app)
    with pytest.raises(AtmosError, match="still going on"):
        journal.reopen(app, journal.find(app, "last"), mask)
    made.close()
    again = journal.reopen(app, journal.find(app, "last"), mask)
    assert again.run_id == made.run_id
    again.close()


def test_unknown_and_unclear_ids(app: Any) -> None:
    with pytest.raises(AtmosError, match="no run"):
        journal.find(app, "last")
    first, second = begin(app), begin(app)
    first.close()
    second.close()
    assert journal.find(app, "last").run_id == first.run_id  # the second began inside the first
    with pytest.raises(AtmosError, match="several runs"):
        journal.find(app, "20")


def test_off_by_the_environment_and_when_unwritable(app: Any, tmp_path: Path) -> None:
    app.env["ATMOS_WORKFLOW_JOURNAL"] = "false"
    assert journal.create(app, mask) is None
    del app.env["ATMOS_WORKFLOW_JOURNAL"]
    (tmp_path / "state").write_text("a file")
    assert journal.create(app, mask) is None


def test_prune_keeps_what_can_go_on(app: Any) -> None:
    done, broken, alive = begin(app), begin(app), begin(app)
    done.write("finish", code=0)
    done.close()
    broken.close()
    assert journal.prune(app) == [done.run_id]
    assert set(journal.names(app)) == {broken.run_id, alive.run_id}
    assert journal.prune(app, everything=True) == [broken.run_id]
    alive.close()


def test_runs_of_one_moment_have_a_journal_each(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = iter(["20260101-000000-000aa", "20260101-000000-000aa", "20260101-000000-000ab"])
    monkeypatch.setattr(journal, "new_id", lambda: next(ids))
    books = [begin(app), begin(app)]
    assert [book.run_id for book in books] == ["20260101-000000-000aa", "20260101-000000-000ab"]
    for book in books:
        book.close()


def test_the_folder_stays_bounded(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "KEEP", 4)
    for _ in range(9):
        begin(app).close()
    assert 4 <= len(journal.names(app)) <= 5
