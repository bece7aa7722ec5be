"""Thin views of compiled commands (made by `runner.commands.declare`). On the short way: imports nothing.

Fields of the data may be tuples: values computed when the command runs. `text` shows them unevaluated.
"""

from __future__ import annotations

from runner.errors import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

AUTOMATIC_IDENTITY = "Identity to use for authentication (overrides identity in command config)"
LATER = ("steps", "env", "identity", "commands", "broken", "where", "path")
ZERO: dict[str, object] = {"bool": False, "int": 0, "string": "", "optional": ""}


def text(value: object) -> str:
    """A field for people: a value that is computed later is shown as it is written."""
    if isinstance(value, tuple):
        return str(value[1]) if value[0] == "!literal" else " ".join(str(part) for part in value[:2])
    return "" if value is None else str(value)


class Argument:
    """A positional argument."""

    __slots__ = ("default", "description", "name", "required", "semantic", "values")

    def __init__(self, data: dict[str, object]) -> None:
        self.name = str(data["name"])
        self.description = data.get("description") or ""
        self.required = bool(data.get("required"))
        self.default = data.get("default")
        self.semantic = str(data.get("type") or "")
        self.values: list[object] = data.get("values") or []  # type: ignore[assignment]

    @property
    def needed(self) -> bool:
        """Whether the command line has to give it."""
        return self.required and self.default is None


class Flag:
    """A flag. type: string, bool, int, list, or `optional`/`optional-list`: alone it means `bare`.

    origin: "" (declared here), "parent", "global" (the program's own), "automatic" (every command has it).
    """

    __slots__ = (
        "bare",
        "default",
        "description",
        "name",
        "origin",
        "required",
        "semantic",
        "shorthand",
        "type",
        "values",
    )

    def __init__(self, data: dict[str, object]) -> None:
        self.name = str(data["name"])
        self.shorthand = str(data.get("shorthand") or "")
        self.type = str(data.get("type") or "string")
        self.description = data.get("description") or ""
        self.required = bool(data.get("required"))
        self.default = data.get("default")
        self.semantic = str(data.get("semantic") or "")
        self.values: list[object] = data.get("values") or []  # type: ignore[assignment]
        self.origin = str(data.get("inherited") or "")
        self.bare = data.get("bare")

    @property
    def zero(self) -> object:
        """The value of a flag that is neither given nor defaulted."""
        return [] if self.type.endswith("list") else ZERO.get(self.type, "")


class Command:
    """One command of the tree, with its parent."""

    __slots__ = ("_flags", "data", "name", "parent", "path")

    def __init__(self, data: dict[str, object], parent: Command | None = None) -> None:
        self.data = data
        self.parent = parent
        self.name = str(data["name"])
        self.path: str = f"{parent.path if parent else 'atmos'} {self.name}"
        self._flags: list[Flag] | None = None

    @property
    def description(self) -> str:
        return text(self.data.get("description"))

    @property
    def aliases(self) -> list[str]:
        return [text(alias) for alias in self.data.get("aliases") or ()]  # type: ignore[attr-defined]

    @property
    def internal(self) -> bool:
        return bool(self.data.get("internal"))

    @property
    def joined(self) -> bool:
        """Whether this stands for a built-in group that custom commands joined (decision D33)."""
        return bool(self.data.get("joined"))

    @property
    def steps(self) -> list[dict[str, object]]:
        return self.data.get("steps") or []  # type: ignore[return-value]

    @property
    def arguments(self) -> list[Argument]:
        return [Argument(data) for data in self.data.get("arguments") or ()]  # type: ignore[attr-defined]

    @property
    def flags(self) -> list[Flag]:
        """The flags this command lists itself."""
        if self._flags is None:
            self._flags = [Flag(data) for data in self.data.get("flags") or ()]  # type: ignore[attr-defined]
        return self._flags

    @property
    def children(self) -> list[Command]:
        return [Command(data, self) for data in self._children().values()]

    def _children(self) -> dict[str, dict[str, object]]:
        return self.data.get("commands") or {}  # type: ignore[return-value]

    def child(self, word: str) -> Command | None:
        """The child with this name, else with this alias."""
        children = self._children()
        data = children.get(word)
        if data is None:
            for other in children.values():
                if word in (other.get("aliases") or ()):  # type: ignore[operator]
                    data = other
                    break
        return Command(data, self) if data is not None else None

    @property
    def lineage(self) -> list[Command]:
        """From the top-level command down to this one."""
        return [*(self.parent.lineage if self.parent else ()), self]

    def problems(self) -> list[Problem]:
        """What keeps this command from running: its own mistakes, and those of flags it inherits."""
        found: list[Problem] = []
        for command in self.lineage:
            for plain in command.data.get("broken") or ():  # type: ignore[attr-defined]
                problem = Problem.of(plain)
                if command is self or ".flags" in problem.path:
                    found.append(problem)
        return found

    def inherited(self, key: str) -> object:
        """A field that children take over when they do not set their own."""
        for command in reversed(self.lineage):
            value = command.data.get(key)
            if value not in (None, ""):
                return value
        return None

    def resolved(self, resolve: Callable[[object], object]) -> Command:
        """The same command with its computed values computed, but for those that the engine computes."""
        data = {key: value if key in LATER or value is True else resolve(value) for key, value in self.data.items()}
        return Command(data, self.parent)
