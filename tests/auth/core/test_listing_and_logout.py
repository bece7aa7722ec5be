"""What is listed, what is removed, and that neither shows a secret nor touches what is not its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import auth
from auth.errors import AuthError, IdentityNotFound, ProviderNotFound
from tests.auth.conftest import Proxy, user_and_role

Load = Callable[..., auth.Manager]


def test_a_listing_shows_structure_and_no_secret(load: Load, env: dict[str, str]) -> None:
    env["ATMOS_TEST_NOW"] = "2025-10-31T20:57:59Z"
    asked: list[object] = []
    manager = load(
        {
            "providers": {
                "idp": {"kind": "aws/saml", "url": "https://x", "region": "r", "password": "hunter2-idp"},
                "fake": {"kind": "mock/aws"},
            },
            "identities": {
                "dev": {"kind": "mock/aws", "default": True, "via": {"provider": "FAKE"}, "alias": "d", "tags": ["a"]},
                "top": {"kind": "mock/aws", "via": {"identity": "DEV"}},
                "rescue": {
                    "kind": "aws/user",
                    "credentials": {
                        "access_key_id": ("!exec", "op read id"),
                        "secret_access_key": "rescue-secret-value",
                    },
                },
                "odd": {"kind": "aws/rolle", "via": {"provider": "ghost"}},
                "worse": 3,
                "nowhere": {"kind": "aws/assume-role"},
                "void": {"kind": "aws/assume-role", "via": {}},
            },
        },
        resolve=lambda value: asked.append(value) or "x",
    )
    found = manager.listing()
    assert asked == []
    assert list(found.identities) == ["dev", "top", "rescue", "odd", "worse", "nowhere", "void"]
    assert [found.identities[name].label for name in ("nowhere", "void", "worse")] == ["", "", ""]
    dev, top, rescue = (found.identities[name] for name in ("dev", "top", "rescue"))
    assert (dev.via_provider, top.via_identity, rescue.label) == ("fake", "dev", "aws-user")
    assert (rescue.standalone, rescue.stored, dev.stored) == (True, False, True)
    left = dev.seconds_left(found.now)
    assert left is not None
    assert f"{int(left // 3600)}h" == "650139h"
    text = json.dumps([entry.raw for entry in (*found.identities.values(), *found.providers.values())])
    assert "hunter2" not in text
    assert "rescue-secret" not in text


def files(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file() and ".cache" not in str(path)}


def test_logout_removes_all_it_wrote_and_nothing_else(load: Load, sts: Proxy, home: Path, env: dict[str, str]) -> None:
    (home / ".config/atmos/aws/hand").mkdir(parents=True)
    (home / ".config/atmos/aws/hand/credentials").write_text("[x]\n")
    (home / ".aws").mkdir()
    (home / ".aws/credentials").write_text("[mine]\n")
    before = files(home)
    config = user_and_role(sts.url)
    env["ATMOS_AUTH_REALM"] = "other"
    load(config).authenticate("deploy")
    in_other_realm = files(home)
    del env["ATMOS_AUTH_REALM"]
    manager = load(config)
    manager.authenticate("deploy")
    planned = manager.logout(everything=True, dry_run=True)
    assert {Path(path).name for path in planned.files} == {"credentials", "config"}
    assert load(config).cached("deploy") is not None
    done = manager.logout(everything=True)
    assert done.files == planned.files
    assert files(home) == in_other_realm > before
    assert manager.cached("deploy") is None
    assert manager.logout(everything=True).files == []
    env["ATMOS_AUTH_REALM"] = "other"
    load(config).logout(everything=True)
    assert files(home) == before


def test_logout_of_one_leaves_its_base(load: Load, sts: Proxy) -> None:
    manager = load(user_and_role(sts.url))
    manager.authenticate("deploy")
    manager.logout("Deploy")
    assert manager.cached("deploy") is None
    assert manager.cached("base") is not None


def test_logout_of_a_provider_takes_all_that_stand_on_it(load: Load, home: Path) -> None:
    manager = load(
        {
            "providers": {"p": {"kind": "mock/aws"}, "q": {"kind": "mock/aws"}, "bad": {"kind": "nope"}},
            "identities": {
                "a": {"kind": "mock/aws", "via": {"provider": "P"}},
                "b": {"kind": "mock/aws", "via": {"identity": "a"}},
                "c": {"kind": "mock/aws", "via": {"provider": "q"}},
                "broken": {"kind": "mock/aws", "via": {"provider": "bad"}},
            },
        }
    )
    for name in ("a", "b", "c"):
        manager.authenticate(name, force=True)
    result = manager.logout(provider="p")
    assert (result.name, result.identities) == ("p", ["a", "b"])
    assert not (home / ".config/atmos/aws/p").exists()
    assert (home / ".config/atmos/aws/q/credentials").exists()
    assert manager.logout(everything=True).problems == []


def test_an_identity_whose_values_cannot_be_evaluated_now_is_told(load: Load) -> None:
    config = {
        "providers": {"p": {"kind": "mock/aws"}},
        "identities": {
            "a": {"kind": "mock/aws", "via": {"provider": "p"}, "alias": ("!exec", "op read x", "atmos.yaml", 4)},
            "b": {"kind": "aws/rolle", "via": {"provider": "p"}},
        },
    }

    def resolve(_value: tuple[Any, ...]) -> object:
        raise RuntimeError("not signed in")

    result = load(config, resolve=resolve).logout(everything=True)
    assert len(result.problems) == 1
    assert "a: " in result.problems[0]
    assert "not signed in" in result.problems[0]


def test_unknown_targets(load: Load) -> None:
    manager = load({"providers": {"p": {"kind": "mock/aws"}}})
    with pytest.raises(IdentityNotFound):
        manager.logout("nope")
    with pytest.raises(ProviderNotFound):
        manager.logout(provider="nope")
    with pytest.raises(AuthError, match="no identities match the specified tags"):
        manager.by_tags(["x"])


def test_what_cannot_be_removed_is_told(load: Load, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config: dict[str, Any] = {
        "providers": {"p": {"kind": "mock/aws"}},
        "identities": {"a": {"kind": "mock/aws", "via": {"provider": "p"}}},
    }
    manager = load(config)
    manager.authenticate("a", force=True)
    path = home / ".config/atmos/aws/p/credentials"
    path.unlink()
    path.mkdir()
    result = manager.logout("a")
    assert "a: " in result.problems[0]
    assert "not a regular file" in result.problems[0]
