"""Data sources: named files, folders, environment variables, standard input, web pages, and several merged."""

from __future__ import annotations

from ..errors import Failure
from ..kinds import Strings
from ..values import any_text, decode
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("sources", "Data sources")
add = FAMILY.add
_EXTENSIONS = {
    "json": "json", "yaml": "yaml", "yml": "yaml", "toml": "toml", "csv": "csv", "env": "env",
}  # fmt: skip
_TYPES = {
    "application/json": "json", "application/array+json": "json", "application/yaml": "yaml", "application/x-yaml": "yaml",
    "text/yaml": "yaml", "application/toml": "toml", "text/csv": "csv", "application/x-env": "env", "text/plain": "text",
}  # fmt: skip


def _sources(rt: Any) -> dict[str, Any]:
    defined: dict[str, Any] = rt.extra.setdefault("datasources", {})
    if not defined and rt.policy.datasources:
        defined.update(rt.policy.datasources)
    return defined


class _Content:
    """What a source gave: its text, or the value itself; kind says how the text is read."""

    __slots__ = ("kind", "text", "value")

    def __init__(self, text: str, kind: str, value: Any = None) -> None:
        self.text, self.kind, self.value = text, kind, value

    def parsed(self) -> Any:
        from . import data

        if self.value is not None:
            return self.value
        if self.kind in ("json", "yaml"):
            return data.read(self.text, self.kind)
        if self.kind == "toml":
            return data.data_toml(self.text)
        if self.kind == "csv":
            return data.data_csv(self.text)
        return _variables(self.text) if self.kind == "env" else self.text


