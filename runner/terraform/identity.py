"""Which identity terraform runs as for a component, and the environment that follows (spec §18, decisions D30, D37, D44)."""

from __future__ import annotations

from runner.errors import AtmosError
from runner.globals import SELECT
from runner.identity import DISABLED, known_hint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from auth.manager import Manager
    from runner.app import App

    Map = dict[str, Any]


class Chosen:
    """An identity with the manager that knows it; name None: nobody is authenticated. off: it was switched off."""

    __slots__ = ("_manager", "name", "off")

    def __init__(self, name: str | None, manager: Manager | Callable[[], Manager] | None, off: bool = False) -> None:
        self.name, self.off = name, off
        self._manager = manager

    @property
    def manager(self) -> Manager | None:
        if callable(self._manager):
            self._manager = self._manager()
        return self._manager

    @property
    def whose(self) -> str:
        """Tells apart who this is, and where: components may give one name to different roles. "" for nobody."""
        if not self.name or self.manager is None:
            return ""
        run = self.manager.run(self.manager.resolve(self.name), prompts=False)
        return f"{run.fingerprint(run.target)} {run.target.entry.text('region')}"


def of_name(app: App, identity: Any) -> Any:
    """What a command or step runs as (a name, switched off, nothing), for the functions of a component it describes."""
    if isinstance(identity, str):
        return Chosen(identity, app.identities.manager)
    return None if identity is None or identity is DISABLED else identity


def merged(app: App, section: Map, layers: list[Map]) -> Map:
    """The `auth` section of a component with the defaults of its nearest layer only (decision D37).

    layers: what atmos.yaml, the stack, the bases and the component say, lowest first.
    """
    from auth import merge

    return merge.settled(section, layers, app.config.resolve)


def choose(app: App, section: Map, flag: str | None, component: str) -> Chosen:
    """The identity for a component, not yet authenticated: flag > environment > component's and stack's default > default."""
    if not section.get("identities") and not section.get("providers"):
        if flag is not None:
            from runner.identity import disables

            if disables(flag):
                return Chosen(None, None, off=True)
            raise AtmosError(
                "no authentication configured",
                explanation=(
                    f"--identity was given for the component {component}, but neither atmos.yaml nor the component has "
                    if component
                    else "--identity was given, but atmos.yaml has no "
                )
                + "providers or identities under `auth`.",
                hints=["Leave out `--identity`, or define the identity under `auth.identities`"],
            )
        return Chosen(None, None)
    if flag is None or flag.strip():
        asked = app.identities.choose_builtin(flag) if flag != SELECT else _select(app, section)
    else:
        asked = DISABLED
    if asked is DISABLED:
        return Chosen(None, None, off=True)
    manager = app.identities.manager(section)
    if isinstance(asked, str):
        return Chosen(asked, manager)
    return Chosen(_default(app, manager), manager)


def asked_must_exist(app: App) -> None:
    """For commands that only list: an identity that is asked for has to be there, though nothing runs as it."""
    flag = app.flags.given.get("identity")
    if isinstance(flag, str):
        section = app.config.raw("auth") or {}
        must_exist(app, choose(app, merged(app, section, [section]), flag, ""))


def must_exist(app: App, chosen: Chosen) -> None:
    """A name that somebody asked for has to be an identity, also where nothing will need to run as it."""
    if chosen.name is None or chosen.manager is None:
        return
    try:
        chosen.manager.resolve(chosen.name)
    except Exception as error:
        from runner.identity import failure

        raise failure(error, chosen.name, "", chosen.manager, app) from error


def _select(app: App, section: Map) -> str:
    from runner.identity import ask

    manager = app.identities.manager(section)
    return ask(app, sorted(manager.identities), "Select an identity:")


def _default(app: App, manager: Manager) -> str:
    """The default of the merged configuration; a person may choose where there is none."""
    defaults = list(manager.defaults())
    names = sorted(manager.identities)
    for name in defaults:
        if not manager.identities[name].given("kind"):
            raise AtmosError(
                f"invalid auth config: invalid identity config: Component default identity `{name}` is not defined",
                explanation="It is marked as the default, but the auth configuration in force says nothing else about it.",
                hints=[
                    "Define it under `auth.identities` in atmos.yaml, in the active profile or in the stack",
                    *known_hint([other for other in names if manager.identities[other].given("kind")]),
                ],
            )
    if len(defaults) == 1:
        return str(defaults[0])
    if app.interactive:
        from runner.identity import ask

        return ask(app, defaults or names, "Select an identity:")
    if defaults:
        raise AtmosError(f"multiple default identities found: [{' '.join(defaults)}]",
                         hints=["Leave `default: true` with one of them, or name one: `--identity NAME`"])  # fmt: skip
    raise AtmosError(
        "no default identity configured for authentication",
        hints=["Name one: `--identity NAME`, or `--identity=false` for none", *known_hint(names)],
    )


def environment(app: App, chosen: Chosen, env: Map) -> dict[str, str]:
    """The environment of a process under the identity; unchanged where nobody is authenticated."""
    if chosen.off:
        return app.identities.disabled(env)
    if chosen.name is None or chosen.manager is None:
        return dict(env)
    try:
        result = app.identities.environment(chosen.name, env, manager=chosen.manager, long_run=True)
    except AtmosError as error:
        error.message = error.message.replace(
            "authentication failed for identity", "failed to authenticate with identity", 1
        )
        raise
    _others(app, chosen)
    return result


def _others(app: App, chosen: Chosen) -> None:
    """Identities that are required beside the chosen one: their failure is a warning."""
    assert chosen.manager is not None
    tried, told = app.identities.required_tried, app.identities.required_told
    for name in chosen.manager.required_identities():
        if name == chosen.manager.resolve(str(chosen.name)) or (id(chosen.manager), name) in tried:
            continue  # one run asks once, whatever the number of its processes
        tried.add((id(chosen.manager), name))
        try:
            chosen.manager.authenticate(name)
        except Exception as error:
            if not hasattr(error, "exit_code"):
                raise
            from runner.console.errors import warn

            text = f'the required identity "{name}" cannot be authenticated (non-fatal): {getattr(error, "message", error)}'
            if text not in told:
                told.add(text)
                warn(app, text)
