"""Who said what: which files contributed to a component and where each value comes from (`deps`, `sources`)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.stacks.imports import Node
    from runner.stacks.project import Found, Project

    Map = dict[str, Any]

_SECTIONS = ("vars", "settings", "env", "backend")
_CONTRIBUTING = (*_SECTIONS, "metadata", "providers", "auth", "hooks", "generate", "backend_type", "command")


class Origins:
    """The layers of a component, per file, highest priority first."""

    def __init__(self, found: Found, project: Project) -> None:
        self.found, self.project = found, project
        layered = found.layered
        self.chain: list[tuple[Node, int]] = list(reversed(found.stack.chain))
        kind = layered.kind
        self.places: list[tuple[str, ...]] = [
            ("components", kind, name) for name in (layered.name, *layered.inheritance)
        ]
        self.places += [(kind,), ()]
        self._winners: set[str] = set()

    def _at(self, node: Node, place: tuple[str, ...]) -> Map:
        holder: Any = node.own
        for name in place:
            holder = holder.get(name) if isinstance(holder, dict) else None
        return holder if isinstance(holder, dict) else {}

    def _section(self, node: Node, place: tuple[str, ...], section: str, backend_type: str) -> Map:
        found = self._at(node, place).get(section)
        if section == "backend" and isinstance(found, dict):
            found = found.get(backend_type)
        return found if isinstance(found, dict) else {}

    def sources(self, result: Map) -> Map:
        """section -> name -> its final value and every file that gives one, the winning one first."""
        from runner.stacks.values import plain

        backend_type = str(result.get("backend_type") or "")
        answer: Map = {}
        for section in _SECTIONS:
            found = result.get(section)
            values: Map = found if isinstance(found, dict) else {}
            names: Map = {}
            given = [
                (node, depth, place, self._section(node, place, section, backend_type))
                for place in self.places
                if not (section == "backend" and not place)
                for node, depth in self.chain
            ]
            given = [item for item in given if item[3]]
            for name in values:
                steps: list[Map] = [
                    {
                        "dependency_type": "import" if depth else "inline", "stack_file": node.key,
                        "stack_file_section": ".".join((*place[:2], section)), "variable_value": plain(held[name]),
                    }
                    for node, depth, place, held in given if name in held
                ]  # fmt: skip
                if steps:
                    self._winners.add(str(steps[0]["stack_file"]))
                names[name] = {"name": name, "final_value": values[name], "stack_dependencies": steps}
            answer[section] = names
        return answer

    def deps(self) -> list[str]:
        """The files that hold winning values; call after `sources`."""
        winners = set(self._winners)
        for place in self.places[:1]:
            winners.update(node.key for node, _ in self.chain[:1] if self._holds(node, place))
        return sorted(winners)

    def deps_all(self) -> list[str]:
        """Every file that contributes something, and the stack file itself."""
        keys = {node.key for node, _ in self.chain if any(self._contributes(node, place) for place in self.places)}
        return sorted(keys | {self.found.stack.key})

    def _holds(self, node: Node, place: tuple[str, ...]) -> bool:
        holder: Any = node.own
        for name in place:
            if not isinstance(holder, dict) or name not in holder:
                return False
            holder = holder[name]
        return True

    def _contributes(self, node: Node, place: tuple[str, ...]) -> bool:
        if len(place) == 3:
            return self._holds(node, place)
        return any(self._at(node, place).get(section) for section in _CONTRIBUTING)
