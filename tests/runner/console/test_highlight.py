"""Colours change nothing but colours."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from runner.console import formats
from runner.console.highlight import highlighted


def bare(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_keys_and_values() -> None:
    assert highlighted('{\n  "a": "b",\n  "c": 5\n}\n') == (
        '{\n  \x1b[36m"a"\x1b[0m: \x1b[32m"b"\x1b[0m,\n  \x1b[36m"c"\x1b[0m: \x1b[33m5\x1b[0m\n}\n'
    )
    assert (
        highlighted("a:\n  - b  # f.yaml:1\n") == "\x1b[36ma\x1b[0m:\n  - \x1b[32mb\x1b[0m \x1b[90m # f.yaml:1\x1b[0m\n"
    )
    assert highlighted("t: |\n  k: v\nn: true\n") == (
        "\x1b[36mt\x1b[0m: |\n\x1b[32m  k: v\x1b[0m\n\x1b[36mn\x1b[0m: \x1b[33mtrue\x1b[0m\n"
    )


printable = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=12)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-999, 999) | printable | st.just("a\nb: c\n"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(printable, inner, max_size=3), max_leaves=12,
)  # fmt: skip


@given(plain)
@settings(deadline=None, max_examples=200)
def test_without_colours_it_is_the_same_text(data: object) -> None:
    for text in (formats.to_json(data), formats.to_yaml(data)):
        assert bare(highlighted(text)) == text
