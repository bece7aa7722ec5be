"""Types of settings as the schema uses them: lenient in what they take, exact in what they give (spec: config §1.3).

Each names itself in messages and describes what it takes for the published JSON Schema.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from runner.config import scalars

_SCALAR = {"type": ["string", "number", "boolean", "null"]}


def kind_of(value: object) -> str:
    """What a value is, in the words of people who write YAML."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return {"str": "text", "dict": "map", "Map": "map"}.get(
        type(value).__name__, "list" if isinstance(value, list) else "value"
    )


def _refuse(expected: str, value: object) -> PydanticCustomError:
    return PydanticCustomError("wrong_type", "expected type '{expected}', got {found}",
                               {"expected": expected, "found": kind_of(value)})  # fmt: skip


def _text(value: object) -> object:
    if isinstance(value, list | dict):
        raise _refuse("string", value)
    return scalars.as_text(value)


def _env_text(value: object) -> object:
    if isinstance(value, list | dict):
        raise _refuse("string", value)
    return None if value is None else scalars.as_env_text(value)


def _bool(value: object) -> object:
    if isinstance(value, list | dict):
        raise _refuse("bool", value)
    chosen = False if value is None else scalars.as_bool(value)
    if chosen is None:
        raise PydanticCustomError("wrong_type", "cannot parse value as 'bool': `{text}` is neither true nor false",
                                  {"text": str(value)[:60]})  # fmt: skip
    return chosen


def _int(value: object) -> object:
    if isinstance(value, list | dict):
        raise _refuse("int", value)
    if value is None or value == "":
        return 0
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float) and value == value and abs(value) < 1e18:
        return int(value)
    if isinstance(value, str):
        number = scalars.resolve(value.strip())
        if isinstance(number, int) and not isinstance(number, bool):
            return number
    elif isinstance(value, int):
        return value
    raise PydanticCustomError("wrong_type", "cannot parse value as 'int': `{text}` is no whole number",
                              {"text": str(value)[:60]})  # fmt: skip


def _words(value: object) -> object:
    chosen = scalars.as_words(value)
    if chosen is None:
        raise _refuse("list of strings", value)
    return chosen


def _map(value: object) -> object:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _refuse("map", value)
    return value


def _list(value: object) -> object:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _refuse("list", value)
    return value


def level(value: object) -> object:
    """A log level in any letter case; what it is called stays as written."""
    text = str(_text(value)).strip()
    if text.lower() not in ("", "trace", "debug", "info", "warning", "warn", "error", "off"):
        raise PydanticCustomError(
            "log_level", "the log level '{text}' is not recognized. "
            "Valid options are: [Trace Debug Info Warning Error Off]", {"text": text[:60]},
        )  # fmt: skip
    return text


def _level_pattern() -> str:
    words = ("trace", "debug", "info", "warning", "warn", "error", "off")
    return "^(" + "|".join("".join(f"[{c.upper()}{c}]" for c in word) for word in words) + ")?$"


Text = Annotated[str, BeforeValidator(_text), WithJsonSchema(_SCALAR)]
EnvText = Annotated[str | None, BeforeValidator(_env_text), WithJsonSchema(_SCALAR)]
Switch = Annotated[bool, BeforeValidator(_bool), WithJsonSchema({
    "anyOf": [{"type": ["boolean", "number", "null"]}, {"enum": ["", "1", "t", "T", "true", "TRUE", "True", "0", "f", "F",
                                                              "false", "FALSE", "False"]}]})]  # fmt: skip
Whole = Annotated[int, BeforeValidator(_int), WithJsonSchema({
    "anyOf": [{"type": ["number", "boolean", "null"]}, {"type": "string", "pattern": "^\\s*([-+]?[0-9][0-9a-fA-FxXoObB_]*)?\\s*$"}]})]  # fmt: skip
Words = Annotated[list[str], BeforeValidator(_words), WithJsonSchema({
    "anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]})]  # fmt: skip
Level = Annotated[str, BeforeValidator(level), WithJsonSchema({"type": "string", "pattern": _level_pattern()})]
Free = Annotated[dict[str, Any], BeforeValidator(_map), WithJsonSchema({"type": ["object", "null"]})]
Items = Annotated[list[Any], BeforeValidator(_list), WithJsonSchema({"type": ["array", "null"]})]
