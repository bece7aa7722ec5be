"""All stacks of a project: which manifests there are, what their stacks are called, which one holds a component."""

from __future__ import annotations

from runner.errors import AtmosError, Where, nearest
from runner.stacks import backend, discover, locals_, missing, naming, rendering
from runner.stacks.cache import ManifestCache
from runner.stacks.imports import COMPONENT_TYPES, Loader, StackFile
from runner.stacks.layers import Layered, check_root
from runner.stacks.manifest import Reader, shown
from runner.stacks.options import Options
from runner.stacks.values import CONFIGURED, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from runner.stacks.imports import Fetch

    Map = dict[str, Any]

# Sections of a described component that do not make two definitions different.
_WHERE_FROM = ("atmos_cli_config", "atmos_stack", "stack", "atmos_stack_file", "atmos_manifest", "sources", "imports",
               "deps", "deps_all")  # fmt: skip


class Unnamed(AtmosError):
    """A stack's name cannot be computed for a component."""


class Found:
    """A component in a stack: its layers, the stack's own name and the one it was asked for by."""

    __slots__ = ("asked", "layered", "name", "stack")

    def __init__(self, layered: Layered, stack: StackFile, name: str, asked: str) -> None:
        self.layered, self.stack, self.name, self.asked = layered, stack, name, asked


