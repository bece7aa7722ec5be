"""Which identity a step or command runs as, and the environment that follows (decisions D4, D5, D9, D30, D44).

On the short way: `auth` is imported when an identity is really needed, and its SDK only when no session is at hand.
"""

from __future__ import annotations

import time
from _thread import allocate_lock

from runner.errors import AtmosError, UserAborted, nearest
from runner.globals import SELECT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from auth.manager import Manager
    from runner.app import App
    from runner.keeper import Keeper
    from runner.process.masking import Mask

VARIABLE = "ATMOS_IDENTITY"
INHERITED = "ATMOS_IDENTITY_INHERITED"
OFF = "false"
_DISABLING = ("", "false", "0", "no", "off")


class _Disabled:
    """Authentication is turned off for this run."""

    def __repr__(self) -> str:
        return "DISABLED"


DISABLED = _Disabled()


def disables(value: str) -> bool:
    """Whether a given value of `--identity` turns authentication off: empty or false-like, in any letter case."""
    return value.strip().lower() in _DISABLING


class Ambient:
    """What the caller's environment says. inherited: an outer run of ours said it, not a person (decision D30)."""

    __slots__ = ("disabled", "inherited", "name")

    def __init__(self, env: Mapping[str, str]) -> None:
        value = env.get(VARIABLE, "").strip()
        self.inherited = bool(value) and env.get(INHERITED) == value
        if not value:
            value = env.get("IDENTITY", "").strip()
        self.disabled = bool(value) and disables(value)
        self.name = "" if self.disabled else value


