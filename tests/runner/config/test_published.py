"""The published JSON Schemas say what the program itself says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import validators

from runner.config import findings, published, reader
from runner.config.effective import plain
from runner.errors import AtmosError
from runner.globals import scan

from .conftest import Project

PROJECTS = Path(__file__).parents[2] / "conformance/projects"


def validator(name: str) -> Any:
    schema = published.schema(name)
    kind = validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


CONFIGURATION = validator("atmos.yaml")
WORKFLOW = validator("workflow")
STACK = validator("stack")

# refused by both: wrong types, unknown keys where none may stand, missing fields
INVALID = (
    "stacks: {base_path: [a]}", "stacks: 5", "stacks: {included_paths: {a: 1}}", "stacks: {inherit: {metadata: perhaps}}",
    "logs: {level: Loud}", "logs: [a]", "settings: {terminal: {max_width: wide}}", "settings: {terminal: {color: 'yes'}}",
    "components: {terraform: {deploy_run_init: maybe}}", "components: {terraform: {init: [x]}}", "env: [a]", "env: {A: [b]}",
    "env: {A: {b: c}}", "aliases: [a]", "aliases: {a: [b]}", "profiles: {default: {a: 1}}", "templates: {settings: {enabled: x}}",
    "version: {constraint: {require: [1]}}", "stores: 5", "vendor: [a]", "base_path: {a: 1}", "auth: [a]",
    "commands: [{name: a, setps: [echo]}]", "commands: [{name: a, steps: {a: 1}}]", "commands: [{name: a, steps: [5]}]",
    "commands: [{name: a, steps: [{comand: x}]}]", "commands: [{name: a, steps: [{type: shel, command: x}]}]",
    "commands: [{name: a, steps: [{type: script, script: x}]}]", "commands: [{name: a, steps: [{type: parallel}]}]",
    "commands: [{name: a, arguments: {x: 1}}]", "commands: [{name: a, arguments: [{nam: x}]}]",
    "commands: [{name: a, flags: [{name: f, type: number}]}]", "commands: [{name: a, flags: [{name: f, shorthand: fo}]}]",
    "commands: [{name: a, flags: [{name: 'a b'}]}]", "commands: [{name: a, flags: [{shorthand: f}]}]",
    "commands: [{name: a, env: {X: [1]}}]", "commands: [{name: a, env: 5}]",
    "commands: [{name: a, component_config: {componnt: x}}]", "commands: [{name: a, commands: [{name: b, stpes: []}]}]",
    "workflows: {w: {setps: []}}", "workflows: {w: {steps: [{type: shel}]}}",
)  # fmt: skip


def problems(project: Project) -> list[str]:
    """What the program finds: errors and keys that nothing knows."""
    flags, _ = scan([], project.env)
    report = findings.configuration(flags, project.env, str(project.root))
    found = [str(problem) for problem in report.problems if problem.severity == "error"]
    if report.config is not None and "workflows" in report.config.names():
        from runner.app import App
        from runner.workflows import declare, files

        app = App([], project.env, str(project.root), flags)
        app._config = report.config
        inline = files.inline(app)
        if inline is not None:
            found += [str(problem) for problem in declare.check_file(inline)]
    return found


@pytest.mark.parametrize("text", INVALID)
def test_both_refuse(project: Project, text: str) -> None:
    project.write("atmos.yaml", text + "\n")
    assert problems(project), "the program accepts it"
    assert list(CONFIGURATION.iter_errors(plain(reader.parse(text, "f")))), "the schema accepts it"


VALID = (
    "stacks: {base_path: 5, included_paths: 'a,b', excluded_paths: [a]}", "logs: {level: dEbUg}", "env: {A: 5, B: true, C: ~}",
    "components: {terraform: {deploy_run_init: T, apply_auto_approve: 1}}", "settings: {terminal: {max_width: '77', pager: true}}",
    "import: a", "import: [a, b]", "anything: {else: [1]}", "x-base: &b {A: 1}\nenv: {<<: *b}", "stacks:\nlogs: ~",
    "commands: [{name: a b, steps: [echo, {command: x, env: {A: 1}, retry: {max_attempts: 3}, when: '!ci'}], x-note: 1}]",
    "commands: [{name: a, flags: [{name: f, shorthand: f, type: bool, default: true}], arguments: [{name: x}]}]",
    "commands: [{name: a, env: [{key: A, valueCommand: date}], working_directory: x, aliases: b}]",
    "workflows: {base_path: w, deploy: {description: d, steps: [{command: terraform plan}]}}",
    "auth: {identities: {a.b: {kind: aws/user}}, realm: x}",
)  # fmt: skip


@pytest.mark.parametrize("text", VALID)
def test_both_accept(project: Project, text: str) -> None:
    project.write("atmos.yaml", text + "\n")
    assert problems(project) == []
    assert list(CONFIGURATION.iter_errors(plain(reader.parse(text, "f")))) == []


def _read(path: Path) -> Any:
    return plain(reader.read_file(str(path), on_tag=lambda tag, value, where: reader.DROPPED))


SOUND = sorted(path for path in PROJECTS.rglob("atmos.yaml") if "bad" not in str(path) and "auth-" not in str(path))


@pytest.mark.parametrize("path", SOUND, ids=lambda path: str(path.relative_to(PROJECTS).parent))
def test_configurations_of_the_conformance_projects(path: Path) -> None:
    try:
        data = _read(path)
    except AtmosError:
        pytest.skip("malformed on purpose")
    root = Project(path.parent, path.parent)
    root.env["HOME"] = "/nonexistent"
    if problems(root):
        assert list(CONFIGURATION.iter_errors(data)) or _beyond_a_schema(problems(root))
    else:
        assert [error.message for error in CONFIGURATION.iter_errors(data)] == []


def _beyond_a_schema(found: list[str]) -> bool:
    """Mistakes that no JSON Schema can tell: names that refer to nothing, conditions, cycles, functions, versions."""
    return all(
        not any(phrase in text for phrase in ("unknown key", "expected type", "must be a list")) for text in found
    )


def test_workflow_files_of_the_conformance_projects() -> None:
    from runner.app import App
    from runner.workflows import declare, files

    flags, _ = scan([], {})
    checked = 0
    for path in sorted(PROJECTS.rglob("*.yaml")):
        try:
            data = plain(reader.read_file(str(path), on_tag=lambda tag, value, where: value))
        except AtmosError:
            continue
        if not isinstance(data, dict) or not set(data) <= {"name", "description", "workflows"}:
            continue
        if not isinstance(data.get("workflows"), dict) or "base_path" in data["workflows"]:
            continue
        app = App([], {"HOME": "/nonexistent"}, str(path.parent), flags)
        if declare.check_file(files.read(app, str(path), path.name)):
            continue
        checked += 1
        assert [error.message for error in WORKFLOW.iter_errors(data)] == [], path
    assert checked > 5


def test_stack_manifests_of_the_conformance_projects() -> None:
    checked = 0
    for path in sorted(PROJECTS.glob("*/stacks/**/*.yaml")):
        try:
            data = _read(path)
        except AtmosError:
            continue
        if "mistakes" not in str(path):
            checked += 1
            assert [error.message for error in STACK.iter_errors(data)] == [], path
    assert checked > 10


@pytest.mark.parametrize("text", ["workflows: [a]", "worklows: {}", "workflows: {a: {setps: []}}", "a: 1"])
def test_bad_workflow_files(text: str) -> None:
    assert list(WORKFLOW.iter_errors(plain(reader.parse(text, "f"))))
