"""`atmos schema`: the JSON Schema of a file format, for editors and checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.errors import AtmosError, nearest

if TYPE_CHECKING:
    from runner.app import App

_EXAMPLES = """\
 $ atmos schema atmos.yaml > .vscode/atmos.schema.json
 $ atmos schema workflow
 $ atmos schema stack"""


@clicks.command("atmos schema", "Print the JSON Schema of a file format", examples=_EXAMPLES)
@clicks.argument("name", default="atmos.yaml")
def schema(app: App, name: str) -> int:
    from runner.config import published
    from runner.console import formats

    known = {"config": "atmos.yaml", "atmos": "atmos.yaml", "workflows": "workflow", "stacks": "stack"}.get(name, name)
    if known not in published.NAMES:
        near = nearest(name, published.NAMES, 1)
        raise AtmosError(f"there is no schema of `{name}`", explanation=f"Schemas: {', '.join(published.NAMES)}",
                         hints=[f"Did you mean `{near[0]}`?"] if near else [])  # fmt: skip
    app.out(formats.to_json(published.schema(known)))
    return 0


def run(app: App, argv: list[str]) -> int:
    return clicks.run(schema, app, argv)
