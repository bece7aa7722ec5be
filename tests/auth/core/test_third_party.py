"""Kinds that another package brings, found by its entry point."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import auth
config = {"providers": {"badge": {"kind": "Acme/Token-File", "spec": {"path": "~/token"}}},
          "identities": {"me": {"kind": "acme/token-file", "via": {"provider": "badge"}, "principal": {"team": "core"}},
                         "bad": {"kind": "acme/token-file", "via": {"provider": "badge"}},
                         "typo": {"kind": "acme/token-fil", "via": {"provider": "badge"}}}}
manager = auth.load(config)
session = manager.authenticate("me")
print(session.account, session.environment({"ACME_TOKEN": "x", "HOME": "/h"}))
for finding in manager.validate():
    print(finding.message, finding.hint)
stored = {"keyring": {"type": "acme-safe", "spec": {"folder": "~/safe"}}, "providers": {"s": {"kind": "mock"}},
          "identities": {"m": {"kind": "mock", "via": {"provider": "s"}}}}
auth.load(stored).authenticate("m", force=True)
later = auth.load(stored)
print(later.cached("m") is not None, later.services.store.keyring.keys(), later.validate())
"""


@pytest.mark.slow
def test_a_package_adds_a_kind(tmp_path: Path) -> None:
    site = tmp_path / "site"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--no-index",
            "--no-build-isolation",
            "--target",
            str(site),
            str(ROOT / "examples" / "auth-kind-plugin"),
        ],
        check=True,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    home = tmp_path / "home"
    home.mkdir()
    (home / "token").write_text("swordfish\n")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONPATH": str(site)},
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "core " + str({"HOME": "/h", "ACME_TOKEN_FILE": str(home / "token"), "ACME_TEAM": "core"})
    assert lines[1:] == [
        'identity "bad" validation failed: invalid identity config: team is required in principal ',
        'identity "typo" validation failed: invalid identity kind: unsupported identity kind: acme/token-fil '
        "Did you mean `acme/token-file`?",
        "True ['atmos_m', 'atmos_s'] []",
    ]
    assert "swordfish" not in done.stdout + done.stderr
