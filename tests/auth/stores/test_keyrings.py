"""Keyrings: encrypted files that other tools can open, a system keyring that may be locked, slow or absent."""

from __future__ import annotations

import base64
import json
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keyring as keyring_library
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keyring.backend import KeyringBackend

import auth
from auth.errors import AuthError, KeyringError
from auth.keyrings import ACCOUNT, NoKeyring, jwe
from auth.keyrings.file import FileKeyring
from auth.keyrings.system import SystemKeyring, bounded, open_system

PASSWORD = "correct horse battery"
Load = Callable[..., auth.Manager]
MOCKS = {
    "providers": {"src": {"kind": "mock"}},
    "identities": {
        "one": {"kind": "mock", "default": True, "via": {"provider": "src"}},
        "t/wo%": {"kind": "mock", "via": {"provider": "src"}},
    },
}


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=200), st.text(min_size=8, max_size=20))
def test_what_is_encrypted_is_decrypted(plain: bytes, password: str) -> None:
    text = jwe.encrypt(plain, password)
    assert jwe.decrypt(text, password) == plain
    with pytest.raises(jwe.WrongPassword):
        jwe.decrypt(text, password + "x")


def test_the_format_is_that_of_rfc_7516() -> None:
    """Another implementation reads what we write, and we read what it writes."""
    joserfc = pytest.importorskip("joserfc.jwe")
    from joserfc.jwk import OctKey

    registry = joserfc.JWERegistry(algorithms=[jwe.ALG, jwe.ENC])
    key = OctKey.import_key(PASSWORD)
    header = {"created": "2025-01-01"}
    ours = jwe.encrypt(b'{"a": 1}', PASSWORD, header=header)
    protected = json.loads(base64.urlsafe_b64decode(ours.split(".")[0] + "=="))
    assert (protected["alg"], protected["enc"], protected["created"]) == (jwe.ALG, jwe.ENC, "2025-01-01")
    registry.strict_check_header = False
    assert joserfc.decrypt_compact(ours, key, registry=registry).plaintext == b'{"a": 1}'
    theirs = joserfc.encrypt_compact({"alg": jwe.ALG, "enc": jwe.ENC, "p2c": 4096}, b"hello", key, registry=registry)
    assert jwe.decrypt(theirs, PASSWORD) == b"hello"


@given(st.text(max_size=60))
def test_any_text_is_malformed_not_a_traceback(text: str) -> None:
    with pytest.raises((jwe.Malformed, jwe.WrongPassword)):
        jwe.decrypt(text, PASSWORD)


def ring(folder: Path, password: str = PASSWORD) -> FileKeyring:
    return FileKeyring(str(folder), "RING_PW", {"RING_PW": password} if password else {}, lambda: None)


def test_the_file_keyring(tmp_path: Path) -> None:
    one = ring(tmp_path / "ring")
    one.set("atmos_r_a/b%", "täxt")
    path = tmp_path / "ring" / "atmos_r_a%2Fb%25"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    item = json.loads(jwe.decrypt(path.read_text(), PASSWORD))
    assert item["Key"] == "atmos_r_a/b%"
    assert base64.b64decode(item["Data"]).decode() == "täxt"
    again = ring(tmp_path / "ring")
    assert again.get("atmos_r_a/b%") == "täxt"
    assert again.keys() == ["atmos_r_a/b%"]
    assert again.get("other") is None
    assert again.delete("atmos_r_a/b%")
    assert not again.delete("atmos_r_a/b%")


def test_a_path_with_a_dot_is_a_file_in_the_folder_meant(tmp_path: Path) -> None:
    assert ring(tmp_path / "keys.json").folder == str(tmp_path)


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("wrong password", "the password does not open"),
        ("short", "password too short"),
        ("", "set RING_PW environment variable or run in interactive mode"),
    ],
)
def test_passwords_that_do_not_open_it(tmp_path: Path, password: str, message: str) -> None:
    ring(tmp_path / "ring").set("k", "v")
    with pytest.raises(KeyringError, match=message) as caught:
        ring(tmp_path / "ring", password).get("k")
    assert PASSWORD not in caught.value.message
    with pytest.raises(KeyringError):
        ring(tmp_path / "ring", "wrong").set("k", "w")
    assert ring(tmp_path / "ring").get("k") == "v"


