"""`auth list` for people: a tree or tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.cli.auth.listing import Shown, color, left

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auth.listing import ListedIdentity, ListedProvider

_RESET, _BOLD, _DIM = "\x1b[0m", "\x1b[1m", "\x1b[2m"

# A branch: its text and the branches below it.
Branch = tuple[str, list[Any]]


def tree(listing: Shown, *, colored: bool = False) -> str:
    """Providers, below them their identities, below these the identities chained from them."""
    placed: set[str] = set()
    roots: list[Branch] = []
    for name, provider in listing.providers.items():
        facts = _provider_facts(provider)
        below = [_identity(listing, child, (), placed, colored) for child in listing.children("provider", name)]
        if below:
            facts.append(("Identities", below))
        roots.append((_provider_label(name, provider), facts))
    elsewhere: dict[str, list[Branch]] = {}
    alone: list[Branch] = []
    for name in listing.identities:
        kind, parent = listing.parent(name)
        if kind == "provider" and parent not in listing.providers:
            elsewhere.setdefault(parent, []).append(_identity(listing, name, (), placed, colored))
        elif not kind or (kind == "identity" and parent not in listing.identities):
            alone.append(_identity(listing, name, (), placed, colored))
    # What is left hangs in a circle: start it anywhere.
    alone += [_identity(listing, name, (), placed, colored) for name in listing.identities if name not in placed]
    roots += [(f"{name} (filtered)", branches) for name, branches in sorted(elsewhere.items())]
    if alone:
        roots.append(("Standalone Identities", alone))
    title = f" {_BOLD}Authentication Configuration{_RESET}" if colored else " Authentication Configuration"
    return "\n".join([title, *_drawn(roots, "")]) + "\n"


def _drawn(branches: list[Branch], indent: str) -> list[str]:
    lines: list[str] = []
    for number, (text, below) in enumerate(branches):
        last = number == len(branches) - 1
        lines.append(f"{indent}{'└──' if last else '├──'}{text}")
        lines += _drawn(below, indent + ("   " if last else "│  "))
    return lines


def _provider_label(name: str, provider: ListedProvider) -> str:
    return f"{name} ({provider.kind or 'no kind'})" + (" [DEFAULT]" if provider.default else "")


def _provider_facts(provider: ListedProvider) -> list[Branch]:
    shown = provider.raw
    facts: list[Branch] = []
    for key, label in (
        ("region", "Region"),
        ("start_url", "Start URL"),
        ("url", "URL"),
        ("username", "Username"),
        ("driver", "Provider Type"),
        ("provider_type", "Provider Type"),
    ):
        if shown.get(key) and not any(text.startswith(label + ":") for text, _ in facts):
            facts.append((f"{label}: {shown[key]}", []))
    session = shown.get("session")
    if isinstance(session, dict) and session.get("duration"):
        facts.append(("Session", [(f"Duration: {session['duration']}", [])]))
    return facts


def _identity(listing: Shown, name: str, path: tuple[str, ...], placed: set[str], colored: bool) -> Branch:
    if name in path:
        return f"{name} (cycle detected)", []
    placed.add(name)
    identity = listing.identities[name]
    label = f"{name} ({identity.kind or 'no kind'})"
    if identity.default:
        label += " [DEFAULT]"
    if identity.alias:
        label += f" [ALIAS: {identity.alias}]"
    if identity.stored:
        seconds = listing.left(name)
        dot = f"{color(seconds)}●{_RESET}" if colored else "●"
        label = f"{dot} {label}"
        if left(seconds):
            label += f" {color(seconds)}{left(seconds)}{_RESET}" if colored else f" {left(seconds)}"
    below: list[Branch] = []
    principal = identity.raw.get("principal")
    if isinstance(principal, dict) and principal:
        below.append(("Principal", _mapping(principal)))
    chained = listing.children("identity", name)
    below += [_identity(listing, child, (*path, name), placed, colored) for child in chained]
    return label, below


def _mapping(values: Mapping[str, Any]) -> list[Branch]:
    branches: list[Branch] = []
    for key in sorted(values, key=str):
        value = values[key]
        if isinstance(value, dict):
            branches.append((str(key), _mapping(value)))
        elif isinstance(value, list):
            branches.append((str(key), [(str(item), []) for item in value]))
        else:
            branches.append((f"{key}: {_text(value)}", []))
    return branches


def _text(value: object) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


PROVIDER_COLUMNS = ("NAME", "KIND", "REGION", "START URL / URL", "DEFAULT")
IDENTITY_COLUMNS = (" ", "NAME", "KIND", "VIA PROVIDER", "VIA IDENTITY", "DEFAULT", "ALIAS", "EXPIRES")


def tables(listing: Shown, *, terminal: bool, colored: bool = False) -> str:
    """Two tables; where stdout is no terminal their rows are separated by tabs and have no header."""
    parts: list[str] = []
    if listing.providers:
        rows = [_provider_row(name, provider) for name, provider in listing.providers.items()]
        parts.append(_table("PROVIDERS", PROVIDER_COLUMNS, rows, terminal, colored))
    if listing.identities:
        rows = [_identity_row(listing, name, identity) for name, identity in listing.identities.items()]
        parts.append(_table("IDENTITIES", IDENTITY_COLUMNS, rows, terminal, colored))
    return "\n".join(parts)


def _provider_row(name: str, provider: ListedProvider) -> list[str]:
    return [name, provider.kind, provider.region, provider.url, "✓" if provider.default else "-"]


def _identity_row(listing: Shown, name: str, identity: ListedIdentity) -> list[str]:
    kind, parent = listing.parent(name)
    provider = parent if kind == "provider" else identity.label if identity.standalone else ""
    return [
        "●" if identity.stored else " ",
        name,
        identity.kind,
        provider,
        parent if kind == "identity" else "",
        "✓" if identity.default else "-",
        identity.alias,
        (left(listing.left(name)) if identity.stored else "") or "-",
    ]


def _table(heading: str, columns: tuple[str, ...], rows: list[list[str]], terminal: bool, colored: bool) -> str:
    rows = [[str(cell) or "-" for cell in row] for row in rows]
    if not terminal:
        return "\n".join([heading, *("\t".join(row) for row in rows)]) + "\n"
    wide = [max(len(line[number]) for line in [list(columns), *rows]) for number in range(len(columns))]

    def line(cells: list[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(cells, wide, strict=True)).rstrip()

    head = line(list(columns))
    if colored:
        return "\n".join([f"{_BOLD}{heading}{_RESET}", f"{_DIM}{head}{_RESET}", *map(line, rows)]) + "\n"
    return "\n".join([heading, head, *map(line, rows)]) + "\n"
