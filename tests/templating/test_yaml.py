"""YAML as yaml.v3 writes it, and its scalars when read."""

from __future__ import annotations

from typing import Any

import pytest

import templating


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            {"a": [1, {"b": 2, "c": [3]}], "d": {}, "e": [], "p": None},
            "a:\n  - 1\n  - b: 2\n    c:\n      - 3\nd: {}\ne: []\np: null\n",
        ),
        ([[1, 2], [[3]]], "- - 1\n  - 2\n- - - 3\n"),
        ({"on": True, "s": "yes", "z": "01", "v": "1.2.3", "f": 1.5, "g": 1e6, "i": 123456789012}, None),
        ("a: b", "'a: b'\n"),
        ("- a", "'- a'\n"),
        ("it's", "it's\n"),
        (" x", "' x'\n"),
        ("", '""\n'),
        ("null", '"null"\n'),
        ("~", '"~"\n'),
        ("1e3", '"1e3"\n'),
        ("0x1F", '"0x1F"\n'),
        ("12:30:45", '"12:30:45"\n'),
        ("2024-01-01", '"2024-01-01"\n'),
        ("a#b", "a#b\n"),
        ("a #b", "'a #b'\n"),
        ({"t": "x\ny\n"}, "t: |\n  x\n  y\n"),
        ({"t": "x\ny"}, "t: |-\n  x\n  y\n"),
        ({"t": "x \ny"}, 't: "x \\ny"\n'),
        ("a\x01", '"a\\x01"\n'),
        ("\U0001f600", '"\\U0001F600"\n'),
        ("é", "é\n"),
        (3.0, "3\n"),
        (True, "true\n"),
        ([{"a": 1}, {"b": 2}], "- a: 1\n- b: 2\n"),
    ],
)
def test_written(value: Any, text: str | None) -> None:
    if text is not None:
        assert templating.render("{{ toYAML .v }}", {"v": value}) == text
    assert templating.render("{{ deepEqual (fromYaml (toYAML .v)) .v }}", {"v": value}) in (
        ("true",) if not isinstance(value, float) else ("true", "false")
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a: 0x1F", "int 31"),
        ("a: 0777", "int 511"),
        ("a: 0o17", "int 15"),
        ("a: 1_000", "int 1000"),
        ("a: yes", "string yes"),
        ("a: on", "string on"),
        ("a: True", "bool true"),
        ("a: ~", "<nil> <nil>"),
        ("a:", "<nil> <nil>"),
        ("a: 1.0", "float64 1"),
        ("a: 1e3", "float64 1000"),
        ("a: 12:30:45", "string 12:30:45"),
        ("a: 2024-01-02", "string 2024-01-02"),
        ("a: 012345678901", "string 012345678901"),
        ("a: '1'", "string 1"),
        ("a: .inf", "float64 +Inf"),
        ("x: &k {b: 1}\na:\n  <<: *k\n", "map[string]interface {} map[b:1]"),
        ("a: |\n  x\n  y\n", "string x\ny\n"),
        ("a: !custom 5", "string 5"),
    ],
)
def test_read(text: str, shown: str) -> None:
    assert (
        templating.render('{{ printf "%T %v" (index (fromYaml .t) "a") (index (fromYaml .t) "a") }}', {"t": text})
        == shown
    )


@pytest.mark.parametrize("text", ["a: [1", "a: b: c", "\t- x", "*nope", "a: -", "{", "%YAML 9\n---\n}"])
def test_wrong(text: str) -> None:
    with pytest.raises(templating.TemplateError, match="yaml: "):
        templating.render("{{ fromYaml .t }}", {"t": text})


def test_aliases_cannot_blow_up() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)]
    )
    with pytest.raises(templating.TemplateError):
        templating.render("{{ toJson (fromYaml .t) | len }}", {"t": bomb})
