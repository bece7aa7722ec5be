"""`atmos list components`: each component once, with its type and the number of its stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks

if TYPE_CHECKING:
    from runner.app import App

_EXAMPLES = """\
 $ atmos list components
 $ atmos list components --stack 'plat-*-prod'
 $ atmos list components --format csv"""


@clicks.command("atmos list components", "List components", examples=_EXAMPLES)
@clicks.option(
    "--stack", "-s", metavar="PATTERN", default="", help="Only components of stacks that match, as in plat-*-prod"
)
@clicks.option(
    "--type", "-t", "kind", metavar="TYPE", default="", help="Only components of this type, such as terraform"
)
@clicks.option(
    "--enabled",
    type=bool,
    default=None,
    is_flag=False,
    flag_value=True,
    metavar="[=BOOL]",
    help="Only components that are enabled",
)
@clicks.option(
    "--locked",
    type=bool,
    default=None,
    is_flag=False,
    flag_value=True,
    metavar="[=BOOL]",
    help="Only components that are locked",
)
@clicks.option("--abstract", is_flag=True, help="Abstract components too")
@clicks.option(
    "--format", "-f", "format_", metavar="FORMAT", default="", help="table, json, yaml, csv, tsv, tree or matrix"
)
@clicks.option("--columns", metavar="NAMES", default="", help="Columns to show, separated by commas")
@clicks.option("--sort", metavar="COLUMN[:desc]", default="", help="Columns to sort by")
@clicks.option("--tags", metavar="NAMES", default="", help="Only components with any of these tags")
@clicks.option("--labels", metavar="KEY=VALUE", default="", help="Only components with all of these labels")
def components(
    app: App, stack: str, kind: str, enabled: bool | None, locked: bool | None, abstract: bool, format_: str,
    columns: str, sort: str, tags: str, labels: str,
) -> int:  # fmt: skip
    from runner.console import tables
    from runner.stacks import discover, selection
    from runner.stacks import project as projects
    from runner.terraform import identity

    identity.asked_must_exist(app)
    format_ = format_ or app.env.get("ATMOS_LIST_FORMAT", "")
    tables.check_format(format_)
    project = projects.of(app)
    wanted = selection.Labels(tags, labels)
    pattern = discover.matcher(stack) if stack else None
    stacks: dict[tuple[str, str], set[str]] = {}
    for found in project.every(kind or None):
        layered = found.layered
        if layered.abstract and not abstract:
            continue
        if pattern is not None and not pattern.match(found.name):
            continue
        if enabled is not None and layered.enabled is not enabled:
            continue
        if locked is not None and (layered.metadata.get("locked") is True) is not locked:
            continue
        if wanted.match(layered.metadata):
            stacks.setdefault((layered.name, layered.kind), set()).add(found.name)
    project.warn_of_broken()
    if not stacks and format_ in ("", "table"):
        app.err("No components found\n")
        return 0
    rows = [
        {"Component": name, "Type": type_, "Stacks": str(len(names))} for (name, type_), names in sorted(stacks.items())
    ]
    app.out(tables.render(app, rows, ["Component", "Type", "Stacks"], format_=format_, chosen=columns, sort=sort))
    return 0


def run(app: App, argv: list[str]) -> int:
    """Entry of `atmos list components`."""
    return clicks.run(components, app, argv)
