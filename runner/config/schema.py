"""The settings of `atmos.yaml` as a typed model: what keys there are and what they take.

Imported only when a configuration is compiled, checked, or its JSON Schema is printed. Keys that are not listed are
kept as they are: other tools and newer versions have settings of their own. `commands` and `workflows` are described
by the rooms that run them, `auth` by the auth package.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from runner.config.kinds import EnvText, Free, Items, Level, Switch, Text, Whole, Words, _map


class Section(BaseModel):
    """A group of settings; unknown keys are kept."""

    model_config = ConfigDict(extra="allow", defer_build=True, protected_namespaces=())


def _empty(value: object) -> object:
    return {} if value is None else _map(value)


def _group(model: type[Section], description: str) -> Any:
    return Annotated[model, BeforeValidator(_empty), Field(description=description, json_schema_extra={"type": ["object", "null"]})]


class Inherit(Section):
    metadata: Switch = True


class Stacks(Section):
    """Where stack manifests are and how stacks are named."""

    base_path: Text = Field("", description="Folder of the stack manifests, relative to the base path")
    included_paths: Words = Field([], description="Patterns of manifests that are stacks")
    excluded_paths: Words = Field([], description="Patterns of manifests that are none")
    name_pattern: Text = Field("", description="Stack names from context variables: `{tenant}-{environment}-{stage}`")
    name_template: Text = Field("", description="Stack names from a template: `{{ .vars.stage }}`")
    inherit: Annotated[Inherit, BeforeValidator(_empty)] = Inherit()


class TerraformInit(Section):
    pass_vars: Switch = False


class TerraformPlan(Section):
    skip_planfile: Switch = False


class Terraform(Section):
    """How terraform components are run."""

    base_path: Text = Field("", description="Folder of the terraform components, relative to the base path")
    command: Text = Field("", description="The program: terraform, tofu, or a path")
    apply_auto_approve: Switch = False
    deploy_run_init: Switch = False
    init_run_reconfigure: Switch = False
    auto_generate_backend_file: Switch = False
    append_user_agent: Text = ""
    plugin_cache: Switch = True
    plugin_cache_dir: Text = ""
    init: Annotated[TerraformInit, BeforeValidator(_empty)] = TerraformInit()
    plan: Annotated[TerraformPlan, BeforeValidator(_empty)] = TerraformPlan()


class Tool(Section):
    base_path: Text = ""
    command: Text = ""


class Helmfile(Tool):
    use_eks: Switch = False
    kubeconfig_path: Text = ""
    helm_aws_profile_pattern: Text = ""
    cluster_name_pattern: Text = ""


class Components(Section):
    """Where components are, by type."""

    terraform: Annotated[Terraform, BeforeValidator(_empty)] = Terraform()
    helmfile: Annotated[Helmfile, BeforeValidator(_empty)] = Helmfile()
    packer: Annotated[Tool, BeforeValidator(_empty)] = Tool()
    ansible: Annotated[Tool, BeforeValidator(_empty)] = Tool()
    kubernetes: Annotated[Tool, BeforeValidator(_empty)] = Tool()


class Workflows(Section):
    """Where workflow files are. Other keys define workflows right here."""

    base_path: Text = Field("", description="Folder of the workflow files, relative to the base path")
    list: Free = Field({}, description="How workflows are listed")


class Logs(Section):
    """The log of atmos itself."""

    level: Level = Field("Warning", description="Trace, Debug, Info, Warning, Error or Off")
    file: Text = Field("/dev/stderr", description="/dev/stderr, /dev/stdout, /dev/null or a file that is appended to")


class Help(Section):
    filter: Switch = True


class Terminal(Section):
    """How output looks on a terminal."""

    max_width: Whole = Field(0, description="Widest line, 0 for the terminal's width")
    pager: Text = Field("", description="A pager command, true or false")
    color: Switch = True
    no_color: Switch = False
    force_color: Switch = False
    unicode: Switch = True
    tab_width: Whole = 0
    theme: Text = ""
    speed: Text = ""
    help: Annotated[Help, BeforeValidator(_empty)] = Help()


class Settings(Section):
    """Settings that concern several commands."""

    list_merge_strategy: Text = Field("", description="How lists of stack manifests merge: replace, append or merge")
    terminal: Annotated[Terminal, BeforeValidator(_empty)] = Terminal()
    telemetry: Free = Field({}, description="Accepted and without effect: there is no telemetry")
    experimental: Text = ""
    inject_github_token: Switch = True
    inject_gitlab_token: Switch = True
    inject_bitbucket_token: Switch = True
    github_token: Text = ""
    github_username: Text = ""


class Profiles(Section):
    """Where configuration profiles are."""

    base_path: Text = Field("", description="Folder of the profiles, relative to this file")
    default: Text = Field("", description="The profile in force when none is asked for")


class Toggle(Section):
    enabled: Switch = False


class Gomplate(Toggle):
    timeout: Whole = 0
    datasources: Free = {}


class TemplateSettings(Section):
    enabled: Switch = False
    sprig: Annotated[Toggle, BeforeValidator(_empty)] = Toggle()
    gomplate: Annotated[Gomplate, BeforeValidator(_empty)] = Gomplate()
    delimiters: Words = Field([], description="The two texts that open and close a template action")
    evaluations: Whole = 0
    ignore_missing_template_values: Switch = False
    env: Annotated[dict[str, EnvText], BeforeValidator(_empty)] = {}


class Templates(Section):
    """Templates in stack manifests, commands and workflows."""

    settings: Annotated[TemplateSettings, BeforeValidator(_empty)] = TemplateSettings()


class Constraint(Section):
    require: Text = Field("", description="Versions this configuration works with: `>=1.2, <2`")
    enforcement: Text = Field("", description="fatal, warn or silent")
    message: Text = ""


class Check(Section):
    enabled: Switch = True
    timeout: Whole = 0
    frequency: Text = ""


class Version(Section):
    """Which versions this configuration works with."""

    check: Annotated[Check, BeforeValidator(_empty)] = Check()
    constraint: Annotated[Constraint, BeforeValidator(_empty)] = Constraint()


class Describe(Section):
    settings: Free = {}
    provenance: Switch = True
    error_mode: Text = ""


class Auth(Section):
    """Providers, identities and integrations."""

    realm: Text = ""
    providers: Any = Field({}, description="Where credentials come from")
    identities: Any = Field({}, description="Users and roles to act as")
    integrations: Any = Field({}, description="Logins that follow an identity")
    needs: Any = Field([], description="Identities a component needs at once")
    logs: Any = Field({}, description="The log of authentication")
    keyring: Any = Field({}, description="Where credentials rest")


class Configuration(Section):
    """The whole of `atmos.yaml`."""

    base_path: Text = Field("", description="What relative paths of the configuration are relative to")
    imports: Free = Field({}, description="Settings of imports")
    import_: Words = Field([], alias="import", description="More configuration: files, folders, patterns, URLs")
    stacks: _group(Stacks, "Stack manifests") = Stacks()  # type: ignore[valid-type]
    components: _group(Components, "Components by type") = Components()  # type: ignore[valid-type]
    workflows: _group(Workflows, "Workflow files and inline workflows") = Workflows()  # type: ignore[valid-type]
    logs: _group(Logs, "The log") = Logs()  # type: ignore[valid-type]
    settings: _group(Settings, "Settings of several commands") = Settings()  # type: ignore[valid-type]
    commands: Items = Field([], description="Commands of your own")
    aliases: Annotated[dict[str, Text], BeforeValidator(_empty)] = Field({}, description="Short names for commands")
    env: Annotated[dict[str, EnvText], BeforeValidator(_empty)] = Field({}, description="Variables for every subprocess")
    auth: _group(Auth, "Cloud authentication") = Auth()  # type: ignore[valid-type]
    profiles: _group(Profiles, "Configuration profiles") = Profiles()  # type: ignore[valid-type]
    templates: _group(Templates, "Templates") = Templates()  # type: ignore[valid-type]
    version: _group(Version, "Version constraint") = Version()  # type: ignore[valid-type]
    describe: _group(Describe, "The describe commands") = Describe()  # type: ignore[valid-type]
    schemas: Free = Field({}, description="Schemas that stacks are checked with")
    integrations: Free = Field({}, description="Integrations with other systems")
    stores: Free = Field({}, description="Stores that values are read from")
    vendor: Free = Field({}, description="Vendoring of components")
    list_: Free = Field({}, alias="list", description="The list commands")
    docs: Free = Field({}, description="Documentation")
    validate_: Free = Field({}, alias="validate", description="Validation")
    toolchain: Free = Field({}, description="Versions of tools")
    hooks: Free = Field({}, description="Hooks")
    ci: Free = Field({}, description="Behaviour in CI")
    errors: Free = Field({}, description="How errors are shown")
    metadata: Free = Field({}, description="Name and description of a profile")
    edition: Text = Field("", description="The edition whose defaults hold")
    emulators: Free = Field({}, description="Local emulators of clouds")


# keys that mean something elsewhere, or in files for the predecessor; no typing mistakes
ALSO_KNOWN = frozenset((
    "default", "initialized", "cli_config_path", "basepathabsolute", "stacksbaseabsolutepath", "diagnostics", "profiler",
    "pro", "ai", "mcp", "lsp", "vars", "git", "scaffold", "generate", "container", "containers", "secrets", "overrides",
    "terraform", "helmfile", "packer", "devcontainer", "experimental", "tools", "cast", "skills", "help",
))  # fmt: skip
