"""The deep merge: strategies, nulls, tags, values that wait for functions."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import AtmosError
from runner.stacks.merge import check_strategy, fold, merge, merge_all
from runner.stacks.values import finish, plain


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [("replace", [3]), ("append", [1, 2, 3]), ("merge", [1, 2])],
)
def test_lists_by_strategy(strategy: str, expected: list[int]) -> None:
    assert merge({"l": [1, 2]}, {"l": [3]}, strategy) == {"l": expected}


def test_merge_strategy_goes_into_maps_and_appends_the_rest() -> None:
    low = {"l": [{"k": 1, "keep": True}, {"k": 2}]}
    high = {"l": [{"k": 9}, {"k": 8}, {"k": 7}]}
    assert merge(low, high, "merge") == {"l": [{"k": 9, "keep": True}, {"k": 8}, {"k": 7}]}


def test_null_and_other_kinds_replace() -> None:
    assert merge({"m": {"a": 1}, "s": 1}, {"m": None, "s": {"now": "map"}}) == {"m": None, "s": {"now": "map"}}


def test_inputs_stay_as_they_are() -> None:
    low, high = {"a": {"b": [1]}}, {"a": {"c": 2}}
    merge(low, high, "append")
    assert (low, high) == ({"a": {"b": [1]}}, {"a": {"c": 2}})


def test_append_tag_beats_the_strategy_and_collects_over_layers() -> None:
    one, two = ("!append", ["b"], "f", 1), ("!append", ["c"], "f", 2)
    assert merge({"l": ["a"]}, {"l": one}) == {"l": ["a", "b"]}
    assert finish(merge_all([{}, {"l": one}, {"l": two}])) == {"l": ["b", "c"]}
    assert merge({"l": ["a"]}, merge({"l": one}, {"l": two})) == {"l": ["a", "b", "c"]}


def test_unset_removes_what_lies_below() -> None:
    merged = merge({"m": {"a": 1, "b": 2}}, {"m": {"a": ("!unset", "", "f", 1)}})
    assert finish(merged) == {"m": {"b": 2}}
    assert finish(merge(merged, {"m": {"a": 3}})) == {"m": {"a": 3, "b": 2}}


def test_functions_wait_for_their_value_and_merge_then() -> None:
    call = ("!template", '{"x": 1}', "f", 1)
    merged = merge_all([{"m": {"a": 1}}, {"m": call}, {"m": {"c": 3}}], defer=True)
    tag, values = merged["m"][:2]
    assert tag == "!layers"
    assert fold([{"x": 1} if value == call else value for value in values], "replace") == {"a": 1, "x": 1, "c": 3}


def test_a_plain_value_over_a_function_drops_it() -> None:
    assert merge({"m": ("!exec", "x", "f", 1)}, {"m": "text"}, defer=True) == {"m": "text"}
    assert merge({"m": ("!exec", "x", "f", 1)}, {"m": [1]}, defer=True) == {"m": [1]}


def test_unknown_strategy_names_the_known_ones() -> None:
    with pytest.raises(AtmosError, match=r"'sum'.*replace, append, merge"):
        check_strategy("sum")


def test_tagged_values_are_shown_as_they_were_written() -> None:
    value = {"a": ("!env", "X", "f", 1), "b": ("!literal", "{{ x }}", "f", 1), "c": [("!unset", "", "f", 1), 1]}
    assert plain(value) == {"a": "!env X", "b": "{{ x }}", "c": [1]}


_LEAVES = st.none() | st.integers() | st.text(max_size=3) | st.booleans()
_TREES: st.SearchStrategy[Any] = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
_MAPS = st.dictionaries(st.sampled_from("abc"), _TREES, max_size=3)


@given(_MAPS, _MAPS)
def test_the_higher_value_is_always_there(low: dict[str, Any], high: dict[str, Any]) -> None:
    def holds(merged: Any, value: Any) -> bool:
        if isinstance(value, dict):
            return isinstance(merged, dict) and all(holds(merged[key], item) for key, item in value.items())
        return bool(merged == value)

    merged = merge(low, high)
    assert set(merged) == set(low) | set(high)
    assert holds(merged, high)


@given(_MAPS)
def test_merging_with_itself_or_nothing_changes_nothing(one: dict[str, Any]) -> None:
    assert merge(one, one) == one == merge({}, one) == merge(one, {})
