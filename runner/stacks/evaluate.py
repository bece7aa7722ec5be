"""From merged sections to values: templates (each text once), then YAML functions, then the merge that waited (spec §11).

Every text is rendered by itself, so what a template prints can never become structure. A text that YAML would write
without quotes is typed again after rendering, as if it stood in the file: `1{{ .vars.zero }}` can become a number.
"""

from __future__ import annotations

from runner.errors import AtmosError
from runner.stacks.values import APPEND, LAYERS, LITERAL, SCOPED, UNSET, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Map = dict[str, Any]

UNTOUCHED = ("component_info", "mocks", "sources")
_INDICATORS = frozenset("{[\"'!&*%@`|>#,?-:")


def plain_in_yaml(text: str) -> bool:
    """Whether YAML writes a text without quotes, so that it is typed by what it looks like."""
    if not text or text[0] in _INDICATORS or text != text.strip():
        return False
    return not ("\n" in text or ": " in text or " #" in text or text.endswith(":"))


class Templates:
    """Renders the texts of one component's section with that section as data."""

    def __init__(
        self,
        data: Map,
        settings: Mapping[str, Any],
        functions: Mapping[str, Any],
        env: Mapping[str, str],
        label: str,
        evaluate: Callable[[Any], Any] | None = None,
    ) -> None:
        self.data = data
        self.functions = functions
        self.label = label
        self.evaluate = evaluate
        self.delimiters = delimiters_of(settings)
        self.missing = missing_of(settings)
        self.passes = max(1, settings.get("evaluations") or 1) if isinstance(settings.get("evaluations"), int) else 1
        self.sets = tuple(name for name in ("sprig", "gomplate")
                          if isinstance(settings.get(name), dict) and settings[name].get("enabled") is True)  # fmt: skip
        more = settings.get("env")
        self.env = {**env, **{key: str(value) for key, value in more.items()}} if isinstance(more, dict) else env
        gomplate = settings.get("gomplate")
        self.datasources = gomplate.get("datasources") if isinstance(gomplate, dict) else None
        self.timeout = seconds_of(gomplate.get("timeout") if isinstance(gomplate, dict) else None)
        self._locals: dict[int, Map] = {}

    def section(self, value: Any, path: str = "") -> Any:
        """A structure with every text rendered."""
        if isinstance(value, dict):
            return {self._key(key, path): self.section(item, f"{path}.{key}") for key, item in value.items()}
        if isinstance(value, list):
            return [self.section(item, f"{path}[{index}]") for index, item in enumerate(value)]
        if isinstance(value, str):
            return self.text(value, path) if self.delimiters[0] in value else value
        if type(value) is tuple:
            return self._tagged(value, path)
        return value

    def _key(self, key: str, path: str) -> str:
        return self._render(key, self.data, path) if self.delimiters[0] in key else key

    def text(self, text: str, path: str, data: Map | None = None) -> Any:
        """One text; its kind as a YAML file would give it."""
        bare = plain_in_yaml(text)
        result = text
        for _ in range(self.passes):
            if self.delimiters[0] not in result:
                break
            result = self._render(result, self.data if data is None else data, path)
        if bare and plain_in_yaml(result):
            from runner.config import scalars

            return scalars.resolve(result)
        return result

    def _render(self, text: str, data: Map, path: str) -> str:
        import templating
        from templating import Policy

        try:
            return templating.render(
                text, data, missing=self.missing, delimiters=self.delimiters, functions=self.functions,
                name=f"{self.label} {path}", sets=self.sets,
                policy=Policy(env=self.env, files=True, network=True, datasources=self.datasources, timeout=self.timeout),
            )  # fmt: skip
        except Exception as error:
            if not hasattr(error, "message"):
                raise
            from runner.steps.templates import explained

            raise AtmosError(
                f"{self.label}: the template in `{path.lstrip('.')}` cannot be rendered: {error.message}",
                explanation=explained(text, error),
                hints=self._hints(error),
            ) from error

    def _hints(self, error: Any) -> list[str]:
        hints = list(getattr(error, "hints", ()) or ())
        off = [name for name in ("sprig", "gomplate") if name not in self.sets]
        if "not defined" in error.message and off:
            hints.append(f"Functions of {' and '.join(off)} need `templates.settings.{off[0]}.enabled: true`")
        return hints

    def _tagged(self, value: tuple[Any, ...], path: str) -> Any:
        tag, argument = value[0], value[1]
        if tag in (LITERAL, UNSET):
            return value
        if tag == SCOPED:
            return self.text(argument, path, {**self.data, "locals": self._file_locals(value[4])})
        if tag in (LAYERS, APPEND):
            return (tag, self.section(argument, path), *value[2:])
        if isinstance(argument, str) and self.delimiters[0] in argument:
            return (tag, self._render(argument, self.data, path), *value[2:])
        return value

    def _file_locals(self, found: Any) -> Map:
        """The locals of the file that a text stands in, now that everything they may refer to is known."""
        if id(found) not in self._locals:
            values, _ = found.resolve(self.data, self.evaluate)
            own = self.data.get("locals")
            self._locals[id(found)] = {**plain(values), **(own if isinstance(own, dict) else {})}
        return self._locals[id(found)]


def delimiters_of(settings: Mapping[str, Any]) -> tuple[str, str]:
    """The configured delimiters, checked."""
    found = settings.get("delimiters")
    if not found:
        return ("{{", "}}")
    if isinstance(found, list) and len(found) == 2 and all(isinstance(item, str) and item for item in found):
        return (found[0], found[1])
    raise AtmosError(
        f"invalid 'templates.settings.delimiters' config in 'atmos.yaml': {found}",
        explanation="The delimiters are a list of exactly two texts, the left and the right one.\n"
        "Neither of them may be empty.",
        hints=['The default is `delimiters: ["{{", "}}"]`'],
    )


def seconds_of(timeout: Any) -> float:
    """How long data sources may take; 5 seconds unless set."""
    return float(timeout) if isinstance(timeout, int | float) and not isinstance(timeout, bool) and timeout > 0 else 5.0


def missing_of(settings: Mapping[str, Any]) -> str:
    """What a missing key does in manifests: it prints `<no value>` unless the settings say otherwise."""
    from runner.steps.templates import MISSING

    found = settings.get("missing") or "default"
    if found not in MISSING:
        raise AtmosError(f"invalid 'templates.settings.missing' config in 'atmos.yaml': {found}",
                         hints=[f"It is one of {', '.join(MISSING)}"])  # fmt: skip
    return str(found)


def settings_of(options_templates: Mapping[str, Any], section: Map) -> Map:
    """The template settings of `atmos.yaml` with what a component may change of them."""
    settings = dict(options_templates)
    own = section.get("settings")
    for name in ("templates", "settings"):
        own = own.get(name) if isinstance(own, dict) else None
    if not isinstance(own, dict):
        return settings
    if isinstance(own.get("env"), dict):
        settings["env"] = {**(settings.get("env") or {}), **plain(own["env"])}
    gomplate = own.get("gomplate")
    if isinstance(gomplate, dict):
        base = dict(settings.get("gomplate") or {})
        for name in ("timeout", "datasources"):
            if name in gomplate:
                base[name] = plain(gomplate[name])
        settings["gomplate"] = base
    return settings
