"""A component's own identities over the global ones."""

from __future__ import annotations

from typing import Any

import pytest

from auth.errors import ConfigError
from auth.merge import component

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
    for own in (None, {}):
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
