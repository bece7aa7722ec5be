"""The argument grammar: every form of words, and what cannot be parsed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.commands import grammar
from runner.commands.grammar import Parsed, check_count, check_words, missing_flags, parse
from runner.errors import UsageError
from runner.globals import SELECT

RELEASE: dict[str, object] = {
    "name": "release",
    "steps": [{}],
    "arguments": [{"name": "component", "required": True}, {"name": "zone", "default": "a"}],
    "flags": [
        {"name": "stack", "shorthand": "s", "required": True},
        {"name": "force", "shorthand": "f", "type": "bool"},
        {"name": "quiet", "shorthand": "q", "type": "bool"},
        {"name": "count", "type": "int"},
        {"name": "tag", "shorthand": "t", "type": "list"},
    ],
}
TREE: dict[str, object] = {
    "name": "ops",
    "flags": [{"name": "group", "shorthand": "g", "default": "all"}],
    "default": "view",
    "commands": {
        "view": {"name": "view", "steps": [{}], "flags": [{"name": "group", "shorthand": "g", "default": "all", "inherited": "parent"}]},
        "scale": {"name": "scale", "aliases": ["resize"], "steps": [{}], "arguments": [{"name": "count", "required": True}],
                  "flags": [{"name": "to"}, {"name": "now", "type": "bool"}]},
    },
}  # fmt: skip


def words_of(parsed: Parsed) -> tuple[list[str], dict[str, object]]:
    return parsed.arguments, parsed.flags


@pytest.mark.parametrize(
    ("words", "arguments", "flags"),
    [
        (["vpc", "-s", "dev"], ["vpc"], {"stack": "dev"}),
        (["vpc", "--stack", "dev"], ["vpc"], {"stack": "dev"}),
        (["--stack=dev", "vpc"], ["vpc"], {"stack": "dev"}),
        (["-sdev", "vpc"], ["vpc"], {"stack": "dev"}),
        (["-s=dev", "vpc"], ["vpc"], {"stack": "dev"}),
        (["-s", "", "vpc"], ["vpc"], {"stack": ""}),
        (["--stack=", "vpc"], ["vpc"], {"stack": ""}),
        (["--stack=a=b", "vpc"], ["vpc"], {"stack": "a=b"}),
        (["-fq", "vpc"], ["vpc"], {"force": True, "quiet": True}),
        (["-fs", "dev", "vpc"], ["vpc"], {"force": True, "stack": "dev"}),
        (["-fsdev", "vpc"], ["vpc"], {"force": True, "stack": "dev"}),
        (["-f=false", "vpc"], ["vpc"], {"force": False}),
        (["--force", "false"], ["false"], {"force": True}),
        (["--force=F"], [], {"force": False}),
        (["--no-force"], [], {"force": False}),
        (["--force", "--no-force"], [], {"force": False}),
        (["-s", "a", "-s", "b"], [], {"stack": "b"}),
        (["--stack", "--force"], [], {"stack": "--force"}),
        (["--stack", "-"], [], {"stack": "-"}),
        (["-"], ["-"], {}),
        (["--count", "-3"], [], {"count": -3}),
        (["-t", "a,b", "--tag=c"], [], {"tag": ["a", "b", "c"]}),
        (["a", "-f", "b"], ["a", "b"], {"force": True}),
    ],
)
def test_forms(words: list[str], arguments: list[str], flags: dict[str, object]) -> None:
    assert words_of(parse(RELEASE, words)) == (arguments, flags)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--stak", "x"], "unknown flag --stak for command atmos release"),
        (["-x"], "unknown shorthand flag 'x' in -x for command atmos release"),
        (["-fx"], "unknown shorthand flag 'x' in -fx for command atmos release"),
        (["--stack"], "--stack flag needs an argument for command atmos release"),
        (["-s"], "-s flag needs an argument for command atmos release"),
        (["--stack", "--", "dev"], "--stack flag needs an argument for command atmos release"),
        (
            ["--quiet=maybe"],
            'invalid argument "maybe" for "-q, --quiet" flag: strconv.ParseBool: parsing "maybe": invalid syntax '
            "for command atmos release",
        ),
        (["--count", "many"], 'invalid argument "many" for "--count" flag: strconv.ParseInt: parsing "many": invalid syntax '
                              "for command atmos release"),
    ],
)  # fmt: skip
def test_mistakes(words: list[str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(RELEASE, words)
    assert caught.value.message == message
    assert caught.value.title == "Incorrect Usage"


def test_a_close_flag_is_suggested() -> None:
    with pytest.raises(UsageError) as caught:
        parse(RELEASE, ["--stak", "x"])
    assert "Did you mean `--stack`?" in caught.value.hints


@pytest.mark.parametrize(
    ("words", "identity"),
    [
        ([], None),
        (["--identity", "dev"], "dev"),
        (["--identity=dev"], "dev"),
        (["-i", "dev"], "dev"),
        (["-idev"], "dev"),
        (["-i=dev"], "dev"),
        (["--identity", ""], ""),
        (["--identity="], ""),
        (["--identity"], SELECT),
        (["--identity", "-s", "x"], SELECT),
        (["-i"], SELECT),
        (["--identity", "--", "x"], SELECT),
        (["--identity", "a", "--identity", "b"], "b"),
    ],
)
def test_identity(words: list[str], identity: str | None) -> None:
    assert parse(RELEASE, words).identity == identity


def test_a_command_may_claim_the_shorthand_of_identity() -> None:
    tree = {"name": "load", "steps": [{}], "flags": [{"name": "input", "shorthand": "i"}]}
    parsed = parse(tree, ["-i", "data.csv", "--identity", "dev"])
    assert parsed.flags == {"input": "data.csv"}
    assert parsed.identity == "dev"
    assert parsed.table.by_name["identity"].shorthand == ""


def test_global_flags_around_the_command() -> None:
    parsed = parse(RELEASE, ["-C", "dir", "--profile", "a,b", "vpc", "-fv", "--logs-level=Debug", "--profile", "c"])
    assert parsed.globals_given == {"chdir": "dir", "profile": ["a,b", "c"], "verbose": True, "logs-level": "Debug"}
    assert words_of(parsed) == (["vpc"], {"force": True})


def test_nothing_after_two_dashes_is_read() -> None:
    parsed = parse(RELEASE, ["vpc", "--", "--help", "-x", "--", "--stack", "a"])
    assert parsed.trailing == ["--help", "-x", "--", "--stack", "a"]
    assert parsed.help_topic is None
    assert parse(RELEASE, ["vpc"]).trailing is None
    assert parse(RELEASE, ["vpc", "--"]).trailing == []


@pytest.mark.parametrize(("words", "topic"), [(["-h"], ""), (["--help"], ""), (["--help=all"], "all"), (["-fh"], "")])
def test_help_is_a_flag(words: list[str], topic: str) -> None:
    assert parse(RELEASE, words).help_topic == topic


@pytest.mark.parametrize(
    ("words", "path", "group"),
    [
        ([], "atmos ops view", None),
        (["-g", "web"], "atmos ops view", "web"),
        (["--group=web", "view"], "atmos ops view", "web"),
        (["scale", "4", "--group", "web"], "atmos ops scale", "web"),
        (["-g", "scale", "scale", "4"], "atmos ops scale", "scale"),
        (["resize", "4"], "atmos ops scale", None),
        (["--to", "view", "scale", "4"], "atmos ops scale", None),
        (["--now", "scale", "4"], "atmos ops scale", None),
        (["--", "scale"], "atmos ops", None),
        (["--"], "atmos ops view", None),
    ],
)
def test_children(words: list[str], path: str, group: str | None) -> None:
    parsed = parse(TREE, words)
    assert parsed.command.path == path
    assert parsed.flags.get("group") == group


def test_unknown_child() -> None:
    parsed = parse(TREE, ["scal"])
    with pytest.raises(UsageError) as caught:
        check_words(parsed)
    assert caught.value.message == "Unknown command scal for atmos ops"
    assert "Did you mean this?\n\n  • scale" in caught.value.explanation
    with pytest.raises(UsageError) as caught:
        check_words(parse(TREE, ["zzz"]))
    assert "Valid subcommands are:\n\n  • scale\n  • view" in caught.value.explanation


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "You invoked `atmos release` incorrectly."),
        (["a", "b", "c"], "`atmos release` accepts between 1 and 2 arg(s), received 3"),
    ],
)
def test_counts(words: list[str], message: str) -> None:
    parsed = parse(RELEASE, words)
    check = check_words if words else check_count
    with pytest.raises(UsageError) as caught:
        check(parsed)
    assert caught.value.message == message


def test_an_argument_that_cannot_be_reached() -> None:
    tree = {"name": "x", "steps": [{}], "arguments": [{"name": "a"}, {"name": "b", "required": True}]}
    with pytest.raises(UsageError, match="Missing required argument 'b' with no default!"):
        check_count(parse(tree, ["one"]))


def test_no_arguments_declared() -> None:
    with pytest.raises(UsageError, match='unknown command "extra" for "atmos hello"'):
        check_words(parse({"name": "hello", "steps": [{}]}, ["extra"]))


def test_a_default_child_counts_later() -> None:
    tree = {"name": "up", "default": "kid", "commands": {"kid": {"name": "kid", "steps": [{}], "arguments": [
        {"name": "name", "required": True}, {"name": "zone", "required": True}], "flags": [{"name": "x", "required": True}]}}}  # fmt: skip
    parsed = parse(tree, [])
    assert missing_flags(parsed) == []
    with pytest.raises(UsageError, match=r"Command requires at least 2 argument\(s\)") as caught:
        check_count(parsed)
    assert "  1. name\n  2. zone" in caught.value.message
    parsed = parse(tree, ["kid", "Neo"])
    parsed.needed = True  # by a command that depends on it
    with pytest.raises(UsageError) as caught:
        check_count(parsed)
    assert caught.value.message.endswith("  1. name\n  2. zone\n\nReceived 1 argument(s): Neo")


def test_required_flags_of_parents_hold_for_children() -> None:
    tree = {"name": "up", "flags": [{"name": "b", "required": True}], "commands": {
        "kid": {"name": "kid", "steps": [{}], "flags": [{"name": "a", "required": True, "default": "x"}]}}}  # fmt: skip
    missing = missing_flags(parse(tree, ["kid"]))
    assert grammar.required_flags_error(missing) == 'required flag(s) "a", "b" not set'


WORDS = st.lists(st.sampled_from([
    "vpc", "-s", "-f", "-fq", "-fs", "--stack", "--stack=x", "--", "-", "--identity", "-i", "--help", "-t", "a,b", "", "--no-force",
    "--count=3", "-C", "-v", "--profile", "--dry-run", "grün", "--x", "-z",
]), max_size=9)  # fmt: skip


@given(WORDS)
def test_any_line_is_parsed_or_refused(words: list[str]) -> None:
    """Total: a result or a usage error; what follows the first free `--` is handed on untouched."""
    try:
        parsed = parse(RELEASE, words)
    except UsageError:
        return
    if parsed.trailing is not None:
        assert words[len(words) - len(parsed.trailing) :] == parsed.trailing
        assert words[len(words) - len(parsed.trailing) - 1] == "--"


@given(
    st.lists(st.text(min_size=1).filter(lambda word: not word.startswith("-")), max_size=3), st.text(), st.booleans()
)
def test_values_come_through_whole(arguments: list[str], value: str, force: bool) -> None:
    for flag in (["--stack", value], [f"--stack={value}"], ["-s", value], [f"-s={value}"]):
        for at in range(len(arguments) + 1):
            words = [*arguments[:at], *flag, *(["-f"] if force else []), *arguments[at:]]
            if flag[-1] == "--" and value == "--":
                continue  # two dashes alone end the flags
            parsed = parse(RELEASE, words)
            assert parsed.arguments == arguments
            assert parsed.flags["stack"] == value
            assert ("force" in parsed.flags) == force
