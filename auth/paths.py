"""Where things rest: the configuration, cache and data directories, and the realm. Cheap to import.

Each base is the first of `ATMOS_XDG_<X>_HOME`, `XDG_<X>_HOME` and the platform's own; then `atmos`.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def home(env: Mapping[str, str]) -> str:
    """The user's home directory, from the given environment rather than this process's."""
    found = env.get("HOME") or (env.get("USERPROFILE") if os.name == "nt" else "")
    return found or os.path.expanduser("~")


def expand(path: str, env: Mapping[str, str], base: str = ".") -> str:
    """An absolute path: `~` is the user's home, a relative path starts at `base`."""
    if path == "~" or path.startswith("~/"):
        path = home(env) + path[1:]
    return os.path.normpath(os.path.join(os.path.abspath(base), path))


def _base(name: str, unix: str, windows: str, env: Mapping[str, str]) -> str:
    for variable in (f"ATMOS_XDG_{name}_HOME", f"XDG_{name}_HOME"):
        if env.get(variable):
            return os.path.join(env[variable], "atmos")
    if os.name == "nt":
        return os.path.join(env.get(windows) or home(env), "atmos")
    return os.path.join(home(env), unix, "atmos")


def config_home(env: Mapping[str, str]) -> str:
    """`~/.config/atmos`: cloud files, profiles."""
    return _base("CONFIG", ".config", "APPDATA", env)


def cache_home(env: Mapping[str, str]) -> str:
    """`~/.cache/atmos`: what may be thrown away."""
    return _base("CACHE", ".cache", "LOCALAPPDATA", env)


def data_home(env: Mapping[str, str]) -> str:
    """`~/.local/share/atmos`: the file keyring."""
    return _base("DATA", os.path.join(".local", "share"), "LOCALAPPDATA", env)
