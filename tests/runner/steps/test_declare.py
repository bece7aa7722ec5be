"""Every rule of §5 of the workflow format: what is wrong is found before anything runs, with its place."""

from __future__ import annotations

import marshal

import pytest

from runner.errors import Where
from runner.steps.declare import ALL_FIELDS, FIELDS, SPECIAL, compile_env
from runner.steps.types import TYPES
from tests.runner.steps.conftest import compiled

WRONG = [
    ("- {type: shel, command: x}", 'unsupported step type "shel"', "`shell`"),
    ("- {comand: x}", "unknown key `comand`", "`command`"),
    ("- {type: shell}", "is missing required field `command`", ""),
    ("- {type: input}", "is missing required field `prompt`", ""),
    ("- {type: choose, prompt: x}", "options is required for step", ""),
    ("- [a]", "a step has to be text or a mapping, not a list", ""),
    ("- {command: [a]}", "`command` has to be text, not a list", ""),
    ("- {command: x, timeout: soon}", "invalid duration `soon`", "500ms"),
    ("- {command: x, timeout: 30}", "has no unit", ""),
    ("- {command: x, retry: {max_attempts: 0}}", "max_attempts must be greater than zero", ""),
    ("- {command: x, retry: {random_jitter: 2}}", "random_jitter must be between 0.0 and 1.0", ""),
    ("- {command: x, retry: {multiplier: 0}}", "multiplier must be greater than zero", ""),
    ("- {command: x, retry: {initial_delay: -1s}}", "cannot be negative", ""),
    ("- {command: x, retry: {attempts: 1}}", "unknown key `attempts`", "`max_attempts`"),
    ("- {command: x, retry: 3}", "`retry` has to be a mapping", ""),
    ("- {command: x, when: stakc == 'a'}", "undeclared reference to 'stakc'", "`stack`"),
    ("- {command: x, continue: 'a ||'}", "invalid continue condition", ""),
    ("- {command: x, tty: perhaps}", "`tty` has to be true or false", ""),
    ("- {command: x, env: {A: [1]}}", "`A` in `env` has to be text", ""),
    ("- {command: x, env: [{value: y}]}", "entry 1 of `env`", ""),
    ("- {command: x, needs: [a]}", "sets needs outside a concurrent control step", ""),
    ("- {command: x, background: true}", "background", ""),
    ("- {command: x, container: {image: y}}", "container is not supported", ""),
    ("- {command: x, show: {comand: true}}", "unknown key `comand`", ""),
    ("- {type: tflint, component: x}", "step type `tflint` is not supported", "shell step"),
    ("- {type: exec, command: x}\n- echo", "exec step must be the last step", ""),
    ("- {type: exec, command: x, timeout: 1s}", 'sets "timeout"', ""),
    ("- {type: script, script: x}", 'missing "interpreter"', ""),
    ("- {type: script, interpreter: sh, script: x, command: y}", 'sets "command"', ""),
    ("- {type: wait}", "requires `for:`", ""),
    ("- {type: cancel, for: a}", "unknown or already-stopped background step", ""),
    ("- {type: join}", "either content or options is required", ""),
    ("- {type: table}", "either data or content is required", ""),
    ("- {type: pager}", "either content or path is required", ""),
    ("- {type: require}", "at least one of tools, files, or dirs", ""),
    ("- {type: http, url: x, body: a, form: {b: c}}", "both body and form", ""),
    ("- {type: http, url: x, method: FETCH}", "invalid HTTP method", ""),
    ("- {type: http, url: x, expect: {response: '['}}", "invalid expect.response regex pattern for http step", ""),
    ("- {type: store, with: {store: a, key: b}}", "with.value", ""),
    ("- {type: env}", "is missing required field `vars`", ""),
    ("- {type: env, vars: {}}", "is missing required field `vars`", ""),
    ("- {type: archive, source: a, destination: b, action: crush}", "`action` is `crush`", ""),
    ("- {type: parallel}", "requires at least one nested step", ""),
    ("- {type: parallel, max_concurrency: -1, steps: [x]}", "negative max_concurrency", ""),
    ("- {type: parallel, fail: {mode: often}, steps: [x]}", 'unsupported fail.mode "often"', ""),
    ("- {type: parallel, fail: {max_failures: -1}, steps: [x]}", "negative fail.max_failures", ""),
    ("- {type: parallel, output: {mode: loud}, steps: [x]}", 'unsupported output mode "loud"', ""),
    ("- {type: parallel, output: {order: random}, steps: [x]}", 'unsupported output.order "random"', ""),
    ("- {type: matrix, steps: [x]}", "requires at least one matrix axis", ""),
    ("- {type: matrix, matrix: {a: []}, steps: [x]}", 'matrix axis "a" must contain at least one value', ""),
    ("- {type: parallel, steps: [{type: input, prompt: x}]}", "cannot run inside concurrent step", ""),
    ("- {type: parallel, steps: [{command: x, tty: true}]}", "cannot set tty or interactive", ""),
    ("- {type: parallel, steps: [{command: x, output: raw}]}", 'cannot set child output mode "raw"', ""),
    ("- {type: parallel, steps: [{name: a, command: x}, {name: a, command: x}]}", 'duplicate step name "a"', ""),
    ("- {type: parallel, steps: [{name: a, command: x, needs: [b]}]}", 'needs unknown step "b"', ""),
    ("- {type: parallel, steps: [{name: a, command: x, needs: a}]}", "`needs` has to be a list", ""),
    (
        "- {name: p, type: parallel, steps: [{name: a, command: x, needs: [b]}, {name: b, command: x, needs: [a]}]}",
        "cyclic needs",
        "",
    ),
    ("- {command: x, steps: [y]}", "has nested steps", ""),
]


