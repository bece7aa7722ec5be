"""One server for the endpoints that no emulator has: answers are queued per path, requests are kept."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


class Request:
    """What came in."""

    def __init__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        parts = urlsplit(path)
        self.method, self.path, self.headers, self.body = method, parts.path, headers, body
        self.query = {key: values[0] for key, values in parse_qs(parts.query).items()}

    @property
    def form(self) -> dict[str, str]:
        return {key: values[0] for key, values in parse_qs(self.body.decode()).items()}

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Fake:
    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._answers: dict[str, list[tuple[int, bytes, dict[str, str]]]] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = Request(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
                outer.requests.append(request)
                queue = outer._answers.get(request.path, [])
                status, content, headers = (queue.pop(0) if len(queue) > 1 else queue[0]) if queue else (404, b"", {})
                self.send_response(status)
                for key, value in headers.items():
                    self.send_header(key, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def on(self, path: str, content: Any, status: int = 200, **headers: str) -> None:
        """Queue an answer; the last of a path stays."""
        kind = {} if "Content-Type" in headers else {"Content-Type": "application/json"}
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        self._answers.setdefault(path, []).append((status, body, {**kind, **headers}))

    def error(self, path: str, code: str, status: int = 400) -> None:
        """Queue an error as AWS's JSON services give it."""
        self.on(path, {"__type": code, "message": code}, status, **{"x-amzn-ErrorType": code})

    def first_error(self, path: str, code: str, status: int = 400) -> None:
        """Put an error before the answers that are queued."""
        self.error(path, code, status)
        self._answers[path].insert(0, self._answers[path].pop())

    def seen(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path == path]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
