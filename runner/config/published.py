"""JSON Schemas of the file formats, for editors and SchemaStore: generated from what the program itself checks with.

`atmos.yaml` comes from the typed settings, steps from the tables of step fields and step types, manifests from the
known keys of stacks. What a YAML function (`!env`) will give is not known to an editor; it checks what is written.
"""

from __future__ import annotations

from typing import Any

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean", "null"]}
_TEXT_MAP: dict[str, Any] = {"type": ["object", "null"], "additionalProperties": _SCALAR}
_TEXTS: dict[str, Any] = {"anyOf": [_SCALAR, {"type": "array", "items": _SCALAR}]}
_ENGINE: dict[str, Any] = {"enum": ["go", "jinja2", None], "description": "The syntax of its templates"}
_DURATION: dict[str, Any] = {"type": ["string", "number", "null"]}

# how the readers of step fields (`runner.steps.fields.Reader`) read → what they accept
_READERS: dict[str, dict[str, Any]] = {
    "text": _SCALAR, "trimmed": _SCALAR, "texts": _TEXTS, "text_map": _TEXT_MAP, "duration": _DURATION,
    "integer": _SCALAR, "boolean": _SCALAR, "anything": {}, "freshness": {}, "retry": {"type": ["object", "null"]},
    "show": {"type": ["object", "null"]}, "viewport": {"type": ["object", "null"]}, "fail": {}, "expect": {},
}  # fmt: skip

