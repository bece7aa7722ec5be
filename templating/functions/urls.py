"""URLs."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

from ..errors import Failure
from ..values import decode, encode, text_of, type_name
from ..values import quote as go_quote
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("urls", "URLs")
add = FAMILY.add
KEYS = ("fragment", "host", "hostname", "opaque", "path", "query", "scheme", "userinfo")


def parse_url(text: str) -> dict[str, Any]:
    """The parts of a URL; Failure with Go's message."""

    def bad(message: str) -> Failure:
        return Failure(f"parse {go_quote(text)}: {message}")

    def unescaped(part: str) -> str:
        wrong = re.search(r"%(?![0-9A-Fa-f]{2})", part)
        if wrong:
            raise bad(f"invalid URL escape {go_quote(part[wrong.start() : wrong.start() + 3])}")
        return decode(unquote_to_bytes(encode(part)))

    if any(char < " " or char == "\x7f" for char in text):
        raise bad("net/url: invalid control character in URL")
    rest, _, fragment = text.partition("#")
    parts: dict[str, Any] = dict.fromkeys(KEYS, "")
    parts["fragment"] = unescaped(fragment)
    match = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", rest)
    if match:
        parts["scheme"] = match[1].lower()
        rest = rest[match.end() :]
    elif rest.startswith(":"):
        raise bad("missing protocol scheme")
    rest, _, parts["query"] = rest.partition("?")
    if not rest.startswith("/") and match:
        parts["opaque"] = rest
        return parts
    if not match and ":" in rest.split("/")[0]:
        raise bad("first path segment in URL cannot contain colon")
    if rest.startswith("//"):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
        userinfo, at, host = authority.rpartition("@")
        parts["userinfo"] = userinfo if at else ""
        _check_host(host, bad)
        parts["host"] = unescaped(host)
        parts["hostname"] = _hostname(parts["host"])
    parts["path"] = unescaped(rest)
    return parts


def _check_host(host: str, bad: Any) -> None:
    wrong = re.search(r"[ <>\"\\^`{|}]", host)
    if wrong:
        raise bad(f"invalid character {go_quote(wrong.group())} in host name")
    if host.startswith("["):
        closing = host.rfind("]")
        if closing < 0:
            raise bad("missing ']' in host")
        port = host[closing + 1 :]
    else:
        colon = host.rfind(":")
        port = host[colon:] if colon >= 0 else ""
    if port and not re.fullmatch(r":\d*", port):
        raise bad(f"invalid port {go_quote(port)} after host")


def _hostname(host: str) -> str:
    if host.startswith("["):
        return host[1 : host.rfind("]")]
    return host.rpartition(":")[0] if ":" in host else host


@add("urlParse", "string", '{{ (urlParse "https://u:p@h.example:8080/a?x=1#f").host }}', "h.example:8080")
def url_parse(text: str) -> dict[str, Any]:
    """The parts of a URL: fragment, host, hostname, opaque, path, query, scheme, userinfo."""
    try:
        return parse_url(text)
    except Failure as problem:
        raise Failure(f"unable to parse url: {problem.message}") from None


@add(
    "urlJoin",
    "dict",
    '{{ urlJoin (dict "scheme" "http" "host" "h:80" "path" "/p" "query" "x=1") }}',
    "http://h:80/p?x=1",
)
def url_join(parts: dict[str, Any]) -> str:
    """A URL of its parts."""
    given: dict[str, str] = {}
    for key in KEYS:
        value = parts.get(key, "")
        if not isinstance(value, str):
            raise Failure(f"unable to parse {key} key, must be of type string, but {type_name(value)} found")
        given[key] = value
    text = f"{given['scheme']}:" if given["scheme"] else ""
    if given["opaque"]:
        text += given["opaque"]
    else:
        if given["scheme"] or given["host"] or given["userinfo"]:
            if given["host"] or given["path"] or given["userinfo"]:
                text += "//"
            text += given["userinfo"] + "@" if given["userinfo"] else ""
            text += given["host"]
        path = quote(encode(given["path"]), safe="/$&+,:;=@!*'()~-_.")
        if path and not path.startswith("/") and given["host"]:
            text += "/"
        text += path
    text += f"?{given['query']}" if given["query"] else ""
    return text + (f"#{quote(encode(given['fragment']), safe='/$&+,:;=@!*()?~-_.')}" if given["fragment"] else "")


@add("conv.URL", "any", '{{ (conv.URL "https://h.example/a").host }}', "h.example")
def conv_url(value: Any) -> dict[str, Any]:
    """The parts of a URL, as urlParse gives them."""
    return parse_url(text_of(value))
