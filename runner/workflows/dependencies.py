"""What has to run before a workflow or command: the whole graph of its `dependencies`, each node once.

`plan` reads the graph and gives the order; nothing has run by then. `run` goes through it in that order; how one node
runs is the business of `nodes`.
"""

from __future__ import annotations

from runner.errors import AtmosError, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from runner.app import App
    from runner.errors import Where
    from runner.workflows.files import WorkflowFile

Key = tuple[str, str, str, tuple[tuple[str, str], ...], tuple[str, ...]]


class Node:
    """One workflow or command with its parameters. needs: keys of what runs before it."""

    __slots__ = ("args", "file", "flags", "key", "kind", "name", "needs", "place")

    def __init__(self, entry: dict[str, Any], place: str) -> None:
        self.kind: str = entry["kind"]
        self.name: str = entry["name"]
        self.flags: dict[str, str] = {key: str(value) for key, value in (entry.get("flags") or {}).items()}
        if entry.get("stack"):
            self.flags.setdefault("stack", str(entry["stack"]))
        self.args: list[str] = [str(word) for word in entry.get("args") or ()]
        self.place = place
        self.file: WorkflowFile | None = None
        self.needs: list[Key] = []
        self.key: Key = (self.kind, self.name, place, tuple(sorted(self.flags.items())), tuple(self.args))

    def __str__(self) -> str:
        return f'{self.kind} "{self.name}"'


class Graph:
    """The transitive closure. order: nodes, each after what it needs; fail: the mode of the whole run."""

    def __init__(self, order: list[Node], fail: str, limit: int) -> None:
        self.order, self.fail, self.limit = order, fail, limit


def plan(app: App, owner: str, section: dict[str, Any], file: WorkflowFile | None) -> Graph | None:
    """Read the graph below `dependencies` of an owner, as in `workflow "deploy"`. None when there is nothing to run.
    Raises AtmosError for unknown names and cycles."""
    entries = entries_of(section)
    if not entries:
        return None
    builder = _Builder(app)
    builder.trail.append(owner)
    if file is not None:
        builder.on_trail.append(("workflow", owner.partition('"')[2].rstrip('"'), file.relative, (), ()))
    else:
        builder.on_trail.append(("command", owner.partition('"')[2].rstrip('"'), "", (), ()))
    for entry in entries:
        builder.visit(entry, file)
    return Graph(order(builder.nodes), fail_mode(entries), int(section.get("max_concurrency", 1)))


def entries_of(section: dict[str, Any]) -> list[dict[str, Any]]:
    """The commands and workflows of a compiled `dependencies`, each with its kind."""
    return [{**entry, "kind": kind} for kind in ("command", "workflow") for entry in section.get(f"{kind}s") or ()]


def _place(app: App, plain: tuple[str, int, int] | None) -> Where | None:
    from runner.workflows import files

    return files.place(app, plain) if plain else None


def fail_mode(entries: list[dict[str, Any]]) -> str:
    """One mode for the whole run: best_effort if any direct entry says so, else fail_fast, else wait_all."""
    modes = {entry.get("fail") for entry in entries}
    return next((mode for mode in ("best_effort", "fail_fast") if mode in modes), "wait_all")


def order(nodes: dict[Key, Node]) -> list[Node]:
    """Needs first; among those that could come next, by name. The graph has no cycle."""
    import heapq

    waiting = {key: len(set(node.needs)) for key, node in nodes.items()}
    dependents: dict[Key, list[Key]] = {}
    for key, node in nodes.items():
        for need in set(node.needs):
            dependents.setdefault(need, []).append(key)
    ready = [(key[1], key) for key, count in waiting.items() if not count]
    heapq.heapify(ready)
    result = []
    while ready:
        _, key = heapq.heappop(ready)
        result.append(nodes[key])
        for dependent in dependents.get(key, ()):
            waiting[dependent] -= 1
            if not waiting[dependent]:
                heapq.heappush(ready, (dependent[1], dependent))
    return result


