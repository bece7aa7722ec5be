"""Compiling `commands:`: folding, lenient scalars, and every mistake with its place."""

from __future__ import annotations

import marshal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.commands.declare import compile_commands
from runner.config.reader import Map, parse
from runner.errors import Problem


def compiled(text: str) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    tree = parse(text, "/p/atmos.yaml")
    assert isinstance(tree, Map)
    return compile_commands(tree["commands"])  # type: ignore[return-value]


def messages(text: str) -> list[str]:
    _, problems = compiled(text)
    return [str(problem) for problem in problems]


def test_names_that_are_numbers() -> None:
    trees, problems = compiled("commands: [{name: 123, steps: [echo x]}, {name: [a], steps: [echo y]}]")
    assert (list(trees), problems) == (["123"], [])


def test_names_with_blanks_are_paths() -> None:
    trees, problems = compiled("""
commands:
  - name: site build
    steps: [echo one]
  - name: site
    description: The site
    commands:
      - name: clean all
        steps: [echo two]
""")
    assert problems == []
    assert list(trees) == ["site"]
    assert trees["site"]["description"] == "The site"
    assert list(trees["site"]["commands"]) == ["build", "clean"]
    assert trees["site"]["commands"]["clean"]["commands"]["all"]["path"] == ["site", "clean", "all"]


def test_the_same_name_twice_is_merged_key_by_key() -> None:
    trees, problems = compiled("""
commands:
  - {name: a, description: one, flags: [{name: x}], steps: [echo 1], commands: [{name: k, steps: [echo k]}]}
  - {name: a, Steps: [echo 2], commands: [{name: j, steps: [echo j]}]}
""")
    assert problems == []
    assert trees["a"]["description"] == "one"
    assert [flag["name"] for flag in trees["a"]["flags"]] == ["x"]
    assert [step["command"] for step in trees["a"]["steps"]] == ["echo 2"]
    assert list(trees["a"]["commands"]) == ["k", "j"]


def test_entries_without_a_name_are_dropped() -> None:
    trees, problems = compiled(
        "commands: [just text, {steps: [echo x]}, {name: '', steps: [x]}, {name: ok, steps: [echo x]}]"
    )
    assert list(trees) == ["ok"]
    assert problems == []


def test_scalars_are_lenient() -> None:
    trees, problems = compiled("""
commands:
  - name: a
    description: 12
    aliases: x, y
    internal: "true"
    arguments:
      - {name: yes, default: true}
      - {name: no, default: 1.50, values: [1.5, 2]}
      - {name: null_, default: }
      - {name: long, default: 123456789012}
    steps: [echo x]
""")
    assert problems == []
    tree = trees["a"]
    assert tree["description"] == "12"
    assert tree["aliases"] == ["x", "y"]
    assert tree["internal"] is True
    assert [argument["default"] for argument in tree["arguments"]] == ["1", "1.5", None, "123456789012"]


@pytest.mark.parametrize(
    ("flag", "default"),
    [
        ("{name: f, default: 8080}", None),
        ("{name: f, type: bool, default: 'true'}", None),
        ("{name: f, type: bool, default: true}", True),
        ("{name: f, type: int, default: 3}", 3),
        ("{name: f, type: int, default: '4'}", 4),
        ("{name: f, type: list, default: [a, 1]}", ["a", "1"]),
        ("{name: f, type: list, default: 'a,b'}", ["a", "b"]),
        ("{name: f, default: ''}", ""),
    ],
)
def test_defaults_count_when_they_have_the_type(flag: str, default: object) -> None:
    trees, problems = compiled(f"commands: [{{name: a, flags: [{flag}], steps: [echo x]}}]")
    assert trees["a"]["flags"][0]["default"] == default
    assert "broken" not in trees["a"]
    assert [problem.severity for problem in problems] == (["note"] if default is None else [])
    assert bool(trees["a"].get("notes")) == (default is None)


