"""The loopback listener that takes the answer of a browser sign-in, and a pasted code where there is no browser."""

from __future__ import annotations

import hmac
import queue
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs, urlsplit

from auth.errors import AuthError

PATH = "/oauth/callback"
FORM_LIMIT = 1 << 16
_DONE = "<!doctype html><title>Signed in</title><p>You are signed in. You can close this tab.</p>"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_of_whom: object) -> None:
        """A browser that hangs up, or says something odd, is nothing to tell."""


class Callback:
    """Listens on 127.0.0.1 while it is open; `wait` gives the code, from the browser or from stdin.

    host, path: as the address names them. The answer may come as a GET or, from servers that post a form, as a POST.
    """

    def __init__(self, state: str, *, host: str = "127.0.0.1", path: str = PATH) -> None:
        self._state = state
        self._host, self._path = host, path
        self._answers: queue.Queue[str | AuthError] = queue.Queue()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="sign-in callback", daemon=True
        )

    def __enter__(self) -> Callback:
        self._thread.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        return f"http://{self._host}:{self._server.server_address[1]}{self._path}"

    def read_stdin(self) -> None:
        """Take a pasted code as well, when stdin is a terminal."""
        if not sys.stdin or not sys.stdin.isatty():
            return

        def read() -> None:
            line = sys.stdin.readline().strip()
            self._answers.put(line or AuthError("authorization code is required"))

        threading.Thread(target=read, name="pasted code", daemon=True).start()

    def wait(self, seconds: float) -> str | None:
        """The code; None when nobody came in time. What the browser was told is an error here as well."""
        try:
            found = self._answers.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(found, AuthError):
            raise found
        return found

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_GET(self) -> None:
                self._answer(urlsplit(self.path).query)

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length") or ""
                body = self.rfile.read(min(int(length), FORM_LIMIT)) if length.isdecimal() else b""
                self._answer(body.decode("utf-8", "replace"))

            def _answer(self, query: str) -> None:
                if (urlsplit(self.path).path or "/") != (outer._path or "/"):
                    self._say(404, "Not found.")
                    return
                status, text, answer = outer._judge(parse_qs(query))
                self._say(status, text)
                outer._answers.put(answer)

            def _say(self, status: int, text: str) -> None:
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                return

        return Handler

    def _judge(self, query: dict[str, list[str]]) -> tuple[int, str, str | AuthError]:
        """HTTP status, page, and what the waiting side gets."""

        def one(name: str) -> str:
            return query.get(name, [""])[0]

        if one("error"):
            detail = ": ".join(part for part in (one("error"), one("error_description")) if part)
            return 400, "Authorization failed. You can close this tab.", AuthError(f"authorization error: {detail}")
        if not one("code"):
            return (
                400,
                "Missing authorization code. You can close this tab.",
                AuthError("missing authorization code in the browser's answer"),
            )
        if not hmac.compare_digest(one("state"), self._state):
            return 400, "State mismatch. You can close this tab.", AuthError("state mismatch: possible CSRF attack")
        return 200, _DONE, one("code")
