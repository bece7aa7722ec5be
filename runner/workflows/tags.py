"""YAML tags in workflow files. Files are included while reading; `!env`, `!exec`, `!repo-root` and `!cwd` become
deferred values that are evaluated when their step runs; tags that mean something only elsewhere stay text.
"""

from __future__ import annotations

import os

from runner.errors import AtmosError, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.app import App
    from runner.errors import Where

DEFERRED = frozenset(("!env", "!exec", "!repo-root", "!cwd"))
# functions of stack manifests and of atmos.yaml; here they are kept as they are written
ELSEWHERE = frozenset((
    "!append", "!aws.account_id", "!aws.caller_identity_arn", "!aws.caller_identity_user_id", "!aws.organization_id",
    "!aws.region", "!emulator", "!git.branch", "!git.host", "!git.name", "!git.owner", "!git.ref", "!git.repository",
    "!git.root", "!git.sha", "!git.url", "!labels", "!labels.keys", "!labels.values", "!random", "!secret", "!store",
    "!store.get", "!tags", "!template", "!terraform.output", "!terraform.state", "!unset", "!version",
))  # fmt: skip
KNOWN = ("!cel", "!include", "!include.raw", "!literal", *sorted(DEFERRED))
MAX_INCLUDES = 50


def on_tag(app: App, path: str, shown: str, depth: int = 0) -> Callable[[str, object, Where], object]:
    """What a tag of this file means, for the reader."""

    def meaning(tag: str, value: object, where: Where) -> object:
        if tag in ("!literal", "!cel"):
            return value
        if tag in DEFERRED:
            if not isinstance(value, str):
                raise AtmosError(f"{where}: {tag} takes text, not a mapping or a list", where=where)
            return (tag, value, where.file, where.line)
        if tag in ("!include", "!include.raw"):
            if not isinstance(value, str) or not value.strip():
                raise AtmosError(f"{where}: {tag} takes the path of a file", where=where)
            return include(app, path, value.strip(), where, raw=tag == "!include.raw", depth=depth)
        if tag in ELSEWHERE:
            return f"{tag} {value}".strip() if isinstance(value, str) else value
        close = nearest(tag, KNOWN)
        raise AtmosError(
            f"{where}: unsupported YAML tag: '{tag}' found in file {shown}",
            where=where,
            hints=[f"Did you mean `{close[0]}`?"] if close else [],
        )

    return meaning


def include(app: App, path: str, argument: str, where: Where, *, raw: bool, depth: int) -> object:
    """The content of an included file: parsed when its name says YAML or JSON, else its text. Relative paths are
    looked up next to the including file, then below the project, then below the current directory."""
    if depth >= MAX_INCLUDES:
        raise AtmosError(f"{where}: files include each other more than {MAX_INCLUDES} levels deep", where=where)
    words = argument.split(maxsplit=1)
    name, query = words[0].strip("'\""), words[1] if len(words) > 1 else ""
    found = _locate(app, path, name)
    if found is None:
        raise AtmosError(
            f"{where}: included file not found: {name}",
            where=where,
            explanation="It was looked up next to the including file, below the project's base path and below the "
            "current directory.",
        )
    from runner.config import reader
    from runner.workflows.files import shown_path

    shown = shown_path(app, found)
    text = reader.read_text(found)
    if raw or not found.lower().endswith((".yaml", ".yml", ".json")):
        return text
    value = reader.parse(text, shown, on_tag=on_tag(app, found, shown, depth + 1))
    if query:
        from runner.query import query as evaluate

        return evaluate(value, query)
    return value


def _locate(app: App, path: str, name: str) -> str | None:
    if name == "~" or name.startswith("~/"):
        name = app.env.get("HOME", "") + name[1:]
    if os.path.isabs(name):
        return name if os.path.isfile(name) else None
    for parent in (os.path.dirname(path), app.config.base_path, app.cwd):
        candidate = os.path.normpath(os.path.join(parent, name))
        if os.path.isfile(candidate):
            return candidate
    return None
