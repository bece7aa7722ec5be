"""`archive`: pack a folder or unpack an archive; zip, tar, tgz, tar.bz2, tar.xz."""

from __future__ import annotations

import os
import tarfile
import zipfile
from copy import copy
from fnmatch import fnmatch

from runner.steps.errors import PrepareError, StepError
from runner.steps.model import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.steps.context import Context

ENDINGS = {
    ".zip": "zip", ".tar.gz": "tgz", ".tgz": "tgz", ".tar.bz2": "tar.bz2", ".tbz2": "tar.bz2", ".tar.xz": "tar.xz",
    ".txz": "tar.xz", ".tar": "tar",
}  # fmt: skip
MODES = {"tar": "", "tgz": "gz", "tar.gz": "gz", "tar.bz2": "bz2", "tar.xz": "xz"}
EPOCH = 315532800  # 1980-01-01, the earliest a zip file can hold


def format_of(name: str) -> str:
    """The format that a file's name tells; "" when it tells none."""
    for ending, kind in ENDINGS.items():
        if name.lower().endswith(ending):
            return kind
    return ""


def run(ctx: Context) -> Result:
    base = ctx.directory()
    source, destination = (os.path.normpath(os.path.join(base, os.path.expanduser(ctx.text(field).strip())))
                           for field in ("source", "destination"))  # fmt: skip
    action = ctx.text("action") or "replace"
    packed = source if action == "extract" else destination
    kind = ctx.text("format") or format_of(packed)
    if kind != "zip" and kind not in MODES:
        raise PrepareError(f"{ctx.place('format')}: the format of {packed} is not known: `{kind}`",
                           hints=[f"Formats: zip, {', '.join(MODES)}"])  # fmt: skip
    if not os.path.exists(source):
        raise StepError(f"the source {source} does not exist", retryable=False)
    try:
        if action == "extract":
            unpack(source, destination, kind, ctx.text("subpath"))
        else:
            _pack(ctx, source, destination, kind, action)
    except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise StepError(f"archive {action} of {packed} failed: {error}", retryable=False) from error
    return Result(destination, metadata={"source": source, "format": kind})


def _pack(ctx: Context, source: str, destination: str, kind: str, action: str) -> None:
    if action == "create" and os.path.exists(destination):
        raise StepError(f"{destination} already exists", retryable=False, hints=["Use `action: replace` to replace it"])
    os.makedirs(os.path.dirname(destination), exist_ok=True)
    prefix = ctx.text("subpath").strip("/")
    entries = {os.path.join(prefix, name) if prefix else name: path
               for name, path in _entries(source, ctx.texts("include"), ctx.texts("exclude"), destination)}  # fmt: skip
    stamp = _stamp(ctx, source)
    temporary = f"{destination}.{os.getpid()}"
    try:
        kept = destination if action == "update" and os.path.exists(destination) else ""
        if kind == "zip":
            _write_zip(temporary, entries, stamp, kept)
        else:
            _write_tar(temporary, entries, stamp, kept, MODES[kind])
        os.replace(temporary, destination)
    finally:
        if os.path.exists(temporary):
            os.unlink(temporary)


def _entries(source: str, include: list[str], exclude: list[str], destination: str) -> list[tuple[str, str]]:
    """(name in the archive, file), sorted."""
    if os.path.isfile(source):
        return [(os.path.basename(source), source)]
    found = []
    for folder, folders, names in os.walk(source):
        folders.sort()
        for name in names:
            path = os.path.join(folder, name)
            inner = os.path.relpath(path, source)
            if path == destination or (include and not _matches(inner, include)) or _matches(inner, exclude):
                continue
            found.append((inner, path))
    return sorted(found)


def _matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch(name, pattern) or fnmatch(os.path.basename(name), pattern)
               or name.startswith(pattern.rstrip("/*") + "/") for pattern in patterns)  # fmt: skip


