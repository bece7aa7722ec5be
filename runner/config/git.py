"""Facts about the git work tree a directory belongs to, read from its files: no git process is needed.

Used to find the repository's root (`base_path`, discovery) and by the `!git.*` functions.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def find_root(start: str, exists: Callable[[str], object] = os.path.exists) -> str:
    """The top of the work tree that contains a directory, "" outside of any. `exists` sees each path looked at."""
    folder = os.path.abspath(start)
    while True:
        if exists(os.path.join(folder, ".git")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return ""
        folder = parent


class WorkTree:
    """One work tree: HEAD, branch, remote."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.git_dir = os.path.join(root, ".git")
        if os.path.isfile(self.git_dir):  # a linked work tree or submodule: `gitdir: <path>`
            text = _read(self.git_dir)
            if text.startswith("gitdir:"):
                self.git_dir = os.path.normpath(os.path.join(root, text[7:].strip()))
        common = _read(os.path.join(self.git_dir, "commondir")).strip()
        self.common_dir = os.path.normpath(os.path.join(self.git_dir, common)) if common else self.git_dir

    def branch(self) -> str:
        """The branch of HEAD, "" when detached."""
        head = _read(os.path.join(self.git_dir, "HEAD")).strip()
        return head[16:] if head.startswith("ref: refs/heads/") else ""

    def sha(self) -> str:
        """The commit of HEAD, "" before the first one."""
        head = _read(os.path.join(self.git_dir, "HEAD")).strip()
        if not head.startswith("ref: "):
            return head
        name = head[5:].strip()
        for folder in (self.git_dir, self.common_dir):
            value = _read(os.path.join(folder, name)).strip()
            if value:
                return value
        for line in _read(os.path.join(self.common_dir, "packed-refs")).splitlines():
            if line.endswith(" " + name):
                return line.split(" ", 1)[0]
        return ""

    def url(self) -> str:
        """The URL of the remote `origin`, else of the first remote."""
        urls: dict[str, str] = {}
        section = ""
        for raw in _read(os.path.join(self.common_dir, "config")).splitlines():
            line = raw.strip()
            if line.startswith("["):
                section = line[9:-2] if line.startswith('[remote "') and line.endswith('"]') else ""
            elif section and "=" in line:
                key, value = line.split("=", 1)
                if key.strip().lower() == "url":
                    urls.setdefault(section, value.strip().strip('"'))
        return urls.get("origin") or next(iter(urls.values()), "")


def split_url(url: str) -> tuple[str, str, str]:
    """Host, owner and name of a remote's URL, in any of git's forms; empty texts where it has none."""
    if "://" in url:
        rest = url.split("://", 1)[1]
        host, _, path = rest.partition("/")
        host = host.rpartition("@")[2].partition(":")[0]
    elif ":" in url and not url.startswith("/"):
        host, _, path = url.partition(":")
        host = host.rpartition("@")[2]
    else:
        return "", "", ""
    path = path.strip("/").removesuffix(".git")
    owner, _, name = path.rpartition("/")
    return host, owner, name


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as stream:
            return stream.read(4 * 1024 * 1024)
    except OSError:
        return ""
