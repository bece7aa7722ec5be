"""The process of an emulator: moto's server on a free loopback port. Started by `auth.emulators`, not by people.

It writes its state file when it listens and ends when its owner is gone.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="auth.emulator_server")
    for name in ("--state", "--name", "--instance", "--files"):
        parser.add_argument(name, required=True)
    parser.add_argument("--owner", type=int, default=0)
    parser.add_argument("--kept", action="store_true")
    options = parser.parse_args(argv)
    try:
        from moto.server import ThreadedMotoServer
    except ImportError as error:
        sys.stderr.write(f"moto's server is not installed: {error}\n")
        return 3
    from auth.files import atomic

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: done.set())
    atomic.write_private(
        options.state,
        json.dumps(
            {
                "name": options.name,
                "url": f"http://{host}:{port}",
                "pid": os.getpid(),
                "instance": options.instance,
                "folder": options.files,
                "kept": options.kept,
                "started": time.time(),
            }
        ),
    )
    while not done.wait(1.0):
        if options.owner and not _alive(options.owner):
            break
        if not os.path.exists(options.state):  # its folder was taken away
            break
    server.stop()
    return 0


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
