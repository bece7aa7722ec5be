#!/usr/bin/env python3
"""A container runtime that runs local processes: the command lines of the real ones, without their daemon.

State lives in $STAND_IN: a folder per container with its pid, its output and the words it was started with.
"""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(os.environ["STAND_IN"])
VALUED = {"--name", "--label", "--publish", "--volume", "--workdir", "--env", "--user", "--network", "--platform", "--pull",
          "--entrypoint"}  # fmt: skip


def alive(pid: int) -> bool:
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def run(words: list[str]) -> int:
    options: dict[str, list[str]] = {}
    detach = False
    while words and words[0].startswith("--"):
        word = words.pop(0)
        if word in VALUED:
            options.setdefault(word, []).append(words.pop(0))
        elif word == "--detach":
            detach = True
    image, command = words[0], words[1:]
    name = options["--name"][0]
    home = ROOT / name
    if home.exists():
        print(f"the name {name} is taken", file=sys.stderr)
        return 125
    home.mkdir(parents=True)
    (home / "words").write_text(json.dumps({"image": image, "command": command, "options": options}))
    with (ROOT / "all").open("a") as stream:
        stream.write(json.dumps({"image": image, "command": command, "options": options}) + "\n")
    env = {"PATH": "/usr/bin:/bin", **{key: os.environ[key] for key in options.get("--env", []) if key in os.environ}}
    cwd = options.get("--workdir", ["/"])[0]
    if detach:
        with (home / "log").open("wb") as log:
            child = subprocess.Popen(
                command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        (home / "pid").write_text(str(child.pid))
        print(name)
        return 0
    code = subprocess.call(command, env=env, cwd=cwd)
    shutil.rmtree(home, ignore_errors=True)
    return code


def main() -> int:
    verb, words = sys.argv[1], sys.argv[2:]
    if verb == "version":
        if (ROOT / "down").exists():
            print("Cannot connect to the daemon", file=sys.stderr)
            return 1
        return 0
    if verb == "run":
        return run(words)
    words = [word for word in words if not word.startswith("--")]
    name = next((word for word in words if (ROOT / word).is_dir()), "")
    if not name:
        print("no such container", file=sys.stderr)
        return 1
    home = ROOT / name
    pid = int((home / "pid").read_text()) if (home / "pid").exists() else 0
    if verb == "inspect":
        print("true " if alive(pid) else "false ")
    elif verb == "exec":
        return subprocess.call(
            words[words.index(name) + 1 :], cwd=json.loads((home / "words").read_text())["options"]["--workdir"][0]
        )
    elif verb == "logs":
        print((home / "log").read_text(), end="")
    elif verb in ("stop", "rm"):
        if pid and alive(pid):
            os.killpg(pid, signal.SIGTERM if verb == "stop" else signal.SIGKILL)
            for _ in range(100):
                if not alive(pid):
                    break
                time.sleep(0.02)
        if verb == "rm":
            shutil.rmtree(home, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
