"""`atmos auth validate`: everything that is wrong with the auth configuration, at once. Passive (decision D18)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.cli.auth.words import Voice
from runner.console.formats import to_json
from runner.errors import AtmosError

if TYPE_CHECKING:
    from auth.manager import Manager
    from runner.app import App

EXAMPLES = """\
# Check the configuration
atmos auth validate

# Say what is checked
atmos auth validate --verbose

# For programs
atmos auth validate --format json

# As CI does: exit status 1 when anything is wrong
atmos --profile ci auth validate
"""
YES = ("1", "t", "true", "yes", "on")


@clicks.command("atmos auth validate", "Check the auth configuration; all problems are listed.", examples=EXAMPLES)
@clicks.option("--verbose", "-v", is_flag=True, help="Say what is checked. Also ATMOS_AUTH_VALIDATE_VERBOSE.")
@clicks.option(
    "--format",
    "-f",
    "format_name",
    type=clicks.Choice(["text", "json"]),
    default="text",
    help="json: print the findings as a list to stdout.",
)
def command(app: App, verbose: bool, format_name: str) -> int:
    """Check, and say on stderr what came of it."""
    if format_name == "json":
        return as_json(app)
    voice = Voice(app)
    spoken = verbose or app.flags.on("verbose") or app.env.get("ATMOS_AUTH_VALIDATE_VERBOSE", "").lower() in YES
    if spoken:
        voice.say(voice.strong("Validating authentication configuration..."))
    manager = app.identities.manager()
    findings = manager.validate()
    if spoken:
        _checked(voice, manager)
    warnings = [finding for finding in findings if finding.severity != "error"]
    for finding in warnings:
        voice.warn(_line(finding.message, finding.where, finding.hint))
    errors = [finding for finding in findings if finding.severity == "error"]
    if not errors:
        voice.say(voice.strong("✅ Authentication configuration is valid"))
        return 0
    voice.say(voice.strong("❌ Authentication configuration validation failed:"))
    voice.say()
    for finding in errors:
        voice.say(_line(f"invalid auth config: {finding.message}", finding.where, finding.hint))
    if len(errors) == 1:
        message = f"invalid auth config: {errors[0].message}"
    else:
        message = f"invalid auth config: {len(errors)} problems found"
    raise AtmosError(message)


def as_json(app: App) -> int:
    """The findings for machines; exit status 1 when one of them is an error."""
    findings = app.identities.manager().validate()
    rows = []
    for finding in findings:
        row = {
            "severity": finding.severity,
            "message": finding.message,
            "path": ".".join(finding.path),
            "file": getattr(finding.where, "file", ""),
            "line": getattr(finding.where, "line", 0),
            "hint": finding.hint,
        }
        rows.append({key: value for key, value in row.items() if value})
    app.out(to_json(rows))
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def _line(message: str, where: object | None, hint: str) -> str:
    text = f"{where}: {message}" if where else message
    return f"{text}\n  {hint}" if hint else text


def _checked(voice: Voice, manager: Manager) -> None:
    for noun, entries in (
        ("providers", manager.providers),
        ("identities", manager.identities),
        ("integrations", manager.integrations),
    ):
        voice.say(f"  {noun}: {', '.join(sorted(entries)) or 'none'}")
