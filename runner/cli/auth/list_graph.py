"""`auth list` as pictures: Graphviz, Mermaid, Markdown with Mermaid, and an HTML page that draws the chains itself."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auth.listing import ListedIdentity, ListedProvider
    from runner.cli.auth.listing import Shown

    Entry = ListedProvider | ListedIdentity

_ID = str.maketrans({"-": "_", "/": "_", ".": "_"})
_STYLES = (
    ("provider", "fill:#e3f2fd,stroke:#1976d2,stroke-width:2px"),
    ("identity", "fill:#e8f5e9,stroke:#388e3c,stroke-width:2px"),
    ("default", "stroke:#ff9800,stroke-width:3px"),
)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def graphviz(listing: Shown) -> str:
    """A digraph for `dot`."""
    if not listing.providers and not listing.identities:
        return "digraph AuthConfig {\n  // No providers or identities configured\n}\n"
    lines = ["digraph AuthConfig {", "  rankdir=LR;", "  node [shape=box, style=rounded];", ""]
    into = {name: listing.parent(name) for name in listing.identities}

    def node(name: str, entry: Entry, fill: str) -> str:
        look = f', style="rounded,filled", fillcolor={fill}' if entry.default else ""
        return f'  "{_quoted(name)}" [label="{_quoted(name)}\\n({_quoted(entry.kind)})"{look}];'

    lines += [node(name, provider, "lightblue") for name, provider in listing.providers.items()]
    if listing.providers and listing.identities:
        lines.append("")
    for name, identity in listing.identities.items():
        lines.append(node(name, identity, "lightgreen"))
        kind, parent = into[name]
        if parent in (listing.providers if kind == "provider" else listing.identities):
            lines.append(f'  "{_quoted(parent)}" -> "{_quoted(name)}";')
    return "\n".join([*lines, "}"]) + "\n"


def mermaid(listing: Shown) -> str:
    """A Mermaid flowchart. Characters that its identifiers cannot hold become `_`."""
    entries: dict[tuple[str, str], Entry] = {("provider", name): entry for name, entry in listing.providers.items()}
    entries.update({("identity", name): entry for name, entry in listing.identities.items()})
    ids: dict[tuple[str, str], str] = {}
    for key in entries:
        plain = base = _identifier(key[1])
        number = 1
        while plain in ids.values():
            number += 1
            plain = f"{base}_{number}"
        ids[key] = plain
    lines = ["graph LR"]
    for key, entry in entries.items():
        label = f"{_label(key[1])}<br/>{_label(entry.kind)}"
        lines.append(f'  {ids[key]}["{label}"]')
    for name in listing.identities:
        kind, parent = listing.parent(name)
        if (kind, parent) in ids:
            lines.append(f"  {ids[(kind, parent)]} --> {ids[('identity', name)]}")
    lines.append("")
    lines += [f"  classDef {name} {look}" for name, look in _STYLES]
    lines += ["", ""]
    for key, entry in entries.items():
        lines.append(f"  class {ids[key]} {'default' if entry.default else key[0]}")
    return "\n".join(lines) + "\n"


def _identifier(name: str) -> str:
    return "".join(char if char.isalnum() or char == "_" else "_" for char in name.translate(_ID)) or "_"


def _label(text: str) -> str:
    return text.replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def markdown(listing: Shown) -> str:
    """A Markdown page around the Mermaid chart."""
    return f"# Authentication Configuration\n\n```mermaid\n{mermaid(listing)}```\n"


# -- HTML -------------------------------------------------------------------------------------------------

_BOX_HEIGHT, _ROW, _GAP, _MARGIN, _CHAR = 44, 60, 70, 20, 7.6

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Authentication Configuration</title>
<style>
:root { color-scheme: light dark; --line: #8884; --muted: #888; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
.picture { overflow-x: auto; border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--muted); font-weight: 600; font-size: .8rem; text-transform: uppercase; }
svg text { font: 13px system-ui, sans-serif; fill: #1b1b1b; } svg .kind { font-size: 11px; fill: #555; }
svg .provider { fill: #e3f2fd; stroke: #1976d2; } svg .identity { fill: #e8f5e9; stroke: #388e3c; }
svg .default { stroke: #ff9800; stroke-width: 3; } svg path { fill: none; stroke: #888; stroke-width: 1.5; }
</style>
</head>
<body>
<h1>Authentication Configuration</h1>
@BODY@
</body>
</html>
"""


