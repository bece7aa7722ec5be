"""YAML tags in workflow files. Files are included while reading; functions like `!env`, `!exec` and `!repo-root` become
deferred values that are evaluated when their step runs (`!literal` is one, so that it is never rendered); tags that mean something only in stacks stay text.
"""

from __future__ import annotations

import os

from runner.errors import AtmosError, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.app import App
    from runner.config.record import Record
    from runner.errors import Where

DEFERRED = frozenset((
    "!cel", "!cwd", "!env", "!exec", "!git.branch", "!git.host", "!git.name", "!git.owner", "!git.ref", "!git.repository",
    "!git.root", "!git.sha", "!git.url", "!literal", "!random", "!repo-root",
))  # fmt: skip
INCLUDES = ("!include", "!include.raw")
# functions of stack manifests; here they are kept as they are written
ELSEWHERE = frozenset((
    "!append", "!aws.account_id", "!aws.caller_identity_arn", "!aws.caller_identity_user_id", "!aws.organization_id",
    "!aws.region", "!emulator", "!labels", "!labels.keys", "!labels.values", "!secret", "!store", "!store.get", "!tags",
    "!template", "!terraform.output", "!terraform.state", "!unset", "!version",
))  # fmt: skip
KNOWN = (*INCLUDES, *sorted(DEFERRED))


def on_tag(app: App, path: str, shown: str, record: Record) -> Callable[[str, object, Where], object]:
    """What a tag of this file means, for the reader. record: notes what else the file depends on."""

    def meaning(tag: str, value: object, where: Where) -> object:
        if tag in ELSEWHERE:
            return f"{tag} {value}".strip() if isinstance(value, str) else value
        if tag not in DEFERRED and tag not in INCLUDES:
            close = nearest(tag, KNOWN)
            raise AtmosError(
                f"{where}: unsupported YAML tag: '{tag}' found in file {shown}",
                where=where,
                hints=[f"Did you mean `{close[0]}`?"] if close else [f"Known tags: {', '.join(KNOWN)}"],
            )
        if not isinstance(value, str):
            raise AtmosError(f"{where}: {tag} takes text, not a mapping or a list", where=where)
        if tag in INCLUDES:
            from runner.config import functions

            record.volatile = "other files are included"
            context = functions.Context(app.env, app.cwd, folder=os.path.dirname(path), base_path=app.config.base_path)
            return functions.evaluate(tag, value, context, where)
        return (tag, value, where.file, where.line)

    return meaning