class _Builder:
    """Walks the declarations, depth first."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.nodes: dict[Key, Node] = {}
        self.trail: list[str] = []
        self.on_trail: list[tuple[str, str, str, tuple[Any, ...], tuple[Any, ...]]] = []

    def visit(self, entry: dict[str, Any], file: WorkflowFile | None) -> Key:
        """Add an entry and what it needs; its key."""
        where = _place(self.app, entry.get("where"))
        if entry["kind"] == "workflow":
            found = self._workflow(entry, file, where)
            node = Node(entry, found.relative)
            node.file = found
        else:
            self._command(entry, where)
            node = Node(entry, "")
        identity = (node.kind, node.name, node.place)
        if any(step[:3] == identity for step in self.on_trail):
            raise self._cycle(node, where)
        if node.key in self.nodes:
            return node.key
        self.on_trail.append(node.key)
        self.trail.append(str(node))
        section = self._section(node)
        for child in entries_of(section):
            node.needs.append(self.visit(child, node.file))
        self.on_trail.pop()
        self.trail.pop()
        self.nodes[node.key] = node
        return node.key

    def _cycle(self, node: Node, where: Where | None) -> AtmosError:
        identity = (node.kind, node.name, node.place)
        start = next(index for index, step in enumerate(self.on_trail) if step[:3] == identity)
        chain = [*self.trail[start:], str(node)]
        if len(chain) == 2:
            return AtmosError(
                f"circular dependency detected: node cannot depend on itself: {node}", title="Workflow Error", where=where,
                hints=["Remove it from its own `dependencies`"],
            )  # fmt: skip
        return AtmosError(
            "circular dependency detected: " + " -> ".join(chain), title="Workflow Error", where=where,
            hints=["Remove one of these `dependencies`"],
        )  # fmt: skip

    def _section(self, node: Node) -> dict[str, Any]:
        """The compiled dependencies of a node."""
        if node.file is not None:
            from runner.workflows.declare import _Checker, dependencies

            raw = node.file.workflows.get(node.name)
            return dependencies(_Checker(node.name), raw) if isinstance(raw, dict) else {}
        tree = self.app.config.command(node.name.split()[0]) or {}
        found = tree
        for word in node.name.split()[1:]:
            found = (found.get("commands") or {}).get(word) or {}
        section = found.get("dependencies") or {}
        return section if isinstance(section, dict) else {}

    def _workflow(self, entry: dict[str, Any], file: WorkflowFile | None, where: Where | None) -> WorkflowFile:
        from runner.workflows import files

        name = entry["name"]
        if entry.get("file"):
            chosen = files.load(self.app, str(entry["file"]))
            if name in chosen.workflows:
                return chosen
            raise self._unknown("workflow", name, sorted(chosen.workflows), where)
        if file is not None:
            if name in file.workflows:
                return file
            raise self._unknown("workflow", name, sorted(file.workflows), where)
        found = files.find(self.app, name)
        if not found:
            known = {other for each in files.discover(self.app, quiet=True) for other in each.workflows}
            raise self._unknown("workflow", name, sorted(known), where)
        if len(found) > 1:
            raise files.ambiguous(name, found)
        return found[0]

    def _command(self, entry: dict[str, Any], where: Where | None) -> None:
        """A custom command is named by its path (`deploy infra`), or by its last word where that is unique."""
        words = entry["name"].split()
        tree = self.app.config.command(words[0])
        for word in words[1:]:
            tree = (tree.get("commands") or {}).get(word) if tree else None
        if tree is not None:
            return
        paths = [path for path in command_paths(self.app) if path.split()[-1] == entry["name"]]
        if len(paths) == 1:
            entry["name"] = paths[0]
            return
        if paths:
            raise AtmosError(
                f'unknown dependency: command "{entry["name"]}": multiple commands share this name; '
                "use a unique name or restructure your commands",
                title="Workflow Error", where=where, explanation="\n".join(f"  • {path}" for path in paths),
            )  # fmt: skip
        known = set(command_paths(self.app))
        raise self._unknown("command", entry["name"], sorted(known), where)

    def _unknown(self, kind: str, name: str, known: list[str], where: Where | None) -> AtmosError:
        close = nearest(name, known)
        hints = [f"Did you mean `{close[0]}`?"] if close else []
        if not close and known:
            hints = [f"There are: {', '.join(known[:20])}"]
        return AtmosError(
            f'unknown dependency: {kind} "{name}"', title="Workflow Error", where=where, hints=hints,
            explanation=f"It is needed by {self.trail[-1]}.",
        )  # fmt: skip


def command_paths(app: App) -> list[str]:
    """The paths of all custom commands: `deploy`, `deploy infra`, …"""
    found: list[str] = []

    def walk(path: str, tree: dict[str, Any]) -> None:
        found.append(path)
        for name, child in (tree.get("commands") or {}).items():
            walk(f"{path} {name}", child)

    for summary in app.config.command_summaries():
        tree = app.config.command(summary[0])
        if tree is not None:
            walk(summary[0], tree)
    return found


def run(
    app: App,
    owner: str,
    graph: Graph,
    run_node: Callable[[Node], int],
) -> None:
    """Run the graph in order. Raises a quiet AtmosError with the first failure's code when the owner must not run."""
    from runner.console.errors import show

    codes: dict[Key, int] = {}
    first = 0
    failed: list[str] = []
    for node in graph.order:
        blocked = next((need for need in node.needs if codes.get(need)), None)
        if blocked is not None:
            codes[node.key] = codes[blocked]
            app.err(f'⚠ {node} is skipped: {blocked[0]} "{blocked[1]}" failed\n')
            continue
        try:
            codes[node.key] = run_node(node)
        except AtmosError as error:
            codes[node.key] = show(error, app) or 1
        code = codes[node.key]
        if code:
            first = first or code
            failed.append(str(node))
            if graph.fail == "fail_fast":
                break
    conclude(app, owner, graph, failed, first)


def conclude(app: App, owner: str, graph: Graph, failed: list[str], code: int) -> None:
    """What failures mean for the owner: nothing with best_effort, else that it does not run."""
    if not failed and not code:
        return
    if graph.fail == "best_effort":
        app.log.warning("Dependency failures ignored due to fail: best_effort", error=f"failed: {', '.join(failed)}")
        return
    app.err(f"✗ {owner} did not run: {', '.join(failed)} failed\n")
    raise AtmosError(f"dependency failed: {', '.join(failed)}", exit_code=code or 1, quiet=True)