class Identities:
    """The identities of one run. Each is authenticated once, whoever asks, from whatever thread."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.ambient = Ambient(app.env)
        self._managers: dict[int, tuple[object, Manager]] = {}
        self._selected: str | None = None
        self.required_tried: set[tuple[int, str]] = set()
        self.required_told: set[str] = set()
        self._quick: dict[str, tuple[str, dict[str, str], list[str], float] | None] = {}
        self._keeper: Keeper | None = None
        self._masks: list[Mask] = []
        self._guard = allocate_lock()

    # -- choosing ----------------------------------------------------------------------------------

    def choose(self, flag: str | None, owner: str = "", step: str = "") -> str | _Disabled | None:
        """The identity of a step (decision D4): disabled > the step's > the flag's > its owner's > none.

        flag: None when absent, SELECT when bare. The environment stands in for an absent flag, but only
        replaces an identity that is configured, and an inherited one not even that. `identity: false` of a step or an
        owner (any value that disables) means nobody, for what is nested in it too.
        """
        owner, step = owner.strip(), step.strip()
        if flag is not None and disables(flag):
            return DISABLED
        if flag is None and self.ambient.disabled:
            return DISABLED
        if step:
            return DISABLED if disables(step) else step
        if flag == SELECT:
            return self.select()
        if flag is not None:
            return flag.strip()
        if owner and disables(owner):
            return DISABLED
        if owner:
            return self.ambient.name if self.ambient.name and not self.ambient.inherited else owner
        return None

    def choose_builtin(self, flag: str | None) -> str | _Disabled | None:
        """The identity a built-in command was asked to use, None where nobody said: then its default counts (D44)."""
        if flag is not None:
            if disables(flag):
                return DISABLED
            return self.select() if flag == SELECT else flag.strip()
        if self.ambient.disabled:
            return DISABLED
        return self.ambient.name or None

    def select(self) -> str:
        """Ask a person, once per run. AtmosError without a terminal or without identities."""
        if self._selected is None:
            self._selected = ask(self.app, sorted(self.manager().identities), "Select an identity:")
        return self._selected

    # -- environments ------------------------------------------------------------------------------

    def manager(self, section: Mapping[str, object] | None = None) -> Manager:
        """The auth manager of the configured `auth` section, or of one merged for a component."""
        key = id(section) if section is not None else 0
        if key not in self._managers:  # the section is kept: the id of one that is gone may come back as another's
            self._managers[key] = section, build_manager(self.app, section)
        return self._managers[key][1]

    def environment(
        self,
        name: str,
        env: Mapping[str, str],
        *,
        context: str = "",
        manager: Manager | None = None,
        long_run: bool = False,
    ) -> dict[str, str]:
        """The exact environment of a process that runs as `name` (decision D5). Authenticates when no session is at hand.

        context: what wants it, as in `custom command "deploy"`, for the message of a failure.
        manager: the one to ask where it is not the configured one (a component's).
        long_run: the process may outlive its session; where it can, it is to fetch a new one by itself.
        """
        if manager is None:
            known = self._known(name)
            if known is not None:
                canonical, to_set, to_unset, until = known
                result = {key: value for key, value in env.items() if key not in to_unset}
                result.update(to_set)
                result[VARIABLE] = result[INHERITED] = canonical
                self._keep(canonical, until, None)
                return result
            try:
                manager = self.manager()
            except Exception as error:
                raise failure(error, name, context, None, self.app) from error
        try:
            canonical = manager.resolve(name)
            session = manager.authenticate(canonical)
            result = manager.prepare(canonical, env, long_run=long_run)
        except Exception as error:
            raise failure(error, name, context, manager, self.app) from error
        result[VARIABLE] = result[INHERITED] = canonical
        self._keep(canonical, session.expires_at.timestamp() if session.expires_at else None, manager)
        return result

    def _keep(self, name: str, until: float | None, manager: Manager | None) -> None:
        """Renew a session before it ends, while whatever is started now runs."""
        if self._keeper is None:
            from runner.keeper import Keeper

            self._keeper = Keeper(self.app.log.debug)

        def renew() -> float | None:
            ends = manager.renew(name) if manager is not None else self._renewed(name)
            for mask in self._masks:
                mask.add(self.secrets())
            return ends

        self._keeper.watch(name, until, renew)

    def _renewed(self, name: str) -> float | None:
        """Renew a session that was found the short way, in a process of its own."""
        from runner.keeper import run_quietly

        app = self.app
        entry = app.config.raw("auth")["identities"][name].get("session") or {}
        if not isinstance(entry, dict) or str(entry.get("refresh", True)).strip().lower() in _DISABLING:
            return None
        argv = [app.executable, *_selection(app, _project(app)), "auth", "credential-process", name]
        run_quietly(argv, app.env)
        found = self._at_hand(name)
        return found[3] if found is not None else None

    def _known(self, name: str) -> tuple[str, dict[str, str], list[str], float] | None:
        """The variables of an unexpired session, found the short way: one small file, no SDK, no keyring."""
        with self._guard:
            known = self._quick.get(name)
            if name not in self._quick or (known is not None and known[3] <= time.time()):
                known = self._quick[name] = self._at_hand(name)
            return known

    def _at_hand(self, name: str) -> tuple[str, dict[str, str], list[str], float] | None:
        from auth import session_index

        return session_index.quick(self.app.config.raw("auth") or {}, name, _project(self.app), self.app.env)

    def disabled(self, env: Mapping[str, str]) -> dict[str, str]:
        """The environment of a process in a run whose authentication is off: nothing nested authenticates (D30)."""
        result = dict(env)
        result[VARIABLE] = OFF
        result.pop(INHERITED, None)
        return result

    def secrets(self) -> list[str]:
        """Values of the sessions of this run that must not be shown."""
        found: list[str] = []
        for _, manager in list(self._managers.values()):
            found.extend(manager.secret_values())
        for known in list(self._quick.values()):
            if known is not None:
                found.extend(_file_secrets(known[1]))
        return found

    def hide(self, mask: Mask) -> None:
        """Give a mask the secrets of this run's sessions, and of those that take their place while it runs."""
        if mask not in self._masks:
            self._masks.append(mask)
        mask.add(self.secrets())

    def close(self) -> None:
        """End what authentication started for this run, such as an emulator."""
        for _, manager in self._managers.values():
            manager.close()


def _file_secrets(variables: Mapping[str, str]) -> list[str]:
    """The secret values of the profile that a session's variables name; what cannot be read cannot be printed either."""
    path, profile = variables.get("AWS_SHARED_CREDENTIALS_FILE"), variables.get("AWS_PROFILE")
    if not path or not profile:
        return []
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except OSError:
        return []
    found: list[str] = []
    inside = False
    for line in lines:
        if line.startswith("["):
            inside = line.strip() == f"[{profile}]"
        elif inside:
            name, _, value = line.partition("=")
            if name.strip() in ("aws_secret_access_key", "aws_session_token"):
                found.append(value.strip())
    return found


def _project(app: App) -> str:
    """What a project is known by in the index of sessions: the folder of its configuration."""
    return app.config.config_dir or app.cwd


def ask(app: App, names: list[str], title: str) -> str:
    """Let a person choose among identities; the error without a terminal."""
    if not app.interactive:
        raise AtmosError(
            "interactive identity selection: requires a TTY",
            hints=["Name one: `--identity NAME`", *known_hint(names)],
        )
    if not names:
        raise AtmosError("no identities available", hints=["Define one under `auth.identities` in atmos.yaml"])
    from runner import identity_menu
    from runner.console import prompts

    details = identity_menu.details(app.identities.manager())
    chosen: str = prompts.select(title, names, details=details, app=app)
    app.err(f"✓ Selected identity: {chosen}\n")
    return chosen


def known_hint(names: list[str]) -> list[str]:
    """The names there are, as a hint."""
    return [f"Identities: {', '.join(sorted(names))}"] if names else []


def failure(error: Exception, name: str, context: str, manager: Manager | None, app: App | None = None) -> Exception:
    """The error of an identity that could not be used, in the words of the command or step that wanted it."""
    if isinstance(error, AtmosError) or not hasattr(error, "message"):
        return error
    from auth import errors

    if isinstance(error, errors.UserAborted):
        return UserAborted(interrupt=error.exit_code == UserAborted().exit_code)
    cause = str(getattr(error, "message", error))
    hints = list(getattr(error, "hints", ()))
    known = list(manager.identities) if manager is not None else []
    if "identity not found" in cause and not any("dentities:" in hint for hint in hints):
        close = nearest(name, known)
        hints = ([f"Did you mean `{close[0]}`?"] if close else []) + hints + known_hint(known)
    if app is not None and isinstance(error, errors.IdentityNotFound):
        from runner import profile_hints

        hints = profile_hints.for_identity(app, name) + hints
    message = f'authentication failed for identity "{name}"{" in " + context if context else ""}: {cause}'
    return AtmosError(
        message,
        explanation=str(getattr(error, "explanation", "") or ""),
        hints=hints,
        where=getattr(error, "where", None),
        exit_code=int(getattr(error, "exit_code", 1)),
        context=getattr(error, "context", None),
    )


def show_in_browser(app: App, url: str) -> bool:
    """Open an address in a person's browser; whether one was started."""
    from runner.console import browser

    return browser.show(app, url)


def build_manager(app: App, section: Mapping[str, object] | None = None) -> Manager:
    """An auth manager over plain configuration data, with this run's environment, terminal and positions."""
    import auth

    config = app.config
    raw = config.raw("auth") if section is None else section
    prompter = None
    if app.interactive:
        from runner.console import auth_prompter

        prompter = auth_prompter.AuthPrompter(app)
    from runner.auth_log import AuthLog

    folder = _project(app)
    log = AuthLog(app, raw)

    def where(path: tuple[str, ...]) -> object | None:
        return config.where("auth", *path)

    def refreshable(identity: str) -> bool:
        """Whether `auth credential-process` means the same identity: it knows no component's own ones."""
        return section is None or _same_chain(config.raw("auth") or {}, section, identity)

    return auth.load(
        raw or {},
        env=app.env,
        base_dir=folder,
        project=folder,
        interactive=app.interactive,
        prompter=prompter,
        where=where,
        resolve=config.resolve,
        warn=log.warning,
        notify=log.progress,
        debug=log.debug,
        progress=lambda text: app.spinner.say(text) if app.spinner is not None else None,
        open_browser=lambda url: show_in_browser(app, url),
        refresh_command=[app.executable, *_selection(app, folder)],
        refreshable=refreshable,
    )


def _selection(app: App, folder: str) -> list[str]:
    """The flags with which another process, wherever it is started, reads the configuration that this one reads."""
    import os

    words = ["-C", folder]
    for name in ("config", "config-path"):
        words += [f"--{name}={os.path.join(app.cwd, path)}" for path in app.flags.items(name)]
    if app.flags.text("base-path"):
        words.append(f"--base-path={os.path.join(app.cwd, app.config.base_path)}")
    profiles = app.config.profiles
    return [*words, "--profile", ",".join(profiles)] if profiles else words


def _same_chain(configured: Mapping[str, object], section: Mapping[str, object], identity: str) -> bool:
    from auth import session_index

    try:
        chains = [session_index.chain_of(each, identity) for each in (configured, section)]
    except session_index.Unknown:
        return False
    plain = [[(name, {**entry, "default": None}) for name, entry in chain] for chain in chains]
    return plain[0] == plain[1]
