"""The environment of a step: one pure function over its layers (ARCHITECTURE.md lists them). On the short way.

The result is complete and exact: the process gets it and nothing else (decision D5).
"""

from __future__ import annotations

import os

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    Entry = tuple[str, str | None]
    from typing import Any

    Layer = Callable[[dict[str, str]], Any]

LEVEL = "ATMOS_SHLVL"
DEEPEST = 10
PROGRAM = "ATMOS_CLI_PATH"


def base(caller: Mapping[str, str], top: Iterable[Entry], executable: str) -> dict[str, str]:
    """Layers 1 to 3: the caller's environment, `env:` of atmos.yaml, and this very program first on PATH."""
    env = dict(caller)
    apply(env, top)
    if executable:
        env[PROGRAM] = executable
        ensure_program(env, executable)
    return env


def ensure_program(env: dict[str, str], executable: str) -> None:
    """Put our own directory first on PATH, so that the word `atmos` means this installation (decision D2)."""
    folder = os.path.dirname(executable)
    path = env.get("PATH", "")
    if path.split(":", 1)[0] != folder:
        env["PATH"] = f"{folder}:{path}" if path else folder


def apply(env: dict[str, str], entries: Iterable[Entry]) -> None:
    """Set each variable; a null unsets it (decision D46)."""
    for key, value in entries:
        if value is None:
            env.pop(key, None)
        else:
            env[key] = value


def extend_path(base_path: str, path: str) -> str:
    """PATH of a layer that extends and never replaces: the new folders, then the base, their common end once."""
    ours, theirs = path.split(":"), base_path.split(":")
    common = 0
    while common < min(len(ours), len(theirs)) and ours[-1 - common] == theirs[-1 - common]:
        common += 1
    cut = len(theirs) - common
    return ":".join([*ours[: len(ours) - common], *theirs[:cut], *theirs[cut:]])


def build(
    start: Mapping[str, str],
    *,
    component: Iterable[Entry] = (),
    owner: Layer | None = None,
    exported: Iterable[Entry] = (),
    identity: Layer | None = None,
    step: Layer | None = None,
    identity_last: bool = False,
    extending: bool = False,
    executable: str = "",
) -> dict[str, str]:
    """Layers 4 to 8 over the result of `base`. Later wins.

    owner, step: functions that set their variables in the environment so far. identity: gives the environment of
    a process that runs under it. In a custom command a step's own variables beat the identity's; in a workflow the
    identity is last. extending: PATH of these layers extends the base's and never replaces it (workflows); otherwise a
    new PATH still begins with our own directory.
    """
    env = dict(start)
    path = env.get("PATH")
    apply(env, component)
    if owner is not None:
        owner(env)
    apply(env, exported)
    _keep_path(env, path, extending, executable)
    if identity is not None and not identity_last:
        env = identity(env) or env
    if step is not None:
        before = env.get("PATH")
        step(env)
        _keep_path(env, before if not extending else path, extending, executable)
    if identity is not None and identity_last:
        env = identity(env) or env
    return env


def _keep_path(env: dict[str, str], path: str | None, extending: bool, executable: str) -> None:
    now = env.get("PATH")
    if now is None or path is None or now == path:
        return
    if extending:
        env["PATH"] = extend_path(path, now)
    elif executable:
        ensure_program(env, executable)


def enter_level(env: dict[str, str]) -> None:
    """Layer 9: one level deeper. AtmosError at the eleventh: a command that runs itself must end."""
    text = env.get(LEVEL, "") or "0"
    try:
        level = int(text) + 1
    except ValueError:
        raise AtmosError(
            "converting ATMOS_SHLVL to number error", explanation=f"`ATMOS_SHLVL` is `{text}`, which is no number."
        ) from None
    if level > DEEPEST:
        raise AtmosError(
            f"ATMOS_SHLVL exceeds maximum allowed depth. Infinite recursion? current={level}, max={DEEPEST}"
        )
    env[LEVEL] = str(level)
