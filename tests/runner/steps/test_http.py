"""`http` steps against a real server on the loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.runner.steps.conftest import Runner


class Server:
    """Answers by path and remembers what it was asked."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, str], str]] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                owner.calls.append((self.command, self.path, dict(self.headers), body))
                status = (
                    503 if self.path == "/flaky" and len(owner.calls) < 3 else 404 if self.path == "/missing" else 200
                )
                answer = json.dumps({"path": self.path, "body": body}).encode()
                self.send_response(status)
                self.send_header("X-Answer", "yes")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(answer)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

            def log_message(self, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def server() -> Iterator[Server]:
    found = Server()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.05,))
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


def test_get(run: Runner, server: Server) -> None:
    done = run("""
- {name: call, type: http, url: '{{ .base }}/things?a=1&b=2', query: {a: 'x y', c: '3'}, headers: {X-Who: me}}
- 'echo {{ .steps.call.status_code }} {{ .steps.call.status }} {{ index .steps.call.response_headers "X-Answer" }}'
""".replace("{{{{", "{{").replace("}}}}", "}}"), data={"base": server.url})  # fmt: skip
    assert done.code == 0, done.error
    assert done.out == "200 200 OK yes\n"
    assert server.calls[0][1] == "/things?b=2&a=x+y&c=3"
    assert server.calls[0][2]["X-Who"] == "me"
    assert f'Webhook "call" sent GET request to {server.url[7:]} and received HTTP 200' in done.err


def test_bodies(run: Runner, server: Server) -> None:
    run(f"- {{type: webhook, method: post, url: {server.url}/a, form: {{x: 'a b', y: '2'}}}}\n"
        f"- {{type: http, method: PUT, url: {server.url}/b, headers: {{Content-Type: application/json}}, form: {{x: y}}}}\n"
        f"- {{type: http, method: delete, url: {server.url}/c, body: text}}\n")  # fmt: skip
    assert [(method, body) for method, _, _, body in server.calls] == [
        ("POST", "x=a+b&y=2"),
        ("PUT", '{"x": "y"}'),
        ("DELETE", "text"),
    ]
    assert server.calls[0][2]["Content-Type"] == "application/x-www-form-urlencoded"


def test_expectations(run: Runner, server: Server) -> None:
    done = run(f"- {{name: c, type: http, url: {server.url}/missing}}\n")
    assert done.code == 1
    assert "got 404" in str(done.error)
    assert run(f"- {{type: http, url: {server.url}/missing, expect: {{status: [404]}}}}\n").code == 0
    assert run(f"- {{type: http, url: {server.url}/x, expect: {{response: ['/pa.h/']}}}}\n").code == 0
    assert "did not match expected pattern" in str(
        run(f"- {{type: http, url: {server.url}/x, expect: {{response: nope}}}}\n").error
    )


def test_attempts(run: Runner, server: Server) -> None:
    done = run(
        f"- {{name: c, type: http, url: {server.url}/flaky, retry: {{max_attempts: 5, initial_delay: 1ms}}}}\n- echo {{{{ .steps.c.attempts }}}}\n"
    )
    assert done.out == "3\n"
    server.calls.clear()
    done = run(f"- {{type: http, url: {server.url}/missing, retry: {{max_attempts: 5}}}}\n")
    assert len(server.calls) == 1
    done = run(f"- {{type: http, url: {server.url}/missing, retry: {{max_attempts: 3, conditions: ['^404']}}}}\n")
    assert len(server.calls) == 4


def test_nobody_answers(run: Runner) -> None:
    from tests.conftest import free_port

    done = run(f"- {{type: http, url: 'http://127.0.0.1:{free_port()}/x?token=secret'}}\n")
    assert "http request failed" in str(done.error)
    assert done.error is not None
    assert "secret" not in done.error.explanation
    assert "no absolute http or https URL" in str(run("- {type: http, url: 'file:///etc/passwd'}\n").error)
