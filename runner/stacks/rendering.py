"""Templates inside manifests: which texts are templates, whole-value references, one call into the renderer."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

_WHOLE = re.compile(r"\s*\{\{-?\s*\.([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)\s*-?\}\}\s*\Z")
MISSING = object()


def whole_reference(text: str) -> list[str] | None:
    """The path of a text that is nothing but one field reference, such as `{{ .a.b }}`."""
    found = _WHOLE.match(text)
    return found.group(1).split(".") if found else None


def lookup(data: Any, path: list[str]) -> Any:
    """A value by its path, MISSING when some part of it is not there."""
    for name in path:
        if not isinstance(data, dict) or name not in data:
            return MISSING
        data = data[name]
    return data


def render(text: str, data: Mapping[str, Any], *, strict: bool = True, name: str = "template",
           env: Mapping[str, str] | None = None) -> str:  # fmt: skip
    """Render one text with `{{ }}` and all functions. env: what they may reach outside; None: nothing.

    Raises TemplateError.
    """
    import templating

    policy = templating.Policy(env=env, files=True, network=True) if env is not None else None
    return templating.render(
        text, data, missing="error" if strict else "default", delimiters=("{{", "}}"), name=name, policy=policy
    )


def walk(value: Any, leaf: Callable[[Any], Any]) -> Any:
    """A structure with every leaf (scalars and tagged values) replaced by what `leaf` makes of it."""
    if isinstance(value, dict):
        return {key: walk(item, leaf) for key, item in value.items()}
    if isinstance(value, list):
        return [walk(item, leaf) for item in value]
    return leaf(value)
