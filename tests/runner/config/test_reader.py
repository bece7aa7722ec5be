"""Reading YAML: places, bounds, mistakes with file, line and the line itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.config import mistakes, reader
from runner.config.reader import DROPPED, Map, Seq
from runner.errors import AtmosError, Where


def refused(text: str | bytes, tmp_path: Path | None = None) -> AtmosError:
    with pytest.raises(AtmosError) as caught:
        reader.parse(text if isinstance(text, str) else reader.decode(text, "f.yaml"), "f.yaml")
    return caught.value


def test_places_of_keys_and_items() -> None:
    tree = reader.parse("a: 1\nb:\n  - x\n  - c: 0777\n", "f.yaml")
    assert isinstance(tree, Map)
    assert str(tree.key_where("b")) == "f.yaml:2:1"
    items = tree["b"]
    assert isinstance(items, Seq)
    assert str(items.item_where(1)) == "f.yaml:4:5"
    inner = items[1]
    assert isinstance(inner, Map)
    assert (inner["c"], inner.literal("c"), str(inner.where)) == (511, "0777", "f.yaml:4:5")


def test_keys_are_text_as_written() -> None:
    tree = reader.parse("1: a\nyes: b\n0777: c\n'q r': d\n? e\n: f\n", "f")
    assert tree == {"1": "a", "yes": "b", "0777": "c", "q r": "d", "e": "f"}


def test_empty_documents() -> None:
    for text in ("", "# only\n", "---\n", "~", "\ufeff"):
        assert reader.parse(text.lstrip("\ufeff"), "f") == {}


def test_first_document_only() -> None:
    assert reader.parse("a: 1\n---\nb: [", "f") == {"a": 1}


def test_line_ends_and_byte_order_marks() -> None:
    assert reader.parse(reader.decode(b"\xef\xbb\xbfa: |\r\n  x\r\n  y\r\n", "f"), "f") == {"a": "x\ny\n"}
    assert reader.parse(reader.decode("a: é".encode("utf-16"), "f"), "f") == {"a": "é"}


def test_merge_keys() -> None:
    text = "x: &x {a: 1, b: 1}\ny: &y {b: 2, c: 2}\nz: {<<: [*x, *y], c: 3}\nq: {'<<': 1}"
    tree = reader.parse(text, "f")
    assert isinstance(tree, Map)
    assert tree["z"] == {"c": 3, "a": 1, "b": 1}
    assert tree["q"] == {"<<": 1}
    assert str(tree["z"].key_where("a")) == "f:1:8"  # type: ignore[attr-defined]


def test_standard_tags_keep_their_meaning() -> None:
    text = "a: !!str 5\nb: !!int '5'\nc: !!float 3\nd: !!binary aGk=\ne: ! 5\nf: !!bool 'true'\ng: !!null x"
    assert reader.parse(text, "f") == {"a": "5", "b": 5, "c": 3.0, "d": "hi", "e": "5", "f": True, "g": None}
    assert "!!int" in refused("a: !!int x").message


def test_tags_are_the_callers_business() -> None:
    seen: list[tuple[str, object, str]] = []

    def on_tag(tag: str, value: object, where: Where) -> object:
        seen.append((tag, value, str(where)))
        return DROPPED if tag == "!unset" else (tag, value)

    tree = reader.parse("a: !x y z\nb: !unset\nc: [!unset , !l [1]]\n", "f", on_tag=on_tag)
    assert tree == {"a": ("!x", "y z"), "c": [("!l", [1])]}
    assert seen[0] == ("!x", "y z", "f:1:4")
    assert "!x" in refused("a: !x y").message


def test_duplicate_keys_name_both_lines() -> None:
    error = refused("a:\n  b: 1\n  c: 2\n  b: 3\n")
    assert 'mapping key "b" already defined at line 2' in error.message
    assert (error.where.line, error.where.column) == (4, 3)  # type: ignore[union-attr]
    assert "    4 |   b: 3" in error.explanation


@pytest.mark.parametrize(("text", "line", "words"), [
    ("a:\n\tb: 1\n", 2, "tab"),
    ("a: [1, 2\nb: 3\n", 1, "not closed"),
    ("a: {x: 1\n", 1, "not closed"),
    ("a: b: c\n", 1, "Quote a value"),
    ("a: @b\n", 1, "`@` cannot begin a value"),
    ('a: "x\n', 1, "not closed"),
    ("a: 1\n  b: 2\n", 2, "indented wrongly"),
    ("a: *nope\n", 1, "unknown alias *nope"),
    ("a\nb: c\n", 2, "indented wrongly"), ("{a: 1} b\n", 1, "document"),
    ("a: 'it's'\n", 1, "quotes"), ("a: `x`\n", 1, "backtick"),
    ("a: &a [*a]\n", 1, "contains itself"),
    ("a: \x07\n", 1, "not allowed"),
    ("!x a: 1\n", 1, "key cannot carry a tag"),
    ("? [a]\n: 1\n", 1, "key has to be"),
    ("a: {<<: 5}\n", 1, "needs a mapping"),
])  # fmt: skip
def test_mistakes_are_located_and_explained(text: str, line: int, words: str) -> None:
    error = refused(text)
    assert error.where is not None
    assert error.where.line == line
    assert words in error.message + " ".join(error.hints)
    assert f"{line} |" in error.explanation


def test_text_that_is_none() -> None:
    assert "line 2 is not valid UTF-8" in refused(b"a: 1\nb: \xff\n").message


def test_anchors_cannot_blow_up() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"{n}: &{n} [{', '.join(['*' + p] * 10)}]" for p, n in zip("abcdefghi", "bcdefghij", strict=True)]
    assert "excessive aliasing" in refused("\n".join(lines)).message


def test_anchors_may_be_redefined_and_reused() -> None:
    assert reader.parse("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", "f") == {"a": 1, "b": 1, "c": 2, "d": 2}
    many = "base: &b {a: 1}\n" + "".join(f"k{i}: *b\n" for i in range(5000))
    assert len(reader.parse(many, "f")) == 5001  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["[" * 5000, "a: " + "[" * 200 + "]" * 200, "".join(" " * i + "a:\n" for i in range(400))]
)
def test_depth_is_bounded(text: str) -> None:
    assert "levels deep" in refused(text).message


def test_size_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as stream:
        stream.truncate(reader.MAX_BYTES + 1)
    with pytest.raises(AtmosError, match="MiB"):
        reader.read_file(str(path))


def test_top_level_must_be_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "l.yaml"
    path.write_text("- a\n")
    with pytest.raises(AtmosError, match="the top level is a list"):
        reader.read_map(str(path))


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(min_size=1, max_size=8), plain, max_size=5))
@settings(deadline=None, max_examples=150)
def test_what_is_printed_reads_back_the_same(data: dict[str, object]) -> None:
    from runner.console import formats

    assert reader.parse(formats.to_yaml(data), "f") == data


@given(st.text(alphabet="ab:-[]{}#&*!|>'\"%@`,? \n\t~0._<x", max_size=60))
@settings(deadline=None, max_examples=400)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        reader.parse(text, "f.yaml", on_tag=lambda tag, value, where: (tag, str(value)))
    except AtmosError as error:
        place = error.where
    else:
        return
    assert place is not None


@given(st.binary(max_size=60))
@settings(deadline=None, max_examples=200)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        reader.parse(reader.decode(data, "f.yaml"), "f.yaml", on_tag=lambda tag, value, where: (tag, str(value)))
    except AtmosError as error:
        place = error.where
    else:
        return
    assert place is not None


@pytest.mark.parametrize(("line", "shown"), [
    ("    secret_access_key: abc,def # note", "    secret_access_key: ***"),
    ("x: {password: 'a, b', region: eu}", "x: {password: ***   , region: eu}"),
    ('api_key: "a\\"b"', "api_key: ***"),
    ("token: !env TOKEN", "token: !env TOKEN"),
    ("token_url: https://x", "token_url: https://x"),
    ("auth: {secret: {deep: x}, token: t}", "auth: {secret: {deep: x}, token: ***}"),
    ("- echo $TOKEN", "- echo $TOKEN"),
])  # fmt: skip
def test_quoted_lines_show_no_secrets(line: str, shown: str) -> None:
    assert mistakes.without_secrets(line).rstrip() == shown


@pytest.mark.parametrize(("text", "message", "place"), [
    ("env: {A: a: b}\n", "a second `: ` in one entry", "f:1:11"),
    ("a: \0\n", "the character U+0000 is not allowed", "f:1:4"),
    ("a: `x`\n", "a backtick cannot begin a value", "f:1:4"),
    ("a: @x\n", "`@` cannot begin a value", "f:1:4"),
])  # fmt: skip
def test_messages_say_what_it_is(text: str, message: str, place: str) -> None:
    with pytest.raises(AtmosError) as caught:
        reader.parse(text, "f")
    assert message in caught.value.message
    assert str(caught.value.where) == place
