"""Durations, secrets, realms: small values with exact rules."""

from __future__ import annotations

import contextlib
import copy
import pickle
import socket
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth import durations, web
from auth.callback import Callback
from auth.errors import AuthError, ConfigError, RealmError
from auth.realm import realm_of
from auth.secrets import Secret, redacted


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (3600, 3600),
        ("3600", 3600),
        (" 1h30m ", 5400),
        ("15m", 900),
        ("2d", 172800),
        ("1.5h", 5400),
        ("90000ms", 90),
        ("1h0m1s", 3601),
    ],
)
def test_durations(text: object, seconds: int) -> None:
    assert durations.seconds(text) == seconds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "duration string is empty"),
        ("  ", "duration string is empty"),
        (0, "must be positive, got: 0"),
        ("-5", "must be positive, got: -5"),
        ("soon", "invalid duration format: soon"),
        ("1d12h", "invalid duration"),
        ("h", "invalid duration"),
        (True, "invalid duration"),
        (None, "invalid duration"),
        ("5x", "invalid duration"),
        (["1h"], "invalid duration"),
        ("99999999999999d", "longer than ten years"),
    ],
)
def test_bad_durations(text: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        durations.seconds(text)


@given(st.text(max_size=20))
def test_any_text_is_a_duration_or_a_config_error(text: str) -> None:
    with contextlib.suppress(ConfigError):
        assert durations.seconds(text) >= 1


def test_spoken_durations() -> None:
    assert [durations.spoken(value) for value in (3661, 754, 45, -1)] == ["1h 1m", "12m 34s", "45s", "expired"]
    assert [durations.compact(value) for value in (7500, 7200, 2700, 30, 0)] == ["2h5m", "2h", "45m", "30s", "expired"]


def test_a_secret_shows_nothing() -> None:
    secret = Secret("swordfish")
    assert "swordfish" not in f"{secret} {secret!r} {secret:>30} {[secret]} %s" % secret
    assert secret.reveal() == "swordfish"
    assert secret == Secret("swordfish") != Secret("other")
    assert copy.deepcopy({"a": secret})["a"] is secret
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    assert not Secret("")


def test_redaction_goes_deep_and_evaluates_nothing() -> None:
    raw = {
        "credentials": {"access_key_id": "AKIA", "secret_access_key": "s3cret"},
        "password": "hunter2",
        "spec": [{"client_secret": ("!env", "X")}, {"token": ("!exec", "op read")}],
    }
    shown = redacted(raw)
    assert shown == {
        "credentials": {"access_key_id": "AKIA", "secret_access_key": "***"},
        "password": "***",
        "spec": [{"client_secret": "!env X"}, {"token": "***"}],
    }


@pytest.mark.parametrize("realm", ["a", "team-a", "x_1", "0", "a" * 64])
def test_realms(realm: str) -> None:
    assert realm_of(realm, {}) == (realm, "config")
    assert realm_of("other", {"ATMOS_AUTH_REALM": realm}) == (realm, "env")


def test_no_realm() -> None:
    assert realm_of(None, {}) == realm_of("", {"ATMOS_AUTH_REALM": ""}) == ("", "")


@pytest.mark.parametrize(
    ("realm", "message"),
    [
        ("../up", "path traversal"),
        ("Bad Realm", r"invalid characters: \[  B R\]"),
        ("-a", "start or end"),
        ("a_", "start or end"),
        ("a--b", "consecutive"),
        ("a-_b", "consecutive"),
        ("a" * 65, "65 characters"),
        (["x"], "must be a text"),
    ],
)
def test_bad_realms(realm: object, message: str) -> None:
    with pytest.raises(RealmError, match=message) as caught:
        realm_of(realm, {})
    assert "auth.realm configuration" in caught.value.message


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/two words", "http://127.0.0.1:x/", "http://[x", "ftp://x/", ""])
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(AuthError, match="cannot ask"):
        web.post_form(url, {}, what="ask")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://login.example/x", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://login.example", False),
        ("ftp://localhost/", False),
        ("https://", False),
        ("https://[x", False),
    ],
)
def test_where_secrets_may_go(url: str, expected: bool) -> None:
    assert web.secure(url) is expected


@pytest.mark.parametrize(
    "request_", [b"POST / HTTP/1.1\r\nContent-Length: abc\r\n\r\n", b"GET //[ HTTP/1.1\r\n\r\n", b"nonsense\r\n\r\n"]
)
def test_odd_requests_do_not_disturb_a_sign_in(request_: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    with Callback("expected", path="") as callback:
        port = urlsplit(callback.address).port
        for content in (request_, b"GET /?code=found&state=expected HTTP/1.1\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", port or 0), timeout=30) as browser:
                browser.sendall(content)
                while browser.recv(4096):
                    pass
        answers: list[str | None] = []
        while "found" not in answers and None not in answers:
            with contextlib.suppress(AuthError):
                answers.append(callback.wait(60))
    assert "found" in answers
    assert capfd.readouterr() == ("", "")
