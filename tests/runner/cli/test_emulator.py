"""`atmos emulator …` on a real server."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

pytest.importorskip("moto.server")


def run(atmos: Path, folder: Path, env: Mapping[str, str], *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(atmos), "emulator", *argv], cwd=folder, env=dict(env), capture_output=True, text=True, timeout=180
    )


def test_up_status_list_down(atmos: Path, clean_env: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "atmos.yaml").write_text("auth: {identities: {sandbox: {kind: aws/emulator}}}\n")
    status = run(atmos, tmp_path, clean_env, "status")
    assert (status.returncode, status.stdout) == (1, "")
    try:
        up = run(atmos, tmp_path, clean_env, "up")
        assert (up.returncode, up.stdout) == (0, ""), up.stderr
        url = run(atmos, tmp_path, clean_env, "status").stdout.strip()
        assert url.startswith("http://127.0.0.1:")
        assert run(atmos, tmp_path, clean_env, "up").returncode == 0
        assert json.loads(run(atmos, tmp_path, clean_env, "list", "-f", "json").stdout)[0]["url"] == url
        used = subprocess.run(
            [str(atmos), "auth", "exec", "-i", "sandbox", "--", "sh", "-c", "echo $AWS_ENDPOINT_URL"],
            cwd=tmp_path,
            env=clean_env,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert used.stdout.strip() == url
    finally:
        down = run(atmos, tmp_path, clean_env, "down")
    assert "stopped" in down.stderr
    assert run(atmos, tmp_path, clean_env, "status", "-f", "json").returncode == 1
    assert "not running" in run(atmos, tmp_path, clean_env, "down").stderr
