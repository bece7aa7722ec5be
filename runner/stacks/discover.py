"""Finding manifests: globs below the stacks folder, keys of files, what an import's path stands for."""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EXTENSIONS = (".yaml", ".yml", ".yaml.tmpl", ".yml.tmpl")
_META = re.compile(r"[*?\[{]")


def is_glob(path: str) -> bool:
    return bool(_META.search(path))


def has_extension(path: str) -> bool:
    """Whether the last element of a path has a dot: then nothing is appended to it."""
    return "." in path.rpartition("/")[2]


def file_key(path: str, base: str) -> str:
    """The key of a manifest: its path below the stacks folder without extension."""
    relative = os.path.relpath(path, base) if os.path.isabs(path) else path
    relative = relative.replace(os.sep, "/")
    for extension in (".yaml.tmpl", ".yml.tmpl", ".yaml", ".yml"):
        if relative.endswith(extension):
            return relative[: -len(extension)]
    return relative


def translate(pattern: str) -> str:
    """A glob as a regular expression over whole paths: `*`, `?`, `[...]`, `{a,b}` and `**` for any folders."""
    out: list[str] = []
    index, count, depth = 0, len(pattern), 0
    while index < count:
        char = pattern[index]
        if char == "*":
            if pattern.startswith("**", index):
                before = index == 0 or pattern[index - 1] == "/"
                if before and pattern.startswith("**/", index):
                    out.append("(?:[^/]+/)*")
                    index += 3
                    continue
                out.append(".*" if before and index + 2 == count else "[^/]*")
                index += 2
                continue
            out.append("[^/]*")
        elif char == "?":
            out.append("[^/]")
        elif char == "[":
            end = pattern.find("]", index + 2)
            if end < 0:
                out.append(re.escape(char))
            else:
                body = pattern[index + 1 : end].replace("\\", "\\\\")
                out.append("[^" + body[1:] + "]" if body[:1] in ("!", "^") else "[" + body + "]")
                index = end
        elif char == "{" and "}" in pattern[index:]:
            out.append("(?:")
            depth += 1
        elif char == "}" and depth:
            out.append(")")
            depth -= 1
        elif char == "," and depth:
            out.append("|")
        elif char == "\\" and index + 1 < count:
            index += 1
            out.append(re.escape(pattern[index]))
        else:
            out.append(re.escape(char))
        index += 1
    return "".join(out) + (")" * depth)


def matcher(pattern: str) -> re.Pattern[str]:
    """A compiled glob; one that is no valid pattern matches itself only."""
    try:
        return re.compile(translate(pattern) + r"\Z", re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern) + r"\Z")


class Tree:
    """The files below folders, each folder walked once."""

    def __init__(self) -> None:
        self._files: dict[str, list[str]] = {}

    def files(self, folder: str) -> list[str]:
        """All files below a folder, sorted; none when it does not exist."""
        if folder not in self._files:
            found: list[str] = []
            for path, folders, names in os.walk(folder):
                folders[:] = [name for name in folders if name not in (".git", ".terraform")]
                found.extend(f"{path}/{name}" for name in names)
            self._files[folder] = sorted(found)
        return self._files[folder]

    def glob(self, pattern: str) -> list[str]:
        """The files that an absolute pattern matches, sorted."""
        if not is_glob(pattern):
            return [pattern] if os.path.isfile(pattern) else []
        fixed = _META.split(pattern, maxsplit=1)[0]
        expression = matcher(pattern)
        return [path for path in self.files(os.path.dirname(fixed)) if expression.match(path)]


def join(base: str, path: str) -> str:
    """A path below a base, normalised; `**` and other globs survive."""
    joined = path if os.path.isabs(path) else f"{base}/{path}"
    return os.path.normpath(joined)


def top_level(tree: Tree, base: str, included: Sequence[str], excluded: Iterable[str]) -> list[str]:
    """The manifests that `included_paths` and `excluded_paths` select, sorted."""
    skip = [matcher(join(base, pattern)) for pattern in excluded if pattern]
    found: dict[str, None] = {}
    for entry in included:
        if not entry:
            continue
        pattern = join(base, entry)
        for candidate in [pattern] if has_extension(entry) else [pattern + extension for extension in EXTENSIONS]:
            for path in tree.glob(candidate):
                if not any(expression.match(path) for expression in skip):
                    found[path] = None
    return sorted(found)


def resolve_import(tree: Tree, base: str, importer: str, path: str) -> list[str]:
    """The files that an import names, in lexical order; empty when there are none."""
    folder = os.path.dirname(importer) if path.startswith(".") else base
    pattern = join(folder, path)
    if is_glob(path):
        found = tree.glob(pattern if has_extension(path) else pattern + ".yaml")
        return [item for item in found if item.endswith(EXTENSIONS)]
    if has_extension(path):
        template = pattern + ".tmpl"
        if pattern.endswith((".yaml", ".yml")) and os.path.isfile(template):
            return [template]
        return [pattern] if os.path.isfile(pattern) else []
    for extension in EXTENSIONS:
        if os.path.isfile(pattern + extension):
            return [pattern + extension]
    return []


_REMOTE = re.compile(r"^(?:[a-z0-9+]+::|[a-z][a-z0-9+.-]*://|git@|(?:[\w-]+\.)+(?:com|org|net|io|dev)/)", re.IGNORECASE)


def is_remote(path: str) -> bool:
    """Whether an import names something outside this machine."""
    return bool(_REMOTE.match(path))
