"""What templates of steps may use: delimiters of the configuration, the environment, files, injected functions."""

from __future__ import annotations

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from runner.app import App
    from runner.steps.surroundings import Surroundings


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
    value = app.config.get("templates", "settings", "engine")
    if value in (None, ""):
        return "go"
    if value not in ("go", "jinja2"):
        raise AtmosError(
            f"invalid 'templates.settings.engine' config in 'atmos.yaml': {value}",
            hints=["The engines are `go` and `jinja2`"],
            where=app.config.where("templates", "settings", "engine"),
        )
    return str(value)


def policy(run: Surroundings, _data: Mapping[str, Any]) -> Any:
    """Functions see the caller's environment (the step's is `.env`), may read files, ask configured sources, run nothing."""
    from templating import Policy

    sources = run.app.config.get("templates", "settings", "gomplate", "datasources")
    return Policy(
        env=run.app.env, files=True, network=True, cwd=run.cwd,
        datasources=sources if isinstance(sources, dict) else None,
    )  # fmt: skip
