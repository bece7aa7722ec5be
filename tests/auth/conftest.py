"""What tests of identities share: a home of one's own, a real STS (moto), and a proxy before it that counts calls."""

from __future__ import annotations

import http.client
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

import auth

ROLE = "arn:aws:iam::222222222222:role/Deploy"


class Proxy:
    """Passes requests on to moto. `calls` are the API actions seen; `answers` are given instead, first come first."""

    def __init__(self, upstream: str) -> None:
        self.calls: list[str] = []
        self.forms: list[dict[str, str]] = []
        self.answers: list[tuple[int, bytes, dict[str, str]]] = []
        self.delay = 0.0
        self._upstream = upstream.removeprefix("http://")
        self._guard = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.answer(self, body)

            do_GET = do_POST

            def log_message(self, format: str, *args: object) -> None:
                return

        class Server(ThreadingHTTPServer):
            request_queue_size = 256
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        import time

        form = {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}
        with self._guard:
            self.calls.append(form.get("Action") or f"{handler.command} {handler.path.partition('?')[0]}")
            self.forms.append(form)
            prepared = self.answers.pop(0) if self.answers else None
        if self.delay:
            time.sleep(self.delay)
        if prepared is None:
            connection = http.client.HTTPConnection(self._upstream, timeout=60)
            headers = {key: value for key, value in handler.headers.items() if key.lower() != "connection"}
            connection.request(handler.command, handler.path, body, headers)
            response = connection.getresponse()
            prepared = (response.status, response.read(), {"Content-Type": response.getheader("Content-Type", "")})
            connection.close()
        status, content, answer_headers = prepared
        handler.send_response(status)
        for key, value in answer_headers.items():
            handler.send_header(key, value)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def sts_error(status: int, code: str, text: str) -> tuple[int, bytes, dict[str, str]]:
    """An error answer as STS gives it."""
    body = (
        f'<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>{code}'
        f"</Code><Message>{text}</Message></Error><RequestId>req-1234</RequestId></ErrorResponse>"
    )
    return status, body.encode(), {"Content-Type": "text/xml"}


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    import logging

    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def sts(moto_url: str) -> Iterator[Proxy]:
    proxy = Proxy(moto_url)
    yield proxy
    proxy.close()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def env(home: Path) -> dict[str, str]:
    """An environment that knows nothing of this machine's user."""
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "ATMOS_KEYRING_TYPE": "memory",
        "TMPDIR": str(home),
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture
def load(env: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., auth.Manager]]:
    """Make managers; they are closed in the end."""
    made: list[auth.Manager] = []

    def make(config: Mapping[str, Any], **options: Any) -> auth.Manager:
        options.setdefault("env", env)
        options.setdefault("base_dir", str(tmp_path))
        manager = auth.load(config, **options)
        made.append(manager)
        return manager

    yield make
    for manager in made:
        manager.close()


def user_and_role(url: str, *, role: str = ROLE, **user: Any) -> dict[str, Any]:
    """A chain as people write it: a user's keys, and a role on top."""
    return {
        "identities": {
            "base": {
                "kind": "aws/user",
                "spec": {"endpoint_url": url},
                **user,
                "credentials": {
                    "access_key_id": "AKIAEXAMPLEONE",
                    "secret_access_key": "not-a-real-secret-0123456789",
                    "region": "us-west-2",
                    **user.get("credentials", {}),
                },
            },
            "deploy": {
                "kind": "aws/assume-role",
                "default": True,
                "via": {"identity": "base"},
                "principal": {"assume_role": role, "session_name": "ci_run", "region": "eu-central-1"},
            },
        },
    }
