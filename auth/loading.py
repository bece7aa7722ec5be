"""From a configuration to a manager."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from auth import paths
from auth.config import parse
from auth.emulators import Emulators
from auth.errors import AuthError, ConfigError
from auth.kind import Services
from auth.manager import Manager
from auth.prompts import Nobody, Prompter
from auth.realm import realm_of
from auth.store import Store

if TYPE_CHECKING:
    from auth.keyrings import Keyring


def load(
    config: Mapping[str, Any] | str | os.PathLike[str],
    *,
    env: Mapping[str, str] | None = None,
    base_dir: str = "",
    project: str = "",
    interactive: bool = False,
    prompter: Prompter | None = None,
    clock: Callable[[], float] = time.time,
    where: Callable[[tuple[str, ...]], object | None] | None = None,
    resolve: Callable[[tuple[Any, ...]], object] | None = None,
    warn: Callable[[str], None] | None = None,
    notify: Callable[[str], None] | None = None,
    debug: Callable[[str], None] | None = None,
    progress: Callable[[str], None] | None = None,
    refresh_command: Sequence[str] | None = None,
    refreshable: Callable[[str], bool] | None = None,
    open_browser: Callable[[str], bool] | None = None,
) -> Manager:
    """A manager of the identities of a project.

    config: the merged `auth:` section as plain data, or the path of an `atmos.yaml` that has one.
    env: the environment that counts (this process's by default). base_dir: where relative paths start. project: what
    the project is known by in the session index (the folder of its configuration; `base_dir` by default).
    interactive: whether anybody may be asked; prompter: how (a plain terminal by default).
    clock: seconds since 1970. where: gives the place in a file of a path such as `("identities", "dev", "kind")`.
    resolve: gives the value of a deferred YAML function `(tag, argument, file, line)`; `!env` and `!literal` work
    without it. warn, notify, debug: lines for people (warnings; progress such as integrations' results; details).
    progress: told what is going on, for a display that changes.
    refresh_command: how this program is called, for profiles that fetch fresh credentials by themselves.
    refreshable: whether that command knows an identity by the same name (it does by default).
    open_browser: shows an address to a person; whether that worked.
    """
    environment = dict(os.environ) if env is None else dict(env)
    evaluate = resolve or _Simple(environment)
    if isinstance(config, (str, os.PathLike)):
        from auth.yamlfile import read_section

        path = os.path.abspath(os.fspath(config))
        base_dir = base_dir or os.path.dirname(path)
        section, found_where = read_section(path)
        where = where or found_where
        parsed = parse(section, where, evaluate)
    else:
        parsed = parse(config, where, evaluate)
    folder = os.path.abspath(base_dir or ".")
    try:
        realm, source = realm_of(parsed.raw.get("realm"), environment)
        realm_error: AuthError | None = None
    except AuthError as error:
        realm, source, realm_error = "", "", error
        if where is not None:
            error.where = where(("realm",))
    asking = prompter if prompter is not None else (_terminal() if interactive else Nobody(notify))
    silent = _silent
    say_warning = warn or _to_stderr
    keyring_type = environment.get("ATMOS_KEYRING_TYPE", "")
    if keyring_type:
        from auth import keyrings

        if not keyrings.exists(keyring_type):
            say_warning(f'unknown keyring type "{keyring_type}", using system keyring')
    command = tuple(refresh_command) if refresh_command else ("atmos", "-C", folder)

    def open_keyring() -> Keyring:
        from auth.keyrings import open_keyring as open_configured

        return open_configured(
            parsed,
            environment,
            lambda: asking if interactive else None,
            resolve=lambda text: paths.expand(text, environment, folder),
        )

    services = Services(
        env=environment,
        now=clock,
        base_dir=folder,
        project=project or folder,
        interactive=interactive,
        prompter=asking,
        store=Store(realm, open_keyring, debug or silent),
        emulators=Emulators(environment, project or folder, paths.cache_home(environment), notify or silent),
        realm=realm,
        warn=say_warning,
        notify=notify or silent,
        debug=debug or silent,
        progress=progress or silent,
        refresh_command=command,
        refreshable=refreshable or _always,
        sleep=time.sleep,
        open_browser=open_browser or _open_browser,
    )
    return Manager(
        parsed, services, evaluate=evaluate, place=where or _nowhere, realm_source=source, realm_error=realm_error
    )


class _Simple:
    """Evaluates the functions that need nothing but the environment."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def __call__(self, deferred: tuple[Any, ...]) -> object:
        tag, argument = deferred[0], deferred[1]
        if tag == "!literal":
            return argument
        if tag == "!env":
            name, _, default = str(argument).strip().partition(" ")
            return self._env.get(name, default.strip().strip("\"'") or None)
        raise ConfigError(
            f"{tag} cannot be evaluated here",
            hints=["Pass `resolve` to `auth.load`"],
            where=f"{deferred[2]}:{deferred[3]}" if len(deferred) > 3 and deferred[2] else None,
        )


def _terminal() -> Prompter:
    from auth.prompts import Terminal

    return Terminal()


def _to_stderr(text: str) -> None:
    sys.stderr.write(f"WARN {text}\n")


def _always(_identity: str) -> bool:
    return True


def _silent(_text: str) -> None:
    return None


def _nowhere(_path: tuple[str, ...]) -> object | None:
    return None


def _open_browser(url: str) -> bool:
    import webbrowser

    try:
        return webbrowser.open(url)
    except webbrowser.Error:
        return False
