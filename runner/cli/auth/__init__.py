"""`atmos auth …`: one module per subcommand, each imported when it runs.

`exec` and `credential-process` are called very often by programs, so their plain forms are taken before click is
imported; everything unusual (help, unknown flags) goes the same way as in the other commands.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App
    from runner.cli.clicks import Group

MODULES = {
    "console": "console", "credential-process": "credential_process", "doctor": "doctor", "env": "env",
    "exec": "exec", "list": "list", "login": "login", "logout": "logout", "shell": "shell", "user": "user",
    "validate": "validate", "whoami": "whoami",
}  # fmt: skip

EXAMPLES = """\
# Check the configuration, log in, see who that is
atmos auth validate
atmos auth login
atmos auth whoami

# Run something under an identity
atmos auth exec --identity prod-admin -- terraform plan
"""


def run(app: App, argv: list[str]) -> int:
    """Run a subcommand."""
    if len(argv) > 2 and argv[0] == "exec" and argv[1] == "--":
        from runner.cli.auth import child

        return child.execute(app, argv[2:])
    if len(argv) == 2 and argv[0] == "credential-process" and not argv[1].startswith("-"):
        from runner.cli.auth import credentials

        return credentials.serve(app, argv[1])
    from runner.cli import clicks

    return clicks.run(group(argv[0] if argv else ""), app, argv)


def group(only: str = "") -> Group:
    """The group with its commands, or with one of them alone where it is the one that is called."""
    import importlib

    from runner.cli import clicks

    made = clicks.Group(
        name="auth",
        path="atmos auth",
        help="Authenticate with cloud providers and use identities.",
        examples=EXAMPLES,
    )
    for name, module in MODULES.items():
        if name == only or only not in MODULES:
            made.add_command(importlib.import_module(f"runner.cli.auth.{module}").command)
    return made
