"""The short way: the engine and the shell step import little."""

from __future__ import annotations

import subprocess
import sys

HEAVY = (
    "re", "json", "typing", "dataclasses", "enum", "pathlib", "subprocess", "logging", "threading", "asyncio", "yaml", "pydantic",
    "rich", "click", "jinja2", "boto3", "keyring", "cel", "prompt_toolkit", "signal", "pty", "urllib", "tempfile", "socket",
)  # fmt: skip
SCRIPT = """
import sys
before = set(sys.modules)
import runner.steps.engine, runner.steps.types.shell, runner.steps.types.atmos, runner.steps.types.env, runner.steps.types.exit
import runner.steps.types.sleep, runner.steps.types.exec
print(" ".join(sorted(set(sys.modules) - before)))
"""


def test_what_the_engine_imports() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-c", "import sys; sys.path.insert(0, '.')" + SCRIPT],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert not loaded & set(HEAVY)
    assert "runner" in loaded
