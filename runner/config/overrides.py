"""Settings that the environment and the command line override (spec: config §1.11). Empty counts as unset."""

from __future__ import annotations

import re

from runner.config import merge, scalars
from runner.config.reader import Map
from runner.errors import AtmosError, Problem
from runner.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.config.record import Record
    from runner.globals import GlobalFlags

_TERRAFORM = "components.terraform."
# (variables, first that is set wins), setting, kind
TABLE: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("ATMOS_COMPONENTS_TERRAFORM_PLUGIN_CACHE",), _TERRAFORM + "plugin_cache", "bool"),
    (("ATMOS_COMPONENTS_TERRAFORM_PLUGIN_CACHE_DIR",), _TERRAFORM + "plugin_cache_dir", "text"),
    (("ATMOS_COMPONENTS_TERRAFORM_CACHE_ENABLED",), _TERRAFORM + "cache.enabled", "bool"),
    (("ATMOS_COMPONENTS_TERRAFORM_CACHE_LOCATION",), _TERRAFORM + "cache.location", "text"),
    (("ATMOS_PAGER", "PAGER"), "settings.terminal.pager", "text"),
    (("ATMOS_COLOR", "COLOR"), "settings.terminal.color", "bool"),
    (("ATMOS_NO_COLOR", "NO_COLOR"), "settings.terminal.no_color", "soft"),
    (("ATMOS_FORCE_COLOR",), "settings.terminal.force_color", "soft"),
    (("ATMOS_THEME", "THEME"), "settings.terminal.theme", "text"),
    (("ATMOS_TERMINAL_SPEED",), "settings.terminal.speed", "text"),
    (("ATMOS_HELP_FILTER",), "settings.terminal.help.filter", "bool"),
    (("ATMOS_INJECT_GITHUB_TOKEN",), "settings.inject_github_token", "bool"),
    (("ATMOS_INJECT_BITBUCKET_TOKEN",), "settings.inject_bitbucket_token", "bool"),
    (("ATMOS_INJECT_GITLAB_TOKEN",), "settings.inject_gitlab_token", "bool"),
    (("ATMOS_GITHUB_USERNAME", "GITHUB_ACTOR", "GITHUB_USERNAME"), "settings.github_username", "text"),
    (("ATMOS_EXPERIMENTAL",), "settings.experimental", "text"),
    (("ATMOS_EDITION",), "edition", "text"),
    (("ATMOS_DESCRIBE_PROVENANCE",), "describe.provenance", "bool"),
    (("ATMOS_DESCRIBE_COMPONENT_FILTER",), "describe.component.filter", "text"),
    (("ATMOS_PRO_BASE_URL",), "settings.pro.base_url", "text"),
    (("ATMOS_PRO_ENDPOINT",), "settings.pro.endpoint", "text"),
    (("ATMOS_PRO_WORKSPACE_ID",), "settings.pro.workspace_id", "text"),
    (("ATMOS_VENDOR_BASE_PATH",), "vendor.base_path", "text"),
    (("ATMOS_STACKS_BASE_PATH",), "stacks.base_path", "text"),
    (("ATMOS_STACKS_INCLUDED_PATHS",), "stacks.included_paths", "words"),
    (("ATMOS_STACKS_EXCLUDED_PATHS",), "stacks.excluded_paths", "words"),
    (("ATMOS_STACKS_NAME_PATTERN",), "stacks.name_pattern", "text"),
    (("ATMOS_STACKS_NAME_TEMPLATE",), "stacks.name_template", "text"),
    (("ATMOS_WORKFLOWS_BASE_PATH",), "workflows.base_path", "text"),
    (("ATMOS_COMPONENTS_TERRAFORM_COMMAND",), _TERRAFORM + "command", "text"),
    (("ATMOS_COMPONENTS_TERRAFORM_BASE_PATH",), _TERRAFORM + "base_path", "text"),
    (("ATMOS_COMPONENTS_TERRAFORM_APPLY_AUTO_APPROVE",), _TERRAFORM + "apply_auto_approve", "bool"),
    (("ATMOS_COMPONENTS_TERRAFORM_DEPLOY_RUN_INIT",), _TERRAFORM + "deploy_run_init", "bool"),
    (("ATMOS_COMPONENTS_TERRAFORM_INIT_RUN_RECONFIGURE",), _TERRAFORM + "init_run_reconfigure", "bool"),
    (("ATMOS_COMPONENTS_TERRAFORM_AUTO_GENERATE_BACKEND_FILE",), _TERRAFORM + "auto_generate_backend_file", "bool"),
    (
        ("ATMOS_COMPONENTS_TERRAFORM_AUTO_PROVISION_WORKDIR_FOR_OUTPUTS",),
        _TERRAFORM + "auto_provision_workdir_for_outputs",
        "bool",
    ),
    (("ATMOS_COMPONENTS_TERRAFORM_APPEND_USER_AGENT",), _TERRAFORM + "append_user_agent", "text"),
    (("ATMOS_COMPONENTS_TERRAFORM_INIT_PASS_VARS",), _TERRAFORM + "init.pass_vars", "bool"),
    (("ATMOS_COMPONENTS_TERRAFORM_PLAN_SKIP_PLANFILE",), _TERRAFORM + "plan.skip_planfile", "bool"),
    (("ATMOS_COMPONENTS_HELMFILE_COMMAND",), "components.helmfile.command", "text"),
    (("ATMOS_COMPONENTS_HELMFILE_BASE_PATH",), "components.helmfile.base_path", "text"),
    (("ATMOS_COMPONENTS_HELMFILE_USE_EKS",), "components.helmfile.use_eks", "bool"),
    (("ATMOS_COMPONENTS_HELMFILE_KUBECONFIG_PATH",), "components.helmfile.kubeconfig_path", "text"),
    (("ATMOS_COMPONENTS_HELMFILE_HELM_AWS_PROFILE_PATTERN",), "components.helmfile.helm_aws_profile_pattern", "text"),
    (("ATMOS_COMPONENTS_HELMFILE_CLUSTER_NAME_PATTERN",), "components.helmfile.cluster_name_pattern", "text"),
    (("ATMOS_COMPONENTS_PACKER_COMMAND",), "components.packer.command", "text"),
    (("ATMOS_COMPONENTS_PACKER_BASE_PATH",), "components.packer.base_path", "text"),
    (("ATMOS_SCHEMAS_JSONSCHEMA_BASE_PATH",), "schemas.jsonschema.base_path", "text"),
    (("ATMOS_SCHEMAS_OPA_BASE_PATH",), "schemas.opa.base_path", "text"),
    (("ATMOS_SCHEMAS_CUE_BASE_PATH",), "schemas.cue.base_path", "text"),
    (("ATMOS_SCHEMAS_ATMOS_MANIFEST",), "schemas.atmos.manifest", "text"),
    (("ATMOS_SETTINGS_LIST_MERGE_STRATEGY",), "settings.list_merge_strategy", "text"),
    (("ATMOS_VERSION_CHECK_ENABLED",), "version.check.enabled", "soft"),
    (("ATMOS_CI_COMMENTS_ENABLED",), "ci.comments.enabled", "soft"),
    (("ATMOS_LOGS_LEVEL", "ATMOS_LOG_LEVEL"), "logs.level", "text"),
    (("ATMOS_LOGS_FILE",), "logs.file", "text"),
    (("ATMOS_BASE_PATH",), "base_path", "text"),
)