def html(listing: Shown) -> str:
    """One page that needs nothing else: the chains as a picture, and the entries as tables."""
    if not listing.providers and not listing.identities:
        return _PAGE.replace("@BODY@", "<p>No providers or identities configured.</p>")
    parts = [f'<div class="picture">{_svg(listing)}</div>']
    if listing.providers:
        rows = [[name, entry.kind, entry.region, entry.url] for name, entry in listing.providers.items()]
        parts.append(_html_table("Providers", ("Name", "Kind", "Region", "URL"), rows))
    if listing.identities:
        identity_rows = []
        for name, identity in listing.identities.items():
            default = "yes" if identity.default else ""
            identity_rows.append([name, identity.kind, " → ".join(_chain(listing, name)), default, identity.alias])
        columns = ("Name", "Kind", "Chain", "Default", "Alias")
        parts.append(_html_table("Identities", columns, identity_rows))
    return _PAGE.replace("@BODY@", "\n".join(parts))


def _html_table(heading: str, columns: tuple[str, ...], rows: list[list[str]]) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in columns)
    body = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<h2>{escape(heading)}</h2>\n<table>\n<tr>{head}</tr>\n{body}\n</table>"


def _chain(listing: Shown, name: str) -> list[str]:
    """From the root to an identity; a circle ends where it closes."""
    names = [name]
    while names[0] in listing.identities:
        kind, parent = listing.parent(names[0])
        if not kind or parent in names:
            break
        names.insert(0, parent)
        if kind == "provider":
            break
    return names


def _svg(listing: Shown) -> str:
    """Columns by depth, rows top to bottom along the chains."""
    boxes: dict[tuple[str, str], tuple[int, int]] = {}
    next_row = [0]

    def place(kind: str, name: str, depth: int) -> None:
        if (kind, name) in boxes:
            return
        boxes[(kind, name)] = (depth, next_row[0])
        children = [child for child in listing.children(kind, name) if ("identity", child) not in boxes]
        for child in children:
            place("identity", child, depth + 1)
        if not children:
            next_row[0] += 1

    for name in listing.providers:
        place("provider", name, 0)
    for name in listing.identities:
        kind, parent = listing.parent(name)
        if not kind or parent not in (listing.providers if kind == "provider" else listing.identities):
            place("identity", name, 0)
    for name in listing.identities:  # circles
        place("identity", name, 0)

    entries: dict[tuple[str, str], Entry] = {key: _entry(listing, key) for key in boxes}
    longest = max(max(len(name), len(entries[(kind, name)].kind)) for kind, name in boxes)
    wide = int(longest * _CHAR) + 24
    spots = {key: (_MARGIN + depth * (wide + _GAP), _MARGIN + row * _ROW) for key, (depth, row) in boxes.items()}
    shapes: list[str] = []
    for key in boxes:
        if key[0] != "identity":
            continue
        start = spots.get(listing.parent(key[1]))
        if start:
            (x1, y1), (x2, y2) = start, spots[key]
            x1, y1, y2 = x1 + wide, y1 + _BOX_HEIGHT // 2, y2 + _BOX_HEIGHT // 2
            bend = (x1 + x2) // 2
            shapes.append(f'<path d="M{x1},{y1} C{bend},{y1} {bend},{y2} {x2},{y2}"/>')
    for key, (x, y) in spots.items():
        entry = entries[key]
        look = f"{key[0]} default" if entry.default else key[0]
        shapes.append(
            f'<g><rect class="{look}" x="{x}" y="{y}" width="{wide}" height="{_BOX_HEIGHT}" rx="6"/>'
            f'<text x="{x + 12}" y="{y + 19}">{escape(key[1])}</text>'
            f'<text class="kind" x="{x + 12}" y="{y + 35}">{escape(entry.kind)}</text></g>'
        )
    width = max(x for x, _ in spots.values()) + wide + _MARGIN
    height = max(y for _, y in spots.values()) + _BOX_HEIGHT + _MARGIN
    label = "Providers and the identities reached from them"
    return (
        f'<svg role="img" aria-label="{label}" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(shapes) + "\n</svg>"
    )


def _entry(listing: Shown, key: tuple[str, str]) -> Entry:
    kind, name = key
    return listing.providers[name] if kind == "provider" else listing.identities[name]
