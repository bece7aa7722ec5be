"""Functions that templates of columns have besides the usual ones: small things to do with one cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from templating import TemplateError

TRUE = ("1", "t", "true", "yes", "on")


def text(value: Any) -> str:
    """A value as it is shown."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def number(value: Any) -> int:
    """A whole number; 0 for what is none."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def truth(value: Any) -> bool:
    return value.strip().lower() in TRUE if isinstance(value, str) else bool(value)


def _sized(value: Any, size: Any) -> tuple[Any, int]:
    """A value and a size, in whichever order: the value comes last out of a pipe."""
    return (value, size) if isinstance(size, int) else (size, number(value))


def truncate(value: Any, size: Any) -> str:
    """A text of at most so many characters; what was cut off shows as `...`."""
    value, size = _sized(value, size)
    shown = text(value)
    if len(shown) <= size:
        return shown
    return shown[: size - 3] + "..." if size > 3 else shown[: max(0, size)]


def pad(value: Any, size: Any) -> str:
    """A text with blanks behind it up to so many characters."""
    value, size = _sized(value, size)
    return text(value).ljust(size)


def get(mapping: Any, key: str) -> Any:
    return get_or(mapping, key, None)


def get_or(mapping: Any, key: str, default: Any) -> Any:
    """An entry of a mapping, or the default."""
    return mapping.get(key, default) if isinstance(mapping, Mapping) else default


def has(mapping: Any, key: Any) -> bool:
    """Whether a mapping has a key, or a list an item; the two may stand in either order."""
    if not isinstance(mapping, Mapping | list | tuple):
        mapping, key = key, mapping
    return key in mapping if isinstance(mapping, Mapping | list | tuple) else False


def join(first: Any, second: Any) -> str:
    """The items of a list with a text between them, whichever comes first."""
    items, between = (first, second) if isinstance(first, list | tuple) else (second, first)
    return text(between).join(text(item) for item in items) if isinstance(items, list | tuple) else text(items)


def split(value: Any, between: str) -> list[str]:
    """The parts of a text between separators."""
    return text(value).split(between) if between else list(text(value))


def ternary(first: Any, second: Any, third: Any) -> Any:
    """`ternary CONDITION YES NO`, or `ternary YES NO CONDITION`."""
    if isinstance(first, bool):
        return second if first else third
    if isinstance(third, bool):
        return first if third else second
    raise TemplateError("ternary: a condition has to stand first or last")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "toString": text, "toInt": number, "toBool": truth, "truncate": truncate, "pad": pad, "get": get, "getOr": get_or,
    "has": has, "join": join, "split": split, "ternary": ternary,
}  # fmt: skip
