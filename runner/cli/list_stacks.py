"""`atmos list stacks`: the names of all stacks, or of those that have a component."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.errors import AtmosError, nearest

if TYPE_CHECKING:
    from runner.app import App
    from runner.stacks.project import Found

_EXAMPLES = """\
 $ atmos list stacks
 $ atmos list stacks --component vpc
 $ atmos list stacks --format json"""


@clicks.command("atmos list stacks", "List stacks", examples=_EXAMPLES)
@clicks.option("--component", "-c", metavar="NAME", default="", help="Only stacks that have this component")
@clicks.option(
    "--format", "-f", "format_", metavar="FORMAT", default="", help="table, json, yaml, csv, tsv, tree or matrix"
)
@clicks.option("--columns", metavar="NAMES", default="", help="Columns to show, separated by commas")
@clicks.option("--sort", metavar="COLUMN[:desc]", default="", help="Columns to sort by")
@clicks.option("--tags", metavar="NAMES", default="", help="Only components with any of these tags")
@clicks.option("--labels", metavar="KEY=VALUE", default="", help="Only components with all of these labels")
def stacks(app: App, component: str, format_: str, columns: str, sort: str, tags: str, labels: str) -> int:
    from runner.console import tables
    from runner.stacks import project as projects
    from runner.stacks import selection
    from runner.terraform import identity

    identity.asked_must_exist(app)
    project = projects.of(app)
    wanted = selection.Labels(tags, labels)
    found = [item for item in project.every() if wanted.match(item.layered.metadata)]
    format_ = format_ or app.env.get("ATMOS_LIST_FORMAT", "")
    tables.check_format(format_)
    if component:
        _with_component(app, found, component, format_, columns, sort)
    else:
        names = sorted({item.name for item in found})
        project.warn_of_broken()
        if not names and format_ in ("", "table"):
            app.err("No stacks found\n")
        else:
            app.out(
                tables.render(
                    app, [{"Stack": name} for name in names], ["Stack"], format_=format_, chosen=columns, sort=sort
                )
            )
    return 0


def _with_component(app: App, found: list[Found], component: str, format_: str, columns: str, sort: str) -> None:
    from runner.console import tables

    names = sorted({item.name for item in found if item.layered.name == component})
    if not names:
        close = nearest(component, {item.layered.name for item in found})
        raise AtmosError(f"no stacks found for the component {component}",
                         hints=[f"Did you mean `{close[0]}`?"] if close else ["Run `atmos list components` to see all"])  # fmt: skip
    rows = [{"Stack": name, "Component": component} for name in names]
    app.out(tables.render(app, rows, ["Stack", "Component"], format_=format_, chosen=columns, sort=sort))


def run(app: App, argv: list[str]) -> int:
    """Entry of `atmos list stacks`."""
    return clicks.run(stacks, app, argv)
