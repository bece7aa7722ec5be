"""Imports: a stack manifest with everything it imports, merged, with its overrides and who contributed what."""

from __future__ import annotations

import os

from runner.errors import AtmosError, Where
from runner.stacks import discover, locals_, rendering
from runner.stacks.manifest import Reader, shown
from runner.stacks.merge import merge, merge_all
from runner.stacks.values import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Map = dict[str, Any]
    Fetch = Callable[[str, str], str]  # a remote address and how long a copy holds -> the copy

COMPONENT_TYPES = ("terraform", "helmfile", "packer", "ansible", "container", "emulator", "kubernetes", "helm")


class Node:
    """One imported file: what it says itself, what it imports, both merged."""

    __slots__ = ("children", "data", "has_overrides", "key", "name", "own", "path", "places", "raw")

    def __init__(self, path: str, name: str, key: str, raw: Map, own: Map, children: list[Node], data: Map,
                 places: Callable[[], Map]) -> None:  # fmt: skip
        self.path = path  # absolute
        self.name = name  # as people know it: below the stacks folder, with extension
        self.key = key
        self.raw = raw  # as it was read
        self.places = places  # gives it with positions
        self.own = own  # with its locals filled in, without `import`
        self.children = children
        self.data = data
        self.has_overrides: bool = (
            "overrides" in own
            or any(isinstance(own.get(kind), dict) and "overrides" in own[kind] for kind in COMPONENT_TYPES)
            or any(child.has_overrides for child in children)
        )


class StackFile:
    """One top-level manifest, ready for its components to be described."""

    def __init__(self, root: Node) -> None:
        self.root = root
        self.path, self.name, self.key = root.path, root.name, root.key
        self.data = root.data
        self.overrides: dict[tuple[str, str], Map] = {}
        self._chain: list[tuple[Node, int]] | None = None

    @property
    def chain(self) -> list[tuple[Node, int]]:
        """Every file once with its depth of import, lowest priority first, the stack file last."""
        if self._chain is None:
            seen: dict[int, tuple[Node, int]] = {}

            def visit(node: Node, depth: int) -> None:
                for child in node.children:
                    visit(child, depth + 1)
                seen.pop(id(node), None)
                seen[id(node)] = (node, depth)

            visit(self.root, 0)
            self._chain = list(seen.values())
        return self._chain

    @property
    def imports(self) -> list[str]:
        """The keys of all imported files, sorted."""
        return sorted({node.key for node, depth in self.chain if depth})

    def components(self, kind: str) -> Map:
        """The components of a type as the merged manifest has them."""
        found = self.data.get("components")
        section = found.get(kind) if isinstance(found, dict) else None
        return section if isinstance(section, dict) else {}

    def where(self, *path: str) -> Where | None:
        """The place of a key in the file with the highest priority that has it."""
        for node, _ in reversed(self.chain):
            if has_path(node.raw, path):
                holder: Any = node.places()
                for name in path[:-1]:
                    holder = holder[name]
                return holder.key_where(path[-1]) if hasattr(holder, "key_where") else Where(node.name)
        return None


def has_path(holder: Any, path: tuple[str, ...]) -> bool:
    """Whether a content has something at a path."""
    for name in path:
        if not isinstance(holder, dict) or name not in holder:
            return False
        holder = holder[name]
    return True


class _Misplaced(Exception):
    """outer: the error happened in the imported file, and only who imported it is to be added."""

    def __init__(self, error: AtmosError, *, outer: bool = False) -> None:
        super().__init__(error)
        self.error, self.outer = error, outer


def _item_where(content: Map, name: str, index: int | None) -> Where:
    """The place of an item of `import`, of the whole key with None."""
    items = content.get("import")
    if index is not None and hasattr(items, "item_where"):
        return items.item_where(index)  # type: ignore[no-any-return, union-attr]
    return content.key_where("import") if hasattr(content, "key_where") else Where(name)


