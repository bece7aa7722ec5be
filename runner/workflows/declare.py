"""From a workflow as it was read to a workflow that can run: everything is checked before anything runs.

`compile_workflow` gives compiled plain data and the problems found; `check_file` collects those of a whole file,
for error messages and `atmos validate`.
"""

from __future__ import annotations

from runner.errors import AtmosError, Problem, Where, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from runner.workflows.files import WorkflowFile

KEYS = (
    "description", "steps", "stack", "env", "identity", "working_directory", "output", "viewport", "show",
    "dependencies", "container", "engine",
)  # fmt: skip
MANIFEST_KEYS = ("name", "description", "workflows")
SHOW_KEYS = ("header", "flags", "command", "count", "progress", "labels")
DEPENDENCY_KEYS = ("tools", "commands", "workflows", "max_concurrency")
FAIL_MODES = ("wait_all", "fail_fast", "best_effort")
HINT = "Check workflow step type, nested steps, needs dependencies, and control-step output/fail configuration"


def where_of(raw: Any, key: str | int | None = None) -> Where | None:
    """The place of a mapping or list, or of one of its entries; None for data that remembers no places."""
    if key is None:
        return getattr(raw, "where", None)
    finder = getattr(raw, "key_where" if isinstance(key, str) else "item_where", None)
    return finder(key) if finder is not None else None


class _Checker:
    """Collects the problems of one workflow while its fields are read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.problems: list[Problem] = []

    def add(self, message: str, where: Where | None, *, hint: str = "") -> None:
        self.problems.append(Problem(message, where, path=f"workflows.{self.name}", hint=hint))

    def unknown_keys(self, raw: dict[str, Any], known: Iterable[str], what: str) -> None:
        for key in raw:
            if key not in known:
                close = nearest(key, known)
                self.add(
                    f"unknown key `{key}` in {what}",
                    where_of(raw, key),
                    hint=f"Did you mean `{close[0]}`?" if close else f"Known keys: {', '.join(sorted(known))}",
                )

    def text(self, raw: dict[str, Any], key: str) -> str | tuple[Any, ...]:
        """A text field as it was written; a deferred value as it is."""
        value = raw.get(key)
        if value is None:
            return ""
        if isinstance(value, tuple):
            return value
        if isinstance(value, (dict, list)):
            self.add(f"`{key}` of workflow `{self.name}` has to be text", where_of(raw, key))
            return ""
        return scalar(raw, key).strip()

    def mapping(self, raw: dict[str, Any], key: str) -> dict[str, Any]:
        value = raw.get(key)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self.add(f"`{key}` of workflow `{self.name}` has to be a mapping", where_of(raw, key))
            return {}
        return value

    def names(self, raw: dict[str, Any], key: str, what: str) -> list[Any]:
        value = raw.get(key)
        if value is None:
            return []
        if not isinstance(value, list):
            self.add(f"`{key}` of {what} has to be a list", where_of(raw, key))
            return []
        return value


def scalar(raw: Any, key: str | int) -> str:
    """A scalar as it was written in the file."""
    literal = getattr(raw, "literal", None)
    value = raw[key]
    if isinstance(value, str):
        return value
    if literal is not None:
        return str(literal(key))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def compile_workflow(raw: Any, *, name: str, file: WorkflowFile) -> tuple[dict[str, Any], list[Problem]]:
    """A workflow as compiled plain data, and what is wrong with it. With problems it must not run."""
    from runner.steps import declare as steps_declare

    check = _Checker(name)
    at = where_of(file.workflows, name) or where_of(raw)
    compiled: dict[str, Any] = {"name": name, "file": file.relative, "where": at.plain() if at else None, "steps": []}
    if not isinstance(raw, dict):
        check.add(f"workflow `{name}` has to be a mapping with `steps`", at)
        check.problems[-1].unreadable = True
        return compiled, check.problems
    check.unknown_keys(raw, KEYS, f"workflow `{name}`")
    for key in ("description", "stack", "identity", "working_directory", "output"):
        compiled[key] = check.text(raw, key)
    if isinstance(compiled["identity"], tuple):
        check.add(f"`identity` of workflow `{name}` has to be a plain name", where_of(raw, "identity"))
        compiled["identity"] = ""
    if compiled["output"] not in ("", "raw", "log", "viewport", "none"):
        check.add(
            f"workflow `{name}` sets unsupported output mode `{compiled['output']}`", where_of(raw, "output"),
            hint="Output modes: raw, log, viewport, none",
        )  # fmt: skip
    compiled["engine"] = _engine(check, raw)
    compiled["show"] = _show(check, raw)
    compiled["viewport"] = _viewport(check, raw)
    compiled["container"] = _container(check, raw)
    compiled["dependencies"] = dependencies(check, raw)
    compiled["env"], problems = steps_declare.compile_env(raw.get("env"), where=where_of(raw, "env"))
    check.problems += problems
    raw_steps = raw.get("steps")
    if raw_steps is not None and not isinstance(raw_steps, list):
        check.add(f"`steps` of workflow `{name}` has to be a list", where_of(raw, "steps"))
        check.problems[-1].unreadable = True
    elif raw_steps:
        compiled["steps"], problems = steps_declare.compile_steps(
            raw_steps, kind="workflow", where=where_of(raw, "steps")
        )
        check.problems += problems
    return compiled, check.problems


def _engine(check: _Checker, raw: dict[str, Any]) -> str:
    """The template engine of the workflow's texts; "" for the configured one."""
    from runner.steps.templates import ENGINES

    engine = check.text(raw, "engine")
    if engine not in ("", *ENGINES):
        shown = engine if isinstance(engine, str) else str(engine[0])
        check.add(f"unknown template engine `{shown}` of workflow `{check.name}`", where_of(raw, "engine"),
                  hint="Engines: " + ", ".join(ENGINES))  # fmt: skip
        return ""
    return str(engine)


