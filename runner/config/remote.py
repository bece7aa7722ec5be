"""Remote imports and includes: fetched once, kept by content, reused offline (spec: config §1.6, §4.5).

    https://host/path.yaml?checksum=sha256:<hex>      one file, pinned to its content
    git::https://host/repo.git//folder/file.yaml?ref=v1
    github://owner/repo/folder/file.yaml?ref=v1       also github.com/owner/repo//folder/file.yaml, gitlab.com/…, bitbucket.org/…

A file with a checksum is never fetched twice and never used when its content differs. Others are fetched again when
`imports.ttl` has passed; when that fails the copy at hand is used. `ATMOS_REMOTE_IMPORTS=false` forbids all fetching.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from runner.config.include import is_remote, without_secrets
from runner.errors import AtmosError

if TYPE_CHECKING:
    from typing import Any
    from urllib.request import OpenerDirector
    from urllib.request import Request as Wire

    from runner.config.record import Record

MAX_BYTES = 32 * 1024 * 1024
TIMEOUT = 30
DEFAULT_TTL = 24 * 3600
_FORGES = ("github.com", "gitlab.com", "bitbucket.org")  # `<host>/owner/repo//path` is a repository there
_GITHUB_HOSTS = ("github.com", "raw.githubusercontent.com", "api.github.com", "codeload.github.com")
_TOKENS = ("ATMOS_PRO_GITHUB_TOKEN", "ATMOS_GITHUB_TOKEN", "GITHUB_TOKEN")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Missing(AtmosError):
    """A server that answers has nothing at an address."""


class Request:
    """One remote address taken apart. kind: http or git; inner: the path inside a repository."""

    __slots__ = ("checksum", "inner", "kind", "ref", "shown", "url")

    def __init__(self, text: str) -> None:
        self.shown = without_secrets(text)
        self.kind, self.inner, self.ref, self.checksum = "http", "", "", ""
        url, query = _split_query(text)
        self.checksum = query.pop("checksum", "")
        forced = url.startswith("git::")
        if forced:
            url = url[5:]
        if url.startswith("github://"):
            owner, _, rest = url[9:].partition("/")
            name, _, inner = rest.partition("/")
            url, forced = f"https://github.com/{owner}/{name}.git//{inner}", True
        elif url.startswith(tuple(f"{host}/" for host in _FORGES)):
            url, forced = "https://" + url, True
        elif url.startswith("git@"):
            host, _, path = url[4:].partition(":")
            url, forced = f"ssh://git@{host}/{path}", True
        elif url.startswith("https://"):
            host, _, path = url[8:].partition("/")
            forced = forced or (host.rpartition("@")[2] in _FORGES and ("//" in path or path.endswith(".git")))
        if forced:
            self.kind = "git"
            self.ref = query.pop("ref", "")
            query.pop("depth", None)
            scheme, separator, rest = url.partition("://")
            repository, _, self.inner = rest.partition("//")
            url = scheme + separator + repository
        self.url = _blob(url) + ("?" + urlencode(query) if query else "")
        if self.checksum and not (self.checksum.startswith("sha256:") and len(self.checksum) == 71):
            raise AtmosError(f"{self.shown}: a checksum is written `sha256:` and 64 hexadecimal digits")


def copies(record: Record) -> str:
    """The folder of the copies of remote files, which are fetched again; "" where there is no place for one."""
    base = record.cache_home()
    return os.path.join(base, "remote") if base else ""


class Fetcher:
    """Gets remote files for one load. What it used is noted in the record, with the time it holds for."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.fetched: dict[str, str] = {}

    def get(self, text: str, ttl: str = "") -> str:
        """The local copy of a remote file, or of a folder or pattern inside a repository."""
        if text not in self.fetched:
            self.fetched[text] = self._get(text, ttl)
        return self.fetched[text]

    def _get(self, text: str, ttl: str) -> str:
        if text.startswith("file://"):
            return urlsplit(text).path
        try:
            request = Request(text)
            parts = urlsplit(request.url)
            scheme, _ = parts.scheme, parts.port
        except ValueError as error:
            raise AtmosError(f"{without_secrets(text)}: this is no address: {error}") from None
        if (
            not is_remote(text)
            or scheme not in ("https", "http", "ssh", "file")
            or (scheme == "file" and request.kind == "http")
        ):
            kind = text.partition("::")[0] if "::" in text.partition("/")[0] else scheme or text.partition("/")[0]
            raise AtmosError(f"{request.shown}: addresses of the kind `{kind}` are not supported",
                             hints=["Use https://, git:: or github://"])  # fmt: skip
        self._allowed(request, scheme)
        cache = self._folder()
        key = hashlib.sha256(f"{request.kind} {request.url} {request.ref}".encode()).hexdigest()
        if request.kind == "git":
            return self._repository(request, os.path.join(cache, "git", key), ttl)
        return self._file(request, cache, key, ttl)

    def _allowed(self, request: Request, scheme: str) -> None:
        if self.record.getenv("ATMOS_REMOTE_IMPORTS").lower() in ("false", "0", "no", "off"):
            raise AtmosError(f"{request.shown}: remote imports are forbidden here (ATMOS_REMOTE_IMPORTS)")
        host = urlsplit(request.url).hostname or ""
        if scheme == "http" and host not in _LOOPBACK and not request.checksum:
            raise AtmosError(f"{request.shown}: plain http can be changed on its way",
                             hints=["Use https://, or pin the content: `?checksum=sha256:…`"])  # fmt: skip

    def _folder(self) -> str:
        folder = copies(self.record)
        if not folder:
            raise AtmosError("there is no home directory to keep remote files in", hints=["Set HOME or XDG_CACHE_HOME"])
        return folder

    # -- one file ----------------------------------------------------------------------------------

    def _file(self, request: Request, cache: str, key: str, ttl: str) -> str:
        ending = os.path.splitext(urlsplit(request.url).path)[1][:12]
        if request.checksum:
            path = os.path.join(cache, "sha256", request.checksum[7:] + ending)
            if os.path.isfile(path) and _digest(path) == request.checksum[7:]:
                self.record.look(path)
                return path
        note = os.path.join(cache, "index", key)
        known, age = _noted(note)
        path = os.path.join(cache, "sha256", known + ending) if known else ""
        present = bool(path) and os.path.isfile(path) and not request.checksum
        lifetime = seconds(ttl)
        if present and age < lifetime:
            self._holds(lifetime - age)
            self.record.look(path)
            return path
        try:
            data = self._download(request)
        except AtmosError:
            if present:  # offline: what is at hand is better than nothing
                self.record.volatile = "a remote file could not be refreshed"
                return path
            raise
        digest = hashlib.sha256(data).hexdigest()
        if request.checksum and digest != request.checksum[7:]:
            raise AtmosError(
                f"{request.shown}: the content does not have the pinned checksum",
                explanation=f"pinned: {request.checksum}\nfound:  sha256:{digest}",
                hints=[
                    "Someone changed the file, or the pin is out of date: check the content before you change the pin"
                ],
            )
        path = os.path.join(cache, "sha256", digest + ending)
        _keep(path, data)
        _keep(note, digest.encode())
        if not request.checksum:
            self._holds(lifetime)
        self.record.look(path)
        return path

    def _holds(self, seconds_left: float) -> None:
        """The result must not be kept for longer than the copy is good for."""
        self.record.expire(time.time() + seconds_left)

    def _download(self, request: Request) -> bytes:
        from http.client import HTTPException
        from urllib import request as wires
        from urllib.error import HTTPError, URLError

        parts = urlsplit(request.url)
        user, _, host = parts.netloc.rpartition("@")
        url = urlunsplit(parts._replace(netloc=host))
        wire = wires.Request(url, headers={"User-Agent": "atmos", "Accept": "*/*"})  # noqa: S310 - scheme checked above
        if user:
            basic = base64.b64encode(unquote(user).encode()).decode()
            wire.add_unredirected_header("Authorization", f"Basic {basic}")
        token = self._token(request.url)
        if token:
            wire.add_unredirected_header("Authorization", f"Bearer {token}")
        try:
            with _opener().open(wire, timeout=TIMEOUT) as response:
                data: bytes = response.read(MAX_BYTES + 1)
        except HTTPError as error:
            error.close()
            kind = Missing if error.code in (404, 410) else AtmosError
            raise kind(f"{request.shown}: the server answered {error.code} {error.reason}") from None
        except URLError as error:
            raise AtmosError(f"{request.shown}: {error.reason}") from None
        except (OSError, ValueError, HTTPException) as error:
            raise AtmosError(f"{request.shown}: {error}") from None
        if len(data) > MAX_BYTES:
            raise AtmosError(f"{request.shown}: larger than {MAX_BYTES // 1024 // 1024} MiB")
        return data

    def _token(self, url: str) -> str:
        """The token for an address: GitHub's goes to GitHub's hosts, over https, where the address names no user."""
        parts = urlsplit(url)
        if parts.scheme != "https" or parts.username or parts.hostname not in _GITHUB_HOSTS:
            return ""
        if self.record.getenv("ATMOS_INJECT_GITHUB_TOKEN").lower() in ("false", "0"):
            return ""
        return next((value for name in _TOKENS if (value := self.record.env.get(name))), "")

    # -- repositories ------------------------------------------------------------------------------

    def _repository(self, request: Request, folder: str, ttl: str) -> str:
        if request.ref.startswith("-") or request.url.startswith("-"):
            raise AtmosError(f"{request.shown}: a ref cannot begin with a dash")
        stamp = folder + ".fetched"
        commit, age = _noted(stamp)
        lifetime = float("inf") if _is_commit(request.ref) else seconds(ttl)
        tree = os.path.join(folder, commit) if commit else ""
        if not (tree and os.path.isdir(tree) and age < lifetime):
            try:
                commit = self._clone(request, folder)
                _keep(stamp, commit.encode())
                age = 0
            except AtmosError:
                if not (tree and os.path.isdir(tree)):
                    raise
                self.record.volatile = "a remote repository could not be refreshed"
            tree = os.path.join(folder, commit)
        if lifetime != float("inf"):
            self._holds(lifetime - age)
        inner = os.path.normpath(request.inner) if request.inner else "."
        if inner.startswith("..") or os.path.isabs(inner):
            raise AtmosError(f"{request.shown}: the path leads out of the repository")
        path = os.path.normpath(os.path.join(tree, inner))
        if request.checksum and (not os.path.isfile(path) or _digest(path) != request.checksum[7:]):
            raise AtmosError(f"{request.shown}: the content does not have the pinned checksum")
        return path

    def git_environment(self, url: str) -> dict[str, str]:
        """What git runs with: asks nobody, takes no repository from its surroundings; a token never in its arguments."""
        env = {**self.record.env, "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "https:http:ssh:file",
               "GIT_CONFIG_NOSYSTEM": "1", "GIT_LFS_SKIP_SMUDGE": "1"}  # fmt: skip
        for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
            env.pop(name, None)
        token = self._token(url)
        if token:
            count = env.get("GIT_CONFIG_COUNT", "0")
            basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
            env |= {"GIT_CONFIG_COUNT": str(int(count) + 1 if count.isdigit() else 1),
                    f"GIT_CONFIG_KEY_{count}": f"http.https://{urlsplit(url).hostname}/.extraHeader",
                    f"GIT_CONFIG_VALUE_{count}": f"Authorization: Basic {basic}"}  # fmt: skip
        return env

    def _clone(self, request: Request, folder: str) -> str:
        """Fetch one commit into its own folder; its name."""
        _private(folder)
        work = os.path.join(folder, f".{os.getpid()}.{time.monotonic_ns():x}")
        env = self.git_environment(request.url)

        def git(*words: str) -> str:
            try:
                done = subprocess.run(["git", *words], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                      timeout=10 * TIMEOUT, check=False)  # fmt: skip
            except FileNotFoundError:
                raise AtmosError(f"{request.shown}: git is not installed") from None
            except subprocess.TimeoutExpired:
                raise AtmosError(f"{request.shown}: git took too long") from None
            if done.returncode:
                lines = [line for line in done.stderr.strip().splitlines() if line.strip()]
                raise AtmosError(f"{request.shown}: {without_secrets(lines[-1]) if lines else 'git failed'}")
            return done.stdout.strip()

        try:
            git("init", "--quiet", work)
            git("-C", work, "fetch", "--quiet", "--depth", "1", "--no-tags", "--", request.url, request.ref or "HEAD")
            commit = git("-C", work, "rev-parse", "FETCH_HEAD")
            git("-C", work, "-c", "core.symlinks=false", "checkout", "--quiet", "--detach", commit)
            shutil.rmtree(os.path.join(work, ".git"), ignore_errors=True)
            target = os.path.join(folder, commit)
            if not os.path.isdir(target):
                with contextlib.suppress(OSError):  # another process was faster: its copy is the same commit
                    os.rename(work, target)
            return commit
        finally:
            shutil.rmtree(work, ignore_errors=True)


