"""Everything that is wrong with the manifests of a project, each finding with its place."""

from __future__ import annotations

from runner.errors import AtmosError, Where, nearest
from runner.stacks import discover
from runner.stacks.imports import COMPONENT_TYPES
from runner.stacks.layers import COMPONENT_MAPS, ROOT_MAPS, TYPE_MAPS
from runner.stacks.manifest import shown
from runner.stacks.project import Unnamed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from runner.json_schema import Schema
    from runner.stacks.project import Project

    Map = dict[str, Any]

ROOT_KEYS = (*ROOT_MAPS, "import", "name", "version", "locals", "workflows", "stages", "description")
TYPE_KEYS = (*TYPE_MAPS, "command", "locals", "backend_type", "remote_state_backend_type", "required_version",
             "required_providers", "retry", "hooks")  # fmt: skip
COMPONENT_KEYS = (*COMPONENT_MAPS, "component", "command", "backend_type", "remote_state_backend_type", "required_version",
                  "manifests", "chart", "values", "playbook", "template", "namespace", "name", "version", "path", "ci",
                  "release", "spacelift")  # fmt: skip


class Finding:
    """One mistake."""

    __slots__ = ("message", "path", "where")

    def __init__(self, message: str, where: Where | None, path: str = "") -> None:
        self.message, self.where, self.path = message, where, path

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        path = f"{self.path}: " if self.path else ""
        message = self.message.removeprefix(place)
        return f"{place}error: {path}{message}"


def findings(project: Project, schema: Schema | None = None) -> list[Finding]:
    """All of them: of each file by itself, then of the stacks they make."""
    found: list[Finding] = []
    for path in files(project):
        found += of_file(project, path, schema)
    found += of_stacks(project)
    unique: dict[str, Finding] = {}
    for finding in found:
        unique.setdefault(str(finding), finding)
    return list(unique.values())


def files(project: Project) -> list[str]:
    """The manifests below the stacks folder, excluded paths and templates left out."""
    options = project.options
    skip = [discover.matcher(discover.join(options.stacks_path, pattern)) for pattern in options.excluded]
    return [
        path for path in project.tree.files(options.stacks_path)
        if path.endswith((".yaml", ".yml")) and not any(expression.match(path) for expression in skip)
    ]  # fmt: skip


def of_file(project: Project, path: str, schema: Schema | None = None) -> list[Finding]:
    """What is wrong with a file by itself."""
    name = shown(path, project.options.stacks_path)
    try:
        data = project.reader.located(path)
    except AtmosError as error:
        if "{{" in _text(path) and "unsupported YAML tag" not in error.message:
            return []  # readable only once an import has rendered it
        return [Finding(error.message, error.where or Where(name))]
    found = [*_imports(project, data, path, name), *_root(data, name)]
    if schema is not None:
        found += _by_schema(data, name, schema)
    return found


