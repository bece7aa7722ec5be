"""`http` (`webhook`): one request, its expected answer, and which failures are worth another attempt."""

from __future__ import annotations

import http.client
import re
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request

from runner.steps.errors import PrepareError, StepError
from runner.steps.model import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.steps.context import Context

LIMIT = 4 << 20
TIMEOUT = 30.0
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


class Answer:
    """A response, whatever its status."""

    def __init__(self, status: int, reason: str, headers: dict[str, str], body: str) -> None:
        self.status, self.reason, self.headers, self.body = status, reason, headers, body

    @property
    def line(self) -> str:
        return f"{self.status} {self.reason}".strip()


def run(ctx: Context) -> Result:
    request, shown = _request(ctx)
    begun = time.monotonic()
    patterns = [str(pattern) for pattern in (ctx.step.retry or {}).get("conditions") or ()]
    try:
        answer = _send(request, ctx.seconds() or TIMEOUT)
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise StepError(
            "http request failed", command=shown, explanation=f"{shown}: {reason}",
            hints=["Check the URL, and that the host can be reached from here"],
        ) from error  # fmt: skip
    expect: dict[str, Any] = ctx.step.get("expect") or {}
    wanted = expect.get("status")
    good = answer.status in wanted if wanted else 200 <= answer.status < 300
    text = f"{answer.status} {answer.body}"
    worth = answer.status >= 500 or answer.status == 429 or any(re.search(_bare(p), text) for p in patterns)
    if not good:
        names = ", ".join(map(str, wanted)) if wanted else "2xx"
        raise StepError(
            f"http response did not match expected status: got {answer.line}, expected {names}", command=shown,
            retryable=worth, explanation=f"{shown} answered {answer.line}", tail=answer.body[-2000:],
        )  # fmt: skip
    responses = [ctx.render(pattern, "expect.response") for pattern in expect.get("response") or ()]
    if responses and not any(re.search(_bare(pattern), answer.body) for pattern in responses):
        raise StepError(
            "http response body did not match expected pattern", command=shown, tail=answer.body[-2000:],
            retryable=worth or not patterns,
            explanation=f"{shown} answered {answer.line}; none of these matched: {', '.join(responses)}",
        )  # fmt: skip
    parts = urllib.parse.urlsplit(request.full_url)
    host = parts.hostname or ""
    if parts.port:
        host += f":{parts.port}"
    ctx.output.err(
        f'▶ Webhook "{ctx.step.label}" sent {request.get_method()} request to {host} and received HTTP {answer.status}\n'
    )
    return Result(answer.body, metadata={
        "status_code": answer.status, "status": answer.line, "response_headers": answer.headers, "attempts": ctx.attempt,
        "duration": f"{time.monotonic() - begun:.3f}s",
    })  # fmt: skip


def _bare(pattern: str) -> str:
    return pattern[1:-1] if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/") else pattern


def _request(ctx: Context) -> tuple[urllib.request.Request, str]:
    """The request, and how messages show it: without what may be secret in it."""
    url = ctx.text("url").strip()
    parts = urllib.parse.urlsplit(url)
    if not url:
        raise PrepareError("url is required for http step")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise PrepareError(f"{ctx.place('url')}: `{url}` is no absolute http or https URL")
    query = ctx.text_map("query")
    if query:
        pairs = [(k, v) for k, v in urllib.parse.parse_qsl(parts.query, keep_blank_values=True) if k not in query]
        parts = parts._replace(query=urllib.parse.urlencode([*pairs, *query.items()]))
        url = parts.geturl()
    method = (ctx.text("method") or "GET").upper()
    if method not in METHODS:
        raise PrepareError(f"invalid HTTP method for http step: {method}", hints=[f"Methods: {', '.join(METHODS)}"])
    headers = ctx.text_map("headers")
    names = {name.lower(): name for name in headers}
    body: bytes | None = ctx.text("body").encode() or None
    form = ctx.text_map("form")
    if form:
        kind = headers.get(names.get("content-type", ""), "")
        if "application/json" in kind:
            import json

            body = json.dumps(form).encode()
        else:
            body = urllib.parse.urlencode(form).encode()
            if not kind:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
    if "user-agent" not in names:
        headers["User-Agent"] = "atmos"
    try:
        request = urllib.request.Request(url, data=body, headers=headers, method=method)  # noqa: S310  (checked above)
    except ValueError as error:
        raise PrepareError(f"{ctx.place('url')}: {error}") from error
    return (
        request,
        f"{method} {parts.scheme}://{parts.hostname or ''}{':' + str(parts.port) if parts.port else ''}{parts.path}",
    )


def _send(request: urllib.request.Request, timeout: float) -> Answer:
    handlers: list[Any] = [
        urllib.request.ProxyHandler(),
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
    ]
    opener = urllib.request.build_opener(*handlers)
    try:
        with opener.open(request, timeout=timeout) as response:
            return _answer(response)
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error)


def _answer(response: Any) -> Answer:
    data = response.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise ValueError(f"the answer is longer than {LIMIT >> 20} MiB")
    charset = response.headers.get_content_charset() or "utf-8"
    try:
        text = data.decode(charset, "replace")
    except LookupError:
        text = data.decode("utf-8", "replace")
    return Answer(response.status, response.reason or "", dict(response.headers.items()), text)
