"""The children of a group as nodes of a graph: those of `parallel` as they are, those of `matrix` for each combination."""

from __future__ import annotations

from itertools import product

from runner.steps.model import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.output import Lines

SUCCEEDED, FAILED, SKIPPED, CANCELED = "succeeded", "failed", "skipped", "canceled"


class Node:
    """One child of a group, ready to be scheduled. axes: the values of a matrix row; row: the name of that row."""

    __slots__ = ("axes", "blocks", "code", "error", "group", "name", "needs", "order", "row", "sinks", "state", "step")

    def __init__(
        self, step: Step, name: str, needs: list[str], axes: dict[str, str] | None = None, row: str = ""
    ) -> None:
        self.step, self.name, self.needs, self.axes, self.row = step, name, needs, axes, row or name
        self.state = ""
        self.error: Exception | None = None
        self.code = 0
        self.order = -1
        self.blocks: list[tuple[bool, bytes]] = []  # (is standard error, text) as it came
        self.group = 0
        self.sinks: list[Lines] = []


def plan(step: Step) -> list[Node]:
    """The children of a group as nodes; a matrix gives one set of them for each combination of values. `only` of the
    step: no more than one of its rows, or one child."""
    only = step.fields.get("only")
    if step.type != "matrix":
        return [
            Node(child, child.name, [] if only else list(child.needs))
            for child in step.children
            if not only or child.name == only
        ]
    axes: dict[str, list[str]] = step.fields.get("matrix") or {}
    names = sorted(axes)
    nodes: list[Node] = []
    for values in product(*(axes[name] for name in names)):
        row = dict(zip(names, values, strict=True))
        prefix = "_".join([step.label, *(f"{_word(k)}_{_word(v)}_{_hash(k, v)}" for k, v in row.items())])
        if only and prefix != only:
            continue
        before = ""
        for child in step.children:
            needs = [f"{prefix}_{need}" for need in child.needs] or ([before] if before else [])
            node = Node(child, f"{prefix}_{child.name}", needs, row, prefix)
            nodes.append(node)
            before = node.name
    return nodes


def _word(text: str) -> str:
    found = "".join(char if char.isascii() and char.isalnum() else "_" for char in text).strip("_")
    return found or "empty"


def _hash(axis: str, value: str) -> str:
    """A short name for an axis and its value: FNV-1a, 64 bits, in base 36."""
    state = 0xCBF29CE484222325
    for byte in f"{axis}\0{value}".encode():
        state = ((state ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    digits = ""
    while state:
        state, rest = divmod(state, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits or "0"
