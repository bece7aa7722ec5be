"""Private files, locks between processes, and INI sections that leave each other alone."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.errors import LockTimeout, StorageError
from auth.files import atomic, ini, locks


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_private_from_birth_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        atomic.private_folder(str(tmp_path / "a" / "b"))
        atomic.write_private(str(tmp_path / "a" / "b" / "f"), "secret")
    finally:
        os.umask(before)
    assert mode(tmp_path / "a" / "b" / "f") == 0o600
    assert mode(tmp_path / "a" / "b") == mode(tmp_path / "a") == 0o700
    assert os.listdir(tmp_path / "a" / "b") == ["f"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "f"
    atomic.write_private(str(path), "old")

    def full(*_arguments: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(StorageError, match="No space left") as caught:
        atomic.write_private(str(path), "new")
    monkeypatch.undo()
    assert caught.value.hints
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["f"]


def test_a_link_of_the_users_own_is_written_through(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to("real")
    atomic.write_private(str(tmp_path / "link"), "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
    assert mode(tmp_path / "real") == 0o600


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("fifo")
    for name in ("fifo", "link"):
        with pytest.raises(StorageError):
            atomic.write_private(str(tmp_path / name), "x")
        with pytest.raises(StorageError, match="not a regular file"):
            atomic.read_private(str(tmp_path / name))
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError):
        atomic.private_folder(str(tmp_path / "file" / "sub"))


def test_a_readable_file_of_ours_is_tightened_when_read(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    (tmp_path / "f").chmod(0o644)
    assert atomic.read_private(str(tmp_path / "f")) == b"x"
    assert mode(tmp_path / "f") == 0o600
    assert atomic.read_private(str(tmp_path / "none")) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a file away needs root")
def test_a_foreign_file_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    os.chown(tmp_path / "f", 12345, 12345)
    with pytest.raises(StorageError, match="belongs to another user"):
        atomic.read_private(str(tmp_path / "f"))
    folder = tmp_path / "d"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    with pytest.raises(StorageError, match="belongs to another user"):
        atomic.tighten(str(folder))


HOLD = """
import sys
from auth.files import locks
with locks.locked(sys.argv[1], purpose="testing"):
    print("held", flush=True)
    sys.stdin.read()
"""


def holding(path: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"held\n"
    return process


def test_a_timeout_names_the_holder(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with holding(path) as process:
        waited: list[str] = []
        with pytest.raises(LockTimeout) as caught, locks.locked(str(path), deadline=0.2, on_wait=waited.append):
            pass
        assert f"process {process.pid} (testing) since " in caught.value.message
        assert waited == [locks.holder(str(path))]
        process.communicate()


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with holding(path) as process:
        process.kill()
        process.wait()
    with locks.locked(str(path), deadline=5):
        pass


@pytest.mark.parametrize("transient", [True, False])
def test_threads_take_turns(tmp_path: Path, transient: bool) -> None:
    path, inside, most = str(tmp_path / "x.lock"), 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(10):
            with locks.locked(path, deadline=60, transient=transient):
                inside += 1
                most = max(most, inside)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert os.path.exists(path) is not transient


INI = """\
# by hand
; atmos: expiration=2025-01-01T12:00:00Z
[dev-Admin]
aws_access_key_id     = A
; mine

; atmos: expiration=2026-01-01T12:00:00+02:00
[a/b c]
aws_access_key_id = B
"""


def test_sections_keep_their_comments_when_another_changes() -> None:
    document = ini.parse(INI)
    assert [section.name for section in document.sections] == ["dev-Admin", "a/b c"]
    first, second = document.sections
    assert first.note(ini.EXPIRY) == "2025-01-01T12:00:00Z"
    assert second.note(ini.EXPIRY) == "2026-01-01T12:00:00+02:00"
    document.put(ini.Section("a/b c", [], ["aws_access_key_id = C"]))
    text = document.text()
    assert "; mine" in text
    assert "# by hand" in text
    assert "2026" not in text
    assert ini.parse(text).text() == text
    assert document.drop("dev-Admin")
    assert [section.name for section in ini.parse(document.text()).sections] == ["a/b c"]


names = (
    st.text(st.characters(codec="ascii", exclude_characters="[]\n\r\v\f\x1c\x1d\x1e"), min_size=1, max_size=12)
    .map(str.strip)
    .filter(bool)
)


@given(st.dictionaries(names, st.integers(), max_size=5), names)
def test_other_sections_survive_any_edit(sections: dict[str, int], extra: str) -> None:
    document = ini.Document()
    for name, value in sections.items():
        document.put(ini.Section(name, [ini.EXPIRY + str(value)], [f"aws_access_key_id = {value}"]))
    again = ini.parse(document.text())
    again.put(ini.Section(extra, [], ["aws_access_key_id = new"]))
    final = ini.parse(again.text())
    for name, value in sections.items():
        section = final.find(name)
        assert section is not None
        if name != extra:
            assert section.values()["aws_access_key_id"] == str(value)
            assert section.note(ini.EXPIRY) == str(value)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    ini.parse(ini.parse(text).text())
