"""Fixtures that every test may use: the installed program, a clean home, an AWS that answers over a real socket."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")


def pytest_configure() -> None:
    """What the tests start must find the tools installed beside this interpreter first."""
    if str(BIN) not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    # A runner in the background starts us with these ignored, and what we start would inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGHUP, signal.SIGQUIT):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    for name in [name for name in os.environ if name.startswith(("ATMOS_", "AWS_", "TF_"))]:
        del os.environ[name]


@pytest.fixture(scope="session")
def atmos() -> Path:
    """The installed `atmos`."""
    path = BIN / "atmos"
    assert path.exists(), "install the project first: make test does"
    return path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start_moto() -> tuple[subprocess.Popen[bytes], str]:
    """moto's server on a free loopback port, ready to answer."""
    for _ in range(3):
        port = free_port()
        process = subprocess.Popen(
            [shutil.which("moto_server") or "moto_server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(600):
            if process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return process, f"http://127.0.0.1:{port}"
            time.sleep(0.1)
        process.kill()
        process.wait()
    raise RuntimeError("moto's server did not start")


@pytest.fixture(scope="session")
def aws_endpoint() -> Iterator[str]:
    """The address of an AWS that answers (one per test process)."""
    process, url = start_moto()
    try:
        yield url
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def clean_env(tmp_path: Path) -> dict[str, str]:
    """A clean environment with a home of its own, for programs that a test starts."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return {
        "HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm-256color", "USER": "tester",
        "XDG_CONFIG_HOME": f"{home}/.config", "XDG_CACHE_HOME": f"{home}/.cache", "XDG_DATA_HOME": f"{home}/.local/share",
        "XDG_STATE_HOME": f"{home}/.local/state", "ATMOS_KEYRING_TYPE": "file", "ATMOS_KEYRING_PASSWORD": "test-password",
        "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip
