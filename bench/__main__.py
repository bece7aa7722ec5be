"""`make bench`: how long and how large a run of ours is, beside the bare interpreter and other runners, in one run.

Prints a table and writes JSON to `.cache/bench.json`. Quote ratios: the machine's speed drifts, the turns hit all alike.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import projects
from bench.measure import Contender, interleaved

RUNS = int(os.environ.get("BENCH_RUNS", "20"))
BIN = Path(sys.executable).parent
TARGETS = {
    "cached command": ("bare interpreter", 2.5),
    "500 commands": ("cached command", 1.3),
    "cached identity": ("bare interpreter", 3.5),
    "auth exec": ("bare interpreter", 3.5),
    "credential-process": ("bare interpreter", 3.0),
}


def environment(home: Path) -> dict[str, str]:
    return {
        "HOME": str(home), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "LANG": "C.UTF-8", "ATMOS_KEYRING_TYPE": "memory",
        "AWS_EC2_METADATA_DISABLED": "true",
    }  # fmt: skip


def contenders(root: Path) -> list[Contender]:
    home = root / "home"
    home.mkdir()
    env = environment(home)
    atmos = str(BIN / "atmos")
    ours = {n: projects.atmos(root / f"atmos-{n}", n) for n in (1, 70, 500)}
    guarded = projects.atmos(root / "guarded", 1, identity=True)
    vending = projects.vending(root / "vending")
    subprocess.run([atmos, "auth", "login"], cwd=vending, env=env, check=True, capture_output=True)
    cold = root / "cold"

    def empty_cache() -> None:
        shutil.rmtree(cold, ignore_errors=True)

    rows = [
        Contender("bare interpreter", [sys.executable, "-I", "-c", "pass"], root, env),
        Contender("cached command", [atmos, "hello", "you"], ours[1], env),
        Contender("70 commands", [atmos, "hello", "you"], ours[70], env),
        Contender("500 commands", [atmos, "hello", "you"], ours[500], env),
        Contender("cached identity", [atmos, "guarded"], guarded, env),
        Contender("auth exec", [atmos, "auth", "exec", "--", "true"], vending, env),
        Contender("credential-process", [atmos, "auth", "credential-process", "own"], vending, env),
        Contender(
            "70 commands, cold cache",
            [atmos, "hello", "you"],
            ours[70],
            {**env, "XDG_CACHE_HOME": str(cold)},
            empty_cache,
        ),
        Contender(
            "500 commands, cold cache",
            [atmos, "hello", "you"],
            ours[500],
            {**env, "XDG_CACHE_HOME": str(cold)},
            empty_cache,
        ),
    ]
    peers = (
        ("task", "go-task", projects.task, ["hello", "TARGET=you"]),
        ("just", "just", projects.just, ["hello", "you"]),
        ("poe", "poe", projects.poe, ["hello", "--target", "you"]),
    )
    for name, _, make, words in peers:
        binary = BIN / name
        if not binary.exists():
            print(f"(no {name} here: `make bench` installs it)", file=sys.stderr)
            continue
        for count in (1, 500):
            rows.append(
                Contender(
                    f"{name}, {count} command{'s' if count > 1 else ''}",
                    [str(binary), *words],
                    make(root / f"{name}-{count}", count),
                    env,
                )
            )
    return rows


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="atmos-bench-") as folder:
        rows = contenders(Path(folder))
        interleaved(rows, RUNS)
    by_name = {row.name: row for row in rows}
    bare = by_name["bare interpreter"].median
    print(f"{'':28}{'median':>10}{'x bare':>9}{'peak MiB':>10}")
    for row in rows:
        print(f"{row.name:28}{row.median * 1000:>8.1f}ms{row.median / bare:>9.2f}{row.peak:>10.1f}")
    print()
    for name, (against, limit) in TARGETS.items():
        ratio = by_name[name].median / by_name[against].median
        print(f"{'holds ' if ratio <= limit else 'MISSES'}  {name} ≤ {limit} × {against}: {ratio:.2f}")
    if "task, 1 command" in by_name:
        ratio = by_name["cached command"].median / by_name["task, 1 command"].median
        print(f"{'holds ' if ratio < 1 else 'MISSES'}  cached command faster than task: {ratio:.2f}")
    peak = by_name["cached command"].peak
    print(f"{'holds ' if peak <= 30 else 'MISSES'}  peak memory ≤ 30 MiB: {peak:.1f}")
    record = {row.name: {"seconds": row.seconds, "median": row.median, "peak_mib": row.peak} for row in rows}
    Path(".cache").mkdir(exist_ok=True)
    Path(".cache/bench.json").write_text(json.dumps(record, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
