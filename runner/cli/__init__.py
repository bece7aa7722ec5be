"""Built-in commands: the table of them, read without importing any. A module is imported only when its command runs.

Each module has `run(app, argv) -> int`: argv are the words after the command word, global flags taken out.
"""

from __future__ import annotations

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App


class Builtin:
    """One row. subcommands: name -> (module or "" when the group's own module serves it, one line of help).

    yields: the project's own command or alias of this name is meant where there is one. Names that users' files may
    have taken long before we had a built-in of that name yield; the others stand (decision D33). flags: the module
    that declares its command line, where that is not its own.
    """

    __slots__ = ("aliases", "flags", "identity_shorthand", "module", "name", "subcommands", "summary", "yields")

    def __init__(
        self,
        name: str,
        module: str,
        summary: str,
        *,
        aliases: tuple[str, ...] = (),
        subcommands: dict[str, tuple[str, str]] | None = None,
        identity_shorthand: bool = False,
        yields: bool = False,
        flags: str = "",
    ) -> None:
        self.name, self.module, self.summary, self.aliases = name, module, summary, aliases
        self.subcommands = subcommands or {}
        self.identity_shorthand = identity_shorthand
        self.yields = yields
        self.flags = flags or module


_TERRAFORM = (
    "apply backend cache clean console deploy destroy fmt force-unlock generate get graph import init lint login "
    "logout metadata migrate modules output plan plan-diff planfile providers refresh shell show source state taint "
    "test untaint validate varfile version workdir workspace write"
).split()

TABLE = (
    Builtin("auth", "runner.cli.auth", "Authenticate with cloud providers and use identities", identity_shorthand=True,
            subcommands={
                "console": ("", "Open a cloud provider's web console"),
                "credential-process": ("", "Print credentials for an AWS SDK's credential_process"),
                "doctor": ("", "Check keyring, files and configuration of authentication"),
                "env": ("", "Print the environment variables of an identity"),
                "exec": ("", "Run a command under an identity"),
                "list": ("", "List providers and identities"),
                "login": ("", "Authenticate with an identity or a provider"),
                "logout": ("", "Remove cached credentials"),
                "shell": ("", "Start a shell under an identity"),
                "user": ("", "Manage credentials of cloud users"),
                "validate": ("", "Check the auth configuration"),
                "whoami": ("", "Show the current authentication status"),
            }),
    Builtin("aws", "runner.cli.aws", "AWS helpers: ECR logins, EKS tokens and kubeconfigs", identity_shorthand=True,
            subcommands={"ecr": ("", "Log in to ECR"), "eks": ("", "EKS tokens and kubeconfigs")}),
    Builtin("completion", "runner.cli.completion", "Print a completion script for bash, zsh, fish or powershell",
            subcommands={shell: ("", f"Print the script for {shell}") for shell in ("bash", "fish", "powershell", "zsh")}),
    Builtin("config", "runner.cli.config", "Read, change and check the configuration",
            subcommands={"get": ("", "Print one value"), "list": ("", "Print all values"), "set": ("", "Change one value"),
                         "unset": ("", "Take one value out"), "validate": ("", "Check the configuration files")}),
    Builtin("describe", "runner.cli.describe", "Show what components, stacks, workflows and commands are", identity_shorthand=True,
            subcommands={
                "affected": ("", "Components changed since a git reference"),
                "command": ("runner.cli.describe_command", "A custom command as it is declared"),
                "component": ("", "The configuration of a component in a stack"),
                "config": ("runner.cli.describe_config", "The effective configuration"),
                "dependents": ("", "Components that depend on a component"),
                "stacks": ("", "All stacks and their components"),
                "workflows": ("runner.cli.describe_workflows", "Workflows and their steps"),
            }),
    Builtin("doctor", "runner.cli.doctor", "Check this installation and project", yields=True),
    Builtin("emulator", "runner.cli.emulator", "Run a local AWS emulator", aliases=("emu",),
            subcommands={"down": ("", "Stop an emulator"), "list": ("", "List emulators"),
                         "status": ("", "Show whether an emulator runs"), "up": ("", "Start an emulator")}),
    Builtin("env", "runner.cli.env", "Print the `env` section of the configuration"),
    Builtin("help", "runner.cli.help", "Help for any command"),
    Builtin("list", "runner.cli.list", "List stacks, components, workflows, commands, aliases", identity_shorthand=True,
            subcommands={
                "aliases": ("runner.cli.list_aliases", "Aliases of commands"),
                "commands": ("runner.cli.list_commands", "Custom commands"),
                "components": ("runner.cli.list_components", "Components"),
                "stacks": ("runner.cli.list_stacks", "Stacks"),
                "workflows": ("runner.cli.list_workflows", "Workflows"),
            }),
    Builtin("profile", "runner.cli.profile", "List and show configuration profiles",
            subcommands={"list": ("", "List profiles"), "show": ("", "Show a profile")}),
    Builtin("run", "runner.cli.run", "Journals of earlier workflow runs", yields=True,
            subcommands={"list": ("", "List runs"), "prune": ("", "Remove old journals"), "show": ("", "Show a run")}),
    Builtin("schema", "runner.cli.schema", "Print the JSON Schema of a file format", yields=True),
    Builtin("template", "runner.cli.template", "Try templates", yields=True,
            subcommands={"render": ("", "Render a template and print what it gives")}),
    Builtin("terraform", "runner.cli.terraform", "Run terraform for a component in a stack", aliases=("tf",),
            subcommands={name: ("", f"terraform {name}") for name in _TERRAFORM}),
    Builtin("validate", "runner.cli.validate", "Check configuration, stacks and workflows",
            subcommands={"component": ("runner.cli.validate_component", "Check a component"),
                         "config": ("", "Check the configuration files"),
                         "schema": ("", "Check files against their JSON Schema"),
                         "stacks": ("runner.cli.validate_stacks", "Check all stack manifests")}),
    Builtin("version", "runner.cli.version", "Print the version"),
    Builtin("workflow", "runner.cli.workflow", "Run a workflow", identity_shorthand=True,
            flags="runner.cli.workflow_flags"),
)  # fmt: skip

BY_NAME = {row.name: row for row in TABLE}
BY_ALIAS = {alias: row for row in TABLE for alias in row.aliases}


def taken(app: App, word: str) -> bool:
    """Whether the project has a command or alias of its own of this name; a configuration that cannot be read has none."""
    try:
        return word in app.config.aliases() or app.config.command(word) is not None
    except AtmosError:
        return False


def find(app: App, word: str) -> Builtin | None:
    """The built-in that a word means in this project: one that yields is not meant where the project took its name."""
    row = BY_NAME.get(word)
    return None if row is None or (row.yields and taken(app, word)) else row


def standing(app: App) -> dict[str, Builtin]:
    """The built-ins of this project by name, those left out whose names it took."""
    return {row.name: row for row in TABLE if not (row.yields and taken(app, row.name))}


def run(row: Builtin, app: App, words: list[str]) -> int:
    """Run a built-in: the module of its subcommand where the table names one, else its own."""
    import importlib

    if words and words[0] in row.subcommands and row.subcommands[words[0]][0]:
        module = importlib.import_module(row.subcommands[words[0]][0])
        return int(module.run(app, words[1:]))
    return int(importlib.import_module(row.module).run(app, words))
