"""Results as JSON and YAML."""

from __future__ import annotations

import json

import pytest

from runner.console import formats
from runner.errors import AtmosError


def test_yaml_style() -> None:
    data = {
        "yes": "yes", "clock": "12:30:45", "number": "0777", "bool": "true", "colon": "a: b", "plain": "a b", "empty": "",
        "list": [1, {"k": "v", "e": []}, [2, [3]]], "text": "x\ny\n", "kept": "x\n\n", "cut": "x\ny", "none": None,
        "map": {}, "float": 1.0, "big": 1e6, "template": "{{ .x }}", "deferred": ("!env", "A b", "f", 1),
    }  # fmt: skip
    assert formats.to_yaml(data) == (
        '"yes": "yes"\nclock: "12:30:45"\nnumber: "0777"\nbool: "true"\ncolon: \'a: b\'\nplain: a b\nempty: ""\n'
        "list:\n  - 1\n  - k: v\n    e: []\n  - - 2\n    - - 3\n"
        "text: |\n  x\n  y\nkept: |+\n  x\n\ncut: |-\n  x\n  y\nnone: null\nmap: {}\nfloat: 1\nbig: 1000000\n"
        "template: '{{ .x }}'\ndeferred: !env A b\n"
    )


def test_scalars_alone() -> None:
    assert (formats.to_yaml("a"), formats.to_yaml([]), formats.to_yaml(None)) == ("a\n", "[]\n", "null\n")


def test_json_style() -> None:
    text = formats.to_json({"b": 77.0, "a": ["é", ("!exec", "x", "f", 1)], "c": 0.5})
    assert text == '{\n  "b": 77,\n  "a": [\n    "é",\n    "!exec x"\n  ],\n  "c": 0.5\n}\n'
    assert list(json.loads(formats.to_json({"b": 1, "a": 2}, sort=True))) == ["a", "b"]


def test_what_json_cannot_say() -> None:
    with pytest.raises(AtmosError, match="inf"):
        formats.to_json({"a": float("inf")})
