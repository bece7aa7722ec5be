"""Queries in the language of yq, over plain data."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import AtmosError
from runner.query import matches, query

DATA = {
    "vars": {"a": 1, "b-c": {"x": [1, 2]}, "text": "eu-west-1", "none": None, "flag": False},
    "a.yaml": {"k": "v"}, "list": ["catalog/vpc", "orgs/x"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (".", DATA),
        (".vars.a", 1),
        (".vars.b-c.x[1]", 2),
        (".vars.b-c.x[-1]", 2),
        (".vars.b-c.x[9]", None),
        ('."a.yaml".k', "v"),
        ('.["a.yaml"].k', "v"),
        (".vars.nope", None),
        (".vars.none.deeper", None),
        ('.vars.nope // "x"', "x"),
        (".vars | keys", ["a", "b-c", "flag", "none", "text"]),
        ('.vars | pick(["a", "zz"])', {"a": 1}),
        ('.vars | omit(["a", "b-c", "none"])', {"flag": False, "text": "eu-west-1"}),
        (".vars | to_entries | map(.key)", ["a", "b-c", "flag", "none", "text"]),
        (".[] | keys | .[0]", ["k", 0, "a"]),
        ('.vars | has("a"), .vars.a', [True, 1]),
        ('[.vars | has("a"), .vars.a]', [True, 1]),
        ('{"n": .vars | length, "t": .vars.text | upcase}', {"n": 5, "t": "EU-WEST-1"}),
        ('.list | map(select(. == "catalog/*"))', ["catalog/vpc"]),
        ('.list | map(select(. != "catalog/*"))', ["orgs/x"]),
        ('.list | filter(. == "orgs/?")', ["orgs/x"]),
        (".list[]", ["catalog/vpc", "orgs/x"]),
        (".vars.a == 1", True),
        ('.vars.text | test("^eu")', True),
        (".vars.b-c.x | .[0] + .[1]", 3),
        ("select(.vars.a == 2)", None),
        ('"a,b|c"', "a,b|c"),
    ],
)
def test_results(expression: str, expected: Any) -> None:
    assert query(DATA, expression) == expected


@pytest.mark.parametrize("expression", [".vars.[", "vars", ".a as", "foo(", "[.a"])
def test_unreadable(expression: str) -> None:
    with pytest.raises(AtmosError) as caught:
        query(DATA, expression)
    assert f"invalid query expression '{expression}'" in caught.value.message


@pytest.mark.parametrize("expression", [".vars.text.deeper", ".vars.text[0]", ".vars.a | keys"])
def test_not_fitting(expression: str) -> None:
    with pytest.raises(AtmosError, match="does not fit the data"):
        query(DATA, expression)
    assert not matches(DATA, expression)


def test_only_true_matches() -> None:
    assert matches(DATA, ".vars.a == 1")
    assert not matches(DATA, ".vars.text")
    assert not matches(DATA, ".vars.flag")
    with pytest.raises(AtmosError):
        matches(DATA, ".vars.[")


@given(st.text(max_size=20))
def test_never_a_traceback(expression: str) -> None:
    try:
        query(DATA, expression)
    except AtmosError:
        pass
