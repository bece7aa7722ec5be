"""How fast steps run, one after the other and side by side, and how fast their output is masked.

    python -m bench.steps              a table and one line of JSON

Beside what people would use instead: a loop in bash, `xargs -P`, `cat`. All in turns, best of several; the ratios are what counts.
"""

from __future__ import annotations

import json
import os
import random
import string
import sys
import tempfile
from pathlib import Path

from bench.__main__ import BIN, environment
from bench.measure import Contender, interleaved

RUNS = int(os.environ.get("BENCH_RUNS", "10"))
STEPS, CHILDREN, AT_ONCE = 100, 64, 8
WORK = "sleep 0.02; true"
SECRETS, MEGABYTES = 20, 64
LETTERS = string.ascii_letters + string.digits


def word(pick: random.Random, size: int) -> str:
    return "".join(pick.choices(LETTERS, k=size))


def project(folder: Path) -> Path:
    """A command of many steps, one of many children, one that prints much; and what it prints."""
    folder.mkdir()
    pick = random.Random(1)
    children = "".join(f"          - {{name: c{number}, command: '{WORK}'}}\n" for number in range(CHILDREN))
    secrets = ", ".join(word(pick, 40) for _ in range(SECRETS))
    (folder / "atmos.yaml").write_text(
        f"base_path: ./\nsettings: {{terminal: {{mask: {{literals: [{secrets}]}}}}}}\n"
        "commands:\n"
        "  - name: many\n    steps:\n" + "      - 'true'\n" * STEPS + "  - name: wide\n    steps:\n"
        f"      - type: parallel\n        name: all\n        max_concurrency: {AT_ONCE}\n        steps:\n{children}"
        "  - {name: log, steps: [cat log.txt]}\n  - {name: dense, steps: [cat dense.txt]}\n"
    )
    line = "2026-01-01T00:00:00Z INFO  module.vpc.aws_subnet.private[0]: Still creating... [10s elapsed] id=subnet-%s\n"
    texts = {
        "log": "".join(line % word(pick, 17) for _ in range(8_000)),
        "dense": "".join(" ".join(word(pick, 32) for _ in range(3)) + "\n" for _ in range(10_000)),
    }
    for name, text in texts.items():
        with open(folder / f"{name}.txt", "w") as stream:
            for _ in range(MEGABYTES * 1_000_000 // len(text) + 1):
                stream.write(text)
    return folder


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="atmos-bench-") as temporary:
        root = Path(temporary)
        (root / "home").mkdir()
        env = environment(root / "home")
        folder = project(root / "project")
        atmos = str(BIN / "atmos")

        def bash(line: str) -> list[str]:
            return ["/bin/bash", "-c", line]

        rows = [
            Contender("bash loop", bash(f"for ((i = 0; i < {STEPS}; i++)); do bash -c true; done"), folder, env),
            Contender(f"{STEPS} steps", [atmos, "many"], folder, env),
            Contender("xargs -P", bash(f"seq {CHILDREN} | xargs -P {AT_ONCE} -I{{}} bash -c '{WORK}'"), folder, env),
            Contender(f"{CHILDREN} children", [atmos, "wide"], folder, env),
            Contender("cat", bash("cat log.txt | cat"), folder, env),
            Contender("log, not masked", [atmos, "log", "--mask=false"], folder, env),
            Contender("log, masked", [atmos, "log"], folder, env),
            Contender("dense text, masked", [atmos, "dense"], folder, env),
        ]
        interleaved(rows, RUNS)
        sizes = {name: (folder / f"{name}.txt").stat().st_size / 1e6 for name in ("log", "dense")}
    seconds = {row.name: min(row.seconds) for row in rows}
    for name, value in seconds.items():
        print(f"{name:24}{value * 1000:>9.1f} ms")
    print()
    ratios = {}
    for name, against, limit in ((f"{STEPS} steps", "bash loop", 1.5), (f"{CHILDREN} children", "xargs -P", 1.3)):
        ratio = ratios[name] = seconds[name] / seconds[against]
        print(f"{'holds ' if ratio <= limit else 'MISSES'}  {name} ≤ {limit} × {against}: {ratio:.2f}")
    for name in ("log", "dense"):
        row = "log, masked" if name == "log" else "dense text, masked"
        speed = sizes[name] / seconds[row]
        ratio = ratios[row] = seconds["cat"] / sizes["log"] * speed
        print(
            f"{'holds ' if speed >= 100 else 'MISSES'}  {row} ≥ 100 MB/s with {SECRETS} secrets: {speed:.0f} MB/s,"
            f" {ratio:.3f} of cat's speed"
        )
    print(json.dumps({"seconds": seconds, "ratios": ratios}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
