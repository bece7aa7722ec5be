"""Both engines of regular expressions find the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templating.errors import Failure
from templating.regex import Pattern, compile_pattern

ATOMS = st.sampled_from(
    [
        "a",
        "b",
        "[ab]",
        "[^a]",
        ".",
        "\\w",
        "\\d",
        "\\s",
        "é",
        "(a)",
        "(?:ab)",
        "(?P<n>b)",
        "^",
        "$",
        "\\b",
        "\\.",
        "[[:alpha:]]",
        "(?i:A)",
        "\\Qa.\\E",
        "(a|b)",
        "\\n",
        "[a-c-]",
        "\\pL",
        "[^\\d]",
    ]
)
REPEATS = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,2}", "*?", "+?"])
PATTERNS = st.lists(st.tuples(ATOMS, REPEATS).map("".join), min_size=1, max_size=4).map("".join)
TEXTS = st.text("aAbcé1 .\n_", max_size=12)


@settings(max_examples=300, deadline=None)
@given(PATTERNS, TEXTS)
def test_engines_agree(source: str, text: str) -> None:
    try:
        pattern = compile_pattern(source)
    except Failure:
        return
    if "\\pL" in source:
        return
    found = []
    for risk in (0, 2):
        one = Pattern(pattern.source, pattern.regex, risk)
        found.append([(match.span(), match.groups()) for match in one.matches(text)])
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("source", "risk"),
    [
        ("abc", 0),
        ("\\Aa+", 0),
        ("a+", 1),
        ("[a-z]+[0-9]+", 1),
        ("(a+)+", 2),
        ("(ab|c)*", 2),
        ("(a*b?)*", 2),
        ("(?:x{1,9}){9}", 2),
        ("\\pL", 2),
        ("^v[0-9]", 0),
    ],
)
def test_risk(source: str, risk: int) -> None:
    assert compile_pattern(source).risk == risk


def test_escaped_parentheses_are_no_groups() -> None:
    pattern = compile_pattern("\\(?<b>(x+x+)+y")
    match = pattern.search("<b>" + "x" * 600 + "y")
    assert match is not None
    assert match.span() == (0, 604)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(Failure, match="UTF-8"):
        compile_pattern("(a+)+b").search("\udcff" * 10)
