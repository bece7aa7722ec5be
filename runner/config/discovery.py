"""Which configuration files there are, lowest priority first (spec: config §1.1, §1.5, §1.8; decision D36)."""

from __future__ import annotations

import os

from runner.config import git
from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from runner.config.record import Record
    from runner.globals import GlobalFlags

NAMES = ("atmos.yaml", "atmos.yml", "atmos.json")
HIDDEN = (".atmos.yaml", ".atmos.yml")
INDICATORS = ("atmos.yaml", ".atmos.yaml", ".atmos")
SYSTEM = "/usr/local/etc/atmos"
DROP_INS = ("atmos.d", ".atmos.d")


class Source:
    """One place configuration comes from. kind: system, home, ancestor, git, cwd, variable, file, folder or drop-ins;
    path: the file ("" for drop-ins alone); folder: where it stands."""

    __slots__ = ("folder", "kind", "path")

    def __init__(self, kind: str, path: str, folder: str) -> None:
        self.kind, self.path, self.folder = kind, path, folder

    @property
    def alone(self) -> bool:
        """Drop-in folders beside no configuration file."""
        return self.kind == "drop-ins"


def config_file(folder: str, record: Record, names: Iterable[str] = NAMES) -> str:
    """The configuration file of a folder, "" when it has none."""
    for name in names:
        path = os.path.join(folder, name)
        if record.is_file(path):
            return path
    return ""


def git_root(record: Record) -> str:
    """The top of the work tree around the working directory; "" outside of one or when switched off."""
    if record.getenv("ATMOS_GIT_ROOT_BASEPATH") == "false":
        return ""
    return record.getenv("TEST_GIT_ROOT") or git.find_root(record.cwd, record.exists)


def has_indicator(record: Record) -> bool:
    """Whether the working directory has a configuration of its own, which hides those above."""
    return any(record.exists(os.path.join(record.cwd, name)) for name in INDICATORS)


def explicit(flags: GlobalFlags, record: Record) -> list[Source]:
    """What `--config` and `--config-path` (or their variables) name: then nothing else is looked for."""
    sources: list[Source] = []
    for name in _items(flags, record, "config"):
        path = record.absolute(name)
        if not record.exists(path):
            raise AtmosError(f"file not found: --config file '{name}' does not exist",
                             hints=["Check the value of `--config` or `ATMOS_CONFIG`"])  # fmt: skip
        if not record.is_file(path):
            raise AtmosError(f"expected file: --config '{name}' is a directory",
                             hints=["Use `--config-path` for a directory"])  # fmt: skip
        sources.append(Source("file", path, os.path.dirname(path)))
    for name in _items(flags, record, "config-path"):
        folder = record.absolute(name)
        if not record.exists(folder):
            raise AtmosError(
                f"atmos config directory not found: --config-path directory '{name}' does not exist",
                hints=["Check the value of `--config-path` or `ATMOS_CONFIG_PATH`"],
            )
        if not record.is_dir(folder):
            raise AtmosError(
                f"atmos config directory not found: --config-path requires a directory but found a file at '{name}'",
                hints=["Use `--config` for a file"],
            )
        path = config_file(folder, record) or config_file(folder, record, HIDDEN)
        if not path:
            raise AtmosError(f"atmos configuration file not found in directory: {name}")
        sources.append(Source("folder", path, folder))
    return sources


def _items(flags: GlobalFlags, record: Record, name: str) -> list[str]:
    """A list flag, or else its variable (asked through the record)."""
    given = flags.given.get(name)
    values = given if isinstance(given, list) else []
    items = [item for text in values for item in str(text).split(",") if item]
    if items:
        return items
    return [item for item in record.getenv("ATMOS_" + name.upper().replace("-", "_")).split(",") if item]


def discovered(record: Record, root: str) -> list[Source]:
    """The files found by looking around, lowest priority first. root: the git work tree, or ""."""
    sources: list[Source] = []
    seen: set[str] = set()

    def add(kind: str, folder: str) -> bool:
        path = config_file(folder, record)
        if path and path not in seen:
            seen.add(path)
            sources.append(Source(kind, path, folder))
        return bool(path)

    add("system", SYSTEM)
    home = record.home()
    if home:
        add("home", os.path.join(home, ".atmos"))
    chosen = record.getenv("ATMOS_CLI_CONFIG_PATH")
    below: list[Source] = []
    if not chosen and not has_indicator(record):
        folder = os.path.dirname(record.cwd)
        drop_ins = [record.cwd] if not config_file(record.cwd, record) else []
        while True:
            if config_file(folder, record) or config_file(folder, record, HIDDEN):
                add("ancestor", folder)
                break
            drop_ins.append(folder)
            parent = os.path.dirname(folder)
            if parent == folder:
                break
            folder = parent
        if root:
            add("git", root)
        below = [Source("drop-ins", "", folder) for folder in reversed(drop_ins)  # nearer ones later: they win
                 if folder != root and any(record.is_dir(os.path.join(folder, name)) for name in DROP_INS)]  # fmt: skip
    sources += below
    add("cwd", record.cwd)
    if chosen:
        add("variable", record.absolute(chosen))
    return sources


def drop_in_files(folders: Iterable[str], record: Record) -> list[str]:
    """The files of `atmos.d` and `.atmos.d` in some folders, in the order in which they are merged."""
    files: list[str] = []
    for folder in folders:
        for name in DROP_INS:
            path = os.path.join(folder, name)
            if record.is_dir(path):
                files += [file for file in yaml_files(path, record) if file not in files]
    return files


def yaml_files(folder: str, record: Record) -> list[str]:
    """All YAML files below a folder: shallow ones first, then by path; `x.yaml` hides `x.yml` beside it."""
    found = [path for path in record.walk(folder) if path.endswith((".yaml", ".yml"))]
    present = set(found)
    kept = [path for path in found if not (path.endswith(".yml") and path[:-4] + ".yaml" in present)]
    return sorted(kept, key=lambda path: (path.count(os.sep), path.encode("utf-8", "surrogateescape")))
