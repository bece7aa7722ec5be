"""Pin every dependency with its hashes: requirements.lock (what CI installs) and requirements-bench.lock. Needs `uv`."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def compile_lock(target: str, requirements: list[str]) -> None:
    words = ["uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header", "--no-annotate",
             "--no-emit-index-url", "--no-emit-find-links", "--python-version", "3.11", "--upgrade",
             "--output-file", target, "-"]  # fmt: skip
    uv = Path(sys.executable).parent / "uv"
    words[0] = str(uv) if uv.exists() else "uv"
    subprocess.run(words, cwd=ROOT, check=True, input="\n".join(requirements), text=True)


def main() -> int:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    extras = project["project"]["optional-dependencies"]
    wanted = list(project["project"]["dependencies"])
    for extra in ("bcrypt", "dask", "emulator", "jinja2", "schemas", "watch"):
        wanted += extras[extra]
    wanted += [item for item in groups["dev"] if not item.startswith("atmos-runner")]
    compile_lock("requirements.lock", wanted)
    compile_lock("requirements-bench.lock", groups["bench"])
    return 0


if __name__ == "__main__":
    sys.exit(main())
