"""The container runtime that is on PATH (docker, podman, nerdctl), and what its command lines look like."""

from __future__ import annotations

import os
import subprocess

from runner.errors import AtmosError, Where
from runner.process import launch, signals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from runner.app import App
    from runner.steps.context import Context
    from runner.steps.model import Step

RUNTIMES = ("docker", "podman", "nerdctl")
VARIABLE = "ATMOS_CONTAINER_RUNTIME"
WITH = (
    "image", "ports", "volumes", "user", "entrypoint", "workdir", "network", "platform", "pull", "mount", "health", "action",
    "args",
)  # fmt: skip
HEALTH = ("command", "interval", "timeout")
PULLS = ("missing", "always", "never")
# variables that name files of an identity: the files come along, at the same place
FILES = (
    "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "KUBECONFIG", "DOCKER_CONFIG",
    "AZURE_CONFIG_DIR", "GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG",
)  # fmt: skip
OURS = ("PATH", "ATMOS_CLI_PATH", "PWD", "SHLVL")  # of this machine; they mean nothing inside
UNSUPPORTED = "step type `container` is not supported here"


def runtime(env: Mapping[str, str], cwd: str) -> str:
    """The runtime's file. AtmosError when there is none."""
    wanted = env.get(VARIABLE, "")
    for name in (wanted,) if wanted else RUNTIMES:
        path = launch.find(name, env, cwd)
        if path is not None:
            return path
    names = f"`{wanted}` ({VARIABLE})" if wanted else " nor ".join(RUNTIMES)
    raise AtmosError(
        f"{UNSUPPORTED}: {'' if wanted else 'neither '}{names} {'is not' if wanted else 'is'} on PATH",
        hints=["Install a container runtime, or do the same in a shell step"],
    )


def require(app: App, steps: Iterable[Step]) -> None:
    """Before anything runs: containers need a runtime that answers."""
    step = next((step for step in steps if step.type == "container"), None)
    if step is None:
        return
    try:
        path = runtime(app.env, app.cwd)
        answer = ask(path, ["version"], app.env)
        if answer.returncode:
            said = answer.stderr.strip().splitlines()
            raise AtmosError(
                f"{UNSUPPORTED}: {os.path.basename(path)} is on PATH but does not work",
                explanation=said[-1] if said else "",
                hints=[f"See what `{os.path.basename(path)} version` says"],
            )
    except AtmosError as error:
        error.message = f'{error.message}: step "{step.label}"'
        error.args = (error.message,)
        error.where = Where(*step.where) if step.where else None
        raise


def ask(path: str, words: list[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Ask the runtime something. In a session of its own: what ends a run must not end its cleaning up."""
    try:
        return subprocess.run(
            [path, *words], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
            start_new_session=True, timeout=120,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess([path, *words], 125, "", str(error))


def remove(path: str, name: str, env: Mapping[str, str]) -> None:
    """End a container and remove it, if there is one. A second signal does not cut this short."""
    with signals.holding():
        ask(path, ["rm", "--force", "--volumes", name], env)


def name_of(ctx: Context) -> str:
    """A name that no other container has; the same when an interrupted run goes on, so that it finds what it left."""
    run = ctx.run.owner.run_id or os.urandom(6).hex()
    word = "".join(char if char.isascii() and char.isalnum() else "-" for char in ctx.step.label)
    return f"atmos-{run}-{ctx.step.index}-{word}"[:120]


def run_words(ctx: Context, name: str, *, detach: bool) -> list[str]:
    """`run …` for a step. Values of variables are not among the words: the runtime takes them from its environment."""
    given: dict[str, Any] = ctx.step.get("with") or {}

    def text(field: str) -> str:
        return ctx.render(given.get(field), f"with.{field}").strip() if given.get(field) is not None else ""

    words = ["run", "--rm", "--name", name, "--label", "atmos.step=" + ctx.step.label]
    if detach:
        words.append("--detach")
    for flag in ("user", "network", "platform", "pull", "entrypoint"):
        if text(flag):
            words += [f"--{flag}", text(flag)]
    for port in _texts(ctx, given, "ports"):
        words += ["--publish", port]
    volumes = [_volume(ctx, volume) for volume in _texts(ctx, given, "volumes")]
    project = ctx.app.config.base_path or ctx.cwd
    if given.get("mount", True) is not False:
        volumes.insert(0, f"{project}:{project}")
        words += ["--workdir", text("workdir") or ctx.cwd]
    elif text("workdir"):
        words += ["--workdir", text("workdir")]
    for variable, value in sorted(ctx.env.items()):
        if variable in OURS or ctx.run.base_env.get(variable) == value:
            continue
        words += ["--env", variable]
        if variable in FILES:
            volumes += [
                f"{path}:{path}:ro" for path in value.split(os.pathsep) if os.path.isabs(path) and os.path.exists(path)
            ]
    for volume in dict.fromkeys(volumes):
        words += ["--volume", volume]
    words.append(text("image"))
    command = ctx.text("command").strip("\n")
    if command.strip():
        words += ["sh", "-c", command] if not text("entrypoint") else ["-c", command]
    return words + _texts(ctx, given, "args")


def _texts(ctx: Context, given: dict[str, Any], field: str) -> list[str]:
    value = given.get(field)
    items = value if isinstance(value, list) else [] if value is None else [value]
    return [ctx.render(item, f"with.{field}") for item in items]


def _volume(ctx: Context, text: str) -> str:
    """A relative or home folder of this machine as an absolute one."""
    source, colon, rest = text.partition(":")
    if source.startswith(("./", "../", "~")) or source in (".", ".."):
        source = os.path.normpath(os.path.join(ctx.cwd, os.path.expanduser(source)))
    return source + colon + rest