def _show(check: _Checker, raw: dict[str, Any]) -> dict[str, bool]:
    show = check.mapping(raw, "show")
    check.unknown_keys(show, SHOW_KEYS, f"`show` of workflow `{check.name}`")
    chosen = {}
    for key, value in show.items():
        if not isinstance(value, bool):
            check.add(f"`show.{key}` of workflow `{check.name}` has to be true or false", where_of(show, key))
        else:
            chosen[key] = value
    return chosen


def _viewport(check: _Checker, raw: dict[str, Any]) -> dict[str, int]:
    viewport = check.mapping(raw, "viewport")
    check.unknown_keys(viewport, ("height", "width"), f"`viewport` of workflow `{check.name}`")
    chosen = {}
    for key, value in viewport.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            check.add(f"`viewport.{key}` of workflow `{check.name}` has to be a whole number", where_of(viewport, key))
        else:
            chosen[key] = value
    return chosen


def _container(check: _Checker, raw: dict[str, Any]) -> Any:
    """`container: false` runs on this machine, as everything does; a container for a whole workflow is not offered."""
    value = raw.get("container")
    if value not in (None, False):
        check.add(
            f"workflow `{check.name}` asks to run in a container, which is not supported", where_of(raw, "container"),
            hint="Remove `container:`, or call your container runtime from a shell step",
        )  # fmt: skip
    return None


def dependencies(check: _Checker, raw: dict[str, Any]) -> dict[str, Any]:
    """`dependencies` as plain data: tools, and the commands and workflows to run first."""
    section = check.mapping(raw, "dependencies")
    what = f"`dependencies` of `{check.name}`"
    check.unknown_keys(section, DEPENDENCY_KEYS, what)
    if not section:
        return {}
    tools = section.get("tools")
    if tools is not None and not isinstance(tools, dict):
        check.add(f"`tools` in {what} has to map tools to versions", where_of(section, "tools"))
        tools = None
    limit = section.get("max_concurrency", 1)
    if not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
        check.add(f"`max_concurrency` in {what} has to be a whole number", where_of(section, "max_concurrency"))
        limit = 1
    return {
        "tools": {key: scalar(tools, key) for key in tools or {}},
        "max_concurrency": limit,
        "commands": _entries(check, section, "commands", what),
        "workflows": _entries(check, section, "workflows", what),
    }


def _entries(check: _Checker, section: dict[str, Any], key: str, what: str) -> list[dict[str, Any]]:
    found = []
    raw = check.names(section, key, what)
    for index, entry in enumerate(raw):
        at = where_of(raw, index)
        if isinstance(entry, str) and entry.strip():
            entry = {"name": entry.strip()}
        if not isinstance(entry, dict):
            check.add(f"`{key}` in {what} holds names, or mappings with `name`", at)
            continue
        known = ("name", "file", "flags", "args", "fail") if key == "workflows" else ("name", "flags", "args", "fail")
        check.unknown_keys(entry, known, f"`{key}` in {what}")
        if not isinstance(entry.get("name"), str) or not entry["name"].strip():
            check.add(f"an entry of `{key}` in {what} has no `name`", at)
            continue
        flags, args = entry.get("flags"), entry.get("args")
        if flags is not None and not isinstance(flags, dict):
            check.add(f"`flags` of `{entry['name']}` in {what} has to be a mapping", where_of(entry, "flags"))
            flags = None
        if args is not None and not isinstance(args, list):
            check.add(f"`args` of `{entry['name']}` in {what} has to be a list", where_of(entry, "args"))
            args = None
        fail = entry.get("fail") or "wait_all"
        if fail not in FAIL_MODES:
            check.add(
                f"`{entry['name']}` in {what} sets unsupported fail mode `{fail}`", where_of(entry, "fail"),
                hint=f"Fail modes: {', '.join(FAIL_MODES)}",
            )  # fmt: skip
        found.append({
            "kind": key.removesuffix("s"),
            "name": entry["name"].strip(),
            "file": str(entry.get("file") or ""),
            "flags": {flag: scalar(flags, flag) for flag in flags or {}},
            "args": [scalar(args, place) for place in range(len(args or []))],
            "fail": fail,
            "where": at.plain() if at else None,
        })  # fmt: skip
    return found


