"""Make `.venv` hold exactly what `requirements.lock` pins, and this project; standard library only.

Several `make` targets may call this at the same time: one works, the others wait. When nothing changed since the
last time it does nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed"


def wanted(locks: list[Path]) -> str:
    """A digest of everything that decides what is installed."""
    digest = hashlib.sha256(sys.version.encode())
    for path in [*locks, ROOT / "pyproject.toml"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def pip(*words: str) -> None:
    subprocess.run(
        [str(VENV / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check", "install", *words],
        check=True, cwd=ROOT,
    )  # fmt: skip


def main() -> int:
    if sys.version_info < (3, 11):
        sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0])
    locks = [ROOT / "requirements.lock"] + ([ROOT / "requirements-bench.lock"] if "--bench" in sys.argv else [])
    (ROOT / ".cache").mkdir(exist_ok=True)
    with (ROOT / ".cache" / "venv.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        have = STAMP.read_text().split() if STAMP.exists() else []
        digest = wanted(locks)
        if digest in have and (VENV / "bin" / "atmos").exists():
            return 0
        print("Setting up .venv …", flush=True)
        if not (VENV / "bin" / "python").exists():
            venv.create(VENV, with_pip=True)
        for lock in locks:
            pip("--require-hashes", "--no-deps", "-r", str(lock))
        pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
        STAMP.write_text("\n".join({digest, wanted([ROOT / "requirements.lock"])}))
        os.sync()
    return 0


if __name__ == "__main__":
    sys.exit(main())
