"""How long a configuration takes to load, cold and cached, beside libyaml reading the same bytes once.

    python -m bench.loading            a table and one line of JSON

Processor time, measured in turns within one run, best of several; the ratios are what counts. Parsing takes turns with
loading so that a machine that changes its speed hits both.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from bench import projects
from runner import config
from runner.config import cache
from runner.globals import scan

ROUNDS = 25
SLICE = 0.02  # seconds of calls in one turn


def in_turns(calls: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The best processor time of each call in seconds."""
    best = dict.fromkeys(calls, float("inf"))
    repeat = dict.fromkeys(calls, 1)
    for turn in range(ROUNDS):
        for name, call in calls.items():
            start = time.process_time()
            for _ in range(repeat[name]):
                call()
            took = (time.process_time() - start) / repeat[name]
            best[name] = min(best[name], took)
            if not turn:
                repeat[name] = max(1, int(SLICE / max(took, 1e-6)))
    return best


def imported(folder: Path, files: int) -> Path:
    """Seventy commands in one file that imports many small ones."""
    projects.atmos(folder, 70)
    (folder / "atmos.yaml").write_text("import: parts\n" + (folder / "atmos.yaml").read_text())
    (folder / "parts").mkdir()
    for number in range(files):
        (folder / f"parts/{number}.yaml").write_text(f"env: {{NAME_{number}: value}}\nstacks: {{x-{number}: y}}\n")
    return folder


def measure(name: str, folder: Path, home: Path) -> dict[str, float]:
    """Seconds of parsing alone, of a load from the files, and of a load from the cache."""
    texts = [path.read_text() for path in sorted(folder.rglob("*.yaml"))]
    env = {"HOME": str(home)}
    uncached = {**env, "ATMOS_CONFIG_CACHE": "false"}
    flags, _ = scan([], env)
    time.sleep(2 * cache.RACY_NS / 1e9)
    config.load(flags, env, str(folder))
    found = in_turns({
        "libyaml": lambda: [yaml.load(text, yaml.CSafeLoader) for text in texts],
        "cold": lambda: config.load(flags, uncached, str(folder)),
        "cached": lambda: config.load(flags, env, str(folder)).command("hello"),
    })  # fmt: skip
    return {f"{name}, {kind}": seconds for kind, seconds in found.items()}


def main() -> int:
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        cases = {f"{count} commands": projects.atmos(root / f"p{count}", count) for count in (1, 70, 500)}
        cases["200 imported files"] = imported(root / "imports", 200)
        found: dict[str, float] = {}
        for name, folder in cases.items():
            found |= measure(name, folder, root / "home")
    width = max(map(len, found))
    for name, seconds in found.items():
        print(f"{name:{width}}  {seconds * 1e3:9.3f} ms")
    print()
    ratios = {}
    for name in cases:
        ratio = ratios[name] = found[f"{name}, cold"] / found[f"{name}, libyaml"]
        print(f"{name}: cold load / libyaml: {ratio:.2f} (target 2)")
    per_hundred = found["200 imported files, cached"] / 2
    print(f"cached load per 100 files: {per_hundred * 1e3:.3f} ms (target 1)")
    print(json.dumps({"seconds": found, "ratios": ratios}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
