"""Workflows as data for people and scripts: rows of `list workflows`, shapes of `describe workflows`."""

from __future__ import annotations

from runner.workflows.select import step_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.workflows.files import WorkflowFile

COLUMNS = {"File": "{{ .file }}", "Workflow": "{{ .workflow }}", "Description": "{{ .description }}",
           "Steps": "{{ .steps }}"}  # fmt: skip
SHAPES = ("list", "map", "all")


def readable(file: WorkflowFile) -> list[str]:
    """The workflows of a file that can be read as such, by name. One with a mistake in it is there, and says so when it
    is run."""
    from runner.workflows.declare import compile_workflow

    return [
        name
        for name in sorted(file.workflows)
        if not any(problem.unreadable for problem in compile_workflow(file.workflows[name], name=name, file=file)[1])
    ]


def rows(files: list[WorkflowFile]) -> list[dict[str, Any]]:
    """One row per workflow: file, workflow, description, steps (how many)."""
    found = []
    for file in files:
        for name in readable(file):
            raw = file.workflows[name]
            found.append({
                "file": file.relative,
                "workflow": name,
                "description": str(raw.get("description") or ""),
                "steps": len(raw.get("steps") or []),
            })  # fmt: skip
    return found


def shape(files: list[WorkflowFile], kind: str) -> Any:
    """The data of `describe workflows -o KIND`."""
    if kind == "list":
        return [{"file": file.relative, "workflow": name} for file in files for name in readable(file)]
    if kind == "map":
        return {file.relative: names for file in files if (names := readable(file)) or not file.workflows}
    return {file.relative: definition(file) for file in files if readable(file) or not file.workflows}


def definition(file: WorkflowFile) -> dict[str, Any]:
    """A whole manifest with the names that steps get."""
    manifest: dict[str, Any] = {}
    for key in ("name", "description"):
        if file.manifest.get(key):
            manifest[key] = plain(file.manifest, key)
    manifest["workflows"] = {name: _workflow(file.workflows[name]) for name in readable(file)}
    return manifest


def _workflow(raw: Any) -> Any:
    if not isinstance(raw, dict):
        return raw
    shown = {key: plain(raw, key) for key in raw if key != "steps"}
    if isinstance(raw.get("steps"), list):
        shown["steps"] = _steps(raw["steps"])
    return shown


def _steps(raw: list[Any], parent: str = "") -> list[Any]:
    shown = []
    for index, step in enumerate(raw):
        name = step_name(step, index, parent)
        if isinstance(step, str):
            shown.append({"name": name, "type": "shell", "command": step})
        elif isinstance(step, dict):
            entry = {"name": name, **{key: plain(step, key) for key in step if key not in ("name", "steps")}}
            if isinstance(step.get("steps"), list):
                entry["steps"] = _steps(step["steps"], name)
            shown.append(entry)
        else:
            shown.append(step)
    return shown


_KEEP_TYPED = frozenset((
    "tty", "interactive", "when", "continue", "retry", "show", "viewport", "max_concurrency", "fail", "output", "with",
    "export", "multiple", "limit", "height", "width", "count", "code", "reset", "data", "password", "background",
    "container", "bold", "italic", "underline", "strikethrough", "faint", "markdown", "expect", "dependencies",
    "show_summary", "level", "steps",
))  # fmt: skip


def plain(raw: Any, key: str | int) -> Any:
    """A value without its places. Text fields and variables show the text of the file (`1.10`), settings their type."""
    value = raw[key]
    if isinstance(value, tuple):
        return f"{value[0]} {value[1]}".strip()
    if isinstance(value, dict):
        typed = key in _KEEP_TYPED
        return {name: _typed(value[name]) if typed else plain(value, name) for name in value}
    if isinstance(value, list):
        typed = key in _KEEP_TYPED
        return [_typed(item) if typed else plain(value, place) for place, item in enumerate(value)]
    if isinstance(value, str) or value is None or key in _KEEP_TYPED:
        return value
    literal = getattr(raw, "literal", None)
    return str(literal(key)) if literal is not None else value


def _typed(value: Any) -> Any:
    if isinstance(value, tuple):
        return f"{value[0]} {value[1]}".strip()
    if isinstance(value, dict):
        return {name: _typed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    return value
