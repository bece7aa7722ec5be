"""`atmos auth credential-process NAME`: called by AWS SDKs, not by people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks
from runner.cli.auth import choice, credentials, parts

if TYPE_CHECKING:
    from runner.app import App

EXAMPLES = """\
# What an SDK calls when a profile has: credential_process = atmos -C /project auth credential-process prod-admin
atmos auth credential-process prod-admin
"""


@clicks.command(
    "atmos auth credential-process",
    "Print the AWS credentials of an identity as an SDK's credential_process.",
    examples=EXAMPLES,
)
@clicks.argument("name", required=False, default="")
@parts.identity_flag
def command(app: App, name: str) -> int:
    """Print credentials as JSON."""
    return credentials.serve(app, choice.pick(app, name, what="`atmos auth credential-process`"))
