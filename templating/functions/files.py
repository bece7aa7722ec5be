"""Files, under the rule the policy sets for them."""

from __future__ import annotations

from stat import filemode

from ..errors import Failure
from ..gotime import Named, Time, local_zone
from ..kinds import GoObject, Int64, Strings
from ..values import decode, encode, text_of
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("files", "Files")
add = FAMILY.add
MAX_FILES = 100_000


def allowed(rt: Any, value: Any, *, write: bool = False) -> str:
    """The real path of a file, when the policy allows it."""
    import os

    rule = rt.policy.files
    if rule is False or (write and not rt.policy.write_files):
        raise Failure("templates may not " + ("write" if write else "read") + " files here")
    path = text_of(value)
    if "\0" in path:
        raise Failure("a path cannot contain a null byte")
    path = os.path.join(rt.policy.cwd or os.getcwd(), os.path.expanduser(path))
    if rule is not True:
        root = os.path.realpath(rule)
        if os.path.commonpath([root, os.path.realpath(path)]) != root:
            raise Failure(f"templates may only reach files under {rule}, not {text_of(value)}")
    return path


def read(rt: Any, value: Any) -> str:
    path = allowed(rt, value)
    limit = rt.limits.output
    try:
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    except OSError as problem:
        shown = text_of(value)
        raise Failure(f"failed to open {shown}: open {shown}: {(problem.strerror or str(problem)).lower()}") from None
    if len(data) > limit:
        raise Failure(f"{text_of(value)} is larger than {limit} bytes")
    return decode(data)


@add("file.Read", "any", '{{ if file.Exists "nothing" }}{{ file.Read "nothing" }}{{ end }}ok', "ok", context=True)
def file_read(rt: Any, path: Any) -> str:
    """The content of a file."""
    return read(rt, path)


@add("file.Exists", "any", '{{ file.Exists "nothing" }}', "false", context=True)
def file_exists(rt: Any, path: Any) -> bool:
    """Whether there is a file or folder of this name."""
    import os

    return os.path.exists(allowed(rt, path))


@add("file.IsDir", "any", '{{ file.IsDir "." }}', "true", context=True)
def file_is_dir(rt: Any, path: Any) -> bool:
    """Whether this is a folder."""
    import os

    return os.path.isdir(allowed(rt, path))


@add("file.ReadDir", "any", '{{ file.ReadDir "." | kindOf }}', "slice", context=True)
def file_read_dir(rt: Any, path: Any) -> Strings:
    """The sorted names in a folder."""
    import os

    try:
        return Strings(sorted(os.listdir(allowed(rt, path))))
    except OSError as problem:
        raise Failure(f"open {text_of(path)}: {(problem.strerror or str(problem)).lower()}") from None


@add("file.Walk", "any", '{{ file.Walk "." | kindOf }}', "slice", context=True)
def file_walk(rt: Any, path: Any) -> Strings:
    """All files and folders under a folder, the folder itself first."""
    import os

    start = allowed(rt, path)
    shown = text_of(path)
    found = [shown]
    for folder, folders, files in os.walk(start):
        folders.sort()
        relative = os.path.relpath(folder, start)
        base = shown if relative == "." else os.path.join(shown, relative)
        found += [os.path.join(base, name) for name in sorted(folders + files)]
        if len(found) > MAX_FILES:
            raise Failure(f"more than {MAX_FILES} files under {shown}")
    return Strings(sorted(found))


class FileInfo(GoObject):
    __slots__ = ("directory", "mode", "modified", "name", "size")
    go_type = "os.FileInfo"

    def __init__(self, name: str, size: int, mode: int, modified: Time, directory: bool) -> None:
        self.name, self.size, self.mode, self.modified, self.directory = name, size, mode, modified, directory

    def __str__(self) -> str:
        return self.name

    members = {
        "Name": ("", lambda self: self.name),
        "Size": ("", lambda self: Int64(self.size)),
        "Mode": ("", lambda self: Named("fs.FileMode", self.mode, filemode(self.mode))),
        "ModTime": ("", lambda self: self.modified),
        "IsDir": ("", lambda self: self.directory),
    }


@add("file.Stat", "any", '{{ (file.Stat ".").IsDir }}', "true", context=True)
def file_stat(rt: Any, path: Any) -> FileInfo:
    """Name, Size, Mode, ModTime and IsDir of a file."""
    import os
    import stat

    full = allowed(rt, path)
    try:
        found = os.stat(full)
    except OSError as problem:
        raise Failure(f"stat {text_of(path)}: {(problem.strerror or str(problem)).lower()}") from None
    return FileInfo(
        os.path.basename(full.rstrip("/")) or "/",
        found.st_size,
        found.st_mode,
        Time(0, found.st_mtime_ns, local_zone(rt.policy)),
        stat.S_ISDIR(found.st_mode),
    )


@add("file.Write", "any any", '{{ if false }}{{ file.Write "out.txt" "text" }}{{ end }}ok', "ok", context=True)
def file_write(rt: Any, path: Any, value: Any) -> str:
    """Write a text into a file, which needs a policy that allows writing."""
    import os

    full = allowed(rt, path, write=True)
    data = value if isinstance(value, bytes) else encode(text_of(value))
    try:
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as file:
            file.write(data)
    except OSError as problem:
        raise Failure(f"write {text_of(path)}: {(problem.strerror or str(problem)).lower()}") from None
    return ""