def seconds(text: str) -> float:
    """A lifetime: `1h30m`, `45s`, or a number of seconds; a day where nothing is said."""
    from runner.steps import durations

    text = text.strip()
    if not text:
        return DEFAULT_TTL
    try:
        return float(text) if text.isdigit() else durations.parse(text)
    except ValueError as error:
        raise AtmosError(
            f"imports.ttl: `{text}` is no duration: {error}", hints=["Write it as in `90m` or `24h`"]
        ) from None


def _opener() -> OpenerDirector:
    """Follows redirects, but never from https to something weaker."""
    from urllib.request import HTTPRedirectHandler, build_opener

    class Careful(HTTPRedirectHandler):
        def redirect_request(self, req: Wire, *more: Any) -> Wire | None:
            if req.full_url.startswith("https://") and not str(more[-1]).startswith("https://"):
                raise OSError("the server redirects from https to something weaker")
            return super().redirect_request(req, *more)

    return build_opener(Careful)


def _split_query(text: str) -> tuple[str, dict[str, str]]:
    url, _, query = text.partition("?")
    return url, dict(parse_qsl(query.partition("#")[0], keep_blank_values=True))


def _blob(url: str) -> str:
    """The page of a file on GitHub → the file."""
    parts = urlsplit(url)
    words = parts.path.split("/")
    if parts.hostname == "github.com" and len(words) > 5 and words[3] == "blob":
        return urlunsplit(("https", "raw.githubusercontent.com", "/".join([*words[:3], *words[4:]]), parts.query, ""))
    return urlunsplit(parts._replace(path=quote(parts.path, safe="/%:@!$&'()*+,;=~")))


def _is_commit(ref: str) -> bool:
    return len(ref) == 40 and all(char in "0123456789abcdef" for char in ref)


def _digest(path: str) -> str:
    with open(path, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _noted(path: str) -> tuple[str, float]:
    """What a note says (a digest or commit), and how many seconds ago it was written."""
    try:
        with open(path, encoding="ascii") as stream:
            text = stream.read(128).strip()
        return (text if all(char in "0123456789abcdef" for char in text) else ""), max(
            0.0, time.time() - os.stat(path).st_mtime
        )
    except (OSError, ValueError):
        return "", 0.0


def _private(folder: str) -> None:
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
    except OSError as error:
        raise AtmosError(f"cannot keep remote files in {folder}: {error.strerror}") from error


def _keep(path: str, data: bytes) -> None:
    """Write a file of the cache, whole or not at all."""
    _private(os.path.dirname(path))
    temporary = f"{path}.{os.getpid()}.{time.monotonic_ns():x}"
    try:
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(fd, "wb") as stream:
            stream.write(data)
        os.rename(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise AtmosError(f"cannot keep remote files in {os.path.dirname(path)}: {error.strerror}") from error
