"""Values of manifests that are more than plain data: what a YAML tag leaves behind until it is evaluated.

A tagged value is a tuple `(tag, argument, file, line)`, the one shape that all rooms share; nothing else in the
data is a tuple. Three tags never stand in a file: `!layers` holds values of several layers until functions among
them have been evaluated, `!scoped` is text that still needs the locals of its file, and `!configured` is a function of
`atmos.yaml`, which is called when a component is looked at: listing calls none (decision D18).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeGuard

    Tagged = tuple[Any, ...]

APPEND, UNSET, LITERAL = "!append", "!unset", "!literal"
LAYERS, SCOPED, CONFIGURED = "!layers", "!scoped", "!configured"
INCLUDES = ("!include", "!include.raw")

# Functions whose result may be a map or list and merges with what other layers say (the others are plain text).
MERGEABLE = frozenset((
    "!template", "!terraform.output", "!terraform.state", "!store", "!store.get", "!exec", "!env", "!labels",
    "!labels.keys", "!labels.values", "!tags",
))  # fmt: skip

FUNCTIONS = (
    "!append", "!aws.account_id", "!aws.caller_identity_arn", "!aws.caller_identity_user_id",
    "!aws.organization_id", "!aws.region", "!cwd", "!env", "!exec", "!git.branch", "!git.host", "!git.name",
    "!git.owner", "!git.ref", "!git.repository", "!git.root", "!git.sha", "!git.url", "!include",
    "!include.raw", "!labels", "!labels.keys", "!labels.values", "!literal", "!random", "!repo-root", "!store",
    "!store.get", "!tags", "!template", "!terraform.output", "!terraform.state", "!unset",
)  # fmt: skip


def is_tagged(value: Any) -> TypeGuard[Tagged]:
    """Whether a value waits for its evaluation."""
    return type(value) is tuple


def tag_text(value: Tagged) -> Any:
    """How a tagged value reads where it is shown and not evaluated: `!env NAME`, a literal's own text, a list."""
    tag, argument = value[0], value[1]
    if tag in (LITERAL, SCOPED):
        return argument
    if tag == APPEND:
        return plain(argument)
    if tag == LAYERS:
        return plain(argument[-1])
    if tag == UNSET:
        return "!unset"
    if tag == CONFIGURED:
        return tag_text(argument)
    return f"{tag} {argument}" if argument else tag


def plain(value: Any) -> Any:
    """A fresh copy without tagged values, each shown as text: what templates see, what unevaluated output shows."""
    if type(value) is tuple:
        return tag_text(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if not (type(item) is tuple and item[0] == UNSET)}
    if isinstance(value, list):
        return [plain(item) for item in value if not (type(item) is tuple and item[0] == UNSET)]
    return value


def finish(value: Any) -> Any:
    """What is left of `!append` and `!unset` once every layer is merged."""
    if type(value) is tuple:
        return finish(value[1]) if value[0] == APPEND else value
    if isinstance(value, dict):
        return {key: finish(item) for key, item in value.items() if not (type(item) is tuple and item[0] == UNSET)}
    if isinstance(value, list):
        return [finish(item) for item in value if not (type(item) is tuple and item[0] == UNSET)]
    return value
