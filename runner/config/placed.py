"""Trees with places, back from the plain data they are kept as."""

from __future__ import annotations

from typing import Any

from runner.config.reader import Map, Seq


def thaw(value: Any) -> Any:
    """The way back from `runner.config.compile.freeze`."""
    if not isinstance(value, dict):
        return value
    if "m" in value:
        tree = Map(value["at"])
        for key, item, mark, literal in value["m"]:
            tree.put(key, thaw(item), mark, literal)
        return tree
    items = Seq(value["at"])
    for item, mark, literal in value["s"]:
        items.add(thaw(item), mark, literal)
    return items
