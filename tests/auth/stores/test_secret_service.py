"""A real Secret Service (gnome-keyring on a private D-Bus) through the `keyring` library."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NEEDED = ("dbus-run-session", "gnome-keyring-daemon")
MISSING = [name for name in NEEDED if shutil.which(name) is None]

PROGRAM = """
import json
import auth
config = {"providers": {"src": {"kind": "mock"}}, "identities": {"one": {"kind": "mock", "via": {"provider": "src"}}}}
manager = auth.load(config)
manager.authenticate("one", force=True)
again = auth.load(config)
print(json.dumps([manager.services.store.type, again.cached("one") is not None]))
import secretstorage
bus = secretstorage.dbus_init()
items = list(secretstorage.search_items(bus, {"service": "atmos_one", "username": "atmos-auth"}))
print(len(items), json.loads(items[0].get_secret())["type"])
print(again.logout("one", keychain=True).problems, auth.load(config).cached("one"))
bus.close()
"""
LOCKED = """
import auth, secretstorage
from auth.errors import AuthError
bus = secretstorage.dbus_init()
secretstorage.get_default_collection(bus).lock()
config = {"identities": {"u": {"kind": "aws/user", "credentials": {"webflow_enabled": False}}}}
try:
    auth.load(config).authenticate("u")
except AuthError as error:
    print(error.message)
bus.close()
"""


def run(program: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    script = (
        "printf 'pass-phrase' | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null; exec \"$@\""
    )
    env = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "XDG_RUNTIME_DIR": str(runtime),
        "ATMOS_KEYRING_TIMEOUT": "5",
        "TMPDIR": str(tmp_path),
    }
    return subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script, "sh", sys.executable, "-c", program],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")
def test_credentials_rest_in_a_secret_service(tmp_path: Path) -> None:
    done = run(PROGRAM, tmp_path)
    assert done.returncode == 0, done.stderr
    first, second, third = done.stdout.splitlines()
    assert json.loads(first) == ["system-keyring", True]
    assert second == "1 mock"
    assert third == "[] None"


@pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")
def test_a_locked_secret_service_is_said_and_not_waited_for(tmp_path: Path) -> None:
    done = run(LOCKED, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "failed to read AWS user credentials from keyring: the system keyring is locked" in done.stdout
