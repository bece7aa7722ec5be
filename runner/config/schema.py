"""The settings of `atmos.yaml` as a typed model: what keys there are and what they take.

Imported only when a configuration is compiled, checked, or its JSON Schema is printed. Keys that are not listed are
kept as they are: other tools and newer versions have settings of their own. `commands` and `workflows` are described
by the rooms that run them, `auth` by the auth package.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from runner.config.kinds import EnvText, Free, Items, Level, Switch, Text, Whole, Words, _map


class Section(BaseModel):
    """A group of settings; unknown keys are kept."""

    model_config = ConfigDict(extra="allow", defer_build=True, protected_namespaces=())


_S = TypeVar("_S", bound=Section)
Group = Annotated[_S | None, BeforeValidator(lambda value: {} if value is None else _map(value))]
Texts = Annotated[dict[str, EnvText], BeforeValidator(_map)]


class Inherit(Section):
    metadata: Switch = True


class Stacks(Section):
    """Where stack manifests are and how stacks are named."""

    base_path: Text = Field("", description="Folder of the stack manifests, relative to the base path")
    included_paths: Words = Field([], description="Patterns of manifests that are stacks")
    excluded_paths: Words = Field([], description="Patterns of manifests that are none")
    name_pattern: Text = Field("", description="Stack names from context variables: `{tenant}-{environment}-{stage}`")
    name_template: Text = Field("", description="Stack names from a template: `{{ .vars.stage }}`")
    inherit: Group[Inherit] = None


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
    init: Group[TerraformInit] = None
    plan: Group[TerraformPlan] = None


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

    terraform: Group[Terraform] = None
    helmfile: Group[Helmfile] = None
    packer: Group[Tool] = None
    ansible: Group[Tool] = None
    kubernetes: Group[Tool] = None


class Workflows(Section):
    """Where workflow files are. Other keys define workflows right here."""

    base_path: Text = Field("", description="Folder of the workflow files, relative to the base path")
    list_: Free = Field({}, alias="list", description="How workflows are listed")


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
    help: Group[Help] = None


class Settings(Section):
    """Settings that concern several commands."""

    list_merge_strategy: Text = Field("", description="How lists of stack manifests merge: replace, append or merge")
    terminal: Group[Terminal] = None
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
    sprig: Group[Toggle] = None
    gomplate: Group[Gomplate] = None
    delimiters: Words = Field([], description="The two texts that open and close a template action")
    engine: Text = Field("", description="go (the default) or jinja2")
    evaluations: Whole = 0
    ignore_missing_template_values: Switch = False
    env: Texts = {}


class Templates(Section):
    """Templates in stack manifests, commands and workflows."""

    settings: Group[TemplateSettings] = None


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

    check: Group[Check] = None
    constraint: Group[Constraint] = None


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
    stacks: Group[Stacks] = Field(None, description="Stack manifests")
    components: Group[Components] = Field(None, description="Components by type")
    workflows: Group[Workflows] = Field(None, description="Workflow files and inline workflows")
    logs: Group[Logs] = Field(None, description="The log")
    settings: Group[Settings] = Field(None, description="Settings of several commands")
    commands: Items = Field([], description="Commands of your own")
    aliases: Annotated[dict[str, Text], BeforeValidator(_map)] = Field({}, description="Short names for commands")
    env: Texts = Field({}, description="Variables for every subprocess")
    auth: Group[Auth] = Field(None, description="Cloud authentication")
    profiles: Group[Profiles] = Field(None, description="Configuration profiles")
    templates: Group[Templates] = Field(None, description="Templates")
    version: Group[Version] = Field(None, description="Version constraint")
    describe: Group[Describe] = Field(None, description="The describe commands")
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
