"""`atmos validate stacks`: everything that is wrong with the manifests, at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.errors import AtmosError

if TYPE_CHECKING:
    from runner.app import App


@clicks.command("atmos validate stacks", "Check all stack manifests", examples=" $ atmos validate stacks")
@clicks.option(
    "--schemas-atmos-manifest", "schema", metavar="PATH", default="", help="A JSON Schema that manifests must follow"
)
def stacks(app: App, schema: str) -> int:
    from runner.json_schema import Schema
    from runner.stacks import project as projects
    from runner.stacks import validate

    project = projects.of(app)
    if not project.options.stacks_path or not os.path.isdir(project.options.stacks_path):
        app.err("✓ All stacks validated successfully\n")
        return 0
    path = schema_path(app, schema)
    found = validate.findings(project, Schema(app, path) if path else None)
    if found:
        count = f"{len(found)} problem{'' if len(found) == 1 else 's'}"
        raise AtmosError(f"the stack manifests are not valid: {count}",
                         explanation="\n".join(f"- {finding}" for finding in found),
                         hints=[f"Paths are relative to {project.options.stacks_path}"])  # fmt: skip
    app.err("✓ All stacks validated successfully\n")
    return 0


def schema_path(app: App, given: str) -> str:
    """The user's own schema: a flag, the environment, the configuration. One on a server is fetched and kept."""
    schemas = app.config.section("schemas")
    configured = schemas.get("atmos") if isinstance(schemas, dict) else None
    configured = configured.get("manifest") if isinstance(configured, dict) else ""
    chosen = given or app.env.get("ATMOS_SCHEMAS_ATMOS_MANIFEST", "") or configured
    if not isinstance(chosen, str) or not chosen:
        return ""
    if "://" not in chosen:
        return os.path.join(app.config.base_path, chosen) if not given else os.path.join(app.cwd, given)
    from runner.console.errors import warn

    try:
        return app.config.fetch(chosen)
    except AtmosError as error:
        if given:
            raise
        warn(app, f"the manifest schema cannot be fetched, only our own checks are made: {error.message}")
        return ""


def run(app: App, argv: list[str]) -> int:
    """Entry of `atmos validate stacks`."""
    return clicks.run(stacks, app, argv)