class Project:
    """Manifests are read when first needed, each once; broken ones are noted and stop only who needs them (D45)."""

    def __init__(self, options: Options, warn: Callable[[str], None], include: Any = None,
                 cache: ManifestCache | None = None, fetch: Fetch | None = None) -> None:  # fmt: skip
        self.options = options
        self.warn = warn
        self.tree = discover.Tree()
        self.reader = Reader(
            options.stacks_path,
            include,
            templates_enabled=options.templates_enabled,
            cache=cache,
            environ=options.environ,
        )
        self.loader = Loader(options.stacks_path, self.reader, self.tree, strategy=options.strategy,
                             render_paths=options.templates_enabled, fetch=fetch)  # fmt: skip
        self.broken: dict[str, AtmosError] = {}
        self._paths: list[str] | None = None
        self._stacks: dict[str, StackFile] = {}
        self._layered: dict[tuple[str, str, str], Layered] = {}
        self._warned: set[str] = set()
        self._left_out: set[tuple[str, str]] = set()

    # -- manifests -----------------------------------------------------------------------------------

    def paths(self, stack: str = "") -> list[str]:
        """The top-level manifests. AtmosError when the project has none."""
        if self._paths is None:
            self.options.require()
            options = self.options
            self._paths = discover.top_level(self.tree, options.stacks_path, options.included, options.excluded)
        if not self._paths:
            asked = f" for the provided stack '{stack}'" if stack else ""
            shown_paths = ", ".join(self.options.included)
            raise AtmosError(
                f"no stack manifests found{asked} in the paths {shown_paths}",
                explanation=f"Stacks directory: {self.options.stacks_path}",
                hints=["Check `stacks.included_paths` and `stacks.excluded_paths`"],
            )
        return self._paths

    def load(self, path: str) -> StackFile:
        """One top-level manifest, checked. AtmosError, the same each time, when it is broken."""
        if path in self.broken:
            raise self.broken[path]
        if path not in self._stacks:
            try:
                stack = self.loader.stack(path)
                check_root(stack)
            except AtmosError as error:
                name = shown(path, self.options.stacks_path)
                text = f"{error.message} {error.explanation}"
                if name not in text and discover.file_key(path, self.options.stacks_path) not in text:
                    error.explanation = f"{error.explanation}\n\nIn the stack manifest {name}.".strip()
                self.broken[path] = error
                raise
            self._stacks[path] = stack
        return self._stacks[path]

    def stacks(self, paths: list[str] | None = None) -> Iterator[StackFile]:
        """The manifests that can be read; the others are in `broken`."""
        for path in self.paths() if paths is None else paths:
            try:
                yield self.load(path)
            except AtmosError:
                continue
        self.reader.save()

    def warn_of_broken(self) -> None:
        """Say once which manifests were left out because they cannot be read."""
        for path, error in self.broken.items():
            if path not in self._warned:
                self._warned.add(path)
                name = shown(path, self.options.stacks_path)
                place = f" ({error.where})" if error.where and str(error.where) not in error.message else ""
                self.warn(f"the stack manifest {name} cannot be read and is left out: {error.message}{place}")

    def require_sound(self) -> None:
        """Where all stacks count, the first broken manifest is an error."""
        for _ in self.stacks():
            pass
        for error in self.broken.values():
            raise error

    # -- components and names ------------------------------------------------------------------------

    def layered(self, stack: StackFile, kind: str, name: str) -> Layered:
        key = (stack.path, kind, name)
        if key not in self._layered:
            self._layered[key] = Layered(stack, kind, name, self.options)
        return self._layered[key]

    def stack_name(self, layered: Layered) -> str:
        """The name of the stack that a component belongs to. Unnamed when it cannot be computed."""
        stack = layered.stack
        own = stack.root.own.get("name")
        if isinstance(own, str) and own:
            return own
        options = self.options
        if options.name_template:
            data = {key: plain(value) for key, value in layered.sections.items()}
            if ".locals" in options.name_template:
                data["locals"] = {**locals_.known(stack.root.raw, stack.name), **data["locals"]}
            try:
                name = rendering.render(
                    options.name_template,
                    data,
                    strict=not options.ignore_missing,
                    name="name_template",
                    env=options.environ,
                )
            except Exception as error:
                reason = getattr(error, "message", "") or str(error)
                raise Unnamed(
                    f"{stack.name}: `stacks.name_template` cannot be rendered for the component {layered.name}: {reason}",
                    where=Where(stack.name),
                ) from error
            return name.strip()
        if options.name_pattern:
            name, missing = naming.by_pattern(options.name_pattern, layered.sections["vars"])
            if missing:
                raise Unnamed(
                    f"{stack.name}: `stacks.name_pattern` needs the variable `{missing}`, which the component "
                    f"{layered.name} does not have",
                    where=Where(stack.name),
                )
            return name
        return stack.key

    def workspace(self, layered: Layered, name: str) -> str:
        """The terraform workspace of a component (spec §13)."""
        kind = layered.sections["backend_type"]
        if not self.options.workspaces_enabled or kind == "http":
            return "default"
        metadata = layered.metadata
        base = layered.module if layered.module != layered.name else ""
        template = metadata.get("terraform_workspace_template")
        pattern = metadata.get("terraform_workspace_pattern")
        fixed = metadata.get("terraform_workspace")
        prefix = name.replace("/", "-")
        if isinstance(template, str) and template:
            data = {key: plain(value) for key, value in layered.sections.items()}
            data.update(atmos_component=layered.name, atmos_stack=name, stack=name, component=layered.module)
            result = rendering.render(
                template, data, strict=True, name="metadata.terraform_workspace_template", env=self.options.environ
            )
        elif isinstance(pattern, str) and pattern:
            tokens = naming.context_tokens(layered.sections["vars"], layered.name, layered.module, base)
            tokens.update(workspace=prefix, terraform_workspace=prefix)
            result = naming.replace_tokens(pattern, tokens)
        elif isinstance(fixed, str) and fixed:
            result = fixed
        else:
            result = f"{prefix}-{layered.name}" if base else prefix
        return result.replace("/", "-")

    def kinds(self, stack: StackFile, kind: str | None) -> list[str]:
        """The component types to look at in the order in which they are searched; a project's own come last."""
        used = stack.data.get("components") or {}
        if kind is not None:
            return [kind] if kind in used else []
        return [known for known in COMPONENT_TYPES if known in used] + sorted(set(used) - set(COMPONENT_TYPES))

    def every(self, kind: str | None = None, *, strict: bool = False, quiet: bool = False) -> Iterator[Found]:
        """All components of all stacks, sorted by stack file and name.

        One that is broken is left out with a warning; strict: it is an error; quiet: nothing is said.
        """
        for stack in self.stacks():
            for known in self.kinds(stack, kind):
                for component in sorted(stack.components(known)):
                    try:
                        layered = self.layered(stack, known, component)
                        name = self.stack_name(layered)
                    except Unnamed:
                        continue
                    except AtmosError as error:
                        if strict:
                            raise
                        if not quiet and (stack.path, component) not in self._left_out:
                            self._left_out.add((stack.path, component))
                            self.warn(f"the component {component} in {stack.name} is left out: {error.message}")
                        continue
                    yield Found(layered, stack, name, name)

    def distinct(self, found: Iterable[Found], *, strict: bool = False) -> Iterator[Found]:
        """Each component of a stack once, as its first manifest has it.

        Another manifest that says something else is a warning, an error with strict.
        """
        held: dict[tuple[str, str, str], Found] = {}
        for item in found:
            name = item.layered.name
            first = held.setdefault((item.layered.kind, name, item.name), item)
            if first is item:
                yield item
                continue
            try:
                self._check_same(name, item.name, [first, item])
            except AtmosError as error:
                if strict:
                    raise
                self.warn(f"{error.message}; that of {first.stack.key} is shown")

    def names(self) -> list[str]:
        """All stack names, sorted."""
        return sorted({found.name for found in self.every(quiet=True)})

    # -- one component -------------------------------------------------------------------------------

    def by_path(self, stack: str) -> list[str]:
        """The manifests that a stack given as a path (`orgs/acme/dev`) names; none when it is no path."""
        if "/" not in stack[1:]:
            return []
        wanted = tuple(f"/{stack.lstrip('/')}{extension}" for extension in discover.EXTENSIONS)
        exact = [path for path in self.paths(stack) if discover.file_key(path, self.options.stacks_path) == stack]
        return exact or [path for path in self.paths(stack) if path.endswith(wanted)]

    def find(self, component: str, stack: str, kind: str | None = None) -> Found:
        """The component in the stack. The error says what is known and why candidates dropped out (spec §10)."""
        chosen = self.by_path(stack)
        found: list[Found] = []
        dropped: list[AtmosError] = []
        for file in self.stacks(chosen or self.paths(stack)):
            for known in self.kinds(file, kind):
                if component not in file.components(known):
                    continue
                try:
                    layered = self.layered(file, known, component)
                    name = self.stack_name(layered)
                except AtmosError as error:
                    dropped.append(error)
                    continue
                if chosen or name == stack:
                    found.append(Found(layered, file, name, stack))
        if not found:
            raise missing.error(self, component, stack, kind, chosen, dropped)
        self.warn_of_broken()
        first = found[0]
        same_kind = [item for item in found if item.layered.kind == first.layered.kind]
        if len(same_kind) > 1:
            self._check_same(component, first.name, same_kind)
        return first

    def _check_same(self, component: str, stack: str, found: list[Found]) -> None:
        def facts(item: Found) -> Map:
            return item.layered.finished()

        first = facts(found[0])
        if any(facts(item) != first for item in found[1:]):
            manifests = ", ".join(item.stack.key for item in found)
            raise AtmosError(
                f"duplicate component configuration: Found duplicate config for the component `{component}` "
                f"in the stack `{stack}` in the manifests: {manifests}",
                explanation="Check that all the context variables are correctly defined in the manifests and not "
                "duplicated\nCheck that all imports are valid",
            )

    def require_stack(self, stack: str) -> None:
        """Raise when no stack is called so: what stacks there are."""
        if self.by_path(stack):
            return
        names = self.names()
        if stack in names:
            self.warn_of_broken()
            return
        if self.broken:
            raise next(iter(self.broken.values()))
        close = nearest(stack, names)
        hints = [f"Did you mean {close[0]}?"] if close else []
        raise AtmosError("invalid stack", explanation=f"stack {stack} does not exist",
                         hints=[*hints, f"Available stacks: {', '.join(names)}"])  # fmt: skip

    def backend(self, found: Found) -> Map:
        return backend.resolve(found.layered, self.options, found.name)


