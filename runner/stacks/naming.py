"""Names: of stacks, of terraform workspaces, of the files generated for a component."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

CONTEXT = ("namespace", "tenant", "environment", "stage", "region")
_PATTERN_TOKENS = {"{namespace}": "namespace", "{tenant}": "tenant", "{environment}": "environment", "{stage}": "stage"}


def text_of(value: Any) -> str:
    """A context variable as text; what is no text or number counts as absent."""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def by_pattern(pattern: str, variables: Mapping[str, Any]) -> tuple[str, str]:
    """(name, "") for a name pattern, or ("", the missing variable). Literal parts do not count."""
    parts: list[str] = []
    for part in pattern.split("-"):
        variable = _PATTERN_TOKENS.get(part)
        if variable is None:
            continue
        text = text_of(variables.get(variable))
        if not text:
            return "", variable
        parts.append(text)
    return "-".join(parts), ""


def replace_tokens(pattern: str, tokens: Mapping[str, str]) -> str:
    """`{token}` in a pattern by its value."""
    for token, value in tokens.items():
        pattern = pattern.replace("{" + token + "}", value)
    return pattern


def context_tokens(variables: Mapping[str, Any], component: str, module: str, base: str) -> dict[str, str]:
    """The tokens of workspace patterns and file templates."""
    attributes = variables.get("attributes")
    tokens = {name: text_of(variables.get(name)) for name in CONTEXT}
    tokens["attributes"] = "-".join(str(item) for item in attributes) if isinstance(attributes, list) else ""
    tokens["component"] = component
    tokens["base-component"] = base or component
    tokens["component-path"] = module
    return tokens


def file_prefix(component: str, module: str, stack: str) -> str:
    """The common beginning of a component's generated files: `<stack>[-<folders>]-<name>`.

    The folders are the module's when the component has another module than its own name.
    """
    folder = (module if module and module != component else component).rpartition("/")[0]
    name = component.rpartition("/")[2]
    return "-".join(part.replace("/", "-") for part in (stack, folder, name) if part)


def varfile_name(component: str, module: str, stack: str) -> str:
    return file_prefix(component, module, stack) + ".terraform.tfvars.json"


def planfile_name(component: str, module: str, stack: str) -> str:
    return file_prefix(component, module, stack) + ".planfile"


def test_varfile_name(component: str, module: str, stack: str) -> str:
    return file_prefix(component, module, stack) + ".terraform.test.tfvars.json"
