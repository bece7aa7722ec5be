"""One component of one stack: its sections layered from the stack's root to its overrides, before any evaluation."""

from __future__ import annotations

from runner.errors import AtmosError
from runner.stacks.imports import COMPONENT_TYPES, StackFile
from runner.stacks.merge import check_strategy, fold, merge, merge_all
from runner.stacks.values import finish

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.stacks.options import Options

    Map = dict[str, Any]

ROOT_MAPS = ("vars", "settings", "env", "auth", "secrets", "hooks", "generate", "metadata", "dependencies",
             "overrides", "components", *COMPONENT_TYPES)  # fmt: skip
TYPE_MAPS = ("vars", "settings", "env", "auth", "secrets", "hooks", "generate", "providers", "backend",
             "remote_state_backend", "source", "provision", "dependencies", "overrides")  # fmt: skip
COMPONENT_MAPS = (*TYPE_MAPS, "metadata", "locals", "required_providers", "retry", "test", "mocks")
TEXTS = ("command", "backend_type", "remote_state_backend_type", "required_version")
ROOT_METADATA = ("labels", "tags", "custom", "enabled", "locked", "terraform_workspace_pattern")
_OWN_METADATA = ("inherits", "type")  # what a base does not pass on


class Bases:
    """What a component inherits: the bases' own maps, lowest first, and their names, nearest first."""

    def __init__(self, stack: StackFile, kind: str, name: str) -> None:
        self.stack, self.kind, self.name = stack, kind, name
        self.components = stack.components(kind)
        self.order: list[str] = []
        self._open: list[str] = []
        self.pointer = ""
        own = self.own(name)
        pointer = own.get("component")
        if isinstance(pointer, str) and pointer and pointer != name and pointer in self.components:
            self.pointer = pointer
        self._open.append(name)
        self._expand_bases(name, own)

    def own(self, name: str) -> Map:
        """What the manifest says about a component, checked to be a map of maps."""
        value = self.components[name]
        if not isinstance(value, dict):
            shown = "null" if value is None else type(value).__name__
            raise AtmosError(
                f"invalid component map type for component {name}",
                explanation=f"`components.{self.kind}.{name}` in {self.stack.name} is {shown}; "
                f"write `{name}: {{}}` for a component without own configuration.",
                where=self.stack.where("components", self.kind, name),
            )  # fmt: skip
        for section in COMPONENT_MAPS:
            if section in value and not isinstance(value[section], dict):
                raise AtmosError(
                    f"invalid component {section} section: 'components.{self.kind}.{name}.{section}' "
                    f"in the file '{self.stack.key}'",
                    where=self.stack.where("components", self.kind, name, section), hints=[_must_be_map(section)],
                )  # fmt: skip
        for key in TEXTS:
            if isinstance(value.get(key), dict | list):
                raise AtmosError(
                    f"invalid component {key}: 'components.{self.kind}.{name}.{key}' in the file '{self.stack.key}' has to be text",
                    where=self.stack.where("components", self.kind, name, key),
                )  # fmt: skip
        return value

    @property
    def maps(self) -> list[Map]:
        return [self.own(name) for name in self.order]

    @property
    def inheritance(self) -> list[str]:
        return list(dict.fromkeys(reversed(self.order)))

    def _expand_bases(self, name: str, own: Map) -> None:
        metadata = own.get("metadata") or {}
        abstract = metadata.get("type") == "abstract"
        pointer = own.get("component")
        if isinstance(pointer, str) and pointer and pointer in self.components and not (abstract and name != self.name):
            self._expand(pointer, name, "component")
        inherits = metadata.get("inherits")
        if isinstance(inherits, str):
            inherits = [inherits]
        for base in inherits if isinstance(inherits, list) else []:
            self._expand(base, name, "metadata.inherits")

    def _expand(self, base: Any, heir: str, by: str) -> None:
        if base == heir or (self.kind not in COMPONENT_TYPES and str(base) not in self.components):
            return
        if not isinstance(base, str) or base not in self.components:
            raise AtmosError(
                f"component not defined in any config files: the component '{heir}' in the stack manifest "
                f"'{self.stack.key}' inherits from '{base}' (using '{by}'), but '{base}' is not defined in any of "
                f"the config files for the stack '{self.stack.key}'",
                where=self.stack.where("components", self.kind, heir, "metadata") or
                self.stack.where("components", self.kind, heir),
                hints=_near(str(base), self.components),
            )  # fmt: skip
        if base in self._open:
            circle = " -> ".join(f"'{name}'" for name in [*self._open[self._open.index(base) :], base])
            raise AtmosError(
                f"circular component inheritance detected: {circle} in the stack '{self.stack.key}'",
                where=self.stack.where("components", self.kind, heir, "metadata"),
            )
        self._open.append(base)
        self._expand_bases(base, self.own(base))
        self._open.pop()
        self.order.append(base)


