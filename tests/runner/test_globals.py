"""Global flags are found before the command is known, wherever they stand before `--`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.globals import FLAGS, SELECT, scan


@pytest.mark.parametrize(
    ("words", "given_", "rest"),
    [
        (["deploy", "--chdir", "x"], {"chdir": "x"}, ["deploy"]),
        (["-C", "x", "deploy"], {"chdir": "x"}, ["deploy"]),
        (["-Cx", "deploy"], {"chdir": "x"}, ["deploy"]),
        (["-C=x", "deploy"], {"chdir": "x"}, ["deploy"]),
        (["deploy", "--identity"], {"identity": SELECT}, ["deploy"]),
        (["deploy", "--identity", "-s", "dev"], {"identity": SELECT}, ["deploy", "-s", "dev"]),
        (["deploy", "--identity", "dev"], {"identity": "dev"}, ["deploy"]),
        (["deploy", "--identity", ""], {"identity": ""}, ["deploy"]),
        (["deploy", "--identity="], {"identity": ""}, ["deploy"]),
        (["deploy", "--", "--identity", "dev"], {}, ["deploy", "--", "--identity", "dev"]),
        (["--verbose", "deploy"], {"verbose": True}, ["deploy"]),
        (["deploy", "--mask=false"], {"mask": False}, ["deploy"]),
        (["deploy", "--mask=perhaps"], {}, ["deploy", "--mask=perhaps"]),
        (["--config", "a", "--config=b,c", "x"], {"config": ["a", "b,c"]}, ["x"]),
        (["x", "--chdir"], {}, ["x", "--chdir"]),
        (["x", "-i", "dev"], {}, ["x", "-i", "dev"]),
    ],
)
def test_scan(words: list[str], given_: dict[str, object], rest: list[str]) -> None:
    flags, remaining = scan(words, {})
    assert flags.given == given_
    assert remaining == rest


def test_shorthand_of_identity_where_a_command_has_it() -> None:
    for words in (["-i", "dev"], ["-i=dev"], ["-idev"]):
        flags, rest = scan(["login", *words], {}, identity_shorthand=True)
        assert flags.given == {"identity": "dev"}
        assert rest == ["login"]
    assert scan(["login", "-i="], {}, identity_shorthand=True)[0].given == {"identity": ""}
    assert scan(["login", "-idev"], {})[1] == ["login", "-idev"], "a command without the shorthand keeps the word"


def test_the_environment_stands_in_for_absent_flags() -> None:
    flags, _ = scan(
        [], {"ATMOS_CONFIG": "a,b", "ATMOS_VERBOSE": "yes", "ATMOS_MASK": "false", "ATMOS_LOGS_LEVEL": "Debug"}
    )
    assert flags.items("config") == ["a", "b"]
    assert not flags.on("verbose"), "only ParseBool's words count"
    assert not flags.on("mask")
    assert flags.on("interactive")
    assert flags.text("logs-level") == "Debug"


@given(
    st.lists(
        st.sampled_from(
            ["x", "-s", "--", "-C", "--identity", "--bogus", "-v", "", "--config=a", *(f"--{f}" for f in FLAGS)]
        )
    )
)
def test_nothing_after_two_dashes_is_touched_and_nothing_is_lost(words: list[str]) -> None:
    flags, rest = scan(words, {})
    if "--" in rest:
        tail = rest[rest.index("--") :]
        assert words[len(words) - len(tail) :] == tail
    # Every word is either left in place or accounted for by a flag: one word, or two with its value.
    values = sum(len(value) if isinstance(value, list) else 1 for value in flags.given.values())
    assert len(words) - len(rest) >= values or len(set(words)) < len(words)
    position = 0
    for word in rest:  # what is left keeps its order
        position = words.index(word, position) + 1
