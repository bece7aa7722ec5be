"""The environment of terraform processes: the caller's, the project's, the component's, ours (spec §17)."""

from __future__ import annotations

import os

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Map = dict[str, Any]

MAX_DEPTH = 10
INTERFERING = ("TF_CLI_ARGS", "TF_WORKSPACE")
INTERFERING_PREFIXES = ("TF_VAR_", "TF_CLI_ARGS_")


def as_text(value: Any) -> str:
    """A value of an `env` section as the environment has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        import json

        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def lay(env: dict[str, str], section: Mapping[str, Any]) -> None:
    """An `env` section over an environment; null unsets (decision D46)."""
    for name, value in section.items():
        if value is None:
            env.pop(name, None)
        else:
            env[name] = as_text(value)


def interfering(env: Mapping[str, str]) -> list[str]:
    """Variables of the caller that change what terraform does behind our back."""
    return sorted(name for name in env if name in INTERFERING or name.startswith(INTERFERING_PREFIXES))


def next_level(env: Mapping[str, str]) -> str:
    """`ATMOS_SHLVL` for a child."""
    try:
        level = int(env.get("ATMOS_SHLVL", "0") or "0") + 1
    except ValueError:
        level = 1
    if level > MAX_DEPTH:
        raise AtmosError("ATMOS_SHLVL exceeds maximum allowed depth. Infinite recursion?",
                         hints=["A command that runs itself through atmos never ends; look for one"])  # fmt: skip
    return str(level)


def project_variables(config: Any) -> dict[str, str]:
    """What lets nested runs find the same configuration."""
    folder = config.config_dir
    found = {"ATMOS_BASE_PATH": os.path.abspath(config.base_path), "TF_IN_AUTOMATION": "true"}
    if folder:
        found["ATMOS_CLI_CONFIG_PATH"] = os.path.abspath(folder)
    return found


def cache_home(env: Mapping[str, str]) -> str:
    """Our folder for what can be made again; "" where there is no home."""
    base = env.get("ATMOS_XDG_CACHE_HOME") or env.get("XDG_CACHE_HOME") or os.path.join(env.get("HOME", ""), ".cache")
    return os.path.join(base, "atmos", "terraform") if os.path.isabs(base) else ""


def plugin_cache(env: Mapping[str, str], settings: Map, warn: Callable[[str], None]) -> dict[str, str]:
    """The shared provider cache, unless the user has one of their own or wants none."""
    if settings.get("plugin_cache") is False:
        return {}
    own = env.get("TF_PLUGIN_CACHE_DIR")
    if own is not None:
        if own and own != "/" and os.path.isabs(own):
            return {}
        warn(f"TF_PLUGIN_CACHE_DIR='{own}' is ignored: it has to be an absolute path below the root folder")
    folder = settings.get("plugin_cache_dir")
    if not isinstance(folder, str) or not folder:
        home = cache_home(env)
        if not home:
            return {}
        folder = os.path.join(home, "plugins")
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:
        return {}
    return {"TF_PLUGIN_CACHE_DIR": folder, "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "true"}


def user_agent(env: Mapping[str, str], configured: str) -> dict[str, str]:
    value = env.get("TF_APPEND_USER_AGENT") or configured
    return {"TF_APPEND_USER_AGENT": value} if value else {}
