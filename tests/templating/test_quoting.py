"""Words quoted for bash come back from bash as they were."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from templating.quoting import quote_word, quote_words


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("-this", "-this"),
        ("--is", "--is"),
        ("a/b:c,d@e%f", "a/b:c,d@e%f"),
        ("y z", "'y z'"),
        ("", "''"),
        ("--foo=bar", "'--foo=bar'"),
        ("if", "'if'"),
        ("done", "'done'"),
        ("it's", '"it\'s"'),
        ("a$b's", '"a\\$b\'s"'),
        ("a\nb", "$'a\\nb'"),
        ("a\x01f", "$'a\\x01'$'f'"),
        ("a\ttab", "'a\ttab'"),
        ("é", "é"),
        ("'\n", "$'\\'\\n'"),
        ("\udcff", "$'\\xff'"),
        ("a\u200bb", "$'a\\u200bb'"),
        ("~", "'~'"),
        ("a#b", "'a#b'"),
    ],
)
def test_word(word: str, quoted: str) -> None:
    assert quote_word(word) == quoted


def test_words() -> None:
    assert quote_words(["x", "y z"]) == "x 'y z'"
    assert quote_words([]) == ""


def test_null_byte() -> None:
    with pytest.raises(ValueError, match="null byte"):
        quote_words(["a\0b"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8), max_size=8))
def test_bash_reads_them_back(words: list[str]) -> None:
    script = f"printf '%s\\0' {quote_words(words)}" if words else "true"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"})
    assert done.stdout.decode() == "".join(word + "\0" for word in words)
