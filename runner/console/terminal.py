"""Facts about the terminal and its surroundings: CI, interactivity, colour, width (spec: config §2.3, §2.4).

On the short way: imports only `os`.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.globals import GlobalFlags

_CI_MARKERS = (
    "CODEBUILD_BUILD_ARN", "TF_BUILD", "bamboo_planKey", "BITBUCKET_COMMIT", "BITRISE_IO", "BUILDKITE", "CIRCLECI",
    "CIRRUS_CI", "CF_BUILD_ID", "DRONE", "GERRIT_PROJECT", "GITEA_ACTIONS", "GITHUB_ACTIONS", "GITLAB_CI",
    "GO_PIPELINE_LABEL", "BUILDER_OUTPUT", "HARNESS_BUILD_ID", "HUDSON_URL", "PROW_JOB_ID", "SEMAPHORE",
    "TEAMCITY_VERSION", "TRAVIS", "TF_VAR_spacelift_run_id",
)  # fmt: skip


def is_ci(env: Mapping[str, str]) -> bool:
    """Whether this looks like a CI job: no prompts, no browser."""
    return (
        env.get("CI") == "true"
        or any(name in env for name in _CI_MARKERS)
        or ("JENKINS_URL" in env and "BUILD_ID" in env)
        or env.get("CI_NAME") in ("codeship", "sourcehut")
    )


def is_tty(fd: int) -> bool:
    """Whether a file descriptor is a terminal; a closed one is none."""
    try:
        return os.isatty(fd)
    except OSError:
        return False


def forced_tty(flags: GlobalFlags) -> bool:
    """`--force-tty` / `ATMOS_FORCE_TTY`: every stream counts as a terminal."""
    return flags.on("force-tty")


def interactive(flags: GlobalFlags, env: Mapping[str, str]) -> bool:
    """Whether prompts are allowed: `--interactive`, a terminal on stdin, and no CI."""
    return flags.on("interactive") and (is_tty(0) or forced_tty(flags)) and not is_ci(env)


def use_color(
    flags: GlobalFlags, env: Mapping[str, str], settings: Mapping[str, object] | None = None, fd: int = 2
) -> bool:
    """Colour on or off for a stream: the first rule that applies decides (spec: config §2.3)."""
    settings = settings or {}
    if env.get("NO_COLOR"):
        return False
    forced = (
        flags.on("force-color")
        or env.get("FORCE_COLOR", "0") not in ("", "0", "false")
        or bool(settings.get("force_color"))
    )
    if env.get("CLICOLOR") == "0" and not forced:
        return False
    if env.get("CLICOLOR_FORCE") or forced:
        return True
    if flags.on("no-color") or settings.get("no_color") is True or settings.get("color") is False:
        return False
    return is_tty(fd) or forced_tty(flags)


def width(env: Mapping[str, str], fd: int = 2, default: int = 120) -> int:
    """Columns of the terminal, else `COLUMNS`, else the default."""
    try:
        columns = os.get_terminal_size(fd).columns
    except OSError:
        columns = 0
    if columns > 0:
        return columns
    text = env.get("COLUMNS", "")
    return int(text) if text.isdigit() and int(text) > 0 else default