# tokens: whether they are there is known, their values are read when they are needed and never kept
_SECRETS = (
    ("GITHUB_TOKEN", "settings.github_token"),
    ("ATMOS_GITHUB_TOKEN", "settings.atmos_github_token"),
    ("ATMOS_PRO_GITHUB_TOKEN", "settings.atmos_pro_github_token"),
    ("BITBUCKET_TOKEN", "settings.bitbucket_token"),
    ("ATMOS_BITBUCKET_TOKEN", "settings.atmos_bitbucket_token"),
    ("GITLAB_TOKEN", "settings.gitlab_token"),
    ("ATMOS_GITLAB_TOKEN", "settings.atmos_gitlab_token"),
    ("ATMOS_PRO_TOKEN", "settings.pro.token"),
)
_NAMES = (*(name for names, _, _ in TABLE for name in names), "NO_PAGER", "ATMOS_VERBOSE")
_FLAGS = (
    ("base-path", "base_path"), ("logs-level", "logs.level"), ("logs-file", "logs.file"),
    ("settings-list-merge-strategy", "settings.list_merge_strategy"), ("edition", "edition"),
    ("pager", "settings.terminal.pager"),
)  # fmt: skip


def apply(tree: Map, flags: GlobalFlags, record: Record, problems: list[Problem]) -> Map:
    """The tree with what the environment and the flags say over it."""
    over = Map()
    for name, setting in _SECRETS:
        if record.has(name):
            _set(over, setting, ("!env", name, "", 0), "$" + name)
    found = record.given(_NAMES)
    if found:
        _from_environment(over, found, problems)
    given = flags.given
    for flag, setting in _FLAGS:
        if given.get(flag):
            _set(over, setting, str(given[flag]), "--" + flag)
    if given.get("no-color"):
        _set(over, "settings.terminal.no_color", True, "--no-color")
    if given.get("force-color"):
        _set(over, "settings.terminal.force_color", True, "--force-color")
    if given.get("verbose"):
        _set(over, "logs.level", "Debug", "--verbose")
    result = merge.merge(tree, over) if over else tree
    edition = str(result.get("edition") or "")
    if edition and not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", edition):
        raise AtmosError(f"invalid edition: expected YYYY, YYYY-MM, or YYYY-MM-DD, got {edition}")
    return result


