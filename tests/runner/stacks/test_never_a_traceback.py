"""Whatever stands in a manifest, people get an error of ours or a result."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner import stacks
from runner.errors import AtmosError
from runner.stacks import dependents, validate
from runner.stacks import project as projects
from runner.terraform import argv, select
from tests.runner.stacks.conftest import CONFIG, Project

KEYS = ["vars", "settings", "env", "metadata", "terraform", "components", "c", "d", "inherits", "component", "backend_type",
        "backend", "s3", "overrides", "locals", "name", "type", "auth", "identities", "default", "command", "providers", "hooks",
        "dependencies", "depends_on", "labels", "tags", "list_merge_strategy", "stage", "context", "path"]  # fmt: skip
LEAVES = st.sampled_from(
    [None, True, 1, 1.5, "dev", "abstract", "{{ .vars.stage }}", "{{ .locals.a }}", "{{ .x", "c", "append", 10**25]
)
TREES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=8,
)
SECTIONS = st.dictionaries(st.sampled_from(KEYS), TREES, max_size=4)
COMPONENTS = st.dictionaries(st.sampled_from(["c", "d", "e/f"]), TREES | SECTIONS, min_size=1, max_size=3)
TAGS = st.sampled_from(["!env X", "!append [1]", "!unset ", "!literal '{{ a }}'", "!template '{\"a\": 1}'", "!labels ", "!exec echo 5",
                        "!include nope.json", "!store a b c d", "!nosuch x", "!terraform.output c x", "!cwd "])  # fmt: skip


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(root=SECTIONS, components=COMPONENTS, tag=TAGS)
def test_manifests(project: Callable[..., Project], root: dict[str, Any], components: dict[str, Any], tag: str) -> None:
    text = yaml.safe_dump({"vars": {"stage": "dev", "tagged": "TAG"}, **root, "components": {"terraform": components}})
    made = project(
        {"stacks/deploy/dev.yaml": text.replace(": TAG", f": {tag}")},
        CONFIG + "templates: {settings: {enabled: true}}\n",
    )

    def attempt(work: Callable[[], Any]) -> None:
        try:
            json.dumps(work(), default=str)
        except AtmosError:
            pass

    app = made.app()
    app.err = lambda text: None  # type: ignore[method-assign]
    attempt(lambda: validate.findings(projects.of(app)))
    attempt(lambda: stacks.stack_names(app))
    for name in components:
        attempt(lambda name=name: stacks.describe_component(app, name, "dev"))  # type: ignore[misc]
        attempt(
            lambda name=name: stacks.describe_component(
                app, name, "dev", process_templates=False, process_functions=False
            )
        )  # type: ignore[misc]
    attempt(lambda: select.jobs(app, argv.split(["plan", "--all"], {})))
    attempt(lambda: dependents.of(projects.of(app), "c", "dev"))
