"""Whatever a project declares: help, listings and completion answer, and running ends in one of our errors or well."""

from __future__ import annotations

import json
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runner.app import App
from runner.cli.list_commands import all_commands, row
from runner.commands import grammar
from runner.commands.complete import complete
from runner.commands.model import Command
from runner.console.help import render_command_help, render_root_help
from runner.errors import UsageError
from runner.globals import GlobalFlags

WORD = st.sampled_from(
    [
        "a",
        "b",
        "ops",
        "x y",
        "list",
        "stack",
        "echo",
        "-s",
        "yes",
        "",
        "ü",
        "component",
        "string",
        "bool",
        "list",
        "int",
    ]
)
SCALAR = st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, allow_infinity=False) | WORD
PARAMETER = st.dictionaries(
    st.sampled_from(["name", "shorthand", "type", "default", "required", "values", "description", "usage", "semantic_type"]),
    SCALAR | st.lists(SCALAR, max_size=3), max_size=6,
)  # fmt: skip


def command(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {"name": WORD},
        optional={
            "description": SCALAR, "arguments": st.lists(PARAMETER, max_size=3), "flags": st.lists(PARAMETER, max_size=3),
            "steps": st.lists(WORD | st.dictionaries(WORD, SCALAR, max_size=2), max_size=2), "aliases": SCALAR | st.lists(WORD, max_size=2),
            "default": WORD, "internal": SCALAR, "commands": children, "env": SCALAR | st.dictionaries(WORD, SCALAR, max_size=2),
            "identity": SCALAR, "working_directory": SCALAR, "deps": st.lists(WORD, max_size=2), "examples": SCALAR | st.lists(SCALAR, max_size=2),
            "component": SCALAR | PARAMETER, "component_config": SCALAR, "dependencies": SCALAR | st.dictionaries(WORD, SCALAR, max_size=2),
            "sources": SCALAR | st.lists(WORD, max_size=2),
        },
    )  # fmt: skip


COMMANDS = st.lists(
    st.recursive(command(st.just([])), lambda inner: command(st.lists(inner, max_size=2)), max_leaves=4), max_size=4
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(COMMANDS, st.lists(WORD | st.sampled_from(["--", "--help", "--x=1", "-i", "--identity"]), max_size=4))
def test_any_project(commands: list[Any], words: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "atmos.yaml").write_text(json.dumps({"commands": commands}, ensure_ascii=False), encoding="utf-8")
        env = {"HOME": folder, "ATMOS_CONFIG_CACHE": "false"}
        app = App([], env, folder, GlobalFlags({}, env))
        assert render_root_help(app)
        for found in all_commands(app):
            assert row(found)["command"]
            for topic in ("", "all", "usage", "flags"):
                assert found.path in render_command_help(app, found, topic)
            complete(app, [*found.path.split()[1:], ""])
            complete(app, [*found.path.split()[1:], "-"])
            if found.parent is None:
                _parse(found, words)


def _parse(found: Command, words: list[str]) -> None:
    with suppress(UsageError):
        parsed = grammar.parse(found.data, words)
        grammar.check_words(parsed)
        grammar.check_count(parsed)
