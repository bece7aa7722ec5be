"""`dependencies.tools`: whether what commands and workflows depend on is on PATH, in the versions that are wanted.

Nothing is installed. A tool is asked for its version once per file: the answer is kept beside the compiled
configurations. Scripts and shims, which choose a version by the current directory, are asked each time, and so is every
tool before something is said of it: it may be such a shim without looking like one.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

from runner.config import cache, constraint
from runner.process import launch

if TYPE_CHECKING:
    from collections.abc import Mapping

# words with which tools tell their version; all others understand `--version`
WORDS = {
    "go": ("version",),
    "helm": ("version", "--short"),
    "java": ("-version",),
    "kubectl": ("version", "--client"),
    "openssl": ("version",),
}
ANY = ("", "latest", "*", "stable", "system")
_VERSION = re.compile(r"(?<![\d.])v?(\d+\.\d+(?:\.\d+)?)")
_PESSIMISTIC = re.compile(r"~>\s*v?(\d+\.\d+)(?![\d.])")  # as in required_version: the last number given may grow
PATIENCE = 10.0  # seconds


def complaints(tools: Mapping[str, object], env: Mapping[str, str], cwd: str) -> list[str]:
    """What to say of tools that are not there, and of those in another version: one sentence each."""
    missing, said = [], []
    for name, wanted in tools.items():
        version = str(wanted if wanted is not None else "").strip()
        path = launch.find(name.rsplit("/", 1)[-1].partition("@")[0], env, cwd)
        if path is None:
            missing.append(f"{name} ({version})" if version else name)
            continue
        found = "" if version in ANY else installed(path, version, env, cwd)
        if found and not _met(found, version):
            said.append(f"{name} {version} is wanted, but {path} is {found}")
    if missing:
        said.insert(0, f"tools are not on PATH: {', '.join(missing)}; atmos does not install them")
    return said


def _met(found: str, wanted: str) -> bool:
    try:
        return constraint.satisfies(found, _PESSIMISTIC.sub(r"^\1", wanted))
    except ValueError:
        return True  # a branch, a channel: nothing that can be compared


def installed(path: str, wanted: str, env: Mapping[str, str], cwd: str) -> str:
    """The version that a tool tells, or told before if that is what is wanted; "" when it tells none."""
    record = os.path.join(os.path.dirname(cache.folder(env)), "tools.json") if cache.folder(env) else ""
    key = _key(path) if record else ""
    known = _read(record) if key else {}
    before = known.get(key, "")
    if before and _met(before, wanted):
        return before
    version = _ask(path, env, cwd)
    if key and version and version != before:
        _write(record, {**known, key: version})
    return version


def _key(path: str) -> str:
    """What stands for one file; "" for a script or a shim, which may stand for several versions."""
    try:
        with open(path, "rb") as stream:
            if stream.read(2) == b"#!" or "shims" in path.split("/"):
                return ""
            found = os.fstat(stream.fileno())
    except OSError:
        return ""
    return f"{path}|{found.st_dev}|{found.st_ino}|{found.st_size}|{found.st_mtime_ns}"


def _ask(path: str, env: Mapping[str, str], cwd: str) -> str:
    words = WORDS.get(os.path.basename(path), ("--version",))
    try:
        outcome = launch.run(
            [path, *words], path=path, env={**env, "CHECKPOINT_DISABLE": "1"}, cwd=cwd, stdin=None, stdout=None, stderr=None,
            capture=True, timeout=PATIENCE,
        )  # fmt: skip
    except OSError:
        return ""
    match = _VERSION.search((outcome.stdout or outcome.stderr).decode("utf-8", "replace"))
    return match.group(1) if match and not outcome.code else ""


def _read(record: str) -> dict[str, str]:
    try:
        with open(record, encoding="utf-8") as stream:
            found = json.load(stream)
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def _write(record: str, known: dict[str, str]) -> None:
    from auth.files.atomic import write_private

    try:
        os.makedirs(os.path.dirname(record), 0o700, exist_ok=True)
        write_private(record, json.dumps(dict(list(known.items())[-200:])))
    except OSError:
        pass  # then it is asked again
