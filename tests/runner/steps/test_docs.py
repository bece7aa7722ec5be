"""docs/steps.md: its table is the table of types, its examples are valid in commands and workflows."""

from __future__ import annotations

import re

import pytest

from runner.steps.types import ALIASES, TYPES
from tests.conftest import ROOT
from tests.runner.steps.conftest import compiled

PAGE = ROOT / "docs" / "steps.md"
BEGIN, END = "<!-- types -->\n", "<!-- end of types -->"


def table() -> str:
    """The table of types as the page has to show it."""
    lines = ["| Type | What it does | Required | Optional |", "|---|---|---|---|"]
    also: dict[str, list[str]] = {}
    for alias, name in ALIASES.items():
        also.setdefault(name, []).append(alias)
    for name, row in TYPES.items():
        label = ", ".join(f"`{word}`" for word in (name, *also.get(name, ())))
        purpose = f"not supported: {row.missing[0].lower()}{row.missing[1:]}" if row.missing else row.purpose
        fields = [", ".join(f"`{field}`" for field in group) for group in (row.required, row.optional)]
        lines.append(f"| {label} | {purpose} | {fields[0]} | {fields[1]} |")
    return "\n".join(lines) + "\n"


def test_the_table_is_complete() -> None:
    shown = PAGE.read_text().partition(BEGIN)[2].partition(END)[0]
    assert shown == table(), "write the table of this test between the marks of docs/steps.md"


EXAMPLES = re.findall(r"```yaml steps\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.mark.parametrize("kind", ["command", "workflow"])
@pytest.mark.parametrize("text", EXAMPLES)
def test_the_examples_are_valid(text: str, kind: str) -> None:
    _, problems = compiled(text, kind)
    assert not problems
