"""One declaration of the settings, three readings: the fast one, the typed models, the published JSON Schema."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import validators

from runner.config import kinds, published, schema, shape, validation
from runner.config.merge import as_map

from .conftest import Project

WORDS = (
    "",
    "x",
    "true",
    "T",
    "yes",
    "5",
    "0x1F",
    "1_0",
    " 7 ",
    "a,b",
    "Info",
    "wArN",
    "/dev/null",
    "1.5",
    "- 1",
    "+3",
    "0b",
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**6), 10**12), st.floats(-1e6, 1e6), st.sampled_from(WORDS)
)
VALUES = st.recursive(SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(("a", "level", "enabled")), below, max_size=2),
                      max_leaves=4)  # fmt: skip
NAMES = st.sampled_from(("A", "a.b", "x"))
FITTING: dict[str, st.SearchStrategy[Any]] = {
    "text": SCALARS, "bool": st.sampled_from((True, 0, 1.5, "t", "FALSE", "", None)), "any": VALUES,
    "int": st.sampled_from((5, -1, 2.5, True, "7", " 0x1F ", "", None)), "words": st.lists(SCALARS, max_size=2) | SCALARS,
    "level": st.sampled_from(("Info", "wArN", "", None)), "map": st.dictionaries(NAMES, VALUES, max_size=2) | st.none(),
    "list": st.lists(VALUES, max_size=2), "texts": st.dictionaries(NAMES, SCALARS, max_size=2),
    "env": st.dictionaries(NAMES, SCALARS, max_size=2) | st.none(),
}  # fmt: skip
JSON_SCHEMA = published.schema("atmos.yaml")
VALIDATOR = validators.validator_for(JSON_SCHEMA)(JSON_SCHEMA)


def section(declared: schema.Section) -> st.SearchStrategy[Any]:
    """Values of a section: some of its keys with fitting values, now and then one with any value."""
    below = {}
    for key, kind in declared.keys.items():
        if declared is schema.CONFIGURATION and key in ("commands", "workflows"):
            continue  # described by the rooms that run them
        below[key] = section(kind) if isinstance(kind, schema.Section) else FITTING[kind.name]
    fitting = st.fixed_dictionaries({}, optional={**below, "unknown": VALUES})
    if not below:
        return fitting
    odd = st.builds(lambda data, key, value: {**data, key: value}, fitting, st.sampled_from(sorted(below)), VALUES)
    return st.one_of(fitting, fitting, fitting, fitting, odd, st.none())


@settings(max_examples=200, deadline=None)
@given(section(schema.CONFIGURATION))
def test_the_three_readings_agree(data: Any) -> None:
    data = data or {}
    tree = as_map(data, ("f", 1, 1))
    refused = validation.mistakes(data)
    if refused:
        with pytest.raises(kinds.Unfit) as caught:
            shape.fit(tree, schema.CONFIGURATION, (), {})
        assert str(caught.value) in {message for _, message in refused}
        assert list(VALIDATOR.iter_errors(data)), "the JSON Schema accepts what the program refuses"
        return
    fitted = shape.fit(tree, schema.CONFIGURATION, (), {})
    model = validation.model(schema.CONFIGURATION).model_validate(data)
    assert fitted == model.model_dump(by_alias=True, exclude_unset=True)
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []


def test_every_mistake_is_found_with_its_path() -> None:
    data = {
        "stacks": {"base_path": [], "inherit": {"metadata": "maybe"}},
        "env": {"A": [1], "B": 1},
        "logs": 5,
        "aliases": {"x": {}},
    }
    assert [path for path, _ in validation.mistakes(data)] == [
        ("stacks", "base_path"), ("stacks", "inherit", "metadata"), ("logs",), ("aliases", "x"), ("env", "A"),
    ]  # fmt: skip


def test_deferred_values_are_taken_as_they_are(project: Project) -> None:
    deferred = ("!exec", "echo", "f", 1)
    tree = as_map({"env": {"A": deferred}, "import": ["a", deferred], "settings": {"terminal": {"max_width": deferred, "theme": deferred}},
                   "stacks": deferred}, ("f", 1, 1))  # fmt: skip
    later: dict[tuple[str, ...], str] = {}
    assert shape.fit(tree, schema.CONFIGURATION, (), later) == tree
    assert later == {("settings", "terminal", "max_width"): "int"}


COLD = """\
import sys
before = set(sys.modules)
from runner import config
from runner.globals import scan
env = {'HOME': sys.argv[2], 'ATMOS_CONFIG_CACHE': 'false'}
flags, _ = scan([], env)
assert config.load(flags, env, sys.argv[1]).command('a')['name'] == 'a'
print(' '.join(sorted(set(sys.modules) - before)))
"""
# imported only for what a configuration uses, or for what is wrong in it
NOT_COLD = (
    "pydantic", "click", "difflib", "importlib.metadata", "inspect", "json", "logging", "dataclasses", "subprocess", "socket", "ssl",
    "urllib.request", "urllib.parse", "http", "shutil", "hashlib", "pathlib", "jinja2", "hcl2", "dotenv", "random", "runner.query",
    "runner.config.validation", "runner.config.published", "runner.config.findings", "runner.config.remote",
    "runner.config.effective", "runner.config.placed",
)  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "stacks: {base_path: s, included_paths: 'a,b'}\nenv: {A: !env X}\nlogs: {level: debug}\naliases: {b: a}\n"],
)
def test_a_cold_load_imports_no_more_than_it_needs(project: Project, text: str) -> None:
    project.write("atmos.yaml", "commands: [{name: a, flags: [{name: f}], steps: ['echo {{ .Flags.f }}']}]\n" + text)
    done = subprocess.run([sys.executable, "-c", COLD, str(project.root), str(project.home)], capture_output=True, text=True,
                          check=True, env={"PATH": os.environ["PATH"]})  # fmt: skip
    loaded = set(done.stdout.split())
    assert "yaml" in loaded
    assert loaded & set(NOT_COLD) == set()
