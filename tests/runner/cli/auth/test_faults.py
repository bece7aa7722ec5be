"""Things that are broken around the installed program: a clear error or none, nothing lost, never a traceback."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from .conftest import MakeProject, Project, mode

# A keyring service of a test's own, chosen as people choose theirs: PYTHON_KEYRING_BACKEND.
BACKEND = """
import json, os, time
from keyring.backend import KeyringBackend

class KeyringLocked(Exception):
    pass

class Ring(KeyringBackend):
    priority = 1
    def _texts(self):
        trouble = os.environ.get("RING_TROUBLE", "")
        if trouble == "slow":
            time.sleep(600)
        if trouble == "locked":
            raise KeyringLocked("the collection is locked")
        if trouble == "gone":
            raise OSError(111, "the service went away")
        try:
            return json.load(open(os.environ["RING"]))
        except FileNotFoundError:
            return {}
    def get_password(self, service, username):
        return self._texts().get(service)
    def set_password(self, service, username, password):
        texts = {**self._texts(), service: password}
        json.dump(texts, open(os.environ["RING"], "w"))
    def delete_password(self, service, username):
        texts = self._texts()
        del texts[service]
        json.dump(texts, open(os.environ["RING"], "w"))
"""
PROJECT = """
auth:
  providers: {src: {kind: mock}, fake: {kind: mock/aws}}
  identities:
    one: {kind: mock, default: true, via: {provider: src}}
    files: {kind: mock/aws, via: {provider: fake}}
    keys: {kind: aws/user, credentials: {region: us-west-2}}
    keyed: {kind: aws/user, credentials: {access_key_id: AKIAKEYED, secret_access_key: canary-secret, region: us-west-2}}
