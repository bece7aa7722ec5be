"""`atmos describe component|stacks|dependents`: what the stacks say, evaluated. Nothing is logged in to for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.cli import clicks
from runner.errors import AtmosError

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.app import App

Map = dict[str, Any]

SHOWN = ("vars", "settings", "env", "backend", "metadata", "overrides", "providers", "imports", "dependencies",
         "component", "hooks")  # fmt: skip
_EXAMPLES = """\
 $ atmos describe component vpc -s plat-ue2-prod
 $ atmos describe component vpc -s plat-ue2-prod -q .vars.tags --format json
 $ atmos describe stacks --components vpc --sections vars"""


def _common(function: Callable[..., Any]) -> Callable[..., Any]:
    """Options that all of them have."""
    for option in reversed((
        clicks.option("--format", "-f", "format_", metavar="FORMAT", default="", help="yaml or json"),
        clicks.option("--file", metavar="PATH", default="", help="Write the result there"),
        clicks.option("--process-templates", type=bool, default=None, is_flag=False, flag_value=True, help="Render templates (true)"),
        clicks.option("--process-functions", type=bool, default=None, is_flag=False, flag_value=True, help="Run YAML functions (true)"),
        clicks.option("--skip", metavar="NAMES", multiple=True, help="YAML functions not to run, separated by commas"),
        clicks.option("--query", "-q", metavar="EXPRESSION", default="", help="Select from the result, in yq's language"),
        clicks.option("--error-mode", metavar="MODE", default="", help="A failing function: strict, warn or silent"),
        clicks.option("--pager", hidden=True, default=None, expose_value=False),
    )):  # fmt: skip
        function = option(function)
    return function


class Choices:
    """The common options, read."""

    def __init__(
        self,
        app: App,
        format_: str,
        file: str,
        process_templates: bool | None,
        process_functions: bool | None,
        skip: tuple[str, ...],
        query: str,
        error_mode: str,
    ) -> None:
        from runner.globals import FALSE

        if format_ not in ("", "yaml", "json"):
            raise AtmosError(f"invalid 'format': {format_}", hints=["The formats are yaml and json"])
        self.app = app
        self.format, self.file, self.query = format_, file, query
        self.templates = (
            app.env.get("ATMOS_PROCESS_TEMPLATES") not in FALSE if process_templates is None else process_templates
        )
        self.functions = (
            app.env.get("ATMOS_PROCESS_FUNCTIONS") not in FALSE if process_functions is None else process_functions
        )
        given = skip or (app.env.get("ATMOS_SKIP", ""),)
        self.skip = tuple(name for text in given for name in text.split(",") if name)
        describe = app.config.section("describe")
        configured = describe.get("error_mode") if isinstance(describe, dict) else ""
        self.mode = error_mode or app.env.get("ATMOS_DESCRIBE_ERROR_MODE", "") or configured or "warn"
        if self.mode not in ("strict", "warn", "silent"):
            raise AtmosError(f"invalid error mode '{self.mode}'", hints=["The modes are strict, warn and silent"])
        self.failures: list[AtmosError] = []

    def identity(self, found: Any = None) -> Any:
        """What YAML functions run as, when somebody asked for it."""
        flag = self.app.flags.given.get("identity")
        if not isinstance(flag, str):
            return None
        from runner.terraform import identity

        layered = found.layered if found is not None else None
        section = layered.sections["auth"] if layered is not None else self.app.config.raw("auth") or {}
        merged = identity.merged(self.app, section, layered.auth_layers if layered is not None else [section])
        chosen = identity.choose(self.app, merged, flag, layered.name if layered is not None else "")
        identity.must_exist(self.app, chosen)
        return chosen

    def finish(self, result: Any, annotate: Callable[[str], str] | None = None) -> int:
        """Print or write the result; say what could not be determined. annotate: adds to YAML."""
        from runner.console import formats

        if self.query:
            from runner import query

            result = query.query(result, self.query)
        if self.format == "json":
            text = formats.to_json(result, sort=True)
        elif self.query and not isinstance(result, dict | list):
            text = _scalar(result) + "\n"
        else:
            text = formats.to_yaml(result, sort=True)
            text = annotate(text) if annotate is not None else text
        if self.file:
            try:
                with open(self.file, "w", encoding="utf-8") as stream:
                    stream.write(text)
            except OSError as error:
                raise AtmosError(f"cannot write {self.file}: {error.strerror}") from error
        else:
            self.app.out(text)
        if self.failures and self.mode == "warn":
            reasons = "".join(f"\n  {error.message}" for error in self.failures[:10])
            self.app.err(
                f"{len(self.failures)} value(s) could not be determined and are shown as (computed).{reasons}\n"
            )
        return 0


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


@clicks.group("atmos describe", "Show what components and stacks are", examples=_EXAMPLES)
def describe() -> None:
    pass


@clicks.command(
    "atmos describe component", "Show the configuration of a component in a stack", parent=describe, examples=_EXAMPLES
)
@clicks.argument("component", required=False, default="")
@clicks.option("--stack", "-s", metavar="NAME", default="", help="The stack")
@_common
@clicks.option(
    "--provenance",
    type=bool,
    default=None,
    is_flag=False,
    flag_value=True,
    help="Say behind each line of the YAML which file and line it comes from",
)
@clicks.option("--use-mocks", is_flag=True, hidden=True, expose_value=False)
def component_(app: App, component: str, stack: str, provenance: bool | None, **options: Any) -> int:
    """`atmos describe component`."""
    from runner.globals import TRUE
    from runner.stacks import component as described
    from runner.stacks import project as projects
    from runner.terraform import paths

    choices = Choices(app, **options)
    if not component:
        raise AtmosError(
            "`component` is required.", explanation="Usage: `atmos describe component <component> -s <stack>`"
        )
    stack = stack or app.env.get("ATMOS_STACK", "")
    if not stack:
        raise AtmosError("stack is required; specify it on the command line using the flag --stack <stack> (shorthand -s)",
                         hints=["Run `atmos list stacks` to see all"])  # fmt: skip
    project = projects.of(app)
    found = project.find(paths.component(app, project, component, stack), stack, None)
    full = described.describe(
        app, found, process_templates=choices.templates, process_functions=choices.functions, skip=choices.skip,
        identity=choices.identity(found), mode=choices.mode, failures=choices.failures, cli_args=["describe", "component"],
    )  # fmt: skip
    full = masked(full)
    if choices.query:
        return choices.finish(full)
    settings = app.config.section("describe")
    settings = settings if isinstance(settings, dict) else {}
    configured = settings.get("component")
    chosen = app.env.get("ATMOS_DESCRIBE_COMPONENT_FILTER") or (
        configured.get("filter") if isinstance(configured, dict) else ""
    )
    result = full if str(chosen).lower() == "full" else {name: full[name] for name in SHOWN if name in full}
    if isinstance(settings.get("settings"), dict) and settings["settings"].get("include_empty") is False:
        result = {name: value for name, value in result.items() if value not in ("", {}, [], None)}
    if provenance is None:
        provenance = app.env.get("ATMOS_DESCRIBE_PROVENANCE") in TRUE
    if provenance and choices.format != "json":
        from runner.stacks.provenance import annotated

        return choices.finish(result, lambda text: annotated(found, project, text))
    return choices.finish(result)


_SECRET_KEYS = ("secret", "password", "token", "private_key", "access_key_id", "assertion", "api_key")
_NO_SECRET = (
    "_file",
    "_url",
    "_uri",
    "_env",
    "_path",
    "_lifetime",
    "_duration",
    "_ttl",
    "_type",
    "_name",
    "_arn",
    "_endpoint",
)
MASK = "********"


def masked(described: Map) -> Map:
    """The map as it may be shown: credentials in its `auth` are not (decision D21)."""
    return {**described, "auth": mask(described["auth"])} if described.get("auth") else described


def mask(value: Any, key: str = "") -> Any:
    """A structure with credentials and passwords replaced."""
    if isinstance(value, dict):
        return {name: mask(item, str(name)) for name, item in value.items()}
    if isinstance(value, list):
        return [mask(item, key) for item in value]
    word = key.lower()
    if isinstance(value, str) and value and not value.startswith("!") and any(part in word for part in _SECRET_KEYS):
        return value if word.endswith(_NO_SECRET) else MASK
    return value


@clicks.command("atmos describe stacks", "Show stacks and their components", parent=describe)
@clicks.option("--stack", "-s", metavar="NAME", default="", help="Only this stack, by its name or its file")
@clicks.option(
    "--components", metavar="NAMES", multiple=True, help="Only these components, or those that use these modules"
)
@clicks.option("--component-types", metavar="TYPES", multiple=True, help="Only components of these types")
@clicks.option("--sections", metavar="NAMES", multiple=True, help="Only these sections")
@clicks.option("--include-empty-stacks", is_flag=True, help="Stacks without components too")
@_common
def stacks_(app: App, stack: str, components: tuple[str, ...], component_types: tuple[str, ...], sections: tuple[str, ...],
            include_empty_stacks: bool, **options: Any) -> int:  # fmt: skip
    """`atmos describe stacks`."""
    from runner.stacks import component as described
    from runner.stacks import project as projects

    choices = Choices(app, **options)
    project = projects.of(app)
    names, kinds, chosen = _words(components), _words(component_types), _words(sections)
    result: Map = {}
    for found in project.distinct(project.every(strict=choices.mode == "strict"), strict=choices.mode == "strict"):
        layered = found.layered
        if stack and stack not in (found.name, found.stack.key):
            continue
        if include_empty_stacks:
            result.setdefault(found.name, {"components": {}})
        if kinds and layered.kind not in kinds:
            continue
        if names and layered.name not in names and layered.module not in names:
            continue
        full = described.describe(
            app, found, process_templates=choices.templates, process_functions=choices.functions, skip=choices.skip,
            identity=choices.identity(found), mode=choices.mode, failures=choices.failures,
        )  # fmt: skip
        full = masked(_in_stacks(full, project.options.component_base(layered.kind)))
        if chosen:
            full = {name: full[name] for name in chosen if name in full}
        result.setdefault(found.name, {"components": {}})["components"].setdefault(layered.kind, {})[layered.name] = (
            full
        )
    project.warn_of_broken()
    if include_empty_stacks:
        for file in project.stacks():
            if not any(file.components(kind) for kind in project.kinds(file, None)):
                result.setdefault(str(file.root.own.get("name") or file.key), {"components": {}})
    return choices.finish(result)


_NOT_IN_STACKS = ("atmos_cli_config", "deps", "deps_all", "imports", "sources", "cli_args", "tf_cli_vars")


def _in_stacks(full: Map, base: str) -> Map:
    import os

    info = {
        **full["component_info"],
        "component_path": os.path.normpath(os.path.join(base, full["component"])).replace(os.sep, "/"),
    }
    return {**{name: value for name, value in full.items() if name not in _NOT_IN_STACKS}, "component_info": info}


def _words(texts: tuple[str, ...]) -> list[str]:
    return [word.strip() for text in texts for word in text.split(",") if word.strip()]


@clicks.command("atmos describe dependents", "Show what depends on a component", parent=describe)
@clicks.argument("component", required=False, default="")
@clicks.option("--stack", "-s", metavar="NAME", default="", help="The stack")
@_common
def dependents_(app: App, component: str, stack: str, **options: Any) -> int:
    """`atmos describe dependents`."""
    from runner.stacks import dependents
    from runner.stacks import project as projects

    choices = Choices(app, **options)
    stack = stack or app.env.get("ATMOS_STACK", "")
    if not component:
        raise AtmosError(
            "`component` is required.", explanation="Usage: `atmos describe dependents <component> -s <stack>`"
        )
    if not stack:
        raise AtmosError(
            "stack is required; specify it on the command line using the flag --stack <stack> (shorthand -s)"
        )
    project = projects.of(app)
    choices.identity(project.find(component, stack, None))
    choices.format = choices.format or "json"
    return choices.finish(dependents.of(project, component, stack))


@clicks.command(
    "atmos describe affected", "Show components that differ from another state of the repository", parent=describe
)
@clicks.option(
    "--ref", metavar="REF", default="", help="A git reference, such as refs/heads/main (refs/remotes/origin/HEAD)"
)
@clicks.option("--sha", metavar="COMMIT", default="", help="A commit")
@clicks.option("--repo-path", metavar="PATH", default="", help="Another clone of the repository")
@clicks.option("--stack", "-s", metavar="NAME", default="", help="Only components of this stack")
@clicks.option("--include-dependents", is_flag=True, help="What depends on them too")
@clicks.option("--include-settings", is_flag=True, help="Their settings too")
@_common
def affected_(app: App, ref: str, sha: str, repo_path: str, stack: str, include_dependents: bool, include_settings: bool,
              **options: Any) -> int:  # fmt: skip
    """`atmos describe affected`."""
    from runner.stacks import affected, dependents
    from runner.stacks import project as projects

    choices = Choices(app, **options)
    choices.identity()
    choices.format = choices.format or "json"
    project = projects.of(app)
    rows = []
    for item in affected.find(app, project, ref=ref, sha=sha, repo_path=repo_path):
        found = item.found
        if stack and stack not in (found.name, found.stack.key):
            continue
        if found.layered.abstract:
            continue
        below: list[Map] = []
        if include_dependents:
            below = dependents.of(project, found.layered.name, found.name, include_settings=include_settings)
        row = dependents.row(project, found, below, include_settings)
        rows.append({**row, "affected": item.reasons[0], "affected_all": item.reasons})
    return choices.finish(rows)


def run(app: App, argv: list[str]) -> int:
    """Entry of the command group."""
    return clicks.run(describe, app, argv)
