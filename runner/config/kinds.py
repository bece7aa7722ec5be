"""Kinds of settings: lenient in what they take, exact in what they give (spec: config §1.3).

Each turns a value of a file into the value of the setting, or raises `Unfit`, which says what was expected. Deferred
values (tuples) inside a list or map stay as they are.
"""

from __future__ import annotations

from runner.config import scalars

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

LEVELS = ("trace", "debug", "info", "warning", "warn", "error", "off")


class Unfit(Exception):
    """A value that its setting cannot take."""


class Kind:
    """name: as the JSON Schema knows it; convert: from the file's value to the setting's; item: of a map, what the
    names of the user's own take."""

    __slots__ = ("convert", "item", "name")

    def __init__(self, name: str, convert: Callable[[Any], Any], item: Kind | None = None) -> None:
        self.name, self.convert, self.item = name, convert, item

    def __repr__(self) -> str:
        return f"Kind({self.name})"


def kind_of(value: object) -> str:
    """What a value is, in the words of people who write YAML."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "text"
    return "map" if isinstance(value, dict) else "list" if isinstance(value, list) else "value"


def _refuse(expected: str, value: object) -> Unfit:
    return Unfit(f"expected type '{expected}', got {kind_of(value)}")


def _text(value: object) -> str:
    if isinstance(value, list | dict):
        raise _refuse("string", value)
    return scalars.as_text(value)


def _env_text(value: object) -> str | None:
    if isinstance(value, list | dict):
        raise _refuse("string", value)
    return None if value is None else scalars.as_env_text(value)


def _switch(value: object) -> bool:
    if isinstance(value, list | dict):
        raise _refuse("bool", value)
    chosen = False if value is None else scalars.as_bool(value)
    if chosen is None:
        raise Unfit(f"cannot parse value as 'bool': `{str(value)[:60]}` is neither true nor false")
    return chosen


def _whole(value: object) -> int:
    if isinstance(value, list | dict):
        raise _refuse("int", value)
    if value is None or value == "":
        return 0
    if isinstance(value, str):
        number = scalars.resolve(value.strip())
        if isinstance(number, int) and not isinstance(number, bool):
            return number
    elif isinstance(value, int) or (isinstance(value, float) and value == value and abs(value) < 1e18):
        return int(value)
    raise Unfit(f"cannot parse value as 'int': `{str(value)[:60]}` is no whole number")


def _words(value: object) -> list[Any]:
    if isinstance(value, list) and not any(isinstance(item, list | dict) for item in value):
        return [item if isinstance(item, tuple) else scalars.as_text(item) for item in value]
    chosen = scalars.as_words(value)
    if chosen is None:
        raise _refuse("list of strings", value)
    return chosen


def _free(value: object) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _refuse("map", value)
    return value


def _items(value: object) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _refuse("list", value)
    return value


def _level(value: object) -> str:
    """A log level in any letter case; what it is called stays as written."""
    text = _text(value).strip()
    if text and text.lower() not in LEVELS:
        raise Unfit(f"the log level '{text[:60]}' is not recognized. "
                    "Valid options are: [Trace Debug Info Warning Error Off]")  # fmt: skip
    return text


def _each(convert: Callable[[Any], Any]) -> Callable[[Any], dict[str, Any]]:
    def items(value: object) -> dict[str, Any]:
        return {key: item if isinstance(item, tuple) else convert(item) for key, item in _free(value).items()}

    return items


TEXT = Kind("text", _text)
SWITCH = Kind("bool", _switch)
WHOLE = Kind("int", _whole)
WORDS = Kind("words", _words)
LEVEL = Kind("level", _level)
FREE = Kind("map", _free)
ITEMS = Kind("list", _items)
TEXTS = Kind("texts", _each(_text), TEXT)
ENV = Kind("env", _each(_env_text), Kind("text", _env_text))  # null unsets a variable
ANY = Kind("any", lambda value: value)
