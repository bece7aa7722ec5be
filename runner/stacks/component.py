"""The described component: everything there is to know about one component of one stack, as one map (spec §12)."""

from __future__ import annotations

import os

from runner.stacks import evaluate, functions, template_functions
from runner.stacks import project as projects
from runner.stacks.values import CONFIGURED, finish, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.app import App
    from runner.stacks.project import Found, Project

    Map = dict[str, Any]

NOT_EVALUATED = ("auth", "component_info", "sources", "deps", "deps_all", "imports")
OPTIONAL = ("dependencies", "locals", "retry", "secrets", "test", "mocks", "source", "provision", "required_providers")
HIDDEN = ("locals",)  # for templates only
EARLY = ("component", "metadata", "workspace", "backend_type", "atmos_component", "atmos_stack")


def raw(project: Project, found: Found) -> Map:
    """The sections and computed fields of a component before anything is evaluated."""
    layered, stack = found.layered, found.stack
    sections: Map = layered.finished()
    sections.update(project.backend(found))
    _abstract_settings(sections, layered.abstract)
    sections.update(
        atmos_component=layered.name, atmos_stack=found.asked, stack=found.asked, atmos_stack_file=stack.key,
        atmos_manifest=stack.key, component=layered.module, component_type=layered.kind,
        inheritance=layered.inheritance, imports=stack.imports,
    )  # fmt: skip
    if layered.kind == "terraform":
        sections["workspace"] = project.workspace(layered, found.name)
    return sections


def _abstract_settings(sections: Map, abstract: bool) -> None:
    spacelift = sections["settings"].get("spacelift")
    if abstract and isinstance(spacelift, dict) and "workspace_enabled" in spacelift:
        rest = {key: value for key, value in spacelift.items() if key != "workspace_enabled"}
        sections["settings"] = {**sections["settings"], "spacelift": rest}


class Draft:
    """A component on its way: each section is rendered when it is first looked at, functions wait for `finish`.

    identity: what reading another component's outputs runs as; to be set before more than `EARLY` is looked at.
    """

    def __init__(self, app: App, found: Found, *, process_templates: bool = True) -> None:
        self.app, self.found = app, found
        self.project = projects.of(app)
        self.identity: Any = None
        self.templates: evaluate.Templates | None = None
        self._sections = sections = raw(self.project, found)
        env = sections.get("env")
        if isinstance(env, dict) and any(type(value) is tuple and value[0] == CONFIGURED for value in env.values()):
            configured = app.config.section("env")
            sections["env"] = {
                name: configured.get(name) if type(value) is tuple and value[0] == CONFIGURED else value
                for name, value in env.items()
            }
        self._rendered: Map = {}
        if process_templates and self.project.options.templates_enabled:
            self.templates = evaluate.Templates(
                {key: plain(value) for key, value in sections.items()},
                evaluate.settings_of(self.project.options.templates, sections),
                template_functions.of(app, found, lambda: self.identity), app.env,
                f"component {found.layered.name} in {found.stack.name}", self._evaluate,
            )  # fmt: skip

    def section(self, key: str) -> Any:
        """One section, rendered."""
        if key not in self._rendered:
            value = self._sections.get(key)
            if self.templates is not None and key not in evaluate.UNTOUCHED:
                value = self.templates.section(value, key)
            self._rendered[key] = value
        return self._rendered[key]

    @property
    def sections(self) -> Map:
        return {key: self.section(key) for key in self._sections}

    def _evaluate(self, value: Any) -> Any:
        return self._evaluator().value(value)

    def _evaluator(self, **more: Any) -> functions.Evaluator:
        return functions.Evaluator(
            self.app, stack=self.found.name, section=self._sections, strategy=self.found.layered.strategy, **more
        )

    @property
    def auth(self) -> Map:
        """The `auth` section with its functions unevaluated: the manager computes what it uses."""
        found = finish(self.section("auth"))
        return found if isinstance(found, dict) else {}

    def early(self, keys: tuple[str, ...] = EARLY) -> Map:
        """Sections as they are before functions run."""
        return {key: plain(finish(self.section(key))) for key in keys}

    def finish(
        self,
        *,
        process_functions: bool = True,
        skip: tuple[str, ...] = (),
        identity: Any = None,
        mode: str = "strict",
        failures: list[Any] | None = None,
        cli_args: list[str] | None = None,
        tf_cli_vars: Map | None = None,
    ) -> Map:
        """The full map. mode: what a failing function is (strict: an error; else `(computed)`, noted in `failures`)."""
        self.identity = identity
        if process_functions:
            evaluator = self._evaluator(skip=skip, mode=mode, identity=identity)
            evaluator.section = sections = self.sections
            if isinstance(sections.get("env"), dict):
                evaluator.section = {**sections, "env": evaluator.value(sections["env"])}
            result = {
                key: plain(finish(value)) if key in NOT_EVALUATED else evaluator.value(value)
                for key, value in evaluator.section.items()
            }
            if failures is not None:
                failures.extend(evaluator.failures)
        else:
            result = self.early(tuple(self._sections))
        return _complete(self.app, self.project, self.found, result, cli_args or [], tf_cli_vars or {})


def describe(app: App, found: Found, *, process_templates: bool = True, **options: Any) -> Map:
    """The full map of a component; options are those of `Draft.finish`."""
    return Draft(app, found, process_templates=process_templates).finish(**options)


def _complete(app: App, project: Project, found: Found, result: Map, cli_args: list[str], tf_cli_vars: Map) -> Map:
    """Add what is never templated, leave out what is empty and optional."""
    from runner.stacks import origins

    layered = found.layered
    for name in HIDDEN:
        result.pop(name, None)
    for name in OPTIONAL:
        if name in result and name not in ("source", "provision", "required_providers") and not result[name]:
            del result[name]
    options = project.options
    folder = options.component_folder(layered.kind)
    path = os.path.normpath(os.path.join(folder, layered.module)) if options.component_base(layered.kind) else ""
    info: Map = {"component_type": layered.kind, "component_path": path}
    if layered.kind == "terraform":
        from runner.terraform import module

        info["terraform_config"] = module.describe(path)
    contributed = origins.Origins(found, project)
    result.update(
        component_info=info,
        sources=contributed.sources(result),
        deps=contributed.deps(),
        deps_all=contributed.deps_all(),
        cli_args=cli_args,
        tf_cli_vars=tf_cli_vars,
        atmos_cli_config={
            "base_path": options.base_path,
            "components": plain(options.components),
            "stacks": plain(app.config.section("stacks")),
            "workflows": plain(app.config.section("workflows")),
        },
    )
    return result