def _from_environment(over: Map, found: dict[str, str], problems: list[Problem]) -> None:
    for names, setting, kind in TABLE:
        for name in names:
            if name in found:
                value = _value(name, found[name], kind, problems)
                if value is not None:
                    _set(over, setting, value, "$" + name)
                break
    if "NO_PAGER" in found:
        _set(over, "settings.terminal.pager", "false", "$NO_PAGER")
    if scalars.parse_bool(found.get("ATMOS_VERBOSE", "")):
        _set(over, "logs.level", "Debug", "$ATMOS_VERBOSE")


def _value(name: str, text: str, kind: str, problems: list[Problem]) -> object:
    if kind == "words":
        return text.split(",")
    if kind in ("bool", "soft"):
        value = scalars.parse_bool(text)
        if value is not None:
            return value
        if name == "NO_COLOR":
            return True  # any value counts (no-color.org)
        if not name.startswith("ATMOS_"):
            return None  # a variable of other programs, with words of theirs
        if kind == "soft":
            problems.append(Problem(f"{name}: `{text}` is neither true nor false; ignored", severity="warning"))
            return None
        raise AtmosError(f'{name}: cannot parse "{text}" as a boolean: invalid syntax', title="Configuration Error",
                         hints=[f"Set `{name}` to true or false"])  # fmt: skip
    return text


def _set(tree: Map, setting: str, value: object, origin: str) -> None:
    mark = (origin, 0, 0)
    *parents, last = setting.split(".")
    for key in parents:
        below = tree.get(key)
        if not isinstance(below, Map):
            below = Map(mark)
            tree.put(key, below, mark)
        tree = below
    tree.put(last, value, mark)


DEFAULTS: dict[str, object] = {
    "logs": {"file": "/dev/stderr", "level": "Warning"},
    "settings": {
        "terminal": {"color": True, "no_color": False, "pager": "false", "help": {"filter": True}},
        "experimental": "warn", "inject_github_token": True, "inject_gitlab_token": True, "inject_bitbucket_token": True,
        "telemetry": {"enabled": False},
    },
    "stacks": {"inherit": {"metadata": True}},
    "describe": {"provenance": True, "component": {"filter": "schema"}, "error_mode": "warn"},
    "list": {"error_mode": "warn"},
    "components": {
        "terraform": {"plugin_cache": True, "append_user_agent": f"Atmos/{__version__}", "apply_auto_approve": False,
                      "deploy_run_init": False, "init_run_reconfigure": False, "auto_generate_backend_file": False,
                      "auto_generate_files": False, "init": {"pass_vars": False}, "plan": {"skip_planfile": False}},
        "helmfile": {"use_eks": False},
    },
    "templates": {"settings": {"enabled": False}},
}  # fmt: skip

# defaults as they were before a day, for projects whose `edition` is older
BEFORE: tuple[tuple[str, dict[str, object]], ...] = (
    ("2025-12-06", {"stacks": {"inherit": {"metadata": False}}}),
    ("2026-07-13", {"describe": {"error_mode": "strict"}, "list": {"error_mode": "strict"}}),
    ("2026-07-16", {"describe": {"provenance": False}}),
    ("2026-07-17", {"describe": {"component": {"filter": "full"}}}),
)

# what holds when there is no configuration file at all
WITHOUT_FILE: dict[str, object] = {
    "base_path": ".",
    "stacks": {"base_path": "stacks", "included_paths": ["orgs/**/*"], "excluded_paths": ["**/_defaults.yaml"],
               "name_pattern": "{tenant}-{environment}-{stage}"},
    "components": {
        "terraform": {"base_path": "components/terraform", "deploy_run_init": True, "init_run_reconfigure": True,
                      "auto_generate_backend_file": True},
        "helmfile": {"base_path": "components/helmfile"},
        "packer": {"base_path": "components/packer"},
        "kubernetes": {"base_path": "components/kubernetes"},
    },
    "workflows": {"base_path": "stacks/workflows"},
    "settings": {"list_merge_strategy": "replace"},
    "templates": {"settings": {"enabled": True, "sprig": {"enabled": True}, "gomplate": {"enabled": True}}},
    "version": {"check": {"enabled": False, "timeout": 1000, "frequency": "daily"}},
    "default": True,
}  # fmt: skip


def fill_dated(data: dict[str, object]) -> None:
    """Give a project that is pinned to an earlier time the defaults of that time."""
    edition = data.get("edition")
    if isinstance(edition, str | int) and edition:
        for day, defaults in BEFORE:
            if f"{edition}-01-01"[:10] < day:
                fill(data, defaults)


def fill(data: dict[str, object], defaults: dict[str, object]) -> None:
    """Defaults below what is set."""
    for key, value in defaults.items():
        if isinstance(value, dict):
            current = data.setdefault(key, {})
            if isinstance(current, dict):
                fill(current, value)
        elif data.get(key) is None and not isinstance(data.get(key), tuple):
            data[key] = list(value) if isinstance(value, list) else value
