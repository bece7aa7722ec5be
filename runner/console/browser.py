"""Showing a person an address in a browser of theirs: never a text browser in this very terminal, never in CI."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from typing import TYPE_CHECKING

from runner.console import terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from runner.app import App


def opener(env: Mapping[str, str], platform: str = sys.platform) -> list[str]:
    """The command that opens an address, to which the address is added; empty where there is none."""
    chosen = env.get("BROWSER", "").split(os.pathsep)[0].strip()
    if chosen and "%s" not in chosen:
        try:
            return shlex.split(chosen)
        except ValueError:
            pass
    if platform == "darwin":
        return ["open"]
    if platform == "win32":
        return ["rundll32", "url.dll,FileProtocolHandler"]
    path = env.get("PATH")
    if env.get("WSL_DISTRO_NAME") and shutil.which("wslview", path=path):
        return ["wslview"]
    if (env.get("DISPLAY") or env.get("WAYLAND_DISPLAY")) and shutil.which("xdg-open", path=path):
        return ["xdg-open"]
    return []


def start(argv: list[str], env: Mapping[str, str]) -> bool:
    """Start a program that outlives us and has nothing to say here."""
    from runner.process import launch

    program = shutil.which(argv[0], path=env.get("PATH"))
    if program is None:
        return False
    null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    try:
        actions: list[tuple[int, ...]] = [(os.POSIX_SPAWN_DUP2, null, number) for number in (0, 1, 2)]
        launch.spawn(argv, env=env, cwd=os.getcwd(), path=program, actions=actions, group=False, session=True)
    except OSError:
        return False
    finally:
        os.close(null)
    return True


def show(app: App, url: str) -> bool:
    """Open an address; whether a browser was started."""
    if terminal.is_ci(app.env) or not url.startswith(("https://", "http://")):
        return False
    command = opener(app.env)
    return bool(command) and start([*command, url], app.env)