def _near(word: str, known: Map) -> list[str]:
    from runner.errors import nearest

    close = nearest(word, known)
    return [f"Did you mean `{close[0]}`?"] if close else ["Define it, or import the manifest that does"]


def _must_be_map(section: str) -> str:
    return f"`{section}` has to be a map; write `{section}: {{}}` or leave it out when it is empty"


def check_root(stack: StackFile) -> None:
    """The sections of a merged manifest are maps."""
    data = stack.data
    for section in ROOT_MAPS:
        if section in data and not isinstance(data[section], dict):
            raise AtmosError(
                f"invalid {section} section in file '{stack.key}'", where=stack.where(section),
                hints=[_must_be_map(section)],
            )  # fmt: skip
    for kind in COMPONENT_TYPES:
        for section in TYPE_MAPS:
            if section in data.get(kind, {}) and not isinstance(data[kind][section], dict):
                raise AtmosError(
                    f"invalid {kind}.{section} section in file '{stack.key}'", where=stack.where(kind, section),
                    hints=[_must_be_map(section)],
                )  # fmt: skip
        for key in TEXTS:
            if isinstance(data.get(kind, {}).get(key), dict | list):
                raise AtmosError(
                    f"invalid {kind}.{key} in file '{stack.key}': it has to be text", where=stack.where(kind, key)
                )
    for kind, section in (data.get("components") or {}).items():
        if not isinstance(section, dict):
            raise AtmosError(f"invalid components.{kind} section in file '{stack.key}'",
                             where=stack.where("components", kind), hints=[_must_be_map(kind)])  # fmt: skip
    metadata = data.get("metadata") or {}
    for key in metadata:
        if key not in ROOT_METADATA:
            raise AtmosError(
                f"metadata field is not allowed at global (stack-wide) scope: `{key}`",
                where=stack.where("metadata", key),
                hints=[f"Allowed for all components of a stack: {', '.join(ROOT_METADATA)}"],
            )  # fmt: skip


