"""Where each line of a described component comes from, as comments: `describe component --provenance`."""

from __future__ import annotations

from runner.stacks.origins import Origins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.stacks.imports import Node
    from runner.stacks.project import Found, Project

    Map = dict[str, Any]
    Path = tuple[str | int, ...]

LEGEND = """\
# Provenance:
#   ● [1] set in the stack's own file
#   ○ [N] set in a file that is imported N-1 levels below it
#   ∴     computed, or set in atmos.yaml
"""
_WIDEST = 60  # comments begin here at the latest; longer lines are followed by theirs


def annotated(found: Found, project: Project, text: str) -> str:
    """The YAML text of a described component, each key and item with the place that gives it its value."""
    places = _Places(found, project)
    lines = text.splitlines()
    starts = _starts(text)
    width = min(max((len(lines[number]) for number in starts), default=0), _WIDEST)
    for number, path in starts.items():
        lines[number] = f"{lines[number]:<{width}}  # {places.comment(path)}"
    return f"{LEGEND}\n# Stack: {found.stack.key}\n\n" + "\n".join(lines) + "\n"


def _starts(text: str) -> dict[int, Path]:
    """line number -> the path of the key or item that begins there; of several on a line the innermost."""
    import yaml

    result: dict[int, Path] = {}

    def visit(node: Any, path: Path) -> None:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*path, key.value)
                result[key.start_mark.line] = inner
                visit(value, inner)
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                result.setdefault(item.start_mark.line, (*path, index))
                visit(item, (*path, index))

    visit(yaml.compose(text, Loader=yaml.SafeLoader), ())
    return result


class _Places:
    """Finds the place of a value: the file and line of the highest layer that has it."""

    def __init__(self, found: Found, project: Project) -> None:
        origins = Origins(found, project)
        kind = found.layered.kind
        self.chain = origins.chain
        above: list[tuple[str, ...]] = (
            [(kind, "overrides"), ("overrides",)] if found.layered.sections["overrides"] else []
        )
        self.layers: list[tuple[str, ...]] = [*above, *origins.places]
        self.backend = str(found.layered.sections.get("backend_type") or "")

    def comment(self, path: Path) -> str:
        """What stands behind a line."""
        if path[0] == "backend" and len(path) > 1:
            path = ("backend", self.backend, *path[1:])
        for layer in self.layers:
            for node, depth in self.chain:
                where = _in(node, (*layer, *path))
                if where:
                    return f"{'○' if depth else '●'} [{depth + 1}] {where}"
        return "∴"


def _in(node: Node, path: Path) -> str:
    """`file:line` of a path in one file; "" where the file does not have it."""
    if not _reach(node.own, path):
        return ""
    holder: Any = node.places()
    line = 0
    for step in path:
        if isinstance(holder, dict) and step in holder:
            line = holder.key_where(str(step)).line if hasattr(holder, "key_where") else line
            holder = holder[step]
        elif isinstance(holder, list) and isinstance(step, int) and step < len(holder):
            line = holder.item_where(step).line if hasattr(holder, "item_where") else line
            holder = holder[step]
        else:  # a function or a local stands for what is below
            break
    return f"{node.name}:{line}"


def _reach(holder: Any, path: Path) -> bool:
    """Whether a content has a value at a path; below a value that only a function knows everything is its own."""
    for step in path:
        if isinstance(holder, dict):
            if step not in holder:
                return False
            holder = holder[step]
        elif isinstance(holder, list):
            if not isinstance(step, int) or step >= len(holder):
                return False
            holder = holder[step]
        else:
            return type(holder) is tuple
    return True
