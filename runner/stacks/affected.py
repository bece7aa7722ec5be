"""Which components differ from another state of the repository: a commit, a branch, or another clone.

The manifests of that state are read with today's `atmos.yaml` and compared section by section; changed files of
modules and of declared dependencies count too.
"""

from __future__ import annotations

import os
from contextlib import contextmanager

from runner.errors import AtmosError
from runner.stacks.values import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from runner.app import App
    from runner.stacks.project import Found, Project

    Map = dict[str, Any]
    Key = tuple[str, str, str]

DEFAULT = "refs/remotes/origin/HEAD"
_SECTIONS = ("vars", "env", "settings", "metadata", "backend_type", "backend", "providers", "command", "overrides", "hooks",
             "required_providers", "required_version", "auth", "generate", "source", "provision")  # fmt: skip


class Affected:
    """A component that differs; reasons: `stack.vars`, `component`, `component.module`, `file`, …"""

    __slots__ = ("found", "reasons")

    def __init__(self, found: Found, reasons: list[str]) -> None:
        self.found, self.reasons = found, reasons


def key_of(found: Found) -> Key:
    return (found.layered.kind, found.layered.name, found.name)


def find(
    app: App, project: Project, *, ref: str = "", sha: str = "", repo_path: str = "", kind: str | None = None
) -> list[Affected]:
    """The affected components, sorted by stack and name."""
    from runner.config import git

    root = git.find_root(project.options.base_path)
    if not root:
        raise AtmosError("affected components can only be found inside a git repository",
                         explanation=f"{project.options.base_path} does not belong to one.")  # fmt: skip
    project.require_sound()
    commit = "" if repo_path else _commit(app, root, sha or ref)
    changed = _other_files(root, os.path.join(app.cwd, repo_path)) if repo_path else _changed(app, root, commit)
    with _before(app, project, root, commit, os.path.join(app.cwd, repo_path) if repo_path else "") as before:
        known = {key_of(found): found for found in before.every(kind)} if before is not None else {}
        result = []
        for found in project.every(kind):
            reasons = _reasons(project, found, known.get(key_of(found)), changed)
            if reasons:
                result.append(Affected(found, reasons))
    return sorted(result, key=lambda item: (item.found.name, item.found.layered.name))


def _reasons(project: Project, found: Found, before: Found | None, changed: set[str]) -> list[str]:
    layered = found.layered
    reasons: list[str] = []
    if before is None:
        reasons.append("stack")
    else:
        now, then = layered.sections, before.layered.sections
        reasons += [f"stack.{section}" for section in _SECTIONS if plain(now[section]) != plain(then[section])]
    options = project.options
    if options.component_base(layered.kind):
        folder = os.path.join(options.component_folder(layered.kind), layered.module)
        if _below(changed, folder):
            reasons.append("component")
        if layered.kind == "terraform" and any(_below(changed, called) for called in _local_modules(folder)):
            reasons.append("component.module")
    dependencies = layered.sections["dependencies"]
    for name, reason in (("files", "file"), ("folders", "folder")):
        listed = dependencies.get(name)
        for item in listed if isinstance(listed, list) else []:
            path = item.get("path") if isinstance(item, dict) else item
            if (
                isinstance(path, str)
                and _below(changed, os.path.join(options.base_path, path))
                and reason not in reasons
            ):
                reasons.append(reason)
    return reasons


def _below(changed: set[str], path: str) -> bool:
    wanted = os.path.normpath(path)
    return any(item == wanted or item.startswith(wanted + os.sep) for item in changed)


def _local_modules(folder: str, seen: set[str] | None = None) -> set[str]:
    """The folders of modules that a module calls by a relative path, and of those they call."""
    from runner.terraform import module

    seen = set() if seen is None else seen
    described = module.describe(folder)
    for call in (described or {}).get("module_calls", {}).values():
        source = str(call["source"])
        path = os.path.normpath(os.path.join(folder, source))
        if source.startswith(("./", "../")) and path not in seen:
            seen.add(path)
            _local_modules(path, seen)
    return seen


def _git(app: App, root: str, *words: str, text: str = "") -> str:
    from runner.process import launch

    try:
        done = launch.run(
            ["git", "-C", root, *words], env=app.env, cwd=root, stdin=None, stdout=None, stderr=None, capture=True
        )
    except OSError as error:
        raise AtmosError(f"cannot run git: {error.strerror or error}", hints=["Install git"]) from error
    if done.code:
        reason = done.stderr.decode("utf-8", "replace").strip()
        raise AtmosError(text or f"git {words[0]} failed: {reason}", explanation=reason if text else "",
                         hints=["Name a state to compare with: `--ref refs/heads/main` or `--sha COMMIT`; fetch it first in a shallow clone"])  # fmt: skip
    return done.stdout.decode("utf-8", "surrogateescape")


def _commit(app: App, root: str, name: str) -> str:
    wanted = name or DEFAULT
    return _git(app, root, "rev-parse", "--verify", "--quiet", f"{wanted}^{{commit}}",
                text=f"the git reference '{wanted}' to compare with is not known here").strip()  # fmt: skip


def _changed(app: App, root: str, commit: str) -> set[str]:
    """Absolute paths of files that differ from a commit, new ones included."""
    differing = _git(app, root, "diff", "--name-only", "--no-renames", "-z", commit, "--")
    new = _git(app, root, "ls-files", "--others", "--exclude-standard", "-z")
    return {os.path.join(root, name) for name in f"{differing}{new}".split("\0") if name}


def _other_files(root: str, other: str) -> set[str]:
    """Absolute paths of files that differ from another clone."""
    import filecmp

    changed: set[str] = set()
    for folder, below, names in os.walk(root):
        below[:] = [name for name in below if name not in (".git", ".terraform")]
        for name in names:
            path = os.path.join(folder, name)
            twin = os.path.join(other, os.path.relpath(path, root))
            if not os.path.isfile(twin) or not filecmp.cmp(path, twin, shallow=False):
                changed.add(path)
    return changed


@contextmanager
def _before(app: App, project: Project, root: str, commit: str, clone: str) -> Iterator[Project | None]:
    """The project's stacks as they are in the other state; None when there were none."""
    import tempfile

    relative = os.path.relpath(project.options.stacks_path, root)
    if relative.startswith(".."):
        raise AtmosError(f"the stacks folder {project.options.stacks_path} lies outside of the git repository {root}")
    if clone:
        yield _project(project, os.path.join(clone, relative))
        return
    with tempfile.TemporaryDirectory(prefix="atmos-") as folder:
        if _git(app, root, "ls-tree", "-d", "--name-only", commit, "--", relative).strip() or relative == ".":
            import tarfile

            archive = os.path.join(folder, "stacks.tar")
            _git(app, root, "archive", f"--output={archive}", "--format=tar", commit, "--", relative)
            with tarfile.open(archive) as tar:
                tar.extraction_filter = getattr(tarfile, "fully_trusted_filter", None)
                tar.extractall(folder)  # noqa: S202 - git wrote it, for us
            yield _project(project, os.path.join(folder, relative))
        else:
            yield None


def _project(project: Project, stacks_path: str) -> Project | None:
    from runner.stacks.options import Options
    from runner.stacks.project import Project

    if not os.path.isdir(stacks_path):
        return None
    now = project.options
    options = Options(now.config, base_path=now.base_path, stacks_path=stacks_path, config_dir=now.config_dir,
                      list_merge_strategy=now.strategy, environ=now.environ)  # fmt: skip
    made = Project(options, lambda _message: None, project.reader.include, fetch=project.loader.fetch)
    try:
        made.paths()
    except AtmosError:
        return None
    return made
