"""`atmos auth list`: what is configured, what hangs on what, and whose session lasts how long. Passive (decision D18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.cli.auth import list_graph, list_text, parts
from runner.cli.auth.listing import Shown, as_data, everything, narrowed
from runner.console import formats, terminal
from runner.errors import AtmosError, nearest

if TYPE_CHECKING:
    from runner.app import App

FORMATS = ("table", "tree", "json", "yaml", "graphviz", "mermaid", "markdown", "html")
SYNONYMS = {"dot": "graphviz", "md": "markdown", "yml": "yaml"}

EXAMPLES = """\
# Everything as a tree
atmos auth list

# Tables, or data for programs
atmos auth list --format table
atmos auth list -f json | jq '.identities | keys'

# Only identities, some identities, those with a tag
atmos auth list --identities
atmos auth list --identities=dev-admin,prod-admin
atmos auth list --tags production

# A picture of the chains
atmos auth list -f graphviz | dot -Tsvg > auth.svg
atmos auth list -f html > auth.html
"""


@clicks.command("atmos auth list", "List providers and identities, and how they hang together.", examples=EXAMPLES)
@clicks.option(
    "--format",
    "-f",
    "format_name",
    default="tree",
    metavar="NAME",
    shell_complete=parts.fixed(*FORMATS),
    help=f"One of {', '.join(FORMATS)} (default tree).",
)
@clicks.option(
    "--providers",
    is_flag=False,
    flag_value="",
    default=None,
    metavar="[A,B]",
    shell_complete=parts.known("providers"),
    help="Only providers, all or some.",
)
@clicks.option(
    "--identities",
    is_flag=False,
    flag_value="",
    default=None,
    metavar="[A,B]",
    shell_complete=parts.known("identities"),
    help="Only identities, all or some.",
)
@clicks.option(
    "--tags",
    default="",
    metavar="A,B",
    shell_complete=parts.known_tags("providers", "identities"),
    help="Only what carries one of these tags.",
)
def command(app: App, format_name: str, providers: str | None, identities: str | None, tags: str) -> int:
    """Print the listing to stdout."""
    name = SYNONYMS.get(format_name.strip().lower(), format_name.strip().lower())
    if name not in FORMATS:
        close = nearest(name, FORMATS)
        raise AtmosError(
            f'invalid flag: invalid format "{format_name}" (valid formats: {", ".join(FORMATS)})',
            hints=[f"Did you mean `{close[0]}`?"] if close else [],
        )
    manager = app.identities.manager()
    if not manager.providers and not manager.identities:
        from runner import profile_hints

        profile_hints.refuse_empty_list(app)
    _ = manager.realm  # a bad one is told: what is logged in cannot be known under it
    shown = narrowed(
        everything(manager.listing()),
        providers=None if providers is None else parts.names_of(providers),
        identities=None if identities is None else parts.names_of(identities),
        tags=parts.names_of(tags),
    )
    app.out(drawn(app, shown, name))
    return 0


def drawn(app: App, listing: Shown, name: str) -> str:
    """The listing in a format."""
    if name == "json":
        return formats.to_json(as_data(listing))
    if name == "yaml":
        return formats.to_yaml(as_data(listing))
    if name == "graphviz":
        return list_graph.graphviz(listing)
    if name == "mermaid":
        return list_graph.mermaid(listing)
    if name == "markdown":
        return list_graph.markdown(listing)
    if name == "html":
        return list_graph.html(listing)
    if not listing.providers and not listing.identities:
        return "No providers or identities configured.\n" if not listing.partial else "Nothing matches.\n"
    colored = terminal.use_color(app.flags, app.env, fd=1)
    if name == "table":
        return list_text.tables(listing, terminal=terminal.is_tty(1) or terminal.forced_tty(app.flags), colored=colored)
    return list_text.tree(listing, colored=colored)
