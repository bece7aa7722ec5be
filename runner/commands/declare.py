"""Compile the `commands:` section: the merged list of `atmos.yaml` in, plain trees by name out (docs/commands.md).

Everything is validated here, once. A command with mistakes is kept, with its problems under `broken`: calling it
reports them, and nothing else is disturbed (decision D12). The data holds what `marshal` can hold; tuples in it are
values that are computed when the command runs (`!env`, `!exec`).
"""

from __future__ import annotations

from runner.commands.fields import Fields, kind_of, scalar_text
from runner.commands.parameters import Compiled, FlagTable, compile_arguments, inherit, plain
from runner.config.reader import Map
from runner.errors import Problem, Where

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FAIL_MODES = ("wait_all", "fail_fast", "best_effort")


class Node:
    """A command while it is put together: definitions from low to high precedence, children by name."""

    def __init__(self, name: str, path: tuple[str, ...]) -> None:
        self.name = name
        self.path = path
        self.fields = Map()
        self.children: dict[str, Node] = {}
        self.odd: list[tuple[object, Where | None]] = []  # values of `commands` that are no list

    def overlay(self, source: dict[str, object]) -> None:
        """Put a later definition over the earlier ones: key by key, children by name."""
        where = source.where if isinstance(source, Map) else Where("")
        if not self.fields.mark[0]:
            self.fields.mark = where.plain()
        for key, value in source.items():
            low = key.lower()
            if low == "name":
                continue
            place = source.key_where(key) if isinstance(source, Map) else where
            if low != "commands":
                self.fields.put(low, value, place.plain())
            elif isinstance(value, list):
                fold(value, self.children, self.path)
            elif value is not None:
                self.odd.append((value, place))


def fold(items: list[object], into: dict[str, Node], path: tuple[str, ...] = ()) -> None:
    """Arrange a list of commands by name; a name with blanks is a path. Entries without a name are dropped."""
    for item in items:
        if not isinstance(item, dict):
            continue
        name = next((value for key, value in item.items() if key.lower() == "name"), None)
        words = [] if isinstance(name, dict | list | tuple) else scalar_text(name).split()
        if not words:
            continue
        level, node = into, None
        for word in words:
            here = (*(node.path if node else path), word)
            node = level.setdefault(word, Node(word, here))
            level = node.children
        assert node is not None
        node.overlay(item)


def compile_commands(raw_list: object, *, where: Where | None = None) -> tuple[dict[str, Compiled], list[Problem]]:
    """Compile the merged list: (trees by top-level name, all problems)."""
    if raw_list is None:
        return {}, []
    if not isinstance(raw_list, list):
        return {}, [Problem(f"`commands` must be a list, not {kind_of(raw_list)}: it is ignored", where, path="commands",
                            severity="warning")]  # fmt: skip
    roots: dict[str, Node] = {}
    fold(raw_list, roots)
    problems: list[Problem] = []
    trees = {name: _compile(node, {}, problems, where) for name, node in roots.items()}
    _check_dependencies(trees, problems)
    return trees, problems


def _compile(node: Node, inherited: dict[str, Compiled], problems: list[Problem], where: Where | None) -> Compiled:
    own: list[Problem] = []
    label = " ".join(node.path)
    fields = Fields(node.fields, "commands." + ".".join(node.path), own, where)
    for value, place in node.odd:
        own.append(Problem(f"`commands` of `{label}` must be a list, not {kind_of(value)}", place, path=fields.path))
    flags = FlagTable(fields, node.name, inherited).compile()
    tree: Compiled = {
        "name": node.name,
        "path": list(node.path),
        "where": list(node.fields.mark) if node.fields.mark[0] else None,
        "description": fields.text("description"),
        "aliases": fields.texts("aliases"),
        "internal": fields.boolean("internal"),
        "verbose": fields.boolean("verbose"),
        "default": fields.plain_text("default").strip(),
        "arguments": compile_arguments(fields, node.name),
        "flags": flags,
        "env": _env(fields),
        "working_directory": fields.text("working_directory"),
        "identity": fields.text("identity"),
        "engine": _engine(fields),
        "component_config": _component_config(fields),
        "component": _component(fields),
        "dependencies": _dependencies(fields, node.name),
        "examples": _examples(fields),
        "sources": fields.texts("sources"),
        "generates": fields.texts("generates"),
        "steps": _steps(fields),
    }
    fields.finish("a command", ("name", "commands", "steps"))
    default = str(tree["default"])
    if default and default not in node.children:
        fields.problem(
            f'invalid configuration: Custom command "{node.name}" declares default subcommand "{default}", but no matching '
            "subcommand exists",
            "default", hint="Set `default` to a configured subcommand",
        )  # fmt: skip
    for problem in own:  # messages name their command, wherever they are read
        if (
            f"'{node.name}'" not in problem.message
            and f"`{label}`" not in problem.message
            and f'"{node.name}"' not in problem.message
        ):
            problem.message = f"custom command `{label}`: {problem.message}"
    below = inherit(inherited, flags)
    tree["commands"] = {name: _compile(child, below, problems, where) for name, child in node.children.items()}
    broken = [plain(problem) for problem in own if problem.severity == "error"]
    if broken:
        tree["broken"] = broken
    notes = [str(problem) for problem in own if problem.severity == "note"]
    if notes:
        tree["notes"] = notes  # said when the command is called
    problems.extend(own)
    return {key: value for key, value in tree.items() if value not in ("", None, [], {}, False)} | {"name": node.name}


