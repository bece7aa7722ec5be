"""SAML in a real browser, where playwright and chromium are installed: what the identity provider posts to AWS is caught."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import auth
from auth.errors import AuthError
from tests.auth.aws.test_sign_in import assertion, saml_config
from tests.auth.conftest import ROLE, Proxy
from tests.auth.fake import Fake

pytest.importorskip("playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no chromium here")]

Load = Callable[..., auth.Manager]
PAGE = """<html><body onload="document.forms[0].submit()">
<form method="post" action="https://signin.aws.amazon.com/saml"><input name="SAMLResponse" value="%s"></form></body></html>"""


class Person:
    """Is there; what is to be done is done by the page itself."""


@pytest.fixture
def fake() -> Iterator[Fake]:
    server = Fake()
    yield server
    server.close()


@pytest.fixture
def window(tmp_path: Path) -> str:
    """A browser that needs no screen."""
    path = tmp_path / "window"
    path.write_text(f'#!/bin/sh\nexec {CHROMIUM} --headless=new --no-sandbox --disable-gpu "$@"\n')
    path.chmod(0o755)
    return str(path)


def config(fake: Fake, sts: Proxy, window: str) -> Mapping[str, Any]:
    return saml_config(fake, sts, driver="Browser", browser_executable_path=window)


def test_the_assertion_of_a_browser(load: Load, fake: Fake, sts: Proxy, home: Path, window: str) -> None:
    fake.on(
        "/app",
        (PAGE % assertion(ROLE)).encode(),
        **{"Content-Type": "text/html", "Set-Cookie": "known=yes; Max-Age=999"},
    )
    session = load(config(fake, sts, window), interactive=True, prompter=Person()).authenticate("deploy")
    assert session.account == "222222222222"
    assert sts.calls == ["AssumeRoleWithSAML"]
    cookies = home / ".cache/atmos/aws-saml/idp.json"
    assert stat.S_IMODE(cookies.stat().st_mode) == 0o600
    assert [cookie["name"] for cookie in json.loads(cookies.read_text())["cookies"]] == ["known"]
    load(config(fake, sts, window), interactive=True, prompter=Person()).authenticate("deploy", force=True)
    assert "known=yes" in fake.seen("/app")[-1].headers["cookie"]
    assert str(cookies) in load(config(fake, sts, window)).logout(provider="idp").files
    assert not cookies.exists()


def test_a_browser_that_does_not_start(load: Load, fake: Fake, sts: Proxy, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(AuthError, match="SAML authentication failed: "):
        load(config(fake, sts, str(broken)), interactive=True, prompter=Person()).authenticate("deploy")
