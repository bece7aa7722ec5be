"""The section read into entries; names, chains, defaults; everything that is wrong, said at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import auth
from auth import session_index
from auth.config import parse
from auth.errors import (
    AmbiguousName,
    AuthError,
    ChainError,
    ConfigError,
    CycleError,
    IdentityNotFound,
    MultipleDefaults,
    NoDefaultIdentity,
    ProviderNotFound,
)

Load = Callable[..., auth.Manager]
FAKE = {"fake": {"kind": "mock/aws"}}
VIA = {"kind": "mock/aws", "via": {"provider": "fake"}}


def test_names_are_exact_first_then_in_any_case(load: Load) -> None:
    manager = load(
        {
            "providers": {"Fake": {"kind": "Mock/AWS"}},
            "identities": {
                "Deploy": {"kind": "mock/aws", "via": {"provider": "fAKE"}},
                "deploy": dict(VIA, via={"provider": "Fake"}),
                "live/Admin.x": {"kind": "MOCK/aws", "via": {"identity": "Deploy"}},
            },
        }
    )
    assert manager.resolve("Deploy") == "Deploy"
    assert manager.resolve("deploy") == "deploy"
    assert manager.resolve("LIVE/admin.X") == "live/Admin.x"
    assert manager.chain("live/admin.x") == ("Fake", "Deploy", "live/Admin.x")
    with pytest.raises(AmbiguousName) as caught:
        manager.resolve("DEPLOY")
    assert caught.value.candidates == ["Deploy", "deploy"]


def test_an_alias_stands_for_its_identity(load: Load) -> None:
    manager = load(
        {
            "providers": FAKE,
            "identities": {
                "prod/Admin": {**VIA, "alias": "p"},
                "p": {**VIA, "alias": "both"},
                "q": {**VIA, "alias": "Both"},
                "next": {**VIA, "via": {"identity": "BOTH"}, "alias": "n"},
                "odd": {**VIA, "alias": "live"},
            },
        }
    )
    assert manager.resolve("p") == "p", "a name goes before an alias"
    assert manager.resolve("n") == manager.resolve("N") == "next"
    assert manager.authenticate("Live").identity == "odd"
    with pytest.raises(AmbiguousName, match="the alias `both` fits several: `p`, `q`"):
        manager.resolve("both")
    with pytest.raises(IdentityNotFound):
        manager.resolve("")


def test_unknown_names_say_what_there_is(load: Load) -> None:
    manager = load({"providers": FAKE, "identities": {"prod-admin": VIA}})
    with pytest.raises(IdentityNotFound) as caught:
        manager.authenticate("prod-admni")
    assert caught.value.known == ["prod-admin"]
    assert "`prod-admin`" in caught.value.hints[0]
    with pytest.raises(ProviderNotFound, match="provider not found: `nope`"):
        manager.authenticate_provider("nope")


def test_defaults(load: Load) -> None:
    with pytest.raises(NoDefaultIdentity, match="no default identity configured for authentication"):
        load({"providers": FAKE, "identities": {"a": VIA}}).default_identity()
    with pytest.raises(MultipleDefaults, match=r"multiple default identities found: `\[a b\]`"):
        load(
            {"providers": FAKE, "identities": {"b": {**VIA, "default": True}, "a": {**VIA, "default": True}, "c": VIA}}
        ).default_identity()
    assert load({"providers": FAKE, "identities": {"a": {**VIA, "default": "yes"}}}).default_identity() == "a"


def test_a_cycle_is_named_in_full(load: Load) -> None:
    link = {"kind": "mock/aws"}
    manager = load(
        {
            "identities": {
                "one": {**link, "via": {"identity": "two"}},
                "two": {**link, "via": {"identity": "three"}},
                "three": {**link, "via": {"identity": "one"}},
            }
        }
    )
    with pytest.raises(CycleError) as caught:
        manager.authenticate("two")
    assert caught.value.links == ["two", "three", "one", "two"]
    assert "circular dependency" in caught.value.message
    assert len([finding for finding in manager.validate() if "cycle" in finding.message]) == 1


def test_chains_may_be_deep(load: Load) -> None:
    identities: dict[str, Any] = {"i0": VIA}
    identities |= {f"i{n}": {"kind": "mock/aws", "via": {"identity": f"i{n - 1}"}} for n in range(1, 60)}
    manager = load({"providers": FAKE, "identities": identities})
    assert len(manager.chain("i59")) == 61
    assert manager.authenticate("i59").provider == "i58"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"kind": "mock/aws"}, 'identity "x" has no via configuration'),
        ({"kind": "mock/aws", "via": {}}, "exactly one of via.provider or via.identity must be set"),
        ({"kind": "mock/aws", "via": {"provider": "fake", "identity": "y"}}, "mutually exclusive"),
        ({"kind": "mock/aws", "via": {"provider": "ghost"}}, 'referenced provider "ghost" does not exist'),
        ({"kind": "mock/aws", "via": {"identity": "ghost"}}, 'referenced identity "ghost" does not exist'),
    ],
)
def test_broken_chains(load: Load, entry: dict[str, Any], message: str) -> None:
    manager = load({"providers": FAKE, "identities": {"x": entry, "y": VIA}})
    with pytest.raises(ChainError) as caught:
        manager.authenticate("x")
    assert message in caught.value.message
    assert 'for identity "x"' in caught.value.message
    assert any(message in finding.message for finding in manager.validate())
    assert manager.authenticate("y").identity == "y"


@pytest.mark.parametrize(
    ("section", "messages"),
    [
        ({"providers": {"p": {"kind": "foo/bar"}}}, ["unsupported provider kind: foo/bar"]),
        ({"providers": {"p": {"region": "x"}}}, ["provider kind is required"]),
        ({"providers": {"p": ["x"]}}, ["must be a mapping, not a list"]),
        ({"providers": ["p"]}, ["`providers` must be a mapping"]),
        ({"identities": {"i": {"via": {"provider": "x"}}}}, ["identity kind is required"]),
        ({"identities": {"i": {"kind": "aws/rolle"}}}, ["unsupported identity kind: aws/rolle"]),
        ({"identities": {"i": {"kind": "aws/ambient", "via": {"identity": "i"}}}}, ["must not define via"]),
        ({"identities": {"i": {"kind": "aws/user", "credentials": {"access_key_id": "A"}}}}, ["secret_access_key"]),
        (
            {"identities": {"b": {"kind": "ambient"}, "i": {"kind": "aws/assume-role", "via": {"identity": "b"}}}},
            ["principal is required"],
        ),
        (
            {
                "identities": {
                    "b": {"kind": "ambient"},
                    "i": {"kind": "aws/assume-role", "via": {"identity": "b"}, "principal": {"session_name": "x"}},
                }
            },
            ["assume_role is required in principal"],
        ),
        (
            {
                "identities": {
                    "b": {"kind": "ambient"},
                    "i": {
                        "kind": "aws/assume-role",
                        "via": {"identity": "b"},
                        "principal": {"assume_role": "arn:aws:iam::1:role/x", "duration": "13h"},
                    },
                }
            },
            ["`principal.duration` is 13h"],
        ),
        (
            {
                "identities": {
                    "b": {"kind": "ambient"},
                    "i": {
                        "kind": "aws/assume-root",
                        "via": {"identity": "b"},
                        "principal": {"target_principal": "12", "task_policy_arn": "x", "duration": "1h"},
                    },
                }
            },
            ["12-digit account ID, not 12", "must start with arn:aws:iam::aws:policy/root-task/", "AssumeRoot is 900"],
        ),
        (
            {"identities": {"i": {"kind": "aws/user", "session": {"duration": "soon"}}}},
            ["invalid duration format: soon"],
        ),
        ({"logs": {"level": "loud"}}, ['invalid log level "loud", must be one of: Debug, Info, Warn, Error']),
        ({"realm": "Bad Realm"}, ["invalid realm value"]),
        ({"keyring": {"type": "paper"}}, ['unknown keyring type "paper"']),
        ({"integrations": {"n": {"kind": "aws/made-up"}}}, ["unknown integration kind: aws/made-up"]),
        ({"integrations": {"n": {"kind": "aws/made-up", "via": {"identity": "x"}}}}, ['referenced identity "x"']),
    ],
)
def test_validation(load: Load, section: dict[str, Any], messages: list[str]) -> None:
    found = [finding.message for finding in load(section).validate() if finding.severity == "error"]
    for message in messages:
        assert any(message in text for text in found), found


def test_a_good_section_has_no_findings(load: Load) -> None:
    assert load({"logs": {"level": "dEBUG"}, "providers": FAKE, "identities": {"a": VIA}}).validate() == []
    assert load({}).validate() == []


def test_misspelled_keys_are_warnings_with_the_nearest_key(load: Load) -> None:
    found = load({"providers": FAKE, "identities": {"a": {**VIA, "sesion": {}}}}).validate()
    assert [(finding.severity, finding.hint) for finding in found] == [("warning", "Did you mean `session`?")]


def test_one_broken_entry_stops_nobody_else(load: Load) -> None:
    manager = load(
        {
            "providers": {**FAKE, "bad": {}},
            "identities": {"good": VIA, "lost": {"kind": "mock/aws", "via": {"provider": "bad"}}, "no": 5},
        }
    )
    assert manager.environment("good")["AWS_PROFILE"] == "good"
    with pytest.raises(ConfigError, match="provider kind is required"):
        manager.authenticate("lost")
    with pytest.raises(ConfigError, match="must be a mapping"):
        manager.environment("no")


def test_a_bad_realm_stops_every_use_but_validation(load: Load) -> None:
    manager = load({"realm": "../x", "providers": FAKE, "identities": {"a": VIA}})
    with pytest.raises(AuthError, match=r"auth\.realm configuration"):
        manager.environment("a")
    assert len(manager.validate()) == 1


def test_deferred_values_are_evaluated_when_the_entry_is_used(load: Load) -> None:
    asked: list[object] = []

    def resolve(value: tuple[Any, ...]) -> object:
        asked.append(value[1])
        return "blue"

    manager = load(
        {
            "providers": FAKE,
            "identities": {
                "a": {**VIA, "env": [{"key": "TEAM", "value": ("!exec", "one", "f.yaml", 3)}]},
                "b": {**VIA, "env": [{"key": "TEAM", "value": ("!exec", "two", "f.yaml", 4)}]},
            },
        },
        resolve=resolve,
    )
    assert manager.validate() == []
    assert asked == []
    assert manager.environment("a")["TEAM"] == "blue"
    assert asked == ["one"]


def test_what_an_identity_stands_on_may_be_deferred(load: Load, env: dict[str, str]) -> None:
    config = {
        "providers": FAKE,
        "identities": {
            "base": VIA,
            "x": {"kind": "mock/aws", "via": {"identity": ("!env", "BASE")}},
            "y": {"kind": "mock/aws", "via": ("!env", "WHOLE")},
        },
    }
    manager = load(config, env={**env, "BASE": "base"})
    assert manager.validate() == []
    assert manager.chain("x") == ("fake", "base", "x")
    assert manager.authenticate("x").provider == "base"
    manager.listing()
    with pytest.raises(ChainError, match="via"):
        load(config).authenticate("x")


def test_a_deferred_value_that_fails_names_its_place(load: Load) -> None:
    def resolve(_value: tuple[Any, ...]) -> object:
        raise RuntimeError("no such program")

    manager = load(
        {"providers": FAKE, "identities": {"a": {**VIA, "alias": ("!exec", "x", "atmos.yaml", 7)}}}, resolve=resolve
    )
    with pytest.raises(ConfigError, match="no such program") as caught:
        manager.authenticate("a")
    assert str(caught.value.where) == "atmos.yaml:7"


def test_a_file_is_read_with_its_places(tmp_path: Path, env: dict[str, str]) -> None:
    path = tmp_path / "atmos.yaml"
    path.write_text("""\
