"""The example of examples/infra on real input: terraform under two different roles of a real STS API on this machine.

Starts moto's server on a free loopback port, works in a fresh copy of the example with a home of its own, and prints
what happened. Leaves nothing behind. Without terraform or OpenTofu on PATH it runs the AWS-only command instead.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
ARN = re.compile(r"arn:aws:sts::\d{12}:assumed-role/[\w/-]+")


def start_aws() -> tuple[subprocess.Popen[bytes], str]:
    """An AWS that answers on a free loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [BIN / "moto_server", "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return server, f"http://127.0.0.1:{port}"
        if server.poll() is not None:
            break
        time.sleep(0.1)
    server.kill()
    sys.exit("demo: moto's server did not start")


def environment(sandbox: Path, url: str) -> dict[str, str]:
    """What the example runs with: the caller's surroundings less everything that could lead to a real account."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ATMOS_", "TF_"))}
    env.update(
        HOME=str(sandbox), XDG_CONFIG_HOME=f"{sandbox}/.config", XDG_CACHE_HOME=f"{sandbox}/.cache",
        XDG_DATA_HOME=f"{sandbox}/.local/share", PATH=f"{BIN}{os.pathsep}{os.environ['PATH']}",
        AWS_ENDPOINT_URL=url, AWS_EC2_METADATA_DISABLED="true", ATMOS_KEYRING_TYPE="memory",
        PLATFORM_AWS_ACCESS_KEY_ID="AKIADEMODEMODEMO0000", PLATFORM_AWS_SECRET_ACCESS_KEY="demo-only-not-a-real-secret",
    )  # fmt: skip
    if not shutil.which("terraform") and shutil.which("tofu"):
        env["ATMOS_COMPONENTS_TERRAFORM_COMMAND"] = "tofu"
    return env


def run(words: list[str], project: Path, env: dict[str, str]) -> list[str]:
    """Run one command as a person would, show its output as it comes, and give the roles it named."""
    print(f"\n\033[1m$ {' '.join(words)}\033[0m" if sys.stdout.isatty() else f"\n$ {' '.join(words)}", flush=True)
    seen: list[str] = []
    process = subprocess.Popen(words, cwd=project, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        sys.stdout.write(line)
        seen += ARN.findall(line)
    if process.wait() != 0:
        sys.exit(f"demo: {' '.join(words)} ended with exit status {process.returncode}")
    sys.stdout.flush()
    return list(dict.fromkeys(seen))


def main() -> int:
    terraform = shutil.which("terraform") or shutil.which("tofu")
    with tempfile.TemporaryDirectory(prefix="atmos-demo-") as folder:
        project = Path(folder) / "infra"
        shutil.copytree(
            ROOT / "examples" / "infra", project, ignore=shutil.ignore_patterns(".terraform*", "terraform.tfstate*")
        )
        server, url = start_aws()
        try:
            env = environment(Path(folder), url)
            if not terraform:
                print("Neither terraform nor tofu is on PATH: running the example's AWS-only command instead.")
                roles = run(["atmos", "audit-resources", "--region", "us-east-2"], project, env)
                print(f"\nThe command ran as {', '.join(roles)}.")
                return 0
            first = run(["atmos", "deploy-infra", "vpc", "-s", "plat-ue2-prod"], project, env)
            second = run(
                ["atmos", "deploy-infra", "vpc", "-s", "plat-ue2-prod", "--identity", "developer"], project, env
            )
            third = run(["atmos", "workflow", "deploy"], project, env)
        finally:
            server.kill()
            server.wait()
    print("\nWhat happened, as STS told terraform:")
    print(f"  deploy-infra                        ran as {', '.join(first)}")
    print(f"  deploy-infra --identity developer   ran as {', '.join(second)}")
    print(f"  workflow deploy                     ran as {', '.join(third)}")
    if not first or not second or first == second:
        sys.exit("demo: the two runs should have had two different roles")
    return 0


if __name__ == "__main__":
    sys.exit(main())