def compile_dependencies(raw: dict[str, Any], owner: str) -> tuple[dict[str, Any], list[Problem]]:
    """The `dependencies` of a custom command, compiled as those of a workflow are."""
    check = _Checker(owner)
    compiled = dependencies(check, raw)
    return compiled, check.problems


def check_file(file: WorkflowFile, *, first: str = "") -> list[Problem]:
    """Every problem of a file, those of the workflow `first` before the others."""
    problems: list[Problem] = []
    needs: dict[str, list[dict[str, Any]]] = {}
    for name in sorted(file.workflows, key=lambda name: name != first):
        compiled, found = compile_workflow(file.workflows[name], name=name, file=file)
        entries = (compiled.get("dependencies") or {}).get("workflows") or ()
        needs[name] = [entry for entry in entries if not entry["file"]]
        if not found and not compiled["steps"]:
            found = [Problem(f"workflow `{name}` has no steps defined", Where(*compiled["where"])
                             if compiled["where"] else None, path=f"workflows.{name}")]  # fmt: skip
        problems += found
    problems += _dependency_problems(needs)
    if not file.inline:
        check = _Checker("")
        check.unknown_keys(file.manifest, MANIFEST_KEYS, "the manifest")
        problems += check.problems
    return problems


def _dependency_problems(needs: dict[str, list[dict[str, Any]]]) -> list[Problem]:
    """Unknown names and circles among the workflows of one file."""
    problems = []
    known = {name: [entry["name"] for entry in entries] for name, entries in needs.items()}
    for name, entries in needs.items():
        for entry in entries:
            where = Where(*entry["where"]) if entry["where"] else None
            if entry["name"] not in known:
                close = nearest(entry["name"], known)
                problems.append(Problem(
                    f'unknown dependency: workflow "{entry["name"]}", needed by workflow "{name}"', where,
                    path=f"workflows.{name}.dependencies", hint=f"Did you mean `{close[0]}`?" if close else "",
                ))  # fmt: skip
                continue
            chain = _chain(known, entry["name"], name)
            if chain and name == min(chain):  # each circle once
                shown = " -> ".join(f'workflow "{link}"' for link in [name, *chain])
                problems.append(Problem(
                    f"circular dependency detected: {shown}", where, path=f"workflows.{name}.dependencies"
                ))  # fmt: skip
    return problems


def _chain(known: dict[str, list[str]], start: str, goal: str) -> list[str]:
    """A way from one workflow to another along what they need; empty when there is none."""
    ways = [[start]]
    seen = set()
    while ways:
        way = ways.pop()
        if way[-1] == goal:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, need] for need in known.get(way[-1], ())]
    return []


def headline(text: str) -> tuple[str, str]:
    """A message in two: up to its first colon, and the rest. Colons in brackets and quotes do not count."""
    depth, quote = 0, ""
    for index, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in '`"':
            quote = char
        elif char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == ":" and not depth and text[index + 1 : index + 2] == " ":
            return text[:index], text[index + 2 :]
    return text, ""


def failure(
    file: WorkflowFile,
    name: str,
    problems: list[Problem],
    shown: Callable[[tuple[str, int, int]], Where | None] = lambda plain: Where(*plain),
) -> AtmosError:
    """One error for all that is wrong with a workflow, and with the others of its file. shown: places as people see
    them."""
    from runner.config.mistakes import quoted

    def line(problem: Problem) -> str:
        place = f"{shown(problem.where.plain())}: " if problem.where else ""
        return f"{place}{problem.message}"

    own = {str(problem) for problem in problems}
    others = [problem for problem in check_file(file, first=name) if str(problem) not in own]
    first = problems[0]
    message, detail = headline(first.message)
    paragraphs = list(filter(None, (detail, quoted(first.where))))
    paragraphs += [line(problem) for problem in problems[1:]]
    if others:
        paragraphs.append(f"Also in {file.shown}:\n\n" + "\n".join(f"  • {line(problem)}" for problem in others))
    hints = list(dict.fromkeys(problem.hint for problem in problems if problem.hint)) or [HINT]
    return AtmosError(
        message, title="Workflow Error", explanation="\n\n".join(paragraphs), hints=hints,
        where=shown(first.where.plain()) if first.where else None,
    )  # fmt: skip
