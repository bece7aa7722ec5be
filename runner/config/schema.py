"""The settings of `atmos.yaml`: what keys there are, what each takes, and what it is for.

Plain data, the one declaration that everything else stands on: `shape` reads files with it, `validation` makes typed
models of it for what does not fit, `published` the JSON Schema. Keys that are not listed are kept as they are: other
tools and newer versions have settings of their own. `commands` and `workflows` are described by the rooms that run
them, `auth` by the auth package.
"""

from __future__ import annotations

from runner.config.kinds import ANY, ENV, FREE, ITEMS, LEVEL, SWITCH, TEXT, TEXTS, WHOLE, WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.config.kinds import Kind

    Setting = tuple[Kind, str] | Kind


class Section:
    """A group of settings. keys: each with its kind or the section below it; notes: what they are for."""

    __slots__ = ("about", "keys", "name", "notes")

    def __init__(self, name: str, about: str, settings: dict[str, Setting | Section]) -> None:
        self.name, self.about = name, about
        self.keys: dict[str, Kind | Section] = {}
        self.notes: dict[str, str] = {}
        for key, setting in settings.items():
            if isinstance(setting, tuple):
                self.keys[key], self.notes[key] = setting
            else:
                self.keys[key] = setting
                self.notes[key] = setting.about if isinstance(setting, Section) else ""


STACKS = Section("Stacks", "Where stack manifests are and how stacks are named", {
    "base_path": (TEXT, "Folder of the stack manifests, relative to the base path"),
    "included_paths": (WORDS, "Patterns of manifests that are stacks"),
    "excluded_paths": (WORDS, "Patterns of manifests that are none"),
    "name_pattern": (TEXT, "Stack names from context variables: `{tenant}-{environment}-{stage}`"),
    "name_template": (TEXT, "Stack names from a template: `{{ .vars.stage }}`"),
    "inherit": Section("Inherit", "What components inherit", {"metadata": SWITCH}),
})  # fmt: skip

TERRAFORM = Section("Terraform", "How terraform components are run", {
    "base_path": (TEXT, "Folder of the terraform components, relative to the base path"),
    "command": (TEXT, "The program: terraform, tofu, or a path"),
    "apply_auto_approve": SWITCH, "deploy_run_init": SWITCH, "init_run_reconfigure": SWITCH,
    "auto_generate_backend_file": SWITCH, "append_user_agent": TEXT, "plugin_cache": SWITCH, "plugin_cache_dir": TEXT,
    "auto_provision_workdir_for_outputs": SWITCH, "cache": ANY, "workspace": ANY, "workspaces_enabled": SWITCH,
    "shell": (ANY, "The shell of `atmos terraform shell`"),
    "init": Section("TerraformInit", "terraform init", {"pass_vars": SWITCH}),
    "plan": Section("TerraformPlan", "terraform plan", {"skip_planfile": SWITCH}),
})  # fmt: skip

TOOL = Section("Tool", "How components of a type are run", {"base_path": TEXT, "command": TEXT})
HELMFILE = Section("Helmfile", "How helmfile components are run", {
    "base_path": TEXT, "command": TEXT, "use_eks": SWITCH, "kubeconfig_path": TEXT, "helm_aws_profile_pattern": TEXT,
    "cluster_name": TEXT, "cluster_name_pattern": TEXT, "cluster_name_template": TEXT,
})  # fmt: skip
COMPONENTS = Section("Components", "Where components are, by type", {
    "terraform": TERRAFORM, "helmfile": HELMFILE, "packer": TOOL, "ansible": TOOL, "kubernetes": TOOL,
})  # fmt: skip

WORKFLOWS = Section("Workflows", "Where workflow files are. Other keys define workflows right here", {
    "base_path": (TEXT, "Folder of the workflow files, relative to the base path"),
    "list": (FREE, "How workflows are listed"),
})  # fmt: skip

LOGS = Section("Logs", "The log of atmos itself", {
    "level": (LEVEL, "Trace, Debug, Info, Warning, Error or Off"),
    "file": (TEXT, "/dev/stderr, /dev/stdout, /dev/null or a file that is appended to"),
})  # fmt: skip

TERMINAL = Section("Terminal", "How output looks on a terminal", {
    "max_width": (WHOLE, "Widest line, 0 for the terminal's width"),
    "pager": (TEXT, "A pager command, true or false"),
    "color": SWITCH, "no_color": SWITCH, "force_color": SWITCH, "unicode": SWITCH, "tab_width": WHOLE, "theme": TEXT,
    "speed": TEXT, "help": Section("Help", "How help is shown", {"filter": SWITCH}),
    "alerts": (ANY, "Whether steps of type `alert` ring"), "mask": (ANY, "Which texts are masked in output"),
    "colors": ANY, "pagination": ANY, "syntax_highlighting": ANY,
})  # fmt: skip