auth:
  providers: {fake: {kind: mock/aws}}
  identities:
    a:
      kind: mock/aws
      via: {provider: fake}
      principal: {account: {id: 012345678901}}
    b:
      kind: mock/aws
      via: {provider: ghost}
      default: yes
""")
    manager = auth.load(path, env=env)
    assert manager.identities["a"].get("principal.account.id") == "012345678901"
    assert manager.default_identity() == "b"
    (finding,) = manager.validate()
    assert str(finding.where) == f"{path}:10"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("auth: [", "malformed YAML"),
        ("auth: {a: 1, a: 2}", "duplicate key `a`"),
        ("- x", "must be a mapping"),
        ("auth: 5", "`auth` must be a mapping"),
        ("auth: " + "[" * 5000, "malformed YAML"),
    ],
)
def test_bad_files(tmp_path: Path, env: dict[str, str], text: str, message: str) -> None:
    path = tmp_path / "atmos.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=message):
        auth.load(str(path), env=env)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "kind",
                    "via",
                    "provider",
                    "identity",
                    "default",
                    "env",
                    "spec",
                    "principal",
                    "credentials",
                    "session",
                    "duration",
                    "identities",
                    "providers",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    section=st.dictionaries(
        st.sampled_from(["providers", "identities", "integrations", "realm", "logs", "keyring"]),
        st.dictionaries(st.sampled_from(["a", "b"]), plain, max_size=2) | plain,
        max_size=4,
    )
)
def test_whatever_is_written_is_a_finding_or_an_auth_error(
    env: dict[str, str], tmp_path: Path, section: dict[str, Any]
) -> None:
    try:
        manager = auth.load(section, env=env, base_dir=str(tmp_path))
    except AuthError:
        return
    manager.validate()
    manager.listing()
    for name in manager.identities:
        with contextlib.suppress(AuthError):
            manager.environment(name)


def test_parse_refuses_what_is_no_section() -> None:
    with pytest.raises(ConfigError):
        parse(["x"])
    assert parse(None).identities == {}


@pytest.mark.parametrize(
    ("folder", "message"),
    [
        ("  ", "spec.files.base_path cannot be empty or whitespace"),
        ("a\0b", "spec.files.base_path contains invalid characters"),
    ],
)
def test_a_place_for_files_has_to_be_one(load: Load, folder: str, message: str) -> None:
    manager = load(
        {
            "providers": {
                "fake": {"kind": "mock/aws", "spec": {"files": {"base_path": folder}}},
                "good": {"kind": "mock/aws"},
            },
            "identities": {"x": VIA, "y": {"kind": "mock/aws", "via": {"provider": "good"}}},
        }
    )
    assert [message in finding.message for finding in manager.validate()] == [True]
    with pytest.raises(AuthError, match=message):
        manager.authenticate("x")
    assert manager.authenticate("y").identity == "y"


def test_a_variable_may_decide_what_an_entry_is(load: Load, env: dict[str, str]) -> None:
    env.update(KIND="Mock/AWS", FIRST="true")
    section = {
        "providers": {"fake": {"kind": ("!env", "KIND", "f", 1)}},
        "identities": {
            "x": {**VIA, "default": ("!env", "FIRST", "f", 2)},
            "y": {**VIA, "default": ("!env", "SECOND", "f", 3)},
            "z": {**VIA, "kind": ("!exec", "exit 1", "f", 4)},
        },
    }
    manager = load(section)
    assert manager.default_identity() == "x"
    assert manager.authenticate("x").provider == "fake"
    assert [finding.path for finding in manager.validate()] == [("identities", "z", "kind")]
    del env["KIND"]
    with pytest.raises(AuthError, match="provider kind is required"):
        load(section).authenticate("x")


def test_sessions_of_a_kind_that_a_variable_decides_are_not_found_the_short_way() -> None:
    links: list[tuple[str, dict[str, object]]] = [
        ("x", {"kind": "aws/assume-role"}),
        ("here", {"kind": ("!env", "KIND", "f", 1)}),
    ]
    assert session_index.fingerprint(links, {"KIND": "ambient"}) == ""