@pytest.mark.parametrize("content", [b"", b"a.b.c.d.e", b"\xff\xfe", b"plain", b"a" * 5000])
def test_damaged_entries(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "ring"
    folder.mkdir()
    (folder / "k").write_bytes(content)
    with pytest.raises(KeyringError, match="is damaged"):
        ring(folder).get("k")


def test_the_password_is_asked_for_once(tmp_path: Path) -> None:
    asked: list[str] = []

    class Person:
        def secret(self, title: str, **_options: Any) -> str:
            asked.append(title)
            return PASSWORD

    one = FileKeyring(str(tmp_path / "ring"), "RING_PW", {}, Person)  # type: ignore[arg-type]
    one.set("a", "1")
    one.set("b", "2")
    assert one.get("a") == "1"
    assert asked == [f'Enter passphrase to unlock "{tmp_path / "ring"}"']


def test_mock_credentials_rest_in_the_file_keyring(load: Load, env: dict[str, str], tmp_path: Path) -> None:
    env.update(ATMOS_KEYRING_TYPE="file", RING=PASSWORD, ATMOS_AUTH_REALM="r")
    config = {**MOCKS, "keyring": {"type": "memory", "spec": {"path": "./ring", "password_env": "RING"}}}
    manager = load(config)
    manager.authenticate("one", force=True)
    manager.authenticate("t/wo%", force=True)
    assert sorted(path.name for path in (tmp_path / "ring").iterdir()) == [
        "atmos_r_one",
        "atmos_r_src",
        "atmos_r_t%2Fwo%25",
    ]
    later = load(config)
    session = later.cached("one")
    assert session is not None
    assert later.listing().identities["one"].stored
    result = later.logout("one", keychain=True)
    assert result.keyring == ["one"]
    assert not result.problems
    assert later.cached("one") is None
    assert (tmp_path / "ring" / "atmos_r_src").exists()


def test_listing_unlocks_nothing(load: Load, env: dict[str, str]) -> None:
    env.update(ATMOS_KEYRING_TYPE="file", ATMOS_KEYRING_PASSWORD=PASSWORD)
    load(MOCKS).authenticate("one")
    del env["ATMOS_KEYRING_PASSWORD"]
    listed = load(MOCKS).listing().identities["one"]
    assert listed.expires_at is not None
    assert listed.expires_at.year == 2099


def test_a_login_survives_a_keyring_that_cannot_be_used(load: Load, env: dict[str, str], tmp_path: Path) -> None:
    env.update(ATMOS_KEYRING_TYPE="file", ATMOS_KEYRING_FILE_PATH=str(tmp_path / "ring"))
    debug: list[str] = []
    assert load(MOCKS, debug=debug.append).authenticate("one", force=True).fresh
    assert any("password required" in line for line in debug)
    assert not (tmp_path / "ring").exists()


def test_another_projects_entry_is_neither_used_nor_lost(load: Load, env: dict[str, str]) -> None:
    env.update(ATMOS_KEYRING_TYPE="file", ATMOS_KEYRING_PASSWORD=PASSWORD)
    other = {"providers": {"src": {"kind": "mock", "region": "elsewhere"}}, "identities": MOCKS["identities"]}
    load(MOCKS).authenticate("one", force=True)
    assert load(other).cached("one") is None
    load(other).authenticate("one", force=True)
    assert load(other).cached("one") is not None
    assert load(MOCKS).cached("one") is not None
    load(other).logout("one", keychain=True)
    assert load(MOCKS).cached("one") is not None


class Backend(KeyringBackend):
    """A keyring service that does what a test says."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[tuple[str, str], str] = {}
        self.trouble: Callable[[], None] = lambda: None

    def get_password(self, service: str, username: str) -> str | None:
        self.trouble()
        return self.texts.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.trouble()
        self.texts[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.texts[service, username]


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> Backend:
    backend = Backend()
    monkeypatch.setattr(keyring_library, "get_keyring", lambda: backend)
    return backend


def test_the_system_keyring(load: Load, env: dict[str, str], backend: Backend) -> None:
    del env["ATMOS_KEYRING_TYPE"]
    manager = load(MOCKS)
    manager.authenticate("one", force=True)
    assert {key for key, _account in backend.texts} == {"atmos_one", "atmos_src"}
    assert {account for _key, account in backend.texts} == {ACCOUNT}
    envelope = json.loads(backend.texts["atmos_one", ACCOUNT])
    assert envelope["type"] == "mock"
    assert load(MOCKS).cached("one") is not None


def test_a_slow_keyring_is_not_waited_for(backend: Backend) -> None:
    backend.trouble = lambda: time.sleep(30)
    found = open_system({"ATMOS_KEYRING_TIMEOUT": "0.2"})
    assert isinstance(found, NoKeyring)
    assert "did not answer within 0.2 seconds" in found.reason


class KeyringLocked(Exception):
    pass


def test_a_locked_keyring_says_so(backend: Backend, load: Load, env: dict[str, str]) -> None:
    def locked() -> None:
        raise KeyringLocked("the collection is locked")

    found: Any = open_system({})
    assert isinstance(found, SystemKeyring)
    backend.trouble = locked
    with pytest.raises(KeyringError, match="the system keyring is locked"):
        found.get("x")
    del env["ATMOS_KEYRING_TYPE"]
    keyless = {"identities": {"u": {"kind": "aws/user", "credentials": {"webflow_enabled": False}}}}
    with pytest.raises(
        AuthError, match=r"failed to read AWS user credentials from keyring: the system keyring is locked"
    ):
        load(keyless).authenticate("u")


def test_a_keyring_that_locks_later_stops_a_user(backend: Backend, load: Load, env: dict[str, str]) -> None:
    """The browser must not open in place of a keyring that only has to be unlocked."""
    del env["ATMOS_KEYRING_TYPE"]
    manager = load({"identities": {"u": {"kind": "aws/user"}}})
    assert manager.services.store.type == "system-keyring"
    backend.texts["atmos_u", ACCOUNT] = "{"
    with pytest.raises(KeyringError, match="failed to read AWS user credentials from keyring"):
        manager.authenticate("u")


def test_no_keyring_and_plain_text_keyrings_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    class PlaintextKeyring(Backend):
        pass

    monkeypatch.setattr(keyring_library, "get_keyring", PlaintextKeyring)
    found = open_system({})
    assert isinstance(found, NoKeyring)
    assert "plain text" in found.reason


def test_of_several_keyrings_none_in_plain_text_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    class PlaintextKeyring(Backend):
        pass

    class Chainer(Backend):
        backends = [PlaintextKeyring(), Backend()]

    Chainer.__module__ = "keyring.backends.chainer"
    monkeypatch.setattr(keyring_library, "get_keyring", Chainer)
    found = open_system({})
    assert isinstance(found, SystemKeyring)
    found.set("k", "v")
    assert Chainer.backends[0].texts == {}
    assert Chainer.backends[1].texts == {("k", ACCOUNT): "v"}


def test_an_unknown_type_is_a_warning(load: Load, env: dict[str, str], backend: Backend) -> None:
    env["ATMOS_KEYRING_TYPE"] = "bogus"
    warnings: list[str] = []
    load(MOCKS, warn=warnings.append).authenticate("one", force=True)
    assert warnings == ['unknown keyring type "bogus", using system keyring']


def test_bounded_gives_results_and_failures() -> None:
    assert bounded(lambda: 5, 5, "x") == 5
    with pytest.raises(KeyringError, match="cannot read"):
        bounded(lambda: 1 // 0, 5, "read")
