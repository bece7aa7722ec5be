"""Which identity an `auth` command is about (decisions D4, D9, D39, D44), and what to say when that is not clear."""

from __future__ import annotations

from runner.errors import AtmosError
from runner.globals import SELECT
from runner.identity import DISABLED, VARIABLE, ask, disables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from auth.manager import Manager
    from runner.app import App

NONE_DEFAULT = "No default identity configured. Please choose an identity:"
SEVERAL_DEFAULT = "Multiple default identities found. Please choose one:"


def asked_for(app: App, positional: str = "") -> object:
    """What the command line or the environment asks for: a name, DISABLED, or None when nobody said."""
    flag = app.flags.given.get("identity")
    if positional:
        if flag is not None:
            _no_contradiction(app, positional, str(flag))
        return positional
    return app.identities.choose_builtin(None if flag is None else str(flag))


def _no_contradiction(app: App, positional: str, flag: str) -> None:
    """A name and a different `--identity` are an error that names both (decision D39)."""
    manager = app.identities.manager()
    if flag != SELECT and not disables(flag) and named(app, manager, positional) == named(app, manager, flag):
        return
    shown = "" if flag == SELECT else f"={flag}"
    raise AtmosError(
        f"the identity `{positional}` and `--identity{shown}` contradict each other",
        hints=["Give the identity once"],
    )


def pick(app: App, positional: str = "", *, what: str) -> str:
    """The identity of a command that cannot do without one, as it is configured. `what`: what the command does."""
    asked = asked_for(app, positional)
    if asked is DISABLED:
        raise switched_off(app, what)
    return resolved(app, asked)


def pick_or_none(app: App) -> str | None:
    """The identity of a command that also runs without one; None when authentication is off (decision D9).

    On the short way: the manager is not built for a name that was given, nor for the only default.
    """
    asked = asked_for(app)
    if asked is DISABLED:
        return None
    if isinstance(asked, str):
        return asked
    section = app.config.raw("auth")
    identities = section.get("identities") if isinstance(section, dict) else None
    if isinstance(identities, dict):
        entries = [entry for entry in identities.items() if isinstance(entry[1], dict) and "default" in entry[1]]
        if len(entries) == 1 and entries[0][1]["default"] is True:
            return str(entries[0][0])
    return resolved(app, asked)


def resolved(app: App, asked: object) -> str:
    """The configured spelling of what was asked for, else the default, else what a person chooses."""
    manager = app.identities.manager()
    if isinstance(asked, str):
        return named(app, manager, asked)
    found = manager.defaults()
    if len(found) == 1:
        return found[0]
    if not manager.identities:
        from runner import profile_hints

        profile_hints.offer(app)
        if profile_hints.having_anything(app):
            raise profile_hints.nothing_configured(app, "")
    if app.interactive and manager.identities:
        return ask(app, found or sorted(manager.identities), SEVERAL_DEFAULT if found else NONE_DEFAULT)
    if not found:
        from auth.errors import NoDefaultIdentity
        from runner import profile_hints

        missing = NoDefaultIdentity(manager.identities)
        missing.hints += profile_hints.for_anything(app)
        raise missing
    return manager.default_identity()  # raises what is wrong


def named(app: App, manager: Manager, name: str) -> str:
    """The configured spelling of a name; an unknown one is an error that also looks into the profiles."""
    from auth.errors import IdentityNotFound

    try:
        return manager.resolve(name)
    except IdentityNotFound as error:
        from runner import profile_hints

        profile_hints.offer(app, name)
        error.hints[:0] = profile_hints.for_identity(app, name)
        raise


def switched_off(app: App, what: str) -> AtmosError:
    """Authentication is off for a command that is about nothing else."""
    flag = app.flags.given.get("identity")
    if flag is not None:
        source = f"`--identity={flag}`"
    else:
        name = VARIABLE if app.env.get(VARIABLE, "").strip() else "IDENTITY"
        source = f"`{name}={app.env.get(name, '')}`"
    return AtmosError(
        f"authentication is disabled by {source}, and {what} needs an identity",
        hints=["Leave it out to use the default identity, or name one: `--identity NAME`"],
    )
