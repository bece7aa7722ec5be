"""Imports of files that lie elsewhere: in a git repository and on a server, over real git and sockets."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.runner.stacks.conftest import CONFIG, Project

Make = Callable[..., Project]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with manifests that import each other."""
    root = tmp_path / "shared"
    for name, text in {
        "catalog/vpc.yaml": "import: [./parts/base, ../mixins/*]\ncomponents: {terraform: {vpc: {vars: {cidr: a}}}}\n",
        "catalog/parts/base.yaml": "vars: {part: base}\n",
        "mixins/one.yaml": "vars: {one: 1}\n",
        "catalog/app.yaml": "components: {terraform: {app: {vars: {port: '{{ .port }}'}}}}\n",
    }.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    git = ["git", "-C", str(root), "-c", "user.name=t", "-c", "user.email=t@example.test", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "init", "-q", "-b", "main", str(root)], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "x"], check=True)
    return root


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "www"
    folder.mkdir()
    (folder / "net.yaml").write_text("vars: {net: far}\n")
    (folder / "schema.json").write_text('{"required": ["owner"]}')
    http = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    http.server_close()
    thread.join()


def test_files_of_a_repository(project: Make, repository: Path) -> None:
    address = f"git::file://{repository}//catalog"
    made = project(
        {
            "stacks/deploy/dev.yaml": f"""
import:
  - {address}/vpc?ref=main
  - path: {address}/app.yaml
    context: {{port: 80}}
vars: {{stage: dev}}
"""
        }
    )
    found = made.describe("vpc", "dev")
    assert found["vars"] == {"cidr": "a", "one": 1, "part": "base", "stage": "dev"}
    shared = f"git::file://{repository}//"
    assert found["imports"] == sorted(
        shared + name for name in ("catalog/app", "catalog/parts/base", "catalog/vpc", "mixins/one")
    )
    assert made.describe("app", "dev")["vars"]["port"] == 80


def test_a_file_on_a_server(project: Make, server: str) -> None:
    made = project(
        {
            "stacks/deploy/dev.yaml": f"import: ['{server}/net.yaml']\nvars: {{stage: dev}}\ncomponents: {{terraform: {{c: {{}}}}}}\n"
        }
    )
    assert made.describe("c", "dev")["vars"] == {"net": "far", "stage": "dev"}


def test_how_long_copies_hold(project: Make, server: str, tmp_path: Path) -> None:
    body = "vars: {stage: dev}\ncomponents: {terraform: {c: {}}}\n"
    made = project({"stacks/deploy/dev.yaml": f"import: ['{server}/net.yaml']\n{body}"})
    far = tmp_path / "www/net.yaml"
    assert made.describe("c", "dev")["vars"]["net"] == "far"
    far.write_text("vars: {net: farther}\n")
    assert made.describe("c", "dev")["vars"]["net"] == "far"
    made.put("atmos.yaml", CONFIG + "imports: {ttl: 0s}\n")
    assert made.describe("c", "dev")["vars"]["net"] == "farther"
    far.write_text("vars: {net: farthest}\n")
    made.put("stacks/deploy/dev.yaml", f"import: [{{path: '{server}/net.yaml', ttl: 1h}}]\n{body}")
    assert made.describe("c", "dev")["vars"]["net"] == "farther"


def test_what_is_not_there(project: Make, server: str) -> None:
    body = "vars: {stage: dev}\ncomponents: {terraform: {c: {}}}\n"
    made = project({"stacks/deploy/dev.yaml": f"import: ['{server}/none.yaml']\n{body}"})
    done = made.run("describe", "component", "c", "-s", "dev")
    assert (done.returncode, done.stdout) == (1, "")
    assert all(words in done.stderr for words in ("stack import not found", "404", "deploy/dev.yaml:1"))
    made.put("stacks/deploy/dev.yaml", f"import: [{{path: '{server}/none.yaml', skip_if_missing: true}}]\n{body}")
    assert made.describe("c", "dev")["vars"] == {"stage": "dev"}


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("{server}/net.yaml?checksum=sha256:" + "0" * 64, "checksum"),
        ("http://127.0.0.1:9/net.yaml", "refused"),
        ("http://127.0.0.1:port/net.yaml", "this is no address"),
        ("https://[x/net.yaml", "this is no address"),
    ],
)
def test_what_cannot_be_fetched_is_not_missing(project: Make, server: str, address: str, told: str) -> None:
    entry = f"{{path: '{address.format(server=server)}', skip_if_missing: true}}"
    made = project(
        {"stacks/deploy/dev.yaml": f"import: [{entry}]\nvars: {{stage: dev}}\ncomponents: {{terraform: {{c: {{}}}}}}\n"}
    )
    done = made.run("describe", "component", "c", "-s", "dev")
    assert (done.returncode, done.stdout) == (1, "")
    assert told in done.stderr
    assert "internal error" not in done.stderr


def test_no_fetching_where_it_is_forbidden(project: Make, server: str) -> None:
    made = project({"stacks/deploy/dev.yaml": f"import: ['{server}/net.yaml']\nvars: {{stage: dev}}\n"})
    assert "ATMOS_REMOTE_IMPORTS" in made.run("list", "stacks", ATMOS_REMOTE_IMPORTS="false").stderr


def test_a_schema_on_a_server(project: Make, server: str) -> None:
    made = project(
        {"stacks/deploy/dev.yaml": "vars: {stage: dev}\n"},
        CONFIG + f"schemas: {{atmos: {{manifest: '{server}/schema.json'}}}}\n",
    )
    done = made.run("validate", "stacks")
    assert (done.returncode, "'owner' is a required property" in done.stderr) == (1, True)
    gone = made.run("validate", "stacks", ATMOS_SCHEMAS_ATMOS_MANIFEST=f"{server}/none.json")
    assert (gone.returncode, "cannot be fetched" in gone.stderr) == (0, True)