@pytest.mark.parametrize(("text", "message", "hint"), WRONG)
def test_what_is_wrong(text: str, message: str, hint: str) -> None:
    _, problems = compiled(text)
    assert any(message in problem and hint in problem for problem in problems), problems
    assert all(problem.startswith("steps.yaml:1") for problem in problems), problems


@pytest.mark.parametrize("kind", ["command", "workflow"])
def test_defaults_of_kinds(kind: str) -> None:
    steps, problems = compiled("- {command: x}\n- echo y\n- {type: parallel, steps: [{command: z}, echo a]}\n", kind)
    default = "shell" if kind == "command" else "atmos"
    assert not problems
    assert [step["type"] for step in steps] == [default, "shell", "parallel"]
    assert [child["type"] for child in steps[2]["steps"]] == [default, "shell"]
    names = [step["name"] for step in steps]
    assert names == (["", "", ""] if kind == "command" else ["step1", "step2", "step3"])
    parent = "step-2" if kind == "command" else "step3"
    assert [child["name"] for child in steps[2]["steps"]] == [f"{parent}_step1", f"{parent}_step2"]


def test_all_mistakes_at_once_and_plain_data() -> None:
    steps, problems = compiled("- {type: shel}\n- {comand: x}\n- {command: ok, timeout: 1}\n")
    assert len(problems) >= 3
    marshal.dumps(steps)


def test_a_step_is_of_one_form() -> None:
    _, problems = compiled("- {name: both, command: ls, script: ls}")
    assert len(problems) == 1
    assert 'sets both "command" and "script"' in problems[0]


def test_texts_are_as_written() -> None:
    (step,), problems = compiled(
        "- {command: 1.10, env: {A: 0644, B: yes, C: true, D: 1.50, E: null}, outputs: {x: 2.0}}"
    )
    assert not problems
    assert step["command"] == "1.10"
    assert step["env"] == [
        ["A", "420", None],
        ["B", "yes", None],
        ["C", "1", None],
        ["D", "1.5", None],
        ["E", None, None],
    ]
    assert step["outputs"] == {"x": "2.0"}


def test_computed_values_stay() -> None:
    (step,), problems = compiled("- {type: input, name: a, prompt: x, default: !env WHO me, when: !cel 'ci'}")
    assert not problems
    assert step["default"][:2] == ("!env", "WHO me")
    assert step["when"] == ["cel", "ci"]


def test_forms_of_env() -> None:
    where = Where("f", 1)
    assert compile_env(["A=1", {"key": "B", "valueCommand": "x"}, {"key": "C"}, {"D": "2"}, {"key": "E", "value": None}], where=where) == (
        [["A", "1", None], ["B", "", "x"], ["C", "", None], ["D", "2", None], ["E", None, None]], [],
    )  # fmt: skip
    entries, problems = compile_env({"B": {"valueCommand": "y"}, "A": None})
    assert (entries, problems) == ([["A", None, None], ["B", "", "y"]], [])
    assert compile_env("x")[1]


def test_every_field_of_every_type_is_read() -> None:
    for name, row in TYPES.items():
        for field in (*row.required, *row.optional):
            assert field in FIELDS or field in SPECIAL, f"{name}.{field}"
            assert field in ALL_FIELDS


def test_every_type_has_a_module() -> None:
    import importlib

    for row in TYPES.values():
        if row.module:
            assert callable(importlib.import_module(f"runner.steps.types.{row.module}").run)
        else:
            assert row.missing


def test_spellings_in_env() -> None:
    entries, problems = compile_env(
        {"A": {"value_command": "x"}, "B": {"valuecommand": "y"}, "C": {"Value": "z"}, "D": {"values": "z"}}
    )
    assert entries == [["A", "", "x"], ["B", "", "y"], ["C", "z", None]]
    assert [problem.message for problem in problems] == [
        "unsupported command env value: `D` in `env` has to be text, not a mapping"
    ]
    entries, problems = compile_env([{"Key": "A", "valuecommand": "x"}, {"KEY": "v"}, {"key": "B", "valeu": "y"}])
    assert entries == [["A", "", "x"], ["KEY", "v", None], ["B", "", None]]
    assert [problem.hint for problem in problems] == ["Did you mean `value`?"]