SETTINGS = Section("Settings", "Settings that concern several commands", {
    "list_merge_strategy": (TEXT, "How lists of stack manifests merge: replace, append or merge"),
    "terminal": TERMINAL,
    "telemetry": (FREE, "Accepted and without effect: there is no telemetry"),
    "experimental": TEXT, "inject_github_token": SWITCH, "inject_gitlab_token": SWITCH, "inject_bitbucket_token": SWITCH,
    "github_token": TEXT, "github_username": TEXT, "atmos_github_token": TEXT, "atmos_pro_github_token": TEXT,
    "bitbucket_token": TEXT, "atmos_bitbucket_token": TEXT, "bitbucket_username": TEXT, "gitlab_token": TEXT,
    "atmos_gitlab_token": TEXT, "pro": (ANY, "Connection to Atmos Pro"),
    "shell": (ANY, "The shell of shell steps"), "docs": (ANY, "How documentation is shown"),
    "list_commands": ANY, "integrations": ANY, "spacelift": ANY, "templates": ANY, "validation": ANY, "depends_on": ANY,
})  # fmt: skip

PROFILES = Section("Profiles", "Where configuration profiles are", {
    "base_path": (TEXT, "Folder of the profiles, relative to this file"),
    "default": (TEXT, "The profile in force when none is asked for"),
})  # fmt: skip

TEMPLATES = Section("Templates", "Templates in stack manifests, commands and workflows", {
    "settings": Section("TemplateSettings", "How templates are rendered", {
        "enabled": SWITCH,
        "sprig": Section("Sprig", "Functions named as in sprig", {"enabled": SWITCH}),
        "gomplate": Section("Gomplate", "Functions and data sources named as in gomplate", {
            "enabled": SWITCH, "timeout": WHOLE, "datasources": FREE,
        }),
        "delimiters": (WORDS, "The two texts that open and close a template action"),
        "engine": (TEXT, "go (the default) or jinja2; commands and workflows may name their own"),
        "missing": (TEXT, "What a missing key does: error (the default in steps), zero or default (in manifests)"),
        "evaluations": WHOLE, "ignore_missing_template_values": SWITCH, "env": ENV,
    }),
})  # fmt: skip

VERSION = Section("Version", "Which versions this configuration works with", {
    "check": Section("Check", "Looking for newer versions", {"enabled": SWITCH, "timeout": WHOLE, "frequency": TEXT}),
    "constraint": Section("Constraint", "Versions this configuration works with", {
        "require": (TEXT, "Versions this configuration works with: `>=1.2, <2`"),
        "enforcement": (TEXT, "fatal, warn or silent"),
        "message": TEXT,
    }),
})  # fmt: skip

DESCRIBE = Section("Describe", "The describe commands", {
    "settings": FREE, "component": FREE, "provenance": SWITCH, "error_mode": TEXT,
})  # fmt: skip

AUTH = Section("Auth", "Cloud authentication: providers, identities and integrations", {
    "realm": TEXT,
    "providers": (ANY, "Where credentials come from"),
    "identities": (ANY, "Users and roles to act as"),
    "integrations": (ANY, "Logins that follow an identity"),
    "needs": (ANY, "Identities a component needs at once"),
    "logs": (ANY, "The log of authentication"),
    "keyring": (ANY, "Where credentials rest"),
    "console": (ANY, "How web consoles are opened"),
    "require_identity": ANY, "audit": ANY,
})  # fmt: skip

CONFIGURATION = Section("Configuration", "The whole of `atmos.yaml`", {
    "base_path": (TEXT, "What relative paths of the configuration are relative to"),
    "imports": (FREE, "Settings of imports"),
    "import": (WORDS, "More configuration: files, folders, patterns, URLs"),
    "stacks": STACKS, "components": COMPONENTS, "workflows": WORKFLOWS, "logs": LOGS, "settings": SETTINGS,
    "commands": (ITEMS, "Commands of your own"),
    "aliases": (TEXTS, "Short names for commands"),
    "env": (ENV, "Variables for every subprocess"),
    "auth": AUTH, "profiles": PROFILES, "templates": TEMPLATES, "version": VERSION, "describe": DESCRIBE,
    "schemas": (FREE, "Schemas that stacks are checked with"),
    "integrations": (FREE, "Integrations with other systems"),
    "stores": (FREE, "Stores that values are read from"),
    "vendor": (FREE, "Vendoring of components"),
    "list": (FREE, "The list commands"),
    "docs": (FREE, "Documentation"),
    "validate": (FREE, "Validation"),
    "toolchain": (FREE, "Versions of tools"),
    "hooks": (FREE, "Hooks"),
    "ci": (FREE, "Behaviour in CI"),
    "errors": (FREE, "How errors are shown"),
    "metadata": (FREE, "Name and description of a profile"),
    "edition": (TEXT, "The edition whose defaults hold"),
    "emulators": (FREE, "Local emulators of clouds"),
})  # fmt: skip

# keys that mean something elsewhere, or in files for the predecessor; no typing mistakes
ALSO_KNOWN = frozenset((
    "default", "initialized", "cli_config_path", "basepathabsolute", "stacksbaseabsolutepath", "diagnostics", "profiler",
    "pro", "ai", "mcp", "lsp", "vars", "git", "scaffold", "generate", "container", "containers", "secrets", "overrides",
    "terraform", "helmfile", "packer", "devcontainer", "experimental", "tools", "cast", "skills", "help",
))  # fmt: skip
