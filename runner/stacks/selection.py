"""Choosing components: by tags and labels, by their dependencies."""

from __future__ import annotations

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Map = dict[str, Any]


class Labels:
    """`--tags a,b` (any of them) and `--labels k=v,…` (all of them) over `metadata`."""

    def __init__(self, tags: str, labels: str) -> None:
        self.tags = {tag.strip() for tag in tags.split(",") if tag.strip()}
        self.labels: dict[str, str] = {}
        for part in labels.split(","):
            if part.strip():
                name, equals, value = part.strip().partition("=")
                if not equals:
                    raise AtmosError(f"a label is written as key=value, not '{part.strip()}'")
                self.labels[name.strip()] = value.strip()

    def match(self, metadata: Mapping[str, Any]) -> bool:
        if self.tags and not self.tags.intersection(str(tag) for tag in metadata.get("tags") or ()):
            return False
        labels = metadata.get("labels")
        own = labels if isinstance(labels, dict) else {}
        return all(name in own and str(own[name]) == value for name, value in self.labels.items())


class Dependency:
    """What a component needs first: a component, of the same stack unless one is named."""

    __slots__ = ("component", "kind", "stack")

    def __init__(self, component: str, stack: str, kind: str) -> None:
        self.component, self.stack, self.kind = component, stack, kind


def dependencies(sections: Mapping[str, Any], stack: str) -> list[Dependency]:
    """The dependencies a component declares: `dependencies.components`, else `settings.depends_on`."""
    found: list[Dependency] = []
    declared = sections.get("dependencies")
    listed = declared.get("components") if isinstance(declared, dict) else None
    if not listed:
        settings = sections.get("settings")
        older = settings.get("depends_on") if isinstance(settings, dict) else None
        listed = list(older.values()) if isinstance(older, dict) else older
    variables = sections.get("vars")
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, str):
            found.append(Dependency(item, stack, "terraform"))
            continue
        name = (item.get("component") or item.get("name")) if isinstance(item, dict) else None
        if isinstance(name, str) and name:
            found.append(Dependency(name, _stack_of(item, stack, variables), str(item.get("kind") or "terraform")))
    return found


def _stack_of(item: Map, stack: str, variables: Any) -> str:
    """The stack that a dependency lies in: named, or this one with other context variables."""
    named = item.get("stack")
    if isinstance(named, str) and named:
        return named
    changed = {
        name: item[name] for name in ("namespace", "tenant", "environment", "stage") if isinstance(item.get(name), str)
    }
    result = stack
    for name, value in changed.items():
        own = variables.get(name) if isinstance(variables, dict) else None
        if isinstance(own, str) and own and own != value:
            parts = result.split("-")
            result = "-".join(value if part == own else part for part in parts)
    return result