def _text(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read()


def _imports(project: Project, data: Map, path: str, name: str) -> Iterable[Finding]:
    if "import" not in data:
        return
    items = data["import"]
    where = _key(data, "import", name)
    if not isinstance(items, list):
        yield Finding("invalid import section: a list is needed", where, "import")
        return
    for index, item in enumerate(items):
        place = items.item_where(index) if hasattr(items, "item_where") else where
        target = item.get("path") if isinstance(item, dict) else item
        if not isinstance(target, str) or not target:
            yield Finding("invalid import: a path, or a map with `path`, is needed", place, f"import[{index}]")
            continue
        if (
            "{{" in target
            or discover.is_remote(target)
            or (isinstance(item, dict) and item.get("skip_if_missing") is True)
        ):
            continue
        targets = discover.resolve_import(project.tree, project.options.stacks_path, path, target)
        if not targets:
            yield Finding(f"stack import not found: '{target}'", place, f"import[{index}]")
        elif path in targets:
            yield Finding("stack manifest imports itself", place, f"import[{index}]")


def _key(holder: Any, key: str, name: str) -> Where:
    return holder.key_where(key) if hasattr(holder, "key_where") else Where(name)


def _root(data: Map, name: str) -> Iterable[Finding]:
    yield from _maps(data, ROOT_MAPS, name, "")
    for key in data:
        if key not in ROOT_KEYS:
            close = nearest(key, ROOT_KEYS, 1)
            if close:  # other keys of one's own (anchors, notes) are left alone
                yield Finding(f"unknown key `{key}`; did you mean `{close[0]}`?", _key(data, key, name), key)
    for kind in COMPONENT_TYPES:
        section = data.get(kind)
        if isinstance(section, dict):
            yield from _maps(section, TYPE_MAPS, name, kind)
            yield from _unknown(section, TYPE_KEYS, name, kind)
    components = data.get("components")
    for kind, section in components.items() if isinstance(components, dict) else ():
        if not isinstance(section, dict):
            yield Finding(f"`{kind}` has to be a map of components", _key(components, kind, name), f"components.{kind}")
            continue
        for component, body in section.items():
            path = f"components.{kind}.{component}"
            if not isinstance(body, dict):
                yield Finding("a component has to be a map", _key(section, component, name), path)
                continue
            yield from _maps(body, COMPONENT_MAPS, name, path)
            if kind in COMPONENT_TYPES:
                yield from _unknown(body, COMPONENT_KEYS, name, path)


def _maps(holder: Map, keys: Iterable[str], name: str, path: str) -> Iterable[Finding]:
    for key in keys:
        if key in holder and not isinstance(holder[key], dict):
            below = f"{path}.{key}".lstrip(".")
            kind = "empty" if holder[key] is None else "a list" if isinstance(holder[key], list) else "a single value"
            yield Finding(f"`{key}` has to be a map, but it is {kind}", _key(holder, key, name), below)


def _unknown(holder: Map, known: tuple[str, ...], name: str, path: str) -> Iterable[Finding]:
    for key in holder:
        if key not in known:
            close = nearest(key, known, 1)
            advice = f"; did you mean `{close[0]}`?" if close else ""
            yield Finding(f"unknown key `{key}`{advice}", _key(holder, key, name), f"{path}.{key}")


def _by_schema(data: Map, name: str, schema: Schema) -> Iterable[Finding]:
    """Against a JSON Schema of the user's."""
    from runner.stacks.values import plain

    for place, message in schema.problems(plain(data)):
        holder: Any = data
        where = Where(name)
        for part in place:
            if isinstance(part, str) and isinstance(holder, dict) and part in holder:
                where = _key(holder, part, name)
                holder = holder[part]
            elif isinstance(part, int) and isinstance(holder, list):
                where = holder.item_where(part) if hasattr(holder, "item_where") else where
                holder = holder[part]
        yield Finding(message, where, ".".join(map(str, place)))


def of_stacks(project: Project) -> Iterable[Finding]:
    """What is wrong with stacks whose files are sound: imports of imports, inheritance, backends, duplicates."""
    try:
        paths = project.paths()
    except AtmosError as error:
        return [Finding(error.message, error.where)]
    found: list[Finding] = []
    held: dict[tuple[str, str, str], Any] = {}
    for file in project.stacks(paths):
        for kind in project.kinds(file, None):
            for component in sorted(file.components(kind)):
                try:
                    layered = project.layered(file, kind, component)
                    name = project.stack_name(layered)
                except Unnamed:
                    continue
                except AtmosError as error:
                    found.append(Finding(error.message, error.where or Where(file.name)))
                    continue
                found += _component(project, held, layered, name)
    found += [Finding(error.message, error.where or Where(shown(path, project.options.stacks_path)))
              for path, error in project.broken.items()]  # fmt: skip
    return found


def _component(project: Project, held: dict[tuple[str, str, str], Any], layered: Any, name: str) -> Iterable[Finding]:
    from runner.stacks import backend

    try:
        backend.resolve(layered, project.options, name)
    except AtmosError as error:
        yield Finding(f"{error.message}: {error.explanation}", error.where or Where(layered.stack.name))
    key = (layered.kind, layered.name, name)
    other = held.setdefault(key, layered)
    if other is not layered and other.finished() != layered.finished():
        yield Finding(
            f"duplicate component configuration: the component `{layered.name}` of the stack `{name}` is defined "
            f"differently in the manifests {other.stack.key}, {layered.stack.key}", Where(layered.stack.name),
        )  # fmt: skip
