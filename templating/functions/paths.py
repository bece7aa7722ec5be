"""Paths as texts: slash paths (`base`, `path.`) and the system's (`osBase`, `filepath.`)."""

from __future__ import annotations

import re

from ..errors import Failure
from ..kinds import Strings
from ..values import any_text
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("paths", "Paths")
add = FAMILY.add


@add("path.Clean filepath.Clean", "any", '{{ path.Clean "a//b/../c" }}', "a/c")
def clean(value: Any) -> str:
    """The shortest form of a path."""
    path = any_text(value)
    rooted = path.startswith("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == "..":
            if parts and parts[-1] != "..":
                parts.pop()
                continue
            if rooted:
                continue
        parts.append(part)
    return ("/" if rooted else "") + "/".join(parts) or "."


@add("path.Base filepath.Base", "any", '{{ path.Base "a/b.tf" }}', "b.tf")
def base(value: Any) -> str:
    """The last part of a path."""
    path = any_text(value)
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


@add("path.Dir filepath.Dir", "any", '{{ path.Dir "a/b.tf" }}', "a")
def directory(value: Any) -> str:
    """A path without its last part."""
    head, slash, _ = any_text(value).rpartition("/")
    return clean(head + slash)


@add("path.Ext filepath.Ext", "any", '{{ path.Ext "b.tar.gz" }}', ".gz")
def ext(value: Any) -> str:
    """The extension of a file name, with its dot."""
    name = any_text(value).rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot:] if dot >= 0 else ""


@add("path.IsAbs filepath.IsAbs", "any", '{{ path.IsAbs "/x" }}', "true")
def is_abs(value: Any) -> bool:
    """Whether a path begins at the root."""
    return any_text(value).startswith("/")


add("clean osClean", "string", '{{ clean "a//b/../c" }}', "a/c")(clean)
add("base osBase", "string", '{{ base "a/b.tf" }}', "b.tf")(base)
add("dir osDir", "string", '{{ dir "a/b.tf" }}', "a")(directory)
add("ext osExt", "string", '{{ ext "b.tar.gz" }}', ".gz")(ext)
add("isAbs osIsAbs", "string", '{{ isAbs "/x" }}', "true")(is_abs)


@add("path.Join filepath.Join", "any...", '{{ path.Join "a" "../b" "c" }}', "b/c")
def join(*values: Any) -> str:
    """Parts as one clean path."""
    parts = [part for part in map(any_text, values) if part]
    return clean("/".join(parts)) if parts else ""


@add("path.Split filepath.Split", "any", '{{ path.Split "a/b.tf" }}', "[a/ b.tf]")
def split(value: Any) -> Strings:
    """Folder and file name, as a list of two."""
    head, slash, tail = any_text(value).rpartition("/")
    return Strings([head + slash, tail])


@add("path.Match filepath.Match", "any any", '{{ path.Match "*.tf" "main.tf" }}', "true")
def match(pattern: Any, value: Any) -> bool:
    """Whether a path matches a pattern of * ? and [classes]; * stops at slashes."""
    return re.fullmatch(glob_pattern(any_text(pattern)), any_text(value), re.DOTALL) is not None


def glob_pattern(pattern: str) -> str:
    out: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*":
            if not out or out[-1] != "[^/]*":
                out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "\\":
            if at >= len(pattern):
                raise Failure("syntax error in pattern")
            out.append(re.escape(pattern[at]))
            at += 1
        elif char == "[":
            end = pattern.find("]", at + 2 if pattern[at : at + 1] == "^" else at + 1)
            if end < 0:
                raise Failure("syntax error in pattern")
            body = pattern[at:end].replace("[", "\\[")
            try:
                re.compile(f"[{body}]")
            except re.error:
                raise Failure("syntax error in pattern") from None
            out.append(f"[{body}]")
            at = end + 1
        else:
            out.append(re.escape(char))
    return "".join(out)


@add("filepath.Rel", "any any", '{{ filepath.Rel "/a" "/a/b/c" }}', "b/c")
def rel(root: Any, value: Any) -> str:
    """The way from one folder to a path."""
    start, target = clean(root), clean(value)
    if start == target:
        return "."
    if start.startswith("/") != target.startswith("/"):
        raise Failure(f"Rel: can't make {target} relative to {start}")
    first = [part for part in start.split("/") if part not in ("", ".")]
    second = [part for part in target.split("/") if part not in ("", ".")]
    shared = 0
    while shared < min(len(first), len(second)) and first[shared] == second[shared]:
        shared += 1
    if ".." in first[shared:]:
        raise Failure(f"Rel: can't make {target} relative to {start}")
    return "/".join([*[".."] * (len(first) - shared), *second[shared:]])


@add("filepath.FromSlash filepath.ToSlash", "any", '{{ filepath.ToSlash "a/b" }}', "a/b")
def to_slash(value: Any) -> str:
    """The path with this system's separators, or with slashes."""
    return any_text(value)


@add("filepath.VolumeName", "any", '[{{ filepath.VolumeName "/a" }}]', "[]")
def volume_name(value: Any) -> str:
    """The drive of a path; empty on this system."""
    return any_text(value)[:0]
