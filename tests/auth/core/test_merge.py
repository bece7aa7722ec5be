"""A component's own identities over the global ones."""

from __future__ import annotations

from typing import Any

import pytest

from auth.errors import ConfigError
from auth.merge import component, settled

GLOBAL: dict[str, Any] = {
    "realm": "r",
    "providers": {"Fake": {"kind": "mock/aws", "region": "a"}},
    "identities": {
        "Dev": {"kind": "mock/aws", "default": True, "via": {"provider": "Fake"}},
        "prod": {"kind": "mock/aws", "via": {"provider": "Fake"}, "principal": {"a": 1, "b": 2}},
    },
}


def defaults(section: dict[str, Any]) -> list[str]:
    return sorted(name for name, entry in section["identities"].items() if entry.get("default"))


def test_nothing_of_its_own_is_the_global_section() -> None:
    owns: list[dict[str, Any] | None] = [None, {}]
    for own in owns:
        merged = component(GLOBAL, own)
        assert merged == GLOBAL
        merged["identities"]["Dev"]["default"] = False
        assert GLOBAL["identities"]["Dev"]["default"] is True
    assert component(None, None) == {}


def test_a_nearer_default_replaces_the_global_one() -> None:
    stack = component(GLOBAL, {"identities": {"PROD": {"default": True}}})
    assert defaults(stack) == ["prod"]
    assert stack["identities"]["prod"]["principal"] == {"a": 1, "b": 2}
    nearer = component(stack, {"identities": {"custom": {"kind": "mock/aws", "default": "true"}}})
    assert defaults(nearer) == ["custom"]
    assert defaults(component(GLOBAL, {"identities": {"dev": {"default": False}}})) == []


def test_entries_merge_deeply_and_by_any_spelling() -> None:
    merged = component(
        GLOBAL,
        {
            "providers": {"fake": {"region": "b"}, "other": {"kind": "mock"}},
            "realm": "s",
            "identities": {"prod": {"principal": {"b": 3}, "region": "x"}},
        },
    )
    assert merged["providers"] == {"Fake": {"kind": "mock/aws", "region": "b"}, "other": {"kind": "mock"}}
    assert merged["identities"]["prod"]["principal"] == {"a": 1, "b": 3}
    assert merged["realm"] == "s"


def test_a_default_must_exist_and_a_revoked_one_need_not() -> None:
    with pytest.raises(ConfigError, match='identity "ghost" is not defined') as caught:
        component(GLOBAL, {"identities": {"ghost": {"default": True}}})
    assert "`prod`" in caught.value.hints[1]
    assert component(GLOBAL, {"identities": {"ghost": {"default": False}}}) == GLOBAL


def of_layers(*layers: dict[str, Any]) -> dict[str, Any]:
    section: dict[str, Any] = {"identities": {}}
    for layer in layers:
        for name, entry in layer.items():
            section["identities"].setdefault(name, {}).update(entry)
    found = settled(section, [{"identities": layer} for layer in layers])
    return {name: entry.get("default") for name, entry in found["identities"].items()}


MARKED: dict[str, Any] = {"main": {"kind": "k", "default": True}, "other": {"kind": "k"}, "third": {"kind": "k"}}


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([], {"main": True, "other": None, "third": None}),
        ([{"other": {"default": True}}], {"main": False, "other": True, "third": None}),
        ([{"other": {"default": True}}, {"third": {"default": True}}], {"main": False, "other": False, "third": True}),
        ([{"other": {"default": True}}, {"third": {"default": True}, "other": {"default": False}}],
         {"main": False, "other": False, "third": True}),
        ([{"main": {"default": False}}], {"main": False, "other": None, "third": None}),
        ([{"ghost": {"default": False}}], {"main": True, "other": None, "third": None}),
    ],
)  # fmt: skip
def test_the_nearest_default_counts(layers: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    assert of_layers(MARKED, *layers) == expected


def test_an_identity_is_meant_in_any_letter_case() -> None:
    assert of_layers(MARKED, {"OTHER": {"default": True}}) == {"main": False, "other": True, "third": None}
    assert of_layers(
        MARKED, {"OTHER": {"default": True}}, {"third": {"default": True}, "Other": {"default": False}}
    ) == {
        "main": False,
        "other": False,
        "third": True,
    }
    found = settled({"identities": {"main": {"kind": "k", "region": "a"}, "MAIN": {"region": "b"}}}, [])
    assert found["identities"] == {"main": {"kind": "k", "region": "b"}}


def test_a_default_that_a_variable_decides() -> None:
    said = ("!env", "MAIN yes", "atmos.yaml", 3)
    layers: list[dict[str, Any]] = [
        {"main": {"kind": "k", "default": said}, "other": {"kind": "k"}},
        {"other": {"default": True}},
    ]
    assert of_layers(*layers) == {"main": False, "other": True}
    assert of_layers(layers[0]) == {"main": said, "other": None}
    section = {"identities": {"main": {"kind": "k", "default": True}, "other": {"kind": "k", "default": said}}}
    layers = [{"main": {"kind": "k", "default": True}}, {"other": {"default": said}}]
    for value, expected in (("yes", ["other"]), ("false", ["main"]), (None, ["main"])):
        answers = {said: value}
        found = settled(section, [{"identities": layer} for layer in layers], answers.__getitem__)
        assert defaults(found) == expected, value
