"""What relative paths of the configuration are relative to (spec: config §1.13)."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


def base_path(
    value: str, *, runtime: bool, config_dir: str, cwd: str, root: str, exists: Callable[[str], bool],
) -> str:  # fmt: skip
    """The absolute base path. runtime: the value comes from a flag or variable; root: the git work tree, or ""."""
    anchor = cwd if runtime else config_dir or cwd
    if not value:
        return root or config_dir or cwd
    if os.path.isabs(value):
        return os.path.normpath(value)
    if value in (".", "..") or value.startswith(("./", "../")):
        return os.path.normpath(os.path.join(anchor, value))
    if root:
        folders = [root, cwd]
    else:
        folders = [cwd, config_dir or cwd] if runtime else [config_dir or cwd, cwd]
    for folder in folders:
        path = os.path.normpath(os.path.join(folder, value))
        if exists(path):
            return path
    return os.path.normpath(os.path.join(folders[0], value))


def below(base: str, value: str) -> str:
    """A path of the configuration made absolute: joined to the base path unless it is absolute already."""
    return os.path.normpath(os.path.join(base, value)) if value else base
