"""The functions that manifests' templates have besides the general ones: `atmos.Component`, `atmos.Resolve`, …"""

from __future__ import annotations

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from runner.app import App
    from runner.stacks.project import Found

    Map = dict[str, Any]

_MAX_DEPTH = 50
_busy: list[tuple[str, str]] = []
_cache: dict[tuple[App, str, str], Map] = {}


def of(app: App, found: Found | None = None, identity: Callable[[], Any] | None = None) -> Map:
    """The `atmos` namespace; found: the component whose templates call it, None outside of manifests.

    identity: tells, when it is needed, what reading another component's values runs as.
    """
    atmos = Atmos(app, found, identity)
    return {
        "atmos": {"Component": atmos.component, "Resolve": atmos.resolve, "Store": atmos.store},
        "collectKeys": collect_keys,
    }


def collect_keys(value: Any, nested: str = "") -> list[str]:
    """The sorted keys of a map, or the distinct keys of a map in each of its values."""
    if not isinstance(value, dict):
        raise AtmosError(f"expected a map, got {type(value).__name__}")
    if not nested:
        return sorted(value)
    return sorted(
        {
            key
            for item in value.values()
            if isinstance(item, dict) and isinstance(item.get(nested), dict)
            for key in item[nested]
        }
    )


class Atmos:
    """Methods of `atmos` in a template."""

    def __init__(self, app: App, found: Found | None, identity: Callable[[], Any] | None) -> None:
        self._app, self._found = app, found
        self._identity = identity or (lambda: None)

    def component(self, component: str, stack: str) -> Map:
        """A component's sections, with its terraform outputs where they are asked for."""
        from runner import stacks

        if self._found is not None and not self._found.layered.enabled:
            return {"vars": {}, "settings": {}, "env": {}, "metadata": {}, "backend": {}, "outputs": {}}
        key = (self._app, str(component), str(stack))
        if key in _cache:
            return _cache[key]
        call = (str(component), str(stack))
        if call in _busy or len(_busy) > _MAX_DEPTH:
            chain = " -> ".join(f"{name} in {where}" for name, where in [*_busy, call])
            raise AtmosError(f"circular dependency between components: {chain}")
        _busy.append(call)
        try:
            result = stacks.describe_component(self._app, call[0], call[1], identity=self._identity(), kind=None)
        finally:
            _busy.pop()
        _cache[key] = Sections(result, self._app, self._identity())
        return _cache[key]

    def resolve(self, text: str) -> Any:
        """A YAML function written as text, evaluated; other text unchanged."""
        from runner.stacks import functions
        from runner.stacks.values import FUNCTIONS

        tag, _, argument = str(text).strip().partition(" ")
        if not tag.startswith("!"):
            return text
        if tag not in FUNCTIONS:
            from runner.config import functions as shared

            raise shared.unsupported(tag, None, supported=FUNCTIONS, files="templates")
        stack = self._found.name if self._found else ""
        section = self._found.layered.sections if self._found else {}
        evaluator = functions.Evaluator(self._app, stack=stack, section=section,
                                        strategy="replace", identity=self._identity())  # fmt: skip
        return evaluator.call(tag, argument.strip())

    def store(self, store: str, stack: str, component: str, key: str) -> Any:
        """A value from a configured store."""
        from runner.stacks import stores

        call = f"invalid template function: atmos.Store({store}, {stack}, {component}, {key})"
        if store not in stores.configured(self._app):
            raise AtmosError(f"{call}: store '{store}' not found")
        try:
            return stores.value(self._app, str(store), str(stack), str(component), str(key), self._identity())
        except AtmosError as error:
            error.message = f"{call}: {error.message}"
            raise


class Sections(dict[str, "Any"]):
    """A described component whose `outputs` are read when a template first looks at them."""

    def __init__(self, described: Map, app: App, identity: Any) -> None:
        super().__init__(described)
        self._app, self._identity = app, identity

    def __contains__(self, key: object) -> bool:
        return key == "outputs" or super().__contains__(key)

    def __missing__(self, key: str) -> Any:
        if key != "outputs":
            raise KeyError(key)
        from runner.stacks import outputs

        self["outputs"] = outputs.all_outputs(self._app, self["atmos_component"], self["atmos_stack"], self._identity)
        return self["outputs"]

    def get(self, key: str, default: Any = None) -> Any:
        try:
            return self[key]
        except KeyError:
            return default
