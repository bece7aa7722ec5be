"""Fifty processes that want one identity at once whose session is over: how many calls of STS they make together.

    python -m bench.sessions            one line of the result

The STS is a server of this module that counts; the processes are whole programs (`atmos auth exec`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PROCESSES = 50
BIN = Path(sys.executable).parent
ANSWER = """<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetSessionTokenResult><Credentials>
<AccessKeyId>ASIA{number}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>{ends}</Expiration></Credentials></GetSessionTokenResult></GetSessionTokenResponse>"""
PROJECT = """\
base_path: ./
auth:
  identities:
    keys:
      kind: aws/user
      default: true
      credentials: {{access_key_id: AKIABENCH, secret_access_key: bench, region: us-east-1}}
      spec: {{endpoint_url: "{url}"}}
"""


class Sts(ThreadingHTTPServer):
    """Gives sessions of `lifetime` seconds and counts them."""

    request_queue_size = 256
    daemon_threads = True

    def __init__(self) -> None:
        self.calls = 0
        self.lifetime = 1
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    server: Sts

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.calls += 1
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.server.lifetime))
        body = ANSWER.format(number=self.server.calls, ends=ends).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        return


def measure(root: Path) -> tuple[int, float]:
    """Calls made, and the seconds until the last process was done."""
    sts = Sts()
    (root / "home").mkdir()
    (root / "atmos.yaml").write_text(PROJECT.format(url=sts.url))
    env = {"HOME": str(root / "home"), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "ATMOS_KEYRING_TYPE": "memory"}
    argv = [str(BIN / "atmos"), "auth", "exec", "--", "true"]
    subprocess.run(argv, cwd=root, env=env, check=True)
    time.sleep(2)  # that session is over now
    sts.calls, sts.lifetime = 0, 3600
    begun = time.perf_counter()
    started = [subprocess.Popen(argv, cwd=root, env=env, stderr=subprocess.DEVNULL) for _ in range(PROCESSES)]
    codes = [process.wait() for process in started]
    took = time.perf_counter() - begun
    sts.shutdown()
    sts.server_close()
    if any(codes):
        raise SystemExit(f"bench: {sum(map(bool, codes))} of {PROCESSES} processes failed")
    return sts.calls, took


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="atmos-bench-") as folder:
        calls, took = measure(Path(folder))
    print(
        f"{'holds ' if calls == 1 else 'MISSES'}  {PROCESSES} processes want one expired identity: {calls} call(s) in {took:.1f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