_held: list[tuple[Any, Project]] = []  # the last runs of this process; there is one, but in tests


def of(app: Any) -> Project:
    """The project of a run, built once."""
    for known, project in _held:
        if known is app:
            return project
    made = build(app)
    _held.insert(0, (app, made))
    del _held[4:]
    return made


def _env(config: Any) -> Any:
    """The top-level `env`, its functions not called yet."""
    section = config.raw("env")
    if not isinstance(section, dict):
        return config.section("env")
    return {name: (CONFIGURED, value, *value[2:]) if type(value) is tuple else value for name, value in section.items()}


def build(app: Any) -> Project:
    """A project from the configuration of a run."""
    from runner.stacks import functions

    config = app.config
    names = ("stacks", "components", "settings", "integrations", "templates", "workflows")
    options = Options(
        {**{name: config.section(name) for name in names}, "auth": config.raw("auth"), "env": _env(config)},
        base_path=config.base_path, stacks_path=config.stacks_path, config_dir=config.config_dir,
        list_merge_strategy=app.flags.text("settings-list-merge-strategy"), environ=app.env,
    )  # fmt: skip

    def warn(message: str) -> None:
        from runner.console import errors

        errors.warn(app, message)

    cache = ManifestCache(options.stacks_path, app.env)
    return Project(options, warn, functions.includer(app), cache, config.fetch)