def _stamp(ctx: Context, source: str) -> float | None:
    """The time that every entry gets; None for its own."""
    kind = ctx.text("mtime") or "filesystem"
    if kind == "epoch":
        return float(ctx.app.env.get("SOURCE_DATE_EPOCH") or EPOCH)
    if kind == "git":
        from runner.process import launch

        folder = source if os.path.isdir(source) else os.path.dirname(source)
        outcome = launch.run(["git", "log", "-1", "--format=%ct", "--", source], env=ctx.run.base_env, cwd=folder,
                             stdin=None, stdout=None, stderr=None, capture=True)  # fmt: skip
        text = outcome.stdout.decode().strip()
        if outcome.code or not text:
            raise StepError(f"git knows no commit of {source}", retryable=False, hints=["Use `mtime: epoch`"])
        return float(text)
    return None


def _write_tar(path: str, entries: dict[str, str], stamp: float | None, kept: str, mode: str) -> None:
    def neutral(info: tarfile.TarInfo) -> tarfile.TarInfo:
        if stamp is not None:
            info.mtime = int(stamp)
            info.uid = info.gid = 0
            info.uname = info.gname = ""
        return info

    options: dict[str, Any] = {"mode": f"w:{mode}" if mode else "w"}
    with tarfile.open(path, **options) as archive:
        if kept:
            with tarfile.open(kept) as before:
                for member in before:
                    if member.name not in entries:
                        archive.addfile(member, before.extractfile(member) if member.isfile() else None)
        for name, file in entries.items():
            archive.add(file, name, recursive=False, filter=neutral)


def _write_zip(path: str, entries: dict[str, str], stamp: float | None, kept: str) -> None:
    import time

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if kept:
            with zipfile.ZipFile(kept) as before:
                for item in before.infolist():
                    if item.filename not in entries:
                        archive.writestr(item, before.read(item))
        for name, file in entries.items():
            info = zipfile.ZipInfo.from_file(file, name, strict_timestamps=False)
            if stamp is not None:
                info.date_time = time.gmtime(max(stamp, EPOCH))[:6]
            info.compress_type = zipfile.ZIP_DEFLATED
            with open(file, "rb") as stream:
                archive.writestr(info, stream.read())


def unpack(source: str, destination: str, kind: str, subpath: str) -> None:
    """Unpack; nothing is ever written outside the destination."""
    os.makedirs(destination, exist_ok=True)
    inner = subpath.strip("/")
    if kind == "zip":
        with zipfile.ZipFile(source) as archive:
            for item in archive.infolist():
                name = _inside(item.filename, inner)
                if name:
                    item.filename = name
                    archive.extract(item, destination)
        return
    with tarfile.open(source) as tar:
        for member in tar:
            name = _inside(member.name, inner)
            if name:
                _extract(tar, member, name, destination)


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, name: str, destination: str) -> None:
    """Unpack one entry under another name. Entries that lead outside the destination are refused."""
    member = copy(member)
    member.name = name
    if hasattr(tarfile, "data_filter"):
        tar.extract(member, destination, filter="data")
        return
    # Pythons before 3.11.4 have no filters
    top = os.path.realpath(destination)
    places = [name]
    if member.issym():
        places.append(os.path.join(os.path.dirname(name), member.linkname))
    elif member.islnk():
        places.append(member.linkname)
    elif not member.isfile() and not member.isdir():
        raise tarfile.TarError(f"{name} is no file, folder or link")
    for place in places:
        if os.path.commonpath([top, os.path.realpath(os.path.join(top, place))]) != top:
            raise tarfile.TarError(f"{name} leads outside the destination")
    member.mode = 0o755 if member.isdir() else member.mode & 0o755 | 0o600
    member.uid = member.gid = os.getuid()
    member.uname = member.gname = ""
    tar.extract(member, destination)


def _inside(name: str, inner: str) -> str:
    """The name below `inner`; "" for what lies elsewhere."""
    if not inner:
        return name
    return name[len(inner) + 1 :] if name.startswith(inner + "/") else ""
