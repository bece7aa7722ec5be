"""Typed models of the settings, made of their declaration (`runner.config.schema`): pydantic at the boundary.

What fits its declaration is taken without them. They are imported for what does not fit, to find every mistake with
its path, and for the JSON Schema; a test holds that both readings of the declaration agree.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema, create_model
from pydantic_core import PydanticCustomError

from runner.config import kinds, schema

if TYPE_CHECKING:
    from collections.abc import Callable

_SCALAR = {"type": ["string", "number", "boolean", "null"]}
_WORDS_OF_SWITCHES = ["", "1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False"]
_ANY_CASE = "|".join("".join(f"[{char.upper()}{char}]" for char in word) for word in kinds.LEVELS)
# kind of a setting → what its JSON Schema says
_JSON: dict[str, dict[str, Any]] = {
    "text": _SCALAR,
    "bool": {"anyOf": [{"type": ["boolean", "number", "null"]}, {"enum": _WORDS_OF_SWITCHES}]},
    "int": {"anyOf": [{"type": ["number", "boolean", "null"]},
                      {"type": "string", "pattern": "^\\s*([-+]?[0-9][0-9a-fA-FxXoObB_]*)?\\s*$"}]},
    "words": {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]},
    "level": {"type": ["string", "null"], "pattern": f"^({_ANY_CASE})?$"},
    "map": {"type": ["object", "null"]},
    "list": {"type": ["array", "null"]},
    "any": {},
}  # fmt: skip


def _checked(convert: Callable[[Any], Any]) -> BeforeValidator:
    """A kind's conversion in pydantic's terms."""

    def validate(value: Any) -> Any:
        try:
            return convert(value)
        except kinds.Unfit as error:
            raise PydanticCustomError("unfit", "{message}", {"message": str(error)}) from None

    return BeforeValidator(validate)


def _annotation(kind: kinds.Kind | schema.Section) -> Any:
    if isinstance(kind, schema.Section):
        return Annotated[model(kind) | None, _checked(kinds.FREE.convert)]
    if kind.item is not None:
        item = _annotation(kind.item)
        json = {"type": ["object", "null"], "additionalProperties": _JSON[kind.item.name]}
        return Annotated[dict[str, item], _checked(kinds.FREE.convert), WithJsonSchema(json)]  # type: ignore[valid-type]
    return Annotated[Any, _checked(kind.convert), WithJsonSchema(_JSON[kind.name])]


@cache
def model(section: schema.Section) -> type[BaseModel]:
    """The model of a section; keys that it does not know are kept."""
    fields: dict[str, Any] = {
        f"{key}_": (
            _annotation(kind),
            Field(default_factory=lambda: None, alias=key, description=section.notes[key] or None),
        )
        for key, kind in section.keys.items()
    }
    return create_model(section.name, __config__=ConfigDict(extra="allow"), __doc__=section.about, **fields)


def mistakes(data: dict[str, Any]) -> list[tuple[tuple[str, ...], str]]:
    """What does not fit in a configuration: (path, message) of each."""
    try:
        model(schema.CONFIGURATION).model_validate(data)
    except ValidationError as error:
        return [(tuple(map(str, item["loc"])), item["msg"])
                for item in error.errors(include_url=False, include_context=False, include_input=False)]  # fmt: skip
    return []


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the whole configuration."""
    return model(schema.CONFIGURATION).model_json_schema(by_alias=True)
