"""Opening addresses and showing what must be seen."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from runner.app import App
from runner.console import browser
from runner.console.auth_prompter import boxed
from runner.globals import GlobalFlags


def tools(tmp_path: Path, *names: str) -> dict[str, str]:
    for name in names:
        script = tmp_path / name
        script.write_text(
            f'#!/bin/sh\nprintf "%s" "$*" > {tmp_path}/tmp; mv {tmp_path}/tmp {tmp_path}/opened; echo noise\n'
        )
        script.chmod(0o755)
    return {"PATH": f"{tmp_path}:/usr/bin:/bin"}


def opened(tmp_path: Path) -> str:
    for _ in range(600):
        if (tmp_path / "opened").exists():
            return (tmp_path / "opened").read_text()
        time.sleep(0.1)
    raise AssertionError("no browser was started")


def app(env: dict[str, str]) -> App:
    return App([], env, "/", GlobalFlags({}, env))


def test_the_desktop_opens_it(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    env = {**tools(tmp_path, "xdg-open"), "DISPLAY": ":0"}
    assert browser.show(app(env), "https://example.com/?a=b&c=$(id)")
    assert opened(tmp_path) == "https://example.com/?a=b&c=$(id)"
    assert capfd.readouterr() == ("", "")


def test_the_named_browser_comes_first(tmp_path: Path) -> None:
    env = {**tools(tmp_path, "mine", "xdg-open"), "DISPLAY": ":0", "BROWSER": "mine --new"}
    assert browser.show(app(env), "https://example.com/")
    assert opened(tmp_path) == "--new https://example.com/"


@pytest.mark.parametrize("more", [{}, {"DISPLAY": ":0", "CI": "true"}, {"BROWSER": "not-there"}])
def test_nothing_is_opened(tmp_path: Path, more: dict[str, str]) -> None:
    assert not browser.show(app({**tools(tmp_path, "xdg-open"), **more}), "https://example.com/")


def test_only_web_addresses_are_opened(tmp_path: Path) -> None:
    env = {**tools(tmp_path, "xdg-open"), "DISPLAY": ":0"}
    assert not browser.show(app(env), "file:///etc/passwd")
    assert not browser.show(app(env), "--help")


def test_other_systems() -> None:
    assert browser.opener({}, "darwin") == ["open"]
    assert browser.opener({}, "win32") == ["rundll32", "url.dll,FileProtocolHandler"]


def test_boxes_keep_their_shape() -> None:
    url = "https://device.sso.us-east-1.amazonaws.com/?user_code=WDDD-HRQV&" + "x" * 100
    drawn = boxed("🔐 Sign-in", ["", "Code: WDDD-HRQV", "", url, "", "Waiting..."], 80).splitlines()
    assert drawn[-1] == url
    assert drawn[0].startswith("╭")
    assert drawn[-2].startswith("╰")
    assert drawn[1:-2] == ["│  🔐 Sign-in       │", "│                   │", "│  Code: WDDD-HRQV  │",
                           "│                   │", "│  Waiting...       │"]  # fmt: skip
