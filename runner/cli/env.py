"""`atmos env`: the `env` section of the configuration as text for shells, files and GitHub Actions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.config import scalars
from runner.errors import AtmosError

if TYPE_CHECKING:
    from runner.app import App

FORMATS = ("bash", "json", "dotenv", "github")
_EXAMPLES = """\
 $ eval "$(atmos env)"
 $ atmos env --format json
 $ atmos env -f dotenv -o .env"""


@clicks.command("atmos env", "Print the `env` section of the configuration", examples=_EXAMPLES)
@clicks.option("--format", "-f", "format_", metavar="FORMAT", default=None, help="bash, json, dotenv or github")
@clicks.option(
    "--output-file", "-o", "output", metavar="FILE", default=None, help="Write to this file instead of stdout"
)
@clicks.option("--export", metavar="BOOL", default=None, help="Whether bash lines begin with `export` (true)")
def env(app: App, format_: str | None, output: str | None, export: str | None) -> int:
    from runner.cli.auth import env_formats

    name = format_ or app.env.get("ATMOS_ENV_FORMAT") or "bash"
    if name not in FORMATS:
        raise AtmosError(f"invalid format: {name}", explanation=f"The formats are {', '.join(FORMATS)}.")
    target = output or app.env.get("ATMOS_ENV_OUTPUT_FILE") or ""
    exported = _switch("--export", export if export is not None else app.env.get("ATMOS_ENV_EXPORT", ""))
    if name == "github" and not target:
        target = app.env.get("GITHUB_ENV", "")
        if not target:
            raise AtmosError("the github format writes to the file that `GITHUB_ENV` names, and that is not set",
                             hints=["Name a file: `atmos env -f github -o FILE`"])  # fmt: skip
    variables = {key: value for key, value in app.config.env_section().items() if value is not None}
    writer = "dotenv" if name == "bash" and not exported else name
    text = env_formats.FORMATS[writer](variables)
    if target:
        _write(os.path.join(app.cwd, target), text, append=name == "github")
    else:
        app.out(text)
    return 0


def _switch(name: str, word: str) -> bool:
    if word == "":
        return True
    chosen = scalars.parse_bool(word)
    if chosen is None:
        raise AtmosError(f"{name}: `{word}` is neither true nor false")
    return chosen


def _write(path: str, text: str, *, append: bool) -> None:
    """Values may be secrets: a new file is readable by its owner only."""
    mode = os.O_APPEND if append else os.O_TRUNC
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | mode, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        raise AtmosError(f"cannot write {path}: {error.strerror}") from error


def run(app: App, argv: list[str]) -> int:
    return clicks.run(env, app, argv)