NAMES = ("atmos.yaml", "workflow", "stack")


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a file format; KeyError for an unknown name."""
    return {"atmos.yaml": configuration, "workflow": workflow_file, "stack": stack_manifest}[name]()


def configuration() -> dict[str, Any]:
    """The schema of `atmos.yaml`, of its imports, drop-ins and profiles."""
    from runner.config import validation

    result = validation.json_schema()
    definitions = result.setdefault("$defs", {})
    definitions |= _step_definitions("shell") | _command_definitions()
    for definition in [result, *definitions.values()]:
        definition.pop("title", None)
        for entry in definition.get("properties", {}).values():
            if isinstance(entry, dict):
                entry.pop("title", None)
    properties = result["properties"]
    properties["commands"] = {"type": ["array", "null"], "description": "Commands of your own",
                              "items": {"$ref": "#/$defs/Command"}}  # fmt: skip
    definitions["Workflows"]["additionalProperties"] = {"$ref": "#/$defs/Workflow"}
    definitions["Workflow"] = _workflow()
    return {
        "$schema": DRAFT,
        "$id": "https://json.schemastore.org/atmos-runner.json",
        "title": "atmos.yaml",
        "type": "object",
        **{key: value for key, value in result.items() if key not in ("type", "title", "additionalProperties")},
    }


def _step_definitions(default: str) -> dict[str, dict[str, Any]]:
    from runner.steps.declare import ALL_FIELDS, FIELDS
    from runner.steps.types import ALIASES, TYPES

    properties: dict[str, Any] = {}
    for name in ALL_FIELDS:
        properties[name] = dict(_READERS.get(FIELDS.get(name, ""), {}))
    known = {name: row for name, row in TYPES.items() if not row.missing}
    properties["type"] = {
        "enum": [*known, *ALIASES], "description": f"What the step does; {default} where nothing is said",
    }  # fmt: skip
    properties["env"] = {"$ref": "#/$defs/Env"}
    properties["steps"] = {"type": "array", "items": {"$ref": "#/$defs/Step"}}
    needs = []
    for name, row in known.items():
        required = [
            field for field in row.required if name in ("shell", "script", "exec", "spin", "parallel", "matrix")
        ]
        if required and name != default:
            needs.append({"if": {"properties": {"type": {"const": name}}, "required": ["type"]},
                          "then": {"required": required}})  # fmt: skip
    step = {"type": "object", "properties": properties, "patternProperties": {"^x-": {}}, "additionalProperties": False,
            "allOf": needs}  # fmt: skip
    pairs = {
        "type": "object", "required": ["key"], "additionalProperties": False,
        "properties": {"key": _SCALAR, "value": _SCALAR, "valueCommand": _SCALAR, "valuecommand": _SCALAR,
                       "value_command": _SCALAR},
    }  # fmt: skip
    value = {"anyOf": [_SCALAR, {"type": "object", "additionalProperties": False, "properties": {
        "value": _SCALAR, "valueCommand": _SCALAR, "valuecommand": _SCALAR, "value_command": _SCALAR}}]}  # fmt: skip
    return {
        "Step": {"anyOf": [{"type": "string"}, step]},
        "Env": {"anyOf": [{"type": "null"}, {"type": "array", "items": pairs},
                          {"type": "object", "additionalProperties": value}]},
    }  # fmt: skip


def _command_definitions() -> dict[str, dict[str, Any]]:
    argument = {
        "name": {"type": "string", "minLength": 1}, "description": _SCALAR, "required": _SCALAR, "default": _SCALAR,
        "type": {"type": "string", "description": "component or stack"}, "values": _TEXTS,
    }  # fmt: skip
    flag = {
        "name": {"type": "string", "minLength": 1, "pattern": "^[^-= ][^= ]*$|^--[^= ]+$"},
        "shorthand": {"type": "string", "pattern": "^-?[^-= ]?$"},
        "type": {"enum": ["", "string", "bool", "int", "list"]}, "description": _SCALAR, "usage": _SCALAR,
        "required": _SCALAR, "default": {}, "semantic_type": _SCALAR, "values": _TEXTS,
    }  # fmt: skip
    need = {"anyOf": [{"type": "string"}, {"type": "object", "required": ["name"]}]}
    needs = {"anyOf": [{"type": "string"}, {"type": "array", "items": need}]}
    command: dict[str, Any] = {
        "name": {"type": "string", "minLength": 1, "description": "The command's word; several words are a path"},
        "description": _SCALAR, "aliases": _TEXTS, "internal": _SCALAR, "verbose": _SCALAR, "default": _SCALAR,
        "commands": {"type": "array", "items": {"$ref": "#/$defs/Command"}},
        "arguments": {"type": ["array", "null"], "items": _object(argument, ["name"])},
        "flags": {"type": ["array", "null"], "items": _object(flag, ["name"])},
        "env": {"$ref": "#/$defs/Env"},
        "steps": {"type": ["array", "null"], "items": {"$ref": "#/$defs/Step"}},
        "working_directory": _SCALAR,
        "identity": {"type": ["string", "null"]},
        "engine": _ENGINE,
        "component_config": _object({"component": _SCALAR, "stack": _SCALAR}),
        "component": _object({"type": _SCALAR, "base_path": _SCALAR}),
        "dependencies": _object({"tools": {"type": ["object", "null"]}, "commands": needs, "workflows": needs,
                                 "max_concurrency": {"type": ["integer", "null"], "minimum": 0}}),
        "deps": needs, "examples": {}, "sources": _TEXTS, "generates": _TEXTS,
    }  # fmt: skip
    return {"Command": _object(command, ["name"])}


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    result: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False,
                              "patternProperties": {"^x-": {}}}  # fmt: skip
    return result | ({"required": required} if required else {})


def _workflow() -> dict[str, Any]:
    from runner.workflows.declare import KEYS

    properties: dict[str, Any] = {key: {} for key in KEYS}
    properties |= {"description": _SCALAR, "stack": _SCALAR, "identity": _SCALAR, "working_directory": _SCALAR,
                   "engine": _ENGINE, "env": {"$ref": "#/$defs/Env"}, "steps": {"type": "array", "items": {"$ref": "#/$defs/Step"}}}  # fmt: skip
    return _object(properties)


def workflow_file() -> dict[str, Any]:
    """The schema of a workflow file."""
    from runner.workflows.declare import MANIFEST_KEYS

    properties: dict[str, Any] = dict.fromkeys(MANIFEST_KEYS, _SCALAR)
    properties["workflows"] = {"type": "object", "additionalProperties": {"$ref": "#/$defs/Workflow"}}
    return {
        "$schema": DRAFT, "$id": "https://json.schemastore.org/atmos-runner-workflow.json", "title": "Workflow file",
        **_object(properties, ["workflows"]), "$defs": {"Workflow": _workflow(), **_step_definitions("atmos")},
    }  # fmt: skip


def stack_manifest() -> dict[str, Any]:
    """The schema of a stack manifest: what sections there are; what stands in `vars` is the components' business."""
    from runner.stacks import layers, validate

    maps = {"type": ["object", "null"]}

    def section(keys: tuple[str, ...], map_keys: tuple[str, ...]) -> dict[str, Any]:
        return {key: maps if key in map_keys else {} for key in keys}

    component = _loose(section(validate.COMPONENT_KEYS, layers.COMPONENT_MAPS))
    kind = _loose(section(validate.TYPE_KEYS, layers.TYPE_MAPS))
    properties = section(validate.ROOT_KEYS, layers.ROOT_MAPS)
    properties["import"] = {"anyOf": [{"type": ["string", "null"]}, {"type": "array", "items": {
        "anyOf": [{"type": "string"}, _object({"path": {"type": "string"}, "context": maps, "skip_templates_processing": {},
                                               "ignore_missing_template_values": {}, "skip_if_missing": {}}, ["path"])]}}]}  # fmt: skip
    properties["name"] = _SCALAR
    for name in ("terraform", "helmfile", "packer"):
        if name in properties:
            properties[name] = {"anyOf": [{"type": "null"}, kind]}
    properties["components"] = {"type": ["object", "null"], "additionalProperties": {
        "type": ["object", "null"], "additionalProperties": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/Component"}]}}}  # fmt: skip
    return {
        "$schema": DRAFT, "$id": "https://json.schemastore.org/atmos-runner-stack.json", "title": "Stack manifest",
        **_loose(properties), "$defs": {"Component": component},
    }  # fmt: skip


def _loose(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties}
