"""JSON lines written without the standard module, whose import costs more than all lines of an ordinary run.

Only plain data: texts, numbers, true, false, None, lists and mappings; anything else is written as its text.
"""

from __future__ import annotations

try:
    from _json import encode_basestring as _quoted
except ImportError:  # an interpreter without the accelerator
    from json.encoder import py_encode_basestring as _quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def line(value: Any) -> str:
    """A value as JSON on one line, keys in the order they have."""
    if isinstance(value, str):
        return str(_quoted(value))
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(value) if value - value == 0.0 else "null"
    if isinstance(value, dict):
        return "{" + ", ".join([f"{_quoted(str(key))}: {line(item)}" for key, item in value.items()]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join([line(item) for item in value]) + "]"
    return str(_quoted(str(value)))
