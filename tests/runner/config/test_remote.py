"""Remote imports over real sockets and real git: fetched once, pinned, reused offline, refused where not allowed."""

from __future__ import annotations

import hashlib
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from runner.config import remote
from runner.config.record import Record
from runner.errors import AtmosError

from .conftest import Project


class Server:
    """Files by path; counts what it was asked."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer.headers.append(dict(self.headers))
                data = outer.files.get(self.path.split("?")[0])
                self.send_response(200 if data is not None else 404)
                self.end_headers()
                self.wfile.write(data or b"")

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.stop()


def test_fetched_once_and_offline_after(project: Project, server: Server) -> None:
    server.files["/base.yaml"] = b"env: {R: remote, M: remote}\n"
    project.write("atmos.yaml", f"import: ['{server.url}/base.yaml']\nenv: {{M: main}}\n")
    assert project.load().env_section() == {"R": "remote", "M": "main"}
    assert project.load().env_section() == {"R": "remote", "M": "main"}
    assert server.asked == ["/base.yaml"]
    kept = list((project.home / ".cache/atmos/remote/sha256").iterdir())
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600]


def test_lifetime(project: Project, server: Server) -> None:
    server.files["/x.yaml"] = b"env: {V: 1}\n"
    project.write("atmos.yaml", f"imports: {{ttl: 0s}}\nimport: '{server.url}/x.yaml'\n")
    assert project.load().env_section() == {"V": "1"}
    server.files["/x.yaml"] = b"env: {V: 2}\n"
    assert project.load().env_section() == {"V": "2"}
    server.files.clear()  # gone: the copy at hand is used
    assert project.load().env_section() == {"V": "2"}
    assert len(server.asked) == 3


def test_checksum_pins_the_content(project: Project, server: Server) -> None:
    data = b"env: {P: 1}\n"
    digest = hashlib.sha256(data).hexdigest()
    server.files["/p.yaml"] = data
    project.write("atmos.yaml", f"import: '{server.url}/p.yaml?checksum=sha256:{digest}'\n")
    assert project.load().env_section() == {"P": "1"}
    server.files["/p.yaml"] = b"env: {P: evil}\n"
    assert project.load().env_section() == {"P": "1"}
    assert server.asked == ["/p.yaml"]
    project.write("atmos.yaml", f"import: '{server.url}/p.yaml?checksum=sha256:{'0' * 64}'\n")
    config = project.load()
    assert config.env_section() == {}
    assert "pinned checksum" in config.warnings[0].message
    project.write("atmos.yaml", f"import: '{server.url}/p.yaml?checksum=md5:1'\n")
    assert "64 hexadecimal digits" in project.load().warnings[0].message


def test_missing_and_unreachable(project: Project, server: Server) -> None:
    project.write("atmos.yaml", f"import: ['{server.url}/none.yaml', 'http://127.0.0.1:1/x.yaml']\nenv: {{A: 1}}\n")
    config = project.load()
    assert config.env_section() == {"A": "1"}
    assert "404" in config.warnings[0].message
    assert "refused" in config.warnings[1].message.lower()


@pytest.mark.parametrize(("address", "words"), [
    ("http://example.invalid/x.yaml", "plain http"), ("s3::https://b/x", "of the kind `s3` are not supported"),
    ("oci://r/x", "of the kind `oci` are not supported"), ("s3://b/x", "of the kind `s3` are not"), ("hg::https://h/r", "of the kind `hg`"),
    ("git::ext::sh -c x", "not supported"), ("git::https://host/r.git//x?ref=--upload-pack=x", "cannot begin with a dash"),
])  # fmt: skip
def test_refusals(project: Project, address: str, words: str) -> None:
    project.write("atmos.yaml", f"import: '{address}'\n")
    assert words in project.load().warnings[0].message


def test_forbidden(project: Project, server: Server) -> None:
    project.write("atmos.yaml", f"import: '{server.url}/x.yaml'\n")
    assert "ATMOS_REMOTE_IMPORTS" in project.load(env={"ATMOS_REMOTE_IMPORTS": "false"}).warnings[0].message
    assert server.asked == []


def test_tokens_go_to_github_only_and_passwords_are_not_shown(project: Project, server: Server) -> None:
    project.write("atmos.yaml", f"import: '{server.url.replace('//', '//me:pa55@')}/x.yaml'\n")
    config = project.load(env={"GITHUB_TOKEN": "t0ken"})
    assert "pa55" not in str(config.warnings[0])
    assert "t0ken" not in str(server.headers)
    assert server.headers[0]["Authorization"] == "Basic bWU6cGE1NQ=="


def test_include(project: Project, server: Server) -> None:
    server.files["/d.json"] = b'{"a": {"b": "c"}}'
    project.write("atmos.yaml", f"env: {{A: !include {server.url}/d.json?x=1 .a.b}}\n")
    assert project.load().env_section() == {"A": "c"}


def test_a_token_for_repositories_is_no_argument_of_git(project: Project) -> None:
    def asked(url: str, **env: str) -> str:
        fetcher = remote.Fetcher(Record({**project.env, "GITHUB_TOKEN": "t0ken", **env}, str(project.root)))
        words = ["git", "config", "--get-urlmatch", "http.extraHeader", url]
        return subprocess.run(
            words, env=fetcher.git_environment(url), capture_output=True, text=True, check=False
        ).stdout

    expected = "Authorization: Basic eC1hY2Nlc3MtdG9rZW46dDBrZW4=\n"
    assert asked("https://github.com/acme/infra.git") == expected
    other = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "user.name", "GIT_CONFIG_VALUE_0": "me"}
    assert asked("https://github.com/acme/infra.git", **other) == expected
    assert asked("https://example.com/infra.git") == ""
    assert asked("https://me@github.com/infra.git") == ""
    assert asked("https://github.com/infra.git", ATMOS_INJECT_GITHUB_TOKEN="false") == ""


def test_include_in_stacks(project: Project, server: Server, atmos: Path) -> None:
    server.files["/d.json"] = b'{"a": {"b": "c"}}'
    project.write("atmos.yaml", "base_path: ./\nstacks: {base_path: stacks, included_paths: ['*'], name_template: '{{ .vars.stage }}'}\n"
                                "components: {terraform: {base_path: tf}}\n")  # fmt: skip
    project.write("stacks/dev.yaml", f"vars: {{stage: dev, x: !include {server.url}/d.json .a.b}}\n"
                                     "components: {terraform: {vpc: {vars: {}}}}\n")  # fmt: skip
    done = subprocess.run([atmos, "describe", "component", "vpc", "-s", "dev", "-q", ".vars.x"], cwd=project.root, env=project.env,
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert (done.stdout.strip(' "\n'), done.stderr) == ("c", "")
    assert server.asked == ["/d.json"]


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-C", str(folder), *words],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repo"
    (folder / "conf/deep").mkdir(parents=True)
    (folder / "conf/a.yaml").write_text("env: {G: v1}\n")
    (folder / "conf/deep/b.yaml").write_text("env: {DEEP: 1}\n")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "one")
    git(folder, "tag", "v1")
    (folder / "conf/a.yaml").write_text("env: {G: v2}\n")
    git(folder, "commit", "--quiet", "-am", "two")
    return folder


def test_repositories(project: Project, repository: Path) -> None:
    base = f"git::file://{repository}"
    project.write("atmos.yaml", f"import: ['{base}//conf/a.yaml?ref=v1']\n")
    assert project.load().env_section() == {"G": "v1"}
    project.write("atmos.yaml", f"import: ['{base}//conf']\n")
    assert project.load().env_section() == {"G": "v2", "DEEP": "1"}
    commit = git(repository, "rev-parse", "HEAD~1")
    project.write("atmos.yaml", f"import: ['{base}//conf/*.yaml?ref={commit}']\n")
    config = project.load()
    assert (config.env_section(), config.warnings) == ({"G": "v1"}, [])
    repository.rename(repository.with_name("moved"))  # offline: the copy at hand is used
    assert project.load().env_section() == {"G": "v1"}


def test_repository_paths_stay_inside(project: Project, repository: Path) -> None:
    project.write(
        "atmos.yaml",
        f"import: ['git::file://{repository}//../../etc?ref=v1', 'git::file://{repository}//x?ref=nope']\n",
    )
    first, second = project.load().warnings
    assert "leads out of the repository" in first.message
    assert "nope" in second.message


@pytest.mark.parametrize(("text", "url", "inner", "ref"), [
    ("github://acme/infra/conf/a.yaml?ref=v2", "https://github.com/acme/infra.git", "conf/a.yaml", "v2"),
    ("github.com/acme/infra//conf/a.yaml", "https://github.com/acme/infra", "conf/a.yaml", ""),
    ("git::https://h/r.git//p?ref=x&depth=1", "https://h/r.git", "p", "x"),
    ("https://github.com/acme/infra.git//p?ref=v1", "https://github.com/acme/infra.git", "p", "v1"),
    ("gitlab.com/group/sub/infra.git//p", "https://gitlab.com/group/sub/infra.git", "p", ""),
    ("bitbucket.org/acme/infra//p", "https://bitbucket.org/acme/infra", "p", ""),
    ("https://example.com/a//b.yaml", "https://example.com/a//b.yaml", "", ""),
    ("git@github.com:acme/infra.git//p", "ssh://git@github.com/acme/infra.git", "p", ""),
    ("https://github.com/acme/infra/blob/main/a.yaml", "https://raw.githubusercontent.com/acme/infra/main/a.yaml", "", ""),
])  # fmt: skip
def test_addresses(text: str, url: str, inner: str, ref: str) -> None:
    request = remote.Request(text)
    assert (request.url, request.inner, request.ref) == (url, inner, ref)


def test_lifetimes() -> None:
    assert [remote.seconds(text) for text in ("", "0", "90", "1h30m", "45s")] == [86400, 0, 90, 5400, 45]
    with pytest.raises(AtmosError, match="no duration"):
        remote.seconds("soon")


def test_without_a_home(project: Project) -> None:
    record = Record({"HOME": ""}, str(project.root))
    record.home = lambda: ""  # type: ignore[method-assign]
    with pytest.raises(AtmosError, match="no home directory"):
        remote.Fetcher(record).get("https://example.invalid/x.yaml")
