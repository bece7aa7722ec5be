"""`atmos config get`, `list`, `set`, `unset` and `validate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.errors import AtmosError

if TYPE_CHECKING:
    from runner.app import App
    from runner.errors import Where


@clicks.group("atmos config", "Read, change and check the configuration")
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


def _target(app: App, path: str) -> tuple[str, list[str]]:
    """The file in which a setting is changed, and the setting's keys.

    It is the one that sets it, else the project's own, which is stronger than copies of remote files.
    """
    import os

    from runner.config import remote
    from runner.config.record import Record

    config = app.config
    keys = path.removeprefix(".").split(".")
    if not all(keys):
        raise AtmosError(f"`{path}` names no setting", hints=["Name it as in `stacks.base_path`"])
    where = config.where(*keys)
    if where is not None:
        if where.file.startswith(("$", "-")):
            raise AtmosError(f"`{path}` comes from {where.file}, which a file does not override",
                             hints=["Change or unset it there"])  # fmt: skip
        copies = remote.copies(Record(app.env, app.cwd))
        if not copies or not where.file.startswith(copies + os.sep):
            return where.file, keys
    own = [file for file in config.files if os.path.dirname(file) == config.config_dir]
    if not own:
        raise AtmosError("there is no configuration file to change here", hints=["Create atmos.yaml"])
    return min(own, key=lambda file: not os.path.basename(file).startswith("atmos.")), keys


@clicks.command("atmos config set", "Change one value in the file that sets it", parent=config,
                examples=" $ atmos config set logs.level Debug\n $ atmos config set stacks.included_paths '[\"orgs/**/*\"]'")  # fmt: skip
@clicks.argument("path")
@clicks.argument("value")
@clicks.option("--string", is_flag=True, help="Take the value as text, whatever it looks like")
def set_(app: App, path: str, value: str, string: bool) -> int:
    from runner.config import edit

    file, keys = _target(app, path)
    _said(app, edit.write(file, keys, edit.literal(value, string=string)), f"`{'.'.join(keys)}` is set")
    return 0


@clicks.command("atmos config unset", "Take one value out of the file that sets it", parent=config)
@clicks.argument("path")
def unset(app: App, path: str) -> int:
    from runner.config import edit

    file, keys = _target(app, path)
    _said(app, edit.write(file, keys, None), f"`{'.'.join(keys)}` is taken out")
    return 0


def _said(app: App, where: Where, what: str) -> None:
    from runner.config.mistakes import shown_path

    app.err(f"✓ {shown_path(where.file, app.cwd)}:{where.line}: {what.replace('`', '')}\n")


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
