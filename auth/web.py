"""Plain HTTP for token endpoints: bounded in time and size, one retry where that is safe, nothing secret in errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from auth.errors import AuthError, NetworkError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MAX_RETRY_AFTER = 20.0


def post_form(
    url: str,
    form: Mapping[str, str],
    *,
    headers: Mapping[str, str] | None = None,
    timeout: float = 30,
    limit: int = 1 << 20,
    what: str,
    retry: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[int, bytes]:
    """POST a form; the status and at most `limit` bytes of the answer. `retry` only where no token in it is single-use."""
    body = urlencode(form).encode()
    sent = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json", **(headers or {})}

    def once() -> tuple[int, bytes, float]:
        found: dict[str, str] = {}
        status, content = _request("POST", url, body, sent, timeout, limit, what, found)
        return status, content, _after(found)

    return _twice(once, sleep) if retry else once()[:2]


def post(
    url: str, body: bytes, *, headers: Mapping[str, str], timeout: float = 30, limit: int = 1 << 20, what: str
) -> tuple[int, bytes]:
    """POST a body. Never retried."""
    return _request("POST", url, body, headers, timeout, limit, what)


def get(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    timeout: float = 10,
    limit: int = 1 << 20,
    what: str,
    retry: bool = True,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[int, bytes]:
    """GET; with `retry`, once more after a 5xx or a dropped connection, honouring `Retry-After` (decision D53)."""

    def once() -> tuple[int, bytes, float]:
        found: dict[str, str] = {}
        sent = {"Accept": "application/json", **(headers or {})}
        status, body = _request("GET", url, None, sent, timeout, limit, what, found)
        return status, body, _after(found)

    return _twice(once, sleep) if retry else once()[:2]


def _twice(once: Callable[[], tuple[int, bytes, float]], sleep: Callable[[float], None]) -> tuple[int, bytes]:
    wait = 0.5
    try:
        status, body, after = once()
        if status < 500:
            return status, body
        wait = min(after, MAX_RETRY_AFTER) if after else wait
    except NetworkError:
        pass
    sleep(wait)
    return once()[:2]


def _after(headers: Mapping[str, str]) -> float:
    try:
        return max(0.0, float(headers.get("retry-after", "0")))
    except ValueError:
        return 0.0


def secure(url: str) -> bool:
    """Whether secrets may go to an address: over https, or to this machine."""
    scheme, host = _scheme_and_host(url)
    return bool(host) and (scheme == "https" or (scheme == "http" and urlsplit(url).hostname in LOOPBACK))


def _scheme_and_host(url: str) -> tuple[str, str]:
    """Of an address, without a user's name; ("", "") for what is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc.rpartition("@")[2]


def _request(
    method: str,
    url: str,
    body: bytes | None,
    headers: Mapping[str, str],
    timeout: float,
    limit: int,
    what: str,
    answer_headers: dict[str, str] | None = None,
) -> tuple[int, bytes]:
    """One request, redirects not followed (they would carry secrets elsewhere)."""
    import http.client
    import urllib.error
    import urllib.request

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_arguments: Any) -> None:
            return None

    scheme, host = _scheme_and_host(url)
    if scheme not in ("http", "https"):
        raise AuthError(f"cannot {what}: the address is not http(s)")
    request = urllib.request.Request(url, data=body, headers=dict(headers), method=method)  # noqa: S310 - checked
    opener = urllib.request.build_opener(NoRedirect)
    try:
        with opener.open(request, timeout=timeout) as response:
            if answer_headers is not None:
                answer_headers.update({key.lower(): value for key, value in response.headers.items()})
            return response.status, response.read(limit)
    except urllib.error.HTTPError as error:
        with error:
            if answer_headers is not None:
                answer_headers.update({key.lower(): value for key, value in error.headers.items()})
            return error.code, error.read(limit)
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or type(error).__name__
        raise NetworkError(
            f"cannot {what}: {host}: {reason}", hints=["Check the network and the proxy settings"]
        ) from None