def _variables(text: str) -> dict[str, str]:
    """The pairs of a dotenv file."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.lstrip().startswith("#"))
    return {name.strip().removeprefix("export "): value.strip().strip("'\"") for name, _, value in pairs}


def _content(rt: Any, alias: str, parts: tuple[Any, ...]) -> _Content:
    """What a data source gives; asked for once in a rendering."""
    known: dict[Any, _Content] = rt.extra.setdefault("contents", {})
    key = (alias, *map(any_text, parts))
    if key not in known:
        entry = _sources(rt).get(alias)
        if entry is None:
            if "/" not in alias and ":" not in alias:
                raise Failure(f"Undefined datasource '{alias}'")
            entry = alias
        known[key] = _fetched(rt, alias, entry, key[1:])
    return known[key]


def _fetched(rt: Any, alias: str, entry: Any, parts: tuple[str, ...]) -> _Content:
    url = any_text(entry.get("url", "") if isinstance(entry, dict) else entry)
    scheme, colon, rest = url.partition(":")
    if not colon or len(scheme) == 1:
        scheme, rest = "file", url
    if scheme == "merge":
        return _Content("", "", _merged(rt, rest))
    path, _, query = rest.partition("?")
    wanted = _TYPES.get(
        dict(pair.partition("=")[::2] for pair in query.split("&")).get("type", "").replace("%2F", "/"), ""
    )
    if scheme == "env":
        from .environment import variables

        return _Content(variables(rt).get(path.lstrip("/"), ""), wanted or "text")
    if scheme == "stdin":
        return _Content(_stdin(rt), wanted or _kind(path))
    if scheme == "file":
        return _file(rt, path.removeprefix("//"), parts, wanted)
    if scheme in ("http", "https"):
        return _page(rt, alias, url, entry.get("headers") if isinstance(entry, dict) else None, parts, wanted)
    raise Failure(
        f"Couldn't read datasource '{alias}': {scheme} URLs are not supported: use file, env, stdin, merge, http or https"
    )


def _kind(path: str) -> str:
    return _EXTENSIONS.get(path.rpartition("/")[2].rpartition(".")[2].lower(), "text")


def _merged(rt: Any, rest: str) -> dict[str, Any]:
    """Maps of several sources, left wins; each part is the name of a source or an address."""
    from .coll import coll_merge

    found = []
    for part in rest.split("|"):
        value = _content(rt, part, ()).parsed() if part in _sources(rt) else _fetched(rt, part, part, ()).parsed()
        if not isinstance(value, dict):
            raise Failure(f"only maps can be merged, and '{part}' is none")
        found.append(value)
    return coll_merge(*found)


def _stdin(rt: Any) -> str:
    import sys

    if rt.policy.files is not True:
        raise Failure("templates may not read standard input here")
    return decode(sys.stdin.buffer.read(rt.limits.output))


def _file(rt: Any, path: str, parts: tuple[str, ...], wanted: str) -> _Content:
    from .files import allowed, read

    for part in parts:
        path = path.rstrip("/") + "/" + part.lstrip("/") if path else part
    if path.endswith("/"):
        import os

        folder = allowed(rt, path)
        try:
            return _Content("", "", sorted(entry.name for entry in os.scandir(folder) if not entry.is_dir()))
        except OSError as problem:
            raise Failure(f"open {path}: {(problem.strerror or str(problem)).lower()}") from None
    return _Content(read(rt, path), wanted or _kind(path))


def _page(rt: Any, alias: str, url: str, headers: Any, parts: tuple[str, ...], wanted: str) -> _Content:
    """A web page. Its address is not part of errors, keys travel in queries; headers go to no other server."""
    if not rt.policy.network:
        raise Failure("templates may not use the network here")
    from http.client import HTTPException, InvalidURL
    from urllib.error import HTTPError
    from urllib.parse import urljoin, urlsplit
    from urllib.request import Request, urlopen

    for part in parts:
        url = urljoin(url, part)
    given = {
        any_text(name): ", ".join(map(any_text, value)) if isinstance(value, list | tuple) else any_text(value)
        for name, value in (headers or {}).items()
    }
    limit = rt.limits.output
    shown = f"datasource '{alias}'" if alias in _sources(rt) else f"the {url.partition(':')[0]} datasource"
    try:
        request, host = Request(url), urlsplit(url).hostname  # noqa: S310  (http or https)
        for name, value in given.items():
            request.add_unredirected_header(name, value)
        with urlopen(request, timeout=rt.policy.timeout) as answer:  # noqa: S310  (http or https)
            data = answer.read(limit + 1)
            kind = answer.headers.get_content_type()
    except (OSError, HTTPException, ValueError) as problem:
        if isinstance(problem, HTTPError):
            problem.close()
        if isinstance(problem, InvalidURL | ValueError):
            raise Failure(f"Couldn't read {shown}: its address or a header is not valid") from None
        raise Failure(f"Couldn't read {shown}: {host}: {getattr(problem, 'reason', None) or problem}") from None
    if len(data) > limit:
        raise Failure(f"{shown} is larger than {limit} bytes")
    return _Content(decode(data), wanted or _TYPES.get(kind, "") or _kind(urlsplit(url).path))


@add(
    "datasource ds",
    "string string...",
    '{{ if datasourceExists "conf" }}{{ (ds "conf").a }}{{ end }}ok',
    "ok",
    context=True,
)
def datasource(rt: Any, alias: str, *parts: str) -> Any:
    """The content of a data source, read by its kind (json, yaml, toml, csv, env, text)."""
    return _content(rt, alias, parts).parsed()


@add(
    "include",
    "string string...",
    '{{ if datasourceExists "notes" }}{{ include "notes" }}{{ end }}ok',
    "ok",
    context=True,
)
def include(rt: Any, alias: str, *parts: str) -> str:
    """The content of a data source as it is."""
    return _content(rt, alias, parts).text


@add(
    "defineDatasource",
    "string string",
    '{{ defineDatasource "x" "file:x.json" }}{{ datasourceExists "x" }}',
    "true",
    context=True,
)
def define_datasource(rt: Any, alias: str, url: str) -> str:
    """Name a data source for the rest of this template: a file, folder/, env:NAME, stdin:, http(s) or merge:a|b URL."""
    _sources(rt).setdefault(alias, url)
    return ""


@add("datasourceExists", "string", '{{ datasourceExists "nope" }}', "false", context=True)
def datasource_exists(rt: Any, alias: str) -> bool:
    """Whether a data source is defined."""
    return alias in _sources(rt)


@add("datasourceReachable", "string string...", '{{ datasourceReachable "nope" }}', "false", context=True)
def datasource_reachable(rt: Any, alias: str, *parts: str) -> bool:
    """Whether a data source is defined and can be read."""
    try:
        return alias in _sources(rt) and _content(rt, alias, parts) is not None
    except Failure:
        return False


@add("listDatasources", "", "{{ listDatasources }}", "[]", context=True)
def list_datasources(rt: Any) -> Strings:
    """The sorted names of all data sources."""
    return Strings(sorted(_sources(rt)))
