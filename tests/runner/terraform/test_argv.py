"""Command lines of `atmos terraform`, split."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.errors import AtmosError, UsageError
from runner.globals import SELECT
from runner.terraform import argv


def split(line: str, **env: str) -> argv.Invocation:
    return argv.split(line.split(), env)


@pytest.mark.parametrize(
    ("line", "command", "component", "stack", "extra"),
    [
        ("plan vpc -s dev", "plan", "vpc", "dev", ""),
        ("-s dev plan vpc", "plan", "vpc", "dev", ""),
        ("plan -s=dev vpc", "plan", "vpc", "dev", ""),
        ("plan -sdev vpc", "plan", "vpc", "dev", ""),
        ("plan --stack=dev vpc", "plan", "vpc", "dev", ""),
        ("plan -target m.x vpc -s dev", "plan", "vpc", "dev", "-target m.x"),
        ("plan -destroy vpc -s dev", "plan", "vpc", "dev", "-destroy"),
        ("apply -auto-approve vpc -s dev", "apply", "vpc", "dev", "-auto-approve"),
        ("plan vpc -s dev -refresh false", "plan", "vpc", "dev", "-refresh=false"),
        ("plan vpc -s dev -- -new --flag x", "plan", "vpc", "dev", "-new --flag x"),
        ("output vpc -s dev azs -json", "output", "vpc", "dev", "azs -json"),
        ("output vpc -s dev -raw id", "output", "vpc", "dev", "-raw id"),
        ("state rm vpc a.b -s dev", "state rm", "vpc", "dev", "a.b"),
        ("workspace vpc -s dev", "workspace", "vpc", "dev", ""),
        ("workspace list vpc -s dev", "workspace list", "vpc", "dev", ""),
        ("providers lock vpc -s dev -platform=x", "providers lock", "vpc", "dev", "-platform=x"),
        ("import vpc a.b id -s dev", "import", "vpc", "dev", "a.b id"),
        ("state list vpc -s dev --whatever", "state list", "vpc", "dev", ""),
    ],
)  # fmt: skip
def test_split(line: str, command: str, component: str, stack: str, extra: str) -> None:
    found = split(line)
    assert (found.command, found.component, found.text("stack"), " ".join(found.extra)) == (
        command,
        component,
        stack,
        extra,
    )


@pytest.mark.parametrize(
    ("line", "identity"),
    [("plan v -s d", None), ("plan v -s d -i me", "me"), ("plan v -s d -i=me", "me"), ("plan -i me v -s d", "me"),
     ("plan v -s d -i", SELECT), ("plan v --identity= -s d", ""), ("plan v -s d --identity", SELECT)],
)  # fmt: skip
def test_identity(line: str, identity: str | None) -> None:
    found = split(line)
    assert (found.identity, found.component) == (identity, "v")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("plan vpc -s dev --bogus", "unknown flag: --bogus for command atmos terraform plan"),
        ("plan vpc -s dev -Z", "unknown shorthand flag: 'Z' in -Z"),
        ("plan vpc -s", "-s flag needs an argument"),
        ("plan vpc --stack", "--stack flag needs an argument"),
        ("plan vpc -s dev --dry-run=maybe", "true or false"),
        ("validate vpc -s dev --all", "unknown flag: --all"),
    ],
)
def test_mistakes(line: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        split(line)
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("plan vpc -s dev --all", "component `vpc`: the component argument can't be used with the multi-component"),
        ("plan --affected --all", "the `--affected` flag can't be used"),
        ("apply --all --from-plan", "the single-component flags"),
        ("plan vpc -s dev --include-dependents", "needs a selection"),
    ],
)
def test_contradictions(line: str, message: str) -> None:
    with pytest.raises(AtmosError) as caught:
        argv.check(split(line))
    assert message in caught.value.message


def test_environment_stands_in_for_flags() -> None:
    found = split(
        "plan vpc",
        ATMOS_STACK="dev",
        ATMOS_DRY_RUN="true",
        ATMOS_TERRAFORM_PLAN_SKIP_PLANFILE="1",
        ATMOS_COMPONENTS="a,b",
    )
    assert (found.text("stack"), found.on("dry-run"), found.on("skip-planfile")) == ("dev", True, True)
    argv.check(found)
    assert not argv.selecting(found)
    assert argv.selecting(split("plan", ATMOS_COMPONENTS="a,b"))


@given(
    st.lists(
        st.sampled_from(
            ["plan", "vpc", "-s", "dev", "-target", "-json", "--", "-i", "--all", "-x=1", "", "-", "--stack=a"]
        )
    )
)
def test_never_a_traceback(words: list[str]) -> None:
    try:
        found = argv.split(words, {})
        argv.check(found)
    except AtmosError:
        pass


@given(st.lists(st.text(max_size=5), max_size=4))
def test_words_after_the_dashes_are_terraforms_own(tail: list[str]) -> None:
    assert argv.split(["plan", "vpc", "-s", "dev", "--", *tail], {}).extra == tail