FAULTS = {
    "flags: [{name: mask, type: string}]": [
        "reserved flag name", "Custom command 'a' in atmos.yaml declares flag '--mask' with type 'string', but it already "
        "exists with type 'bool'"],
    "flags: [{name: identity, type: bool}]": ["reserved flag name", "exists with type 'string'"],
    "flags: [{name: mine, shorthand: C}]": ["reserved flag name", "shorthand '-C' which conflicts with existing flag '--chdir'"],
    "flags: [{name: mine, shorthand: h}]": ["reserved flag name", "--help"],
    "flags: [{name: help, type: bool}]": ["reserved flag name", "--help"],
    "flags: [{name: f}, {name: f}]": ["duplicate flag registration", "Custom command 'a' defines duplicate flag '--f'"],
    "flags: [{name: f, shorthand: x}, {name: g, shorthand: x}]": ["duplicate flag registration", "duplicate flag shorthand '-x'"],
    "flags: [{name: f}, {name: g, shorthand: f}]": ["duplicate flag shorthand '-f'"],
    "flags: [{name: g, shorthand: f}, {name: f}]": ["duplicate flag shorthand '-f'"],
    "flags: [{name: foo, shorthand: ab}]": ["duplicate flag registration", "invalid shorthand '-ab' for flag '--foo'"],
    "flags: [{name: f, type: strng}]": ["unknown flag type `strng`"],
    "flags: [{name: f, type: int, default: many}]": ["default", "int"],
    "flags: [{description: x}]": ["no `name`"],
    "flags: {f: {}}": ["`flags` must be a list, not a mapping"],
    "flags: [{name: 'a b'}]": ["cannot be the name of a flag"],
    "arguments: component": ["`arguments` must be a list, not text"],
    "arguments: [component]": ["must be a mapping"],
    "arguments: [{name: x}, {name: x}]": ["argument 'x' twice"],
    "arguments: [{name: x, required: maybe}]": ["`required` must be true or false, not text"],
    "descripton: x": ["unknown key `descripton`"],
    "default: nope": ['declares default subcommand "nope", but no matching subcommand exists', "invalid configuration"],
    "component_config: vpc": ["`component_config` must be a mapping, not text"],
    "component_config: {componant: vpc}": ["unknown key `componant`"],
    "working_directory: [a]": ["`working_directory` must be text, not a list"],
    "commands: x": ["`commands` of `a` must be a list, not text"],
    "dependencies: {commands: [nope]}": ['unknown dependency: command "nope"'],
    "dependencies: {commands: [a]}": ["circular dependency detected: a -> a"],
    "dependencies: {commands: [{name: b, fail: sometimes}]}": ["unknown mode `sometimes`"],
    "env: {PLACE: [one]}": ["unsupported command env value", "PLACE"],
    "examples: {a: b}": ["`examples` must be text or a list"],
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_mistakes_break_only_their_command(fault: str) -> None:
    trees, problems = compiled(
        f"commands:\n  - name: b\n    steps: [echo b]\n  - name: a\n    steps: [echo x]\n    {fault}\n"
    )
    assert "broken" not in trees["b"]
    assert trees["a"]["broken"], fault
    found = "\n".join(map(str, problems))
    for part in FAULTS[fault]:
        assert part in found
    for problem in problems:
        assert problem.where is not None
        assert problem.where.file == "/p/atmos.yaml"
        assert problem.where.line >= 4
        assert problem.path.startswith("commands.a")
        assert "a" in str(problem)


@pytest.mark.parametrize(
    ("field", "parts"),
    [
        ("flags: [{name: f, default: warp, values: [slow]}]", ('"warp"', "--f", "slow")),
        ("arguments: [{name: x, default: c, values: [a, b]}]", ('"c"', "argument x", "a, b")),
    ],
)
def test_a_default_outside_its_values_is_noted_and_stops_only_who_takes_it(field: str, parts: tuple[str, ...]) -> None:
    trees, problems = compiled(f"commands:\n  - name: a\n    steps: [echo x]\n    {field}\n")
    assert "broken" not in trees["a"]
    assert [problem.severity for problem in problems] == ["note"]
    assert all(part in str(problems[0]) for part in parts)


def test_steps_have_to_be_a_list() -> None:
    trees, problems = compiled("commands: [{name: a, steps: echo x}]")
    assert "`steps` must be a list, not text" in str(problems[0])
    assert trees["a"]["broken"]


def test_a_nearest_key_is_named() -> None:
    _, problems = compiled("commands:\n  - name: a\n    descripton: x\n    steps: [echo]\n")
    assert problems[0].hint == "Did you mean `description`?"
    assert problems[0].where is not None
    assert problems[0].where.line == 3


def test_a_flag_of_the_program_itself_may_be_declared() -> None:
    trees, problems = compiled(
        "commands: [{name: a, flags: [{name: verbose, shorthand: v, type: bool, default: true}], steps: [x]}]"
    )
    assert problems == []
    assert trees["a"]["flags"][0] | {"inherited": "global", "shorthand": "", "default": None} == trees["a"]["flags"][0]


def test_a_flag_of_a_parent_keeps_the_parents_definition() -> None:
    trees, problems = compiled("""
commands:
  - name: up
    flags: [{name: group, shorthand: g, default: all, description: Which}]
    commands:
      - {name: kid, flags: [{name: group, default: other}], steps: [x]}
      - {name: odd, flags: [{name: group, type: bool}], steps: [x]}
      - {name: clash, flags: [{name: mine, shorthand: g}], steps: [x]}
""")
    kid = trees["up"]["commands"]["kid"]["flags"][0]
    assert (kid["default"], kid["shorthand"], kid["inherited"]) == ("all", "g", "parent")
    assert "broken" not in trees["up"]["commands"]["kid"]
    assert [problem.path.split(".flags")[0] for problem in problems] == ["commands.up.odd", "commands.up.clash"]


def test_circles_and_ambiguous_names() -> None:
    found = messages("""
commands:
  - {name: a, steps: [x], deps: [b]}
  - {name: b, steps: [x], deps: [c]}
  - {name: c, steps: [x], deps: [a]}
  - {name: d, steps: [x], deps: [kid]}
  - {name: one, commands: [{name: kid, steps: [x]}]}
  - {name: two, commands: [{name: kid, steps: [x]}]}
  - {name: e, steps: [x], deps: [one kid]}
""")
    assert len(found) == 4
    assert "circular dependency detected: a -> b -> c -> a" in found[1] + found[0] + found[2] + found[3]
    assert any("multiple commands share this name" in message for message in found)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["a", "echo x", "string", "bool"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "steps",
                    "flags",
                    "arguments",
                    "env",
                    "commands",
                    "default",
                    "type",
                    "shorthand",
                    "values",
                    "deps",
                    "dependencies",
                    "component",
                    "component_config",
                    "key",
                    "value",
                    "required",
                    "command",
                    "when",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(st.lists(JUNK, max_size=4))
def test_any_data_compiles_to_plain_data(raw: list[Any]) -> None:
    trees, problems = compile_commands(raw)
    marshal.dumps(trees)
    for problem in problems:
        assert problem.message
