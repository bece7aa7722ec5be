"""What templates of steps may use: delimiters of the configuration, the environment, files, injected functions."""

from __future__ import annotations

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from runner.app import App
    from runner.steps.surroundings import Surroundings

ENGINES = ("go", "jinja2")
MISSING = ("error", "zero", "default")


def delimiters(app: App) -> tuple[str, str] | None:
    """The pair that `templates.settings.delimiters` sets; None for the usual two pairs (decision D15)."""
    value = app.config.get("templates", "settings", "delimiters")
    if value in (None, []):
        return None
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(part, str) and part for part in value):
        raise AtmosError(
            f"invalid 'templates.settings.delimiters' config in 'atmos.yaml': {value}",
            explanation="It has to be a list of two texts: the one that opens and the one that closes an action.",
            where=app.config.where("templates", "settings", "delimiters"),
        )
    pair = (value[0], value[1])
    return None if pair == ("{{", "}}") and app.config.where("templates", "settings", "delimiters") is None else pair


def engine(app: App) -> str:
    """The engine that `templates.settings.engine` names: `go` (the default) or `jinja2`, sandboxed, with the same roots."""
    return _one_of(app, "engine", ENGINES)


def missing(app: App) -> str:
    """What a missing key does where `templates.settings.missing` says so: `error` (the default), `zero` or `default`."""
    return _one_of(app, "missing", MISSING)


def _one_of(app: App, name: str, known: tuple[str, ...]) -> str:
    """A setting of templates that has one of a few values; the first is the default."""
    value = app.config.get("templates", "settings", name)
    if value in (None, ""):
        return known[0]
    if value not in known:
        raise AtmosError(
            f"invalid 'templates.settings.{name}' config in 'atmos.yaml': {value}",
            hints=[f"It is one of {', '.join(f'`{word}`' for word in known)}"],
            where=app.config.where("templates", "settings", name),
        )
    return str(value)


def explained(text: str, error: Any) -> str:
    """What to say below a TemplateError: the line it is about, marked, and what the error has to add itself."""
    from templating import trying

    shown = trying.excerpt(text, error)
    code = "    " + shown.replace("\n", "\n    ") if shown else ""
    return "\n\n".join(part for part in (code, error.explanation) if part)


def policy(run: Surroundings, _data: Mapping[str, Any]) -> Any:
    """Functions see the caller's environment (the step's is `.env`), may read files, ask configured sources, run nothing."""
    return reach(run.app, run.cwd)


def reach(app: App, cwd: str) -> Any:
    """The policy of templates that stand in this project; relative paths start at `cwd`."""
    from templating import Policy

    settings = app.config.get("templates", "settings", "gomplate")
    settings = settings if isinstance(settings, dict) else {}
    sources, timeout = settings.get("datasources"), settings.get("timeout")
    return Policy(
        env=app.env, files=True, network=True, cwd=cwd, datasources=sources if isinstance(sources, dict) else None,
        timeout=timeout if isinstance(timeout, int) and timeout > 0 else 5,
    )  # fmt: skip