def _steps(fields: Fields) -> list[dict[str, object]]:
    from runner.steps.declare import compile_steps

    raw = fields.get("steps")
    if raw is None:
        return []
    if not isinstance(raw, list):
        fields.expected("steps", "a list", raw)
        return []
    steps, problems = compile_steps(raw, kind="command", where=fields.where("steps"))
    _adopt(fields, problems, "steps")
    return list(steps)


def _env(fields: Fields) -> list[list[object]]:
    from runner.steps.declare import compile_env
    from runner.steps.fields import weak_env_text, weak_text

    raw = fields.get("env")
    if raw is None:
        return []
    env, problems = compile_env(raw, where=fields.where("env"), in_map=weak_env_text, in_list=weak_text)
    _adopt(fields, problems, "env")
    return list(env)


def _adopt(fields: Fields, problems: list[Problem], name: str) -> None:
    """Problems that another room found in a part of this command."""
    for problem in problems:
        if not problem.path.startswith(fields.path):
            problem.path = f"{fields.path}.{problem.path or name}"
        if problem.where is None:
            problem.where = fields.where(name)
        fields.problems.append(problem)


def _engine(fields: Fields) -> str:
    """The template engine of the command's texts; "" for the configured one."""
    from runner.steps.templates import ENGINES

    engine = fields.plain_text("engine").strip()
    if engine and engine not in ENGINES:
        fields.problem(f"unknown template engine `{engine}`", "engine", hint="Engines: " + ", ".join(ENGINES))
    return engine


def _component_config(fields: Fields) -> Compiled | None:
    own = fields.mapping("component_config")
    if own is None:
        return None
    found: Compiled = {"component": own.text("component"), "stack": own.text("stack")}
    own.finish("`component_config`")
    return found if found["component"] != "" and found["stack"] != "" else None


def _component(fields: Fields) -> Compiled | None:
    own = fields.mapping("component")
    if own is None:
        return None
    kind = own.plain_text("type").strip()
    base = own.text("base_path") or f"components/{kind}"
    own.finish("`component`")
    return {"type": kind, "base_path": base} if kind else None


def _examples(fields: Fields) -> list[Compiled]:
    """`examples`: a text, a list of command lines, or a list of {description, command}."""
    raw = fields.get("examples")
    if isinstance(raw, str):
        return [{"description": "", "command": raw.strip("\n")}]
    found: list[Compiled] = []
    for index, item in enumerate(raw if isinstance(raw, list) else []):
        if isinstance(item, dict):
            own = Fields(item, f"{fields.path}.examples[{index}]", fields.problems, fields.where("examples"))
            found.append({"description": own.text("description"), "command": own.text("command")})
            own.finish("an example")
        elif item is not None:
            found.append({"description": "", "command": str(item)})
    if raw is not None and not isinstance(raw, list):
        fields.expected("examples", "text or a list", raw)
    return found


def _dependencies(fields: Fields, command: str) -> Compiled | None:
    """`dependencies: {tools, commands, workflows}` run one after the other; `deps: [...]` are commands that may run
    side by side."""
    found: Compiled = {}
    short = fields.get("deps")
    if short is not None:
        found["commands"] = _needs(fields, "deps", short)
        found["max_concurrency"] = 0  # as many as are ready
    own = fields.mapping("dependencies")
    if own is not None:
        tools = own.get("tools")
        if isinstance(tools, dict):
            found["tools"] = {
                str(name): "latest" if version is None else str(version) for name, version in tools.items()
            }
        elif tools is not None:
            own.expected("tools", "a mapping of names to versions", tools)
        for key in ("commands", "workflows"):
            value = own.get(key)
            if value is not None:
                earlier = found.get(key, [])
                assert isinstance(earlier, list)
                found[key] = earlier + _needs(own, key, value)
        limit = own.get("max_concurrency")
        if isinstance(limit, int) and not isinstance(limit, bool) and limit >= 0:
            found["max_concurrency"] = limit
        elif limit is not None:
            own.expected("max_concurrency", "a whole number that is not negative", limit)
        own.finish(f"`dependencies` of `{command}`")
    return found or None


