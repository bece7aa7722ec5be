"""Freshness: whether what a step reads has changed since it last succeeded (spec: workflows §14).

A record per step holds one hash over all its sources: `<base path>/.atmos/cache/freshness/<key>.json`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from glob import glob

from runner.config.globs import alternatives
from runner.errors import AtmosError
from runner.process import launch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.steps.engine import Run
    from runner.steps.model import Step


def implied(step: Step) -> Any:
    """The condition of a step that declares inputs, artifacts or preconditions and no condition of its own."""
    changed, unmet = ["cel", "checksum.changed"], ["cel", "!preconditions.success"]
    if not (step.get("inputs") or step.get("artifacts")):
        return unmet if step.get("preconditions") else None
    return ["any", [changed, unmet]] if step.get("preconditions") else changed


class _Files:
    """The sources and artifacts of a step as they are now."""

    def __init__(self, run: Run, step: Step) -> None:
        base = run.cwd if run.owner.kind == "command" else (run.app.config.base_path or run.app.cwd)
        own = step.working_directory if isinstance(step.working_directory, str) else ""
        self.folder = os.path.normpath(os.path.join(base, os.path.expanduser(own))) if own else run.cwd
        self.run, self.step = run, step
        self.patterns = [str(item) for item in step.get("inputs") or []]
        self.sources = self._matches(self.patterns)[0]
        self.artifacts, self.missing = self._matches([str(item) for item in step.get("artifacts") or []])

    def _matches(self, patterns: list[str]) -> tuple[list[str], bool]:
        """Matching files, sorted, relative to the folder; whether some pattern matches nothing."""
        found: set[str] = set()
        missing = False
        for pattern in patterns:
            hits = {
                os.path.normpath(hit)
                for each in alternatives(pattern)
                for hit in glob(each, root_dir=self.folder, recursive=True, include_hidden=True)
                if os.path.isfile(os.path.join(self.folder, hit))
            }
            missing = missing or not hits
            found |= hits
        return sorted(found), missing

    def hash(self) -> str:
        """SHA-256 over path and content of each source, each with its length before it."""
        digest = hashlib.sha256()
        for path in self.sources:
            digest.update(len(path.encode()).to_bytes(8, "big") + path.encode())
            place = os.path.join(self.folder, path)
            try:
                digest.update(os.stat(place).st_size.to_bytes(8, "big"))
                with open(place, "rb") as stream:
                    while block := stream.read(1 << 20):
                        digest.update(block)
            except OSError as error:
                raise AtmosError(f'step "{self.step.label}": cannot read {place}: {error.strerror}') from error
        return digest.hexdigest()

    def record_path(self) -> str:
        run = self.run
        scope = (
            f"command:{run.owner.name}"
            if run.owner.kind == "command"
            else f"workflow:{run.owner.file}:{run.owner.name}"
        )
        key = hashlib.sha256()
        for part in (scope, self.step.label, self.folder, *sorted(self.patterns)):
            key.update(part.encode() + b"\0")
        base = run.app.config.base_path or run.app.cwd
        return os.path.join(base, ".atmos", "cache", "freshness", key.hexdigest() + ".json")

    def recorded(self) -> str | None:
        """The hash of the last success; None when there is none that can be read."""
        import json

        try:
            with open(self.record_path(), encoding="utf-8") as stream:
                value = json.load(stream).get("sources_hash")
        except (OSError, ValueError, AttributeError):
            return None
        return value if isinstance(value, str) else None

    def times(self, paths: list[str]) -> list[float]:
        return [os.stat(os.path.join(self.folder, path)).st_mtime for path in paths]

    def facts(self, paths: list[str]) -> list[dict[str, Any]]:
        found = []
        for path in paths:
            place = os.path.join(self.folder, path)
            with open(place, "rb") as stream:
                checksum = hashlib.file_digest(stream, "sha256").hexdigest()
            found.append({"path": path, "mtime": int(os.stat(place).st_mtime), "checksum": checksum})
        return found


def facts(run: Run, step: Step) -> dict[str, Any]:
    """What conditions may ask: `checksum.changed`, `timestamp.changed`, `preconditions.success`, sources, artifacts."""
    files = _Files(run, step)
    changed = files.missing or files.recorded() != files.hash()
    sources, artifacts = files.times(files.sources), files.times(files.artifacts)
    newer = files.missing or (bool(sources) and max(sources) > min(artifacts) if artifacts else bool(sources))
    env = run.base_env
    tools = [str(tool) for tool in step.get("preconditions") or []]
    return {
        "checksum": {"changed": changed},
        "timestamp": {"changed": newer},
        "preconditions": {"success": all(launch.find(tool, env, files.folder) is not None for tool in tools)},
        "sources": files.facts(files.sources),
        "artifacts": files.facts(files.artifacts),
    }


def record(run: Run, step: Step) -> None:
    """Remember the sources of a step that succeeded. A record that cannot be written means one run too many."""
    files = _Files(run, step)
    path = files.record_path()
    try:
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        with open(path + ".lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            temporary = f"{path}.{os.getpid()}"
            with open(temporary, "w", encoding="utf-8") as stream:
                stream.write(f'{{"sources_hash":"{files.hash()}"}}')
            os.replace(temporary, path)
    except OSError as error:
        run.app.log.debug("Freshness was not recorded", step=step.label, error=error.strerror or str(error))