class Loader:
    """Builds stack files. Files without a context are read and merged once, whoever imports them."""

    def __init__(
        self, base: str, reader: Reader, tree: discover.Tree, *, strategy: str = "replace", render_paths: bool = False,
        fetch: Fetch | None = None,
    ) -> None:  # fmt: skip
        self.base, self.reader, self.tree = base, reader, tree
        self.strategy = strategy
        self.render_paths = render_paths
        self.fetch = fetch
        self._addresses: dict[str, str] = {}  # of local copies of remote files
        self._nodes: dict[tuple[str, str, bool, bool], Node] = {}
        self._found: dict[tuple[str, str], list[str]] = {}
        self._open: list[str] = []

    def stack(self, path: str) -> StackFile:
        """A top-level manifest with all it imports."""
        self._open = []
        stack = StackFile(self._node(path, {}, False, False))
        if stack.root.has_overrides:
            self._apply_overrides(stack)
        return stack

    def _node(self, path: str, context: Map, skip: bool, lax: bool) -> Node:
        key = (path, repr(sorted(context.items(), key=lambda item: item[0])) if context else "", skip, lax)
        if key in self._nodes:
            return self._nodes[key]
        name = self._shown(path)
        if path in self._open:
            circle = [self._shown(item) for item in self._open[self._open.index(path) :]]
            if len(circle) == 1:
                raise AtmosError(
                    f"stack manifest imports itself: '{name}'", where=Where(name),
                    hints=["Remove the import, or correct its path"],
                )  # fmt: skip
            raise AtmosError(f"stack manifests import each other in a circle: {' -> '.join([*circle, name])}",
                             where=Where(name))  # fmt: skip
        self._open.append(path)
        try:
            raw = self.reader.read(path, context, skip_templates=skip, lax=lax)
            own = locals_.apply(raw, name)
            children: list[Node] = []
            if "import" in own:
                children = self._imports(path, name, own, context, lambda: self._places(path, raw))
                own = {section: value for section, value in own.items() if section != "import"}
            data = merge_all([*(child.data for child in children), own], self.strategy)
        finally:
            self._open.pop()
        file_key = discover.file_key(name, self.base) if path in self._addresses else discover.file_key(path, self.base)
        node = Node(path, name, file_key, raw, own, children, data, lambda: self._places(path, raw))
        self._nodes[key] = node
        return node

    def _places(self, path: str, raw: Map) -> Map:
        """A content with the places of its keys: parsed again where it came from the cache."""
        return raw if hasattr(raw, "key_where") else self.reader.located(path)

    def _imports(self, path: str, name: str, own: Map, context: Map, places: Callable[[], Map]) -> list[Node]:
        items = own["import"]
        if not isinstance(items, list):
            raise AtmosError(
                f"invalid import section in the file '{name}'", where=_item_where(places(), name, None),
                explanation="`import` has to be a list of paths or of maps with `path`.",
            )  # fmt: skip
        children: list[Node] = []
        for index, item in enumerate(items):
            try:
                children += self._import(path, name, item, context, children)
            except _Misplaced as error:
                where = _item_where(places(), name, index)
                inner = error.error
                if error.outer:
                    note = f"Imported by {where}."
                    if note not in inner.explanation:
                        inner.explanation = f"{inner.explanation}\n\n{note}".strip()
                else:
                    inner.where = where
                raise inner from error.__cause__
        return children

    def _import(self, path: str, name: str, item: Any, context: Map, earlier: list[Node]) -> list[Node]:
        options: Map = {"path": item} if isinstance(item, str) else item
        target = options.get("path") if isinstance(options, dict) else None
        if not isinstance(target, str) or not target:
            raise _Misplaced(
                AtmosError(f"invalid import in the file '{name}': a path, or a map with `path`, is needed")
            )
        own_context = options.get("context") or {}
        if not isinstance(own_context, dict):
            raise _Misplaced(AtmosError(f"invalid import in the file '{name}': `context` has to be a map"))
        templated = "{{" in target
        if templated and self.render_paths:
            target = self._render_path(target, name, own_context, earlier)
        optional = options.get("skip_if_missing") is True or templated
        if discover.is_remote(target):
            found = self._remote(target, name, str(options.get("ttl") or ""), optional)
        else:
            found = self._resolve(path, target)
            if path in self._addresses and target.startswith("."):
                self._address(found, os.path.dirname(path), self._addresses[path])
        if not found:
            if optional:
                return []
            raise _Misplaced(AtmosError(
                f"stack import not found: import '{target}' in file '{name}': failed to find import", hints=self._near(target),
            ))  # fmt: skip
        merged = merge(own_context, context, self.strategy)
        skip = options.get("skip_templates_processing") is True
        lax = options.get("ignore_missing_template_values") is True
        children: list[Node] = []
        for child in found:
            try:
                children.append(self._node(child, merged, skip, lax))
            except AtmosError as error:
                raise _Misplaced(error, outer=True) from error.__cause__
        return children

    def _shown(self, path: str) -> str:
        """A manifest as people know it: by its path below the stacks folder, or by its address."""
        return self._addresses.get(path) or shown(path, self.base)

    def _remote(self, target: str, name: str, ttl: str, optional: bool) -> list[str]:
        """The local copies of what a remote import names: a file, or files of a repository."""
        from runner.config.include import without_secrets

        address = without_secrets(target)
        try:
            if self.fetch is None:
                raise AtmosError(f"{address}: remote imports are not possible here")
            copy = self.fetch(target, ttl)
        except AtmosError as error:
            from runner.config.remote import Missing

            if optional and isinstance(error, Missing):
                return []
            error.message = f"stack import not found: import '{address}' in file '{name}': {error.message}"
            raise _Misplaced(error) from error.__cause__
        if os.path.isfile(copy):
            self._addresses[copy] = address.partition("?")[0]
            return [copy]
        found = discover.resolve_import(discover.Tree(), os.path.dirname(copy), copy, copy)
        self._address(found, os.path.dirname(copy), address.partition("?")[0])
        return found

    def _address(self, found: list[str], folder: str, address: str) -> None:
        """Note where files of a remote repository come from; the address is that of a file in the folder."""
        import posixpath

        base, marker, inner = address.rpartition("//")
        for path in found:
            below = posixpath.join(posixpath.dirname(inner), os.path.relpath(path, folder).replace(os.sep, "/"))
            self._addresses[path] = base + marker + posixpath.normpath(below)

    def _resolve(self, importer: str, target: str) -> list[str]:
        """The files of an import, looked for once."""
        key = (os.path.dirname(importer) if target.startswith(".") else "", target)
        if key not in self._found:
            self._found[key] = discover.resolve_import(self.tree, self.base, importer, target)
        return self._found[key]

    def _render_path(self, target: str, name: str, context: Map, earlier: list[Node]) -> str:
        known = merge_all([child.data for child in earlier], self.strategy)
        data = {section: plain(known.get(section) or {}) for section in ("settings", "vars", "env")}
        try:
            return rendering.render(target, {**data, **plain(context)}, strict=True, name=name, env=self.reader.environ)
        except Exception as error:
            reason = getattr(error, "message", "") or str(error)
            raise _Misplaced(
                AtmosError(f"the import path '{target}' in file '{name}' cannot be rendered: {reason}")
            ) from error

    def _near(self, target: str) -> list[str]:
        from runner.errors import nearest

        known = [
            discover.file_key(path, self.base)
            for path in self.tree.files(self.base)
            if path.endswith(discover.EXTENSIONS)
        ]
        close = nearest(discover.file_key(target, self.base), known)
        return [f"Did you mean `{close[0]}`?"] if close else ["Paths are relative to the stacks folder"]

    # -- overrides ---------------------------------------------------------------------------------

    def _apply_overrides(self, stack: StackFile) -> None:
        for kind in COMPONENT_TYPES:
            self._override(stack, stack.root, kind, {}, {})

    def _override(self, stack: StackFile, node: Node, kind: str, outer: Map, before: Map) -> Map:
        """Note what overrides the components of a file and of its imports; what later siblings get to see."""
        section = node.own.get(kind)
        layers = [node.own.get("overrides"), section.get("overrides") if isinstance(section, dict) else None, outer]
        for layer in layers:
            if layer is not None and not isinstance(layer, dict):
                raise AtmosError(f"invalid overrides section in file '{node.key}'", where=Where(node.name))
        inline = merge_all(layers, self.strategy)
        imported = before
        for child in node.children:
            imported = merge(imported, self._override(stack, child, kind, inline, imported), self.strategy)
        final = merge(imported, inline, self.strategy)
        components = node.own.get("components")
        defined = components.get(kind) if isinstance(components, dict) else None
        if final and isinstance(defined, dict):
            for name in defined:
                stack.overrides[(kind, name)] = final
        return final