"""
KEYS = '{"access_key_id": "AKIARING", "secret_access_key": "canary-ring-secret"}'


@pytest.fixture
def project(make_project: MakeProject) -> Project:
    made = make_project(PROJECT)
    (made.folder / "ring_of_a_test.py").write_text(BACKEND)
    made.env.update(
        PYTHONPATH=str(made.folder), PYTHON_KEYRING_BACKEND="ring_of_a_test.Ring", RING=str(made.folder / "ring.json"),
        ATMOS_KEYRING_TYPE="system", ATMOS_KEYRING_TIMEOUT="1", TMPDIR=made.env["HOME"],
    )  # fmt: skip
    return made


def clean(done: subprocess.CompletedProcess[str]) -> str:
    """What a person reads, in one line."""
    assert "Traceback" not in done.stderr
    assert "fault of atmos itself" not in done.stderr
    assert "canary" not in done.stdout + done.stderr
    return " ".join((done.stdout + done.stderr).split())


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        ("slow", "did not answer within 1 seconds"),
        ("locked", "the system keyring is locked"),
        ("gone", "the service went away"),
    ],
)
def test_a_keyring_that_does_not_serve(project: Project, trouble: str, reason: str) -> None:
    assert project.run("auth", "user", "configure", "keys", "--stdin", stdin=KEYS).returncode == 0
    project.env["RING_TROUBLE"] = trouble
    done = project.run("auth", "login", timeout=60)
    assert done.returncode == 0, done.stderr  # what is not kept is no failure of a login
    done = project.run("auth", "user", "configure", "keys", "--stdin", stdin=KEYS, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert reason in clean(done)
    assert "ATMOS_KEYRING_TYPE=file" in clean(done)
    done = project.run("auth", "doctor", timeout=60)
    assert reason in clean(done)
    if trouble in ("slow", "locked"):  # the browser does not open in place of a keyring that has to be unlocked
        done = project.run("auth", "login", "keys", timeout=60)
        assert (done.returncode, done.stdout) == (1, "")
        assert (
            f"failed to read AWS user credentials from keyring: {'the system keyring' if trouble == 'slow' else reason}"
            in clean(done)
        )
    assert "canary" not in "".join(
        path.read_text(errors="replace") for path in Path(project.env["HOME"]).rglob("*.json")
    )
    del project.env["RING_TROUBLE"]
    assert "AKIARING" in (project.folder / "ring.json").read_text()


def test_no_keyring_at_all(project: Project) -> None:
    project.env["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    assert project.run("auth", "login").returncode == 0
    done = project.run("auth", "user", "configure", "keys", "--stdin", stdin=KEYS)
    assert (done.returncode, done.stdout) == (1, "")
    assert "not saved: " in clean(done)


@pytest.mark.parametrize(
    "damage", ["{", "[1]", '{"type": "aws"}', '{"type": "aws", "data": {}}', '{"type": "new", "data": {}}']
)
def test_a_damaged_entry_of_the_keyring(project: Project, damage: str) -> None:
    import json

    (project.folder / "ring.json").write_text(
        json.dumps({"atmos_keys": damage, "atmos_one": damage, "atmos_src": damage})
    )
    done = project.run("auth", "login", "keys")
    assert (done.returncode, done.stdout) == (1, "")
    if '"fingerprint"' not in damage:
        assert "keyring" in clean(done)
    done = project.run("auth", "login", "one")
    assert done.returncode == 0, done.stderr
    clean(done)


@pytest.mark.parametrize(
    "damage", [b"", b"\x00\xff", b"[files\naws", b"[files]\naws_access_key_id = A\n", b"x" * 5_000_000]
)
def test_damaged_files_of_sessions(project: Project, aws_endpoint: str, damage: bytes) -> None:
    project.env["AWS_ENDPOINT_URL"] = aws_endpoint
    folder = Path(project.env["HOME"], ".config/atmos/aws/aws-user")
    assert project.run("auth", "login", "keyed").returncode == 0
    for name in ("credentials", "config"):
        (folder / name).write_bytes(damage)
        done = project.run("auth", "exec", "-i", "keyed", "--", "sh", "-c", 'test -s "$AWS_SHARED_CREDENTIALS_FILE"')
        text = clean(done)
        if len(damage) > 1_000_000:
            if done.returncode:
                assert "is too large" in text
            (folder / name).unlink()
        clean(project.run("auth", "whoami", "-i", "keyed"))
        clean(project.run("auth", "list"))
    assert project.run("auth", "login", "keyed").returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="giving a file away needs root")
@pytest.mark.parametrize("name", ["credentials", "config"])
def test_a_foreign_file_is_not_trusted(project: Project, aws_endpoint: str, name: str) -> None:
    project.env["AWS_ENDPOINT_URL"] = aws_endpoint
    assert project.run("auth", "login", "keyed").returncode == 0
    path = Path(project.env["HOME"], ".config/atmos/aws/aws-user", name)
    os.chown(path, 12345, 12345)
    before = path.read_bytes()
    for words in (("exec", "-i", "keyed", "--", "true"), ("login", "keyed")):
        done = project.run("auth", *words)
        assert (done.returncode, done.stdout) == (1, "")
        assert "belongs to another user (uid 12345)" in clean(done)
        assert "Remove it" in clean(done)
    assert path.read_bytes() == before


def test_files_that_others_can_read_are_closed(project: Project, aws_endpoint: str) -> None:
    project.env["AWS_ENDPOINT_URL"] = aws_endpoint
    assert project.run("auth", "login", "keyed").returncode == 0
    folder = Path(project.env["HOME"], ".config/atmos/aws/aws-user")
    for path in (folder, *folder.iterdir()):
        path.chmod(0o777)
    assert project.run("auth", "login", "keyed").returncode == 0
    assert {mode(folder / name) for name in ("credentials", "config")} == {0o600}
    assert mode(folder) == 0o700


def test_nowhere_to_write(project: Project, aws_endpoint: str) -> None:
    """A configuration folder that is a file, or a disk that takes nothing: said with its path, nothing half-written."""
    project.env["AWS_ENDPOINT_URL"] = aws_endpoint
    Path(project.env["HOME"], ".config").mkdir(exist_ok=True)
    Path(project.env["HOME"], ".config/atmos").write_text("in the way")
    done = project.run("auth", "login", "keyed")
    assert (done.returncode, done.stdout) == (1, "")
    assert ".config/atmos" in clean(done)
    project.env["XDG_CONFIG_HOME"] = "/proc/nowhere"
    done = project.run("auth", "login", "keyed")
    assert (done.returncode, done.stdout) == (1, "")
    assert "/proc/nowhere" in clean(done)


def test_no_network(project: Project) -> None:
    project.env["AWS_ENDPOINT_URL"] = "http://127.0.0.1:9"
    for words in (("login", "keyed"), ("exec", "-i", "keyed", "--", "true"), ("whoami", "-i", "keyed"),
                  ("env", "-i", "keyed", "--login")):  # fmt: skip
        done = project.run("auth", *words)
        assert (done.returncode, done.stdout) == (1, "")
        assert "cannot get a session for the user keyed" in clean(done)
        assert "127.0.0.1:9" in clean(done)
        assert "Check the network" in clean(done)
