"""`atmos emulator …`: local emulators that keep running between commands (decision D24)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.cli import clicks

if TYPE_CHECKING:
    from auth.emulators import Emulator, Emulators
    from runner.app import App

EXAMPLES = """\
# Start one, use it, stop it
atmos emulator up
atmos auth exec -i sandbox -- aws s3 ls
atmos emulator down

# Its address for other programs
export AWS_ENDPOINT_URL=$(atmos emulator status -f json | jq -r .url)
"""
NOT_RUNNING = 1

GROUP = clicks.Group(
    name="emulator", path="atmos emulator", help="Run a local AWS emulator without containers.", examples=EXAMPLES
)

_name = clicks.argument("name", required=False, default="default")
_format = clicks.option("--format", "-f", "format_name", type=clicks.Choice(["text", "json"]), default="text",
                        help="How to print it.")  # fmt: skip


def run(app: App, argv: list[str]) -> int:
    """Run a subcommand."""
    return clicks.run(GROUP, app, argv)


def emulators(app: App) -> Emulators:
    """The emulators of this project."""
    return app.identities.manager().services.emulators


def as_data(found: Emulator) -> dict[str, Any]:
    """An emulator for machines."""
    return {"name": found.name, "url": found.url, "pid": found.pid, "kept": found.kept}


@clicks.command("atmos emulator up", "Start an emulator and keep it running.", parent=GROUP)
@_name
def up(app: App, name: str) -> int:
    """Start one, unless it runs already."""
    found = emulators(app).up(name)
    app.err(f"✓ Emulator {found.name} is running at {found.url}\n")
    return 0


@clicks.command("atmos emulator down", "Stop an emulator that was kept running.", parent=GROUP)
@_name
def down(app: App, name: str) -> int:
    """Stop one; none running is fine."""
    found = emulators(app).down(name)
    app.err(f"✓ Emulator {name} stopped\n" if found else f"Emulator {name} is not running\n")
    return 0


@clicks.command("atmos emulator status", "Show whether an emulator runs, and where.", parent=GROUP)
@_name
@_format
def status(app: App, name: str, format_name: str) -> int:
    """The address on stdout; exit status 1 when it does not run."""
    found = emulators(app).running(name)
    if format_name == "json":
        from runner.cli.auth.env_formats import as_json

        app.out(as_json(as_data(found) if found else {"name": name, "url": None}))
    elif found:
        app.out(f"{found.url}\n")
    if found is None:
        app.err(f"Emulator {name} is not running\n")
        return NOT_RUNNING
    return 0


@clicks.command("atmos emulator list", "List the emulators that run.", parent=GROUP)
@_format
def list_(app: App, format_name: str) -> int:
    """Name, address and process of each."""
    found = emulators(app).listing()
    if format_name == "json":
        from runner.cli.auth.env_formats import as_json

        app.out(as_json([as_data(one) for one in found]))
    else:
        for one in found:
            app.out(f"{one.name}\t{one.url}\t{one.pid}\n")
        if not found:
            app.err("No emulator is running\n")
    return 0
