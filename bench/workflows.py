"""How fast workflows start and run: beside a command, a loop in bash, and themselves with less to do.

python -m bench.workflows          a table, whether the targets hold, and one line of JSON
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path

from bench.__main__ import BIN, environment
from bench.measure import Contender, interleaved

RUNS = int(os.environ.get("BENCH_RUNS", "10"))
STEPS, NODES = 100, 1000
GIGABYTE = "head -c 1000000000 /dev/zero | tr '\\\\0' x | fold -w 100"


def project(folder: Path) -> Path:
    """Workflows of one step, of a hundred, of a graph of a thousand nodes that do nothing, and of one that prints a gigabyte."""
    (folder / "w").mkdir(parents=True)
    (folder / "atmos.yaml").write_text(
        "base_path: ./\nworkflows: {base_path: w}\ncommands:\n  - {name: one, steps: ['true']}\n"
    )
    graph = "".join(
        f"          - {{name: n{number}, type: sleep, timeout: 0s{f', needs: [n{number - 10}]' if number >= 10 else ''}}}\n"
        for number in range(NODES)
    )
    files = {
        "one": "      - {type: shell, command: 'true'}\n",
        "hundred": "      - {type: shell, command: 'true'}\n" * STEPS,
        "graph": "      - name: all\n        type: parallel\n        max_concurrency: 8\n"
        f"        output: {{mode: none, show_summary: false}}\n        steps:\n{graph}",
        "gigabyte": f'      - {{name: big, type: shell, command: "{GIGABYTE}"}}\n',
    }
    for name, steps in files.items():
        (folder / "w" / f"{name}.yaml").write_text(f"workflows:\n  {name}:\n    steps:\n{steps}")
    return folder


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="atmos-bench-") as temporary:
        root = Path(temporary)
        (root / "home").mkdir()
        env, where, atmos = environment(root / "home"), project(root / "project"), str(BIN / "atmos")
        loop = f"for i in $(seq {STEPS}); do bash -c true; done"
        rows = [
            Contender("command of one step", [atmos, "one"], where, env),
            Contender("workflow of one step", [atmos, "workflow", "one"], where, env),
            Contender("bash loop of 100", ["/bin/bash", "-c", loop], where, env),
            Contender("workflow of 100 steps", [atmos, "workflow", "hundred"], where, env),
            Contender("graph of 1000 nodes", [atmos, "workflow", "graph"], where, env),
        ]
        interleaved(rows, RUNS)
        large = Contender("a step that prints 1 GB", [atmos, "workflow", "gigabyte"], where, env)
        interleaved([large], 1, warmup=0)
    by_name = {row.name: row for row in [*rows, large]}
    for row in by_name.values():
        print(f"{row.name:28}{min(row.seconds) * 1000:>9.1f}ms{row.peak:>8.1f} MiB")
    print()
    best = {name: min(row.seconds) for name, row in by_name.items()}
    one, hundred = best["workflow of one step"], best["workflow of 100 steps"]
    node = (best["graph of 1000 nodes"] - one) / NODES * 1000
    checks = [
        ("start ≤ 2 × command", one / best["command of one step"], 2.0),
        ("100 steps ≤ 1.5 × bash loop", hundred / best["bash loop of 100"], 1.5),
        ("milliseconds per node ≤ 1", node, 1.0),
        ("peak at 1 GB ≤ 1.5 × at nothing", large.peak / by_name["workflow of one step"].peak, 1.5),
    ]
    for what, value, limit in checks:
        print(f"{'holds ' if value <= limit else 'MISSES'}  {what}: {value:.2f}")
    print(json.dumps({row.name: {"seconds": row.seconds, "peak_mib": row.peak} for row in by_name.values()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
