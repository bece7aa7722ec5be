"""`atmos version` and `atmos --version`. Works without a configuration and with a broken one."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.errors import AtmosError
from runner.version import __version__

if TYPE_CHECKING:
    from runner.app import App

_ARCHITECTURES = {
    "x86_64": "amd64",
    "amd64": "amd64",
    "aarch64": "arm64",
    "arm64": "arm64",
    "i386": "386",
    "i686": "386",
}


@clicks.command("atmos version", "Print the version", examples=" $ atmos version\n $ atmos version --format json")
@clicks.option("--format", "-f", "format_", metavar="FORMAT", default="", help="json or yaml")
@clicks.option("--check", "-c", is_flag=True, help="Accepted; there is no release service to ask")
def version(app: App, format_: str, check: bool) -> int:
    facts = {"version": __version__, "os": os_name(), "arch": architecture()}
    if format_ not in ("", "json", "yaml"):
        raise AtmosError(f"The format '{format_}' is not supported for version output", exit_code=2,
                         hints=["The formats are json and yaml"])  # fmt: skip
    if format_:
        from runner.console import formats

        app.out(formats.to_json(facts) if format_ == "json" else formats.to_yaml(facts))
    else:
        app.out(f"\n👽 Atmos {__version__} on {facts['os']}/{facts['arch']}\n\n")
    if check:
        app.err("No release service is known to this installation; ask the package index it came from.\n")
    return 0


def os_name() -> str:
    """linux, darwin or windows."""
    return "windows" if sys.platform.startswith("win") else sys.platform.rstrip("0123456789")


def architecture() -> str:
    """amd64, arm64 … : the names that release files use."""
    machine = platform.machine().lower()
    return _ARCHITECTURES.get(machine, machine)


def run(app: App, argv: list[str]) -> int:
    return clicks.run(version, app, argv)
