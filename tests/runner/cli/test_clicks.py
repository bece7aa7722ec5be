"""Words of a command line as users of other tools write them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from runner.cli import clicks
from runner.errors import UsageError


def parsed(*argv: str) -> tuple[Any, ...]:
    seen: list[tuple[Any, ...]] = []

    @clicks.command("atmos try", "Try")
    @clicks.argument("name", required=False, default="")
    @clicks.option("--stack", "-s", default="")
    @clicks.option("--dry-run", "-n", is_flag=True)
    def command(app: Any, name: str, stack: str, dry_run: bool) -> None:
        seen.append((name, stack, dry_run))

    clicks.run(command, SimpleNamespace(env={}, flags=None), list(argv))  # type: ignore[arg-type]
    return seen[0]


@pytest.mark.parametrize(
    ("argv", "wanted"),
    [
        (["x", "-s=dev"], ("x", "dev", False)),
        (["-sdev", "x"], ("x", "dev", False)),
        (["--stack=dev"], ("", "dev", False)),
        (["-s", "-n=false"], ("", "-n=false", False)),
        (["--dry-run=true", "x"], ("x", "", True)),
        (["--dry-run=false", "x"], ("x", "", False)),
        (["-n=1"], ("", "", True)),
        (["-n", "--dry-run=false"], ("", "", False)),
        (["--dry-run=false", "-n"], ("", "", True)),
        (["--", "-s=dev"], ("-s=dev", "", False)),
    ],
)
def test_equals_signs(argv: list[str], wanted: tuple[Any, ...]) -> None:
    assert parsed(*argv) == wanted


def test_a_switch_takes_no_other_value() -> None:
    with pytest.raises(UsageError):
        parsed("--dry-run=maybe")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("--logs-level", "--logs-level flag needs an argument for command atmos try"),
        ("-C", "-C flag needs an argument for command atmos try"),
        ("--verbose=maybe", 'invalid argument "maybe" for "--verbose" flag: '),
        ("--nowhere", "unknown flag --nowhere for command atmos try"),
    ],
)
def test_global_flags_that_are_wrong_say_what_is_wrong(word: str, message: str) -> None:
    with pytest.raises(UsageError) as raised:
        parsed("x", word)
    assert raised.value.message.startswith(message)
