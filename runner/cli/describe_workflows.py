"""`atmos describe workflows`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.errors import AtmosError

if TYPE_CHECKING:
    from runner.app import App

_EXAMPLES = """\
 $ atmos describe workflows
 $ atmos describe workflows -o map -f json
 $ atmos describe workflows -o all -q '.["deploy.yaml"].workflows | keys'"""


@clicks.command("atmos describe workflows", "Show workflows and their steps", examples=_EXAMPLES)
@clicks.option(
    "--output",
    "-o",
    metavar="SHAPE",
    default="list",
    help="list: file and name of each; map: names by file; all: whole definitions",
    shell_complete=lambda *_: ["list", "map", "all"],
)
@clicks.option(
    "--format",
    "-f",
    "format_",
    metavar="FORMAT",
    default="yaml",
    help="yaml or json",
    shell_complete=lambda *_: ["yaml", "json"],
)
@clicks.option("--query", "-q", metavar="EXPRESSION", default="", help="Select from the result, in yq's language")
def describe(app: App, output: str, format_: str, query: str) -> int:
    from runner.console import formats
    from runner.workflows import describe as shapes
    from runner.workflows import files

    if format_ not in ("yaml", "json"):
        raise AtmosError("invalid format specified. Valid values are 'yaml' and 'json'")
    if output not in shapes.SHAPES:
        raise AtmosError("invalid output type specified. Valid values are 'list', 'map', and 'all'")
    data = shapes.shape(files.discover(app), output)
    if query:
        from runner.query import query as select

        data = select(data, query)
    app.out(formats.to_json(data) if format_ == "json" else formats.to_yaml(data))
    return 0


def run(app: App, argv: list[str]) -> int:
    return clicks.run(describe, app, argv)
