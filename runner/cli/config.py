"""`atmos config get`, `list` and `validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.errors import AtmosError

if TYPE_CHECKING:
    from runner.app import App


@clicks.group("atmos config", "Read and check the configuration")
def config() -> None:
    pass


@clicks.command(
    "atmos config get",
    "Print one value of the configuration",
    parent=config,
    examples=" $ atmos config get stacks.base_path\n $ atmos config get .env.AWS_REGION",
)
@clicks.argument("path")
@clicks.option("--format", "-f", "format_", metavar="FORMAT", default="", help="json or yaml; texts are bare without")
def get(app: App, path: str, format_: str) -> int:
    from runner.config import effective
    from runner.console import formats

    if format_ not in ("", "json", "yaml"):
        raise AtmosError(f"invalid 'format': {format_}", hints=["The formats are json and yaml"])
    value = effective.asked(app.config, path if path.startswith(".") else "." + path)
    if value is None:
        raise AtmosError(f"`{path}` is not set in the configuration", hints=["`atmos config list` shows what is"])
    if format_ == "json":
        app.out(formats.to_json(value))
    elif format_ == "yaml" or not isinstance(value, str):
        app.out(formats.to_yaml(value))
    else:
        app.out(value + "\n")
    return 0


@clicks.command("atmos config list", "Print all values of the configuration", parent=config)
@clicks.option("--format", "-f", "format_", metavar="FORMAT", default="yaml", help="json or yaml")
def list_(app: App, format_: str) -> int:
    from runner.cli import describe_config

    return describe_config.run(app, ["--format", format_])


@clicks.command("atmos config validate", "Check the configuration files", parent=config)
@clicks.option("--format", "-f", "format_", metavar="FORMAT", default="text", help="text or json")
def validate(app: App, format_: str) -> int:
    from runner.cli import validate as checks

    return checks.run(app, ["config", "--format", format_])


def run(app: App, argv: list[str]) -> int:
    return clicks.run(config, app, argv)
