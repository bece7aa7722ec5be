"""URLs."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, unquote_to_bytes, urlencode

from ..errors import Failure
from ..kinds import GoMap, GoObject, Strings
from ..values import any_text, decode, encode, type_name
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


class URL(GoObject):
    """A parsed URL; its parts are members of the names Go gives them."""

    __slots__ = ("parts", "text")
    go_type = "*url.URL"

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts = parse_url(text)

    def __str__(self) -> str:
        return self.text

    def escaped_path(self) -> str:
        return quote(encode(self.parts["path"]), safe="/$&+,:;=@!*'()~-_.")

    def request(self) -> str:
        """What a server is asked for."""
        path = self.parts["opaque"] or self.escaped_path() or "/"
        return path + (f"?{self.parts['query']}" if self.parts["query"] else "")

    def port(self) -> str:
        host = self.parts["host"]
        return host.rpartition(":")[2] if ":" in host.rpartition("]")[2] else ""

    def redacted(self) -> str:
        user, colon, _ = self.parts["userinfo"].partition(":")
        return self.text.replace(f"//{user}:{_}@", f"//{user}:xxxxx@", 1) if colon else self.text

    def joined(self, *more: str) -> URL:
        from .paths import clean

        parts = {**self.parts, "path": clean("/".join([self.parts["path"] or "/", *more]))}
        if more and more[-1].endswith("/") and not parts["path"].endswith("/"):
            parts["path"] += "/"
        return URL(url_join(parts))

    def resolved(self, reference: str) -> URL:
        from urllib.parse import urljoin

        return URL(urljoin(self.text, reference))

    def json(self) -> str:
        return self.text

    members = {
        "Scheme": (None, lambda self: self.parts["scheme"]),
        "Opaque": (None, lambda self: self.parts["opaque"]),
        "User": (None, lambda self: Userinfo(self.parts["userinfo"])),
        "Host": (None, lambda self: self.parts["host"]),
        "Path": (None, lambda self: self.parts["path"]),
        "RawQuery": (None, lambda self: self.parts["query"]),
        "Fragment": (None, lambda self: self.parts["fragment"]),
        "String": ("", str),
        "Hostname": ("", lambda self: self.parts["hostname"]),
        "Port": ("", port),
        "Query": ("", lambda self: Values(parse_qs(self.parts["query"], keep_blank_values=True))),
        "IsAbs": ("", lambda self: bool(self.parts["scheme"])),
        "EscapedPath": ("", escaped_path),
        "EscapedFragment": ("", lambda self: quote(encode(self.parts["fragment"]), safe="/$&+,:;=@!*()?~-_.")),
        "RequestURI": ("", request),
        "Redacted": ("", redacted),
        "JoinPath": ("string...", joined),
        "Parse": ("string", resolved),
    }


class Userinfo(GoObject):
    """Name and password of a URL."""

    __slots__ = ("text",)
    go_type = "*url.Userinfo"

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text

    members = {
        "Username": ("", lambda self: decode(unquote_to_bytes(self.text.partition(":")[0]))),
        "String": ("", str),
    }


class Values(GoMap):
    """The query of a URL: a map of lists."""

    go_type = "url.Values"

    def __init__(self, found: dict[str, list[str]]) -> None:
        super().__init__({name: Strings(values) for name, values in found.items()})

    members = {
        "Get": ("string", lambda self, name: self[name][0] if self.get(name) else ""),
        "Has": ("string", lambda self, name: name in self),
        "Encode": ("", lambda self: urlencode(sorted(self.items()), doseq=True)),
    }


@add("conv.URL", "any", '{{ (conv.URL "https://h.example:80/a?q=1").Hostname }}', "h.example")
def conv_url(value: Any) -> URL:
    """A URL with its parts: Scheme, Opaque, User, Host, Hostname, Port, Path, RawQuery, Query, Fragment, and more."""
    return URL(any_text(value))
