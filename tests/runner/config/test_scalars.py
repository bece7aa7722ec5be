"""What plain scalars mean (decision D23), and how they turn into text."""

from __future__ import annotations

import math

import pytest

from runner.config import scalars


@pytest.mark.parametrize(("text", "value"), [
    ("", None), ("~", None), ("null", None), ("NULL", None), ("nULL", "nULL"),
    ("true", True), ("TRUE", True), ("tRue", "tRue"), ("false", False),
    ("yes", "yes"), ("no", "no"), ("on", "on"), ("off", "off"), ("y", "y"), ("NaN", "NaN"), ("=", "="),
    ("12:30", "12:30"), ("12:30:45", "12:30:45"), ("1,000", "1,000"), ("0.1.2", "0.1.2"),
    ("0777", 511), ("0o777", 511), ("0x1F", 31), ("0b11", 3), ("1_000", 1000), ("007", 7), ("0", 0), ("-5", -5), ("+5", 5),
    ("08", 8.0), ("1e3", 1000.0), (".5", 0.5), ("5.", 5.0), ("1.0", 1.0), ("1.10", 1.1), ("-.5", -0.5),
    (".inf", math.inf), ("-.INF", -math.inf),
    ("2024-01-01", "2024-01-01"), ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00Z"),
    ("012345678901", "012345678901"), ("001122334455", "001122334455"), ("123456789012", 123456789012),
    ("18446744073709551615", 18446744073709551615), ("99999999999999999999999", 1e23),
    ("-", "-"), ("+", "+"), (".", "."), ("0x", "0x"), ("1e400", "1e400"), ("_1", "_1"), ("1__0", 10),
])  # fmt: skip
def test_plain_scalars(text: str, value: object) -> None:
    found = scalars.resolve(text)
    assert found == value
    assert type(found) is type(value)


def test_a_number_of_endless_digits_costs_nothing() -> None:
    assert isinstance(scalars.resolve("9" * 100_000), float | str)


@pytest.mark.parametrize(("value", "text"), [
    (None, ""), (True, "1"), (False, "0"), (511, "511"), (1000.0, "1000"), (0.5, "0.5"), (1.1, "1.1"), (math.inf, "+Inf"),
    (1e23, "100000000000000000000000"), (1e-7, "0.0000001"), ("x", "x"),
])  # fmt: skip
def test_text_settings(value: object, text: str) -> None:
    assert scalars.as_text(value) == text


def test_environment_text_keeps_booleans() -> None:
    assert (scalars.as_env_text(True), scalars.as_env_text(False), scalars.as_env_text(5.0)) == ("true", "false", "5")


@pytest.mark.parametrize(("value", "chosen"), [
    (True, True), ("T", True), ("1", True), (1, True), ("f", False), (0, False), ("", False), ("yes", None), ([], None),
])  # fmt: skip
def test_booleans(value: object, chosen: bool | None) -> None:
    assert scalars.as_bool(value) is chosen


def test_words() -> None:
    assert scalars.as_words("a/**, b") == ["a/**", " b"]
    assert scalars.as_words(["a", 5, True]) == ["a", "5", "1"]
    assert scalars.as_words([{"a": 1}]) is None
