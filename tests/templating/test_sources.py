"""Data sources: files, folders, variables, web pages, merged ones; under the policy of the caller."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import templating
from templating import Policy, TemplateError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.json").write_text('{"id": 123456789012, "f": 1.0, "only": "a"}')
    (tmp_path / "b.yaml").write_text("id: 7\nmore: [1]\n---\nsecond: 1\n")
    (tmp_path / "c.csv").write_text("x,y\n1,2\n")
    (tmp_path / "d.env").write_text("# none\nA=1\nexport B='two'\n")
    (tmp_path / "e.toml").write_text("a = 1\n")
    (tmp_path / "f.txt").write_text("plain\n")
    (tmp_path / "sub").mkdir()
    return tmp_path


def render(text: str, folder: Path, sources: dict[str, Any], data: dict[str, Any] | None = None, **more: Any) -> str:
    policy = Policy(env={"X": "from env"}, files=True, cwd=str(folder), datasources=sources, **more)
    return templating.render(text, data or {}, policy=policy)


@pytest.mark.parametrize(
    ("url", "text", "shown"),
    [
        ("a.json", '{{ (ds "s").id }} {{ printf "%T" (ds "s").f }}', "123456789012 float64"),
        ("b.yaml", '{{ ds "s" }}', "map[id:7 more:[1]]"),
        ("c.csv", '{{ ds "s" }}', "[[x y] [1 2]]"),
        ("d.env", '{{ ds "s" }}', "map[A:1 B:two]"),
        ("e.toml", '{{ (datasource "s").a }}', "1"),
        ("f.txt", '{{ ds "s" }}{{ include "s" }}', "plain\nplain\n"),
        ("a.json?type=text/plain", '{{ ds "s" | len }}', "43"),
        ("f.txt?type=application/yaml", '{{ ds "s" }}', "plain"),
        ("./", '{{ ds "s" }} {{ (ds "s" "b.yaml").id }}', "[a.json b.yaml c.csv d.env e.toml f.txt] 7"),
        ("merge:a.json|b.yaml", '{{ ds "s" }}', "map[f:1 id:123456789012 more:[1] only:a]"),
        ("env:X", '{{ ds "s" }}', "from env"),
        ("env:///X", '{{ ds "s" }} {{ datasourceReachable "s" }} {{ listDatasources }}', "from env true [s]"),
        ("nope.json", '{{ datasourceReachable "s" }} {{ datasourceExists "s" }}', "false true"),
    ],
)
def test_sources(folder: Path, url: str, text: str, shown: str) -> None:
    assert render(text, folder, {"s": {"url": url}}) == shown
    assert render(f'{{{{ defineDatasource "s" "{url}" }}}}' + text, folder, {}) == shown


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nope.json", "failed to open nope.json: open nope.json: no such file"),
        ("s3://bucket/key", "s3 URLs are not supported"),
        ("http://127.0.0.1/x", "may not use the network"),
        ("merge:f.txt", "only maps can be merged"),
        ("b.yaml?type=application/toml", "Unable to unmarshal object"),
    ],
)
def test_what_cannot_be_read(folder: Path, url: str, message: str) -> None:
    with pytest.raises(TemplateError, match="error calling ds: ") as caught:
        render('{{ ds "s" }}', folder, {"s": {"url": url}})
    assert message in caught.value.message


def test_undefined(folder: Path) -> None:
    with pytest.raises(TemplateError, match="Undefined datasource 'nope'"):
        render('{{ ds "nope" }}', folder, {})


def test_denied_without_a_policy() -> None:
    for text in ('{{ ds "file:x" }}', '{{ ds "env:HOME" }}', '{{ ds "stdin:" }}', '{{ ds "http://127.0.0.1:9/" }}'):
        with pytest.raises(TemplateError, match="may not"):
            templating.render(text, {})


class Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("X-Key")))  # type: ignore[attr-defined]
        found = self.path.startswith("/v")
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "application/json; charset=utf-8" if "json" in self.path else "text/plain")
        self.end_headers()
        self.wfile.write(b'{"n": 5}')

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[http.server.HTTPServer]:
    with http.server.HTTPServer(("127.0.0.1", 0), Pages) as found:
        found.asked = []  # type: ignore[attr-defined]
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


def test_pages(folder: Path, server: http.server.HTTPServer) -> None:
    base = f"http://127.0.0.1:{server.server_port}"
    sources = {
        "s": {"url": f"{base}/v/json?secret=1", "headers": {"X-Key": ["k"]}},
        "t": f"{base}/v/text",
        "none": f"{base}/x?secret=1",
    }
    text = '{{ (ds "s").n }} {{ ds "s" }} {{ ds "t" }}'
    assert render(text, folder, sources, network=True) == '5 map[n:5] {"n": 5}'
    assert server.asked == [("/v/json?secret=1", "k"), ("/v/text", None)]  # type: ignore[attr-defined]
    with pytest.raises(TemplateError) as caught:
        render('{{ ds "none" }}', folder, sources, network=True)
    assert "Not Found" in caught.value.message
    assert "secret" not in caught.value.message


def test_an_address_in_a_template_is_not_told(folder: Path, server: http.server.HTTPServer) -> None:
    for path in ("x?secret=1", "x y?secret=1"):
        with pytest.raises(TemplateError, match="Couldn't read the http datasource: ") as caught:
            render(
                "{{ ds .url }}", folder, {}, network=True, data={"url": f"http://127.0.0.1:{server.server_port}/{path}"}
            )
        assert "secret" not in caught.value.message


def test_headers_stay_with_their_server(folder: Path, server: http.server.HTTPServer) -> None:
    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{server.server_port}/v/text")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Elsewhere) as first:
        threading.Thread(target=first.serve_forever, daemon=True).start()
        source = {"url": f"http://127.0.0.1:{first.server_port}/", "headers": {"X-Key": "k"}}
        assert render('{{ ds "s" }}', folder, {"s": source}, network=True) == '{"n": 5}'
        first.shutdown()
    assert server.asked == [("/v/text", None)]  # type: ignore[attr-defined]


def test_a_page_that_does_not_answer(folder: Path, server: http.server.HTTPServer) -> None:
    port = server.server_port
    server.shutdown()
    server.server_close()
    with pytest.raises(TemplateError, match=r"Couldn't read datasource 's': 127\.0\.0\.1: "):
        render('{{ ds "s" }}', folder, {"s": f"http://127.0.0.1:{port}/"}, network=True, timeout=2)


@pytest.mark.parametrize(
    "call", ["aws.EC2Region", 'ec2meta "x"', 'gcp.Meta "x"', "sockaddr.GetPrivateIP", 'net.LookupTXT "h"']
)
def test_metadata_services_are_known_and_refused(call: str) -> None:
    with pytest.raises(TemplateError, match="needs the network; it is not available in templates") as caught:
        templating.render("{{ " + call + " }}", {}, policy=Policy(network=True))
    assert caught.value.hints