class Layered:
    """A component's sections after all layers, still unevaluated, and what follows from them."""

    __slots__ = ("auth_layers", "base", "inheritance", "kind", "module", "name", "own", "sections", "stack", "strategy")

    def __init__(self, stack: StackFile, kind: str, name: str, options: Options) -> None:
        self.stack, self.kind, self.name = stack, kind, name
        bases = Bases(stack, kind, name)
        self.own = own = bases.own(name)
        self.inheritance = bases.inheritance
        data = stack.data
        section = data.get(kind) or {}
        overrides = stack.overrides.get((kind, name))
        if overrides is None:
            overrides = own.get("overrides") or {}
        for key in COMPONENT_MAPS:
            if key in overrides and not isinstance(overrides[key], dict):
                raise AtmosError(f"invalid overrides section for the component {name} in the file '{stack.key}': `{key}` has to be a map",
                                 where=stack.where("overrides", key) or stack.where(kind, "overrides", key))  # fmt: skip
        chain = [*bases.maps, own]

        def layers(key: str, *, root: bool = True, above: bool = True, first: Any = None) -> list[Any]:
            found = [first, data.get(key) if root else None, section.get(key)]
            found += [layer.get(key) for layer in chain]
            return [*found, overrides.get(key) if above else None]

        settings = merge_all(layers("settings"), options.strategy, defer=True)
        self.strategy = strategy = check_strategy(settings.get("list_merge_strategy") or options.strategy)
        if strategy != options.strategy:
            settings = merge_all(layers("settings"), strategy, defer=True)
        if options.github and kind == "terraform":
            integrations = settings.get("integrations")
            integrations = dict(integrations) if isinstance(integrations, dict) else {}
            own_github = integrations.get("github")
            integrations["github"] = merge(options.github, own_github if isinstance(own_github, dict) else {}, strategy)
            settings = {**settings, "integrations": integrations}

        def combined(key: str, **more: Any) -> Map:
            return merge_all(layers(key, **more), strategy, defer=True)

        def last(key: str, first: Any = "", *, root: bool = True, above: bool = False) -> Any:
            found = first
            for value in (
                layers(key, root=False, above=above)
                if root
                else [layer.get(key) for layer in [*chain, overrides if above else {}]]
            ):
                if value not in (None, ""):
                    found = value
            return found

        metadata = self._metadata(chain, data.get("metadata") or {}, options, strategy)
        module = metadata.get("component")
        if not isinstance(module, str) or not module:
            module = bases.pointer or name
        self.module = module
        own_base = (own.get("metadata") or {}).get("component")
        self.base = own_base if isinstance(own_base, str) and own_base else bases.pointer
        self.auth_layers = [layer for layer in layers("auth", first=options.auth) if layer]
        command = options.terraform.get("command") if kind == "terraform" else None
        self.sections = {
            "vars": combined("vars"),
            "settings": settings,
            "env": combined("env", first=options.env),
            "auth": combined("auth", first=options.auth),
            "providers": combined("providers", root=False),
            "hooks": combined("hooks"),
            "generate": combined("generate"),
            "metadata": metadata,
            "dependencies": combined("dependencies", above=False),
            "command": last("command", command or kind, above=True),
            "backend_type": last("backend_type"),
            "backend": combined("backend", root=False, above=False),
            "remote_state_backend_type": last("remote_state_backend_type"),
            "remote_state_backend": combined("remote_state_backend", root=False, above=False),
            "required_version": last("required_version", root=False, above=True),
            "required_providers": merge_all(
                [layer.get("required_providers") for layer in [*chain, overrides]], strategy, defer=True
            ),
            "retry": merge_all([layer.get("retry") for layer in [*chain, overrides]], strategy, defer=True),
            "source": combined("source", root=False, above=False)
            if options.inherit_source
            else dict(own.get("source") or {}),
            "provision": combined("provision", root=False, above=False),
            "locals": merge_all([layer.get("locals") for layer in chain], strategy, defer=True),
            "secrets": combined("secrets"),
            "overrides": overrides,
        }
        for key in ("test", "mocks"):
            if key in own:
                self.sections[key] = own[key]
        if kind not in COMPONENT_TYPES:  # types of one's own have keys of their own
            for key in {key for layer in chain for key in layer} - set(self.sections) - {"component"}:
                values = [layer[key] for layer in chain if key in layer]
                self.sections[key] = fold(values, strategy)

    @staticmethod
    def _metadata(chain: list[Map], root: Map, options: Options, strategy: str) -> Map:
        layers: list[Any] = [root]
        if options.inherit_metadata:
            for base in chain[:-1]:
                found = base.get("metadata") or {}
                layers.append({key: value for key, value in found.items() if key not in _OWN_METADATA})
        layers.append(chain[-1].get("metadata"))
        return merge_all(layers, strategy, defer=True)

    @property
    def metadata(self) -> Map:
        return self.sections["metadata"]  # type: ignore[no-any-return]

    @property
    def abstract(self) -> bool:
        return self.metadata.get("type") == "abstract"

    @property
    def enabled(self) -> bool:
        return self.metadata.get("enabled") is not False

    def finished(self) -> Map:
        """The sections without marks of `!append` and `!unset`."""
        return {key: finish(value) for key, value in self.sections.items()}