def _needs(fields: Fields, key: str, value: object) -> list[Compiled]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list):
        fields.expected(key, "a list", value)
        return []
    found: list[Compiled] = []
    for index, item in enumerate(value):
        if isinstance(item, str):
            found.append({"name": " ".join(item.split())})
            continue
        if not isinstance(item, dict):
            fields.problem(f"item {index + 1} of `{key}` must be a name or a mapping, not {kind_of(item)}", key)
            continue
        own = Fields(item, f"{fields.path}.{key}[{index}]", fields.problems, fields.where(key))
        need: Compiled = {"name": " ".join(own.plain_text("name").split())}
        need["args"] = own.texts("args") or own.texts("arguments")
        need["file"] = own.text("file")
        need["stack"] = own.text("stack")
        flags = own.get("flags")
        if isinstance(flags, dict):
            need["flags"] = dict(flags)
        elif flags is not None:
            own.expected("flags", "a mapping of names to values", flags)
        mode = own.plain_text("fail").strip().lower()
        if mode and mode not in FAIL_MODES:
            own.problem(f"unknown mode `{mode}` of `fail`", "fail", hint="Modes: " + ", ".join(FAIL_MODES))
        need["fail"] = mode
        own.finish("a dependency", ("arguments",))
        if not need["name"]:
            own.problem(f"item {index + 1} of `{key}` has no `name`")
            continue
        found.append({name: value for name, value in need.items() if value not in ("", None, [], {})})
    return found


def walk(trees: dict[str, Compiled]) -> Iterator[tuple[str, Compiled]]:
    """Every command with its path: ("ops db dump", tree), parents before children."""
    for tree in trees.values():
        path = tree.get("path") or [tree["name"]]
        assert isinstance(path, list)
        yield " ".join(map(str, path)), tree
        children = tree.get("commands") or {}
        assert isinstance(children, dict)
        yield from walk(children)


def find_named(trees: dict[str, Compiled], name: str) -> list[tuple[str, Compiled]]:
    """Commands a dependency may mean: the one with this path, else all whose own name it is."""
    everything = list(walk(trees))
    exact = [(path, tree) for path, tree in everything if path == name]
    return exact or [(path, tree) for path, tree in everything if tree["name"] == name]


def _needed(tree: Compiled) -> list[str]:
    dependencies = tree.get("dependencies") or {}
    assert isinstance(dependencies, dict)
    return [str(need["name"]) for need in dependencies.get("commands") or []]


def _check_dependencies(trees: dict[str, Compiled], problems: list[Problem]) -> None:
    """Dependencies that do not exist, that could be several commands, or that lead back to where they start."""
    graph: dict[str, list[str]] = {}
    for path, tree in walk(trees):
        graph[path] = []
        for name in _needed(tree):
            found = find_named(trees, name)
            if len(found) == 1:
                graph[path].append(found[0][0])
            elif found:
                _blame(tree, path, problems, f'unknown dependency: command "{name}": multiple commands share this name; '
                                             "use a unique name or restructure your commands",
                       "Write the whole path: " + ", ".join(f"`{other}`" for other, _ in found))  # fmt: skip
            else:
                from runner.errors import nearest

                close = nearest(name, [other for other, _ in walk(trees)], 1)
                _blame(tree, path, problems, f'unknown dependency: command "{name}"',
                       f"Did you mean `{close[0]}`?" if close else "")  # fmt: skip
    for path, tree in walk(trees):
        circle = _circle(graph, path)
        if circle:
            _blame(
                tree,
                path,
                problems,
                f"circular dependency detected: {' -> '.join(circle)}",
                "Remove one of these dependencies",
            )


def _circle(graph: dict[str, list[str]], start: str) -> list[str]:
    """The way from a command back to itself, or nothing."""
    stack: list[list[str]] = [[start]]
    seen: set[str] = set()
    while stack:
        way = stack.pop()
        for following in graph[way[-1]]:
            if following == start:
                return [*way, start]
            if following not in seen:
                seen.add(following)
                stack.append([*way, following])
    return []


def _blame(tree: Compiled, path: str, problems: list[Problem], message: str, hint: str) -> None:
    place = tree.get("where")
    problem = Problem(
        f"custom command `{path}`: {message}", Where(*place) if isinstance(place, list) else None,
        path=f"commands.{path.replace(' ', '.')}.dependencies", hint=hint,
    )  # fmt: skip
    problems.append(problem)
    broken = tree.setdefault("broken", [])
    assert isinstance(broken, list)
    broken.append(plain(problem))
