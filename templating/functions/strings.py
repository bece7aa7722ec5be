"""`strings.` and its short names; operands of any kind are read as text, the text itself comes last."""

from __future__ import annotations

import re

from ..errors import Failure
from ..kinds import Strings
from ..numbers import to_int64
from ..values import any_text, quote, type_name
from . import text as plain
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("strings", "Strings, text last")
add = FAMILY.add


@add("strings.Abbrev", "any any any...", '{{ strings.Abbrev 8 "hello world" }}', "hello...")
def abbrev(*values: Any) -> str:
    """Shortened to a width with an ellipsis: [offset,] width, text."""
    if len(values) > 3:
        raise Failure(f"abbrev: wanted 2 or 3 operands, got {len(values)}")
    text, width = any_text(values[-1]), to_int64(values[-2])
    offset = to_int64(values[0]) if len(values) == 3 else 0
    if len(text) > width and width < (7 if offset > 0 else 4):
        least = "with offset is 7" if offset > 0 and width >= 4 else "is 4"
        raise Failure(f"stringutils illegal argument: Minimum abbreviation width {least}")
    return plain.abbreviated(text, offset, width)


@add("strings.Contains", "string any", '{{ strings.Contains "b" "abc" }}', "true")
def contains(part: str, value: Any) -> bool:
    """Whether a text contains another."""
    return part in any_text(value)


@add("strings.HasPrefix", "string any", '{{ strings.HasPrefix "a" "abc" }}', "true")
def has_prefix(prefix: str, value: Any) -> bool:
    """Whether a text begins so."""
    return any_text(value).startswith(prefix)


@add("strings.HasSuffix", "string any", '{{ strings.HasSuffix "c" "abc" }}', "true")
def has_suffix(suffix: str, value: Any) -> bool:
    """Whether a text ends so."""
    return any_text(value).endswith(suffix)


@add("strings.ReplaceAll replaceAll", "string string any", '{{ replaceAll "a" "b" "banana" }}', "bbnbnb", context=True)
def replace_all(rt: Any, old: str, new: str, value: Any) -> str:
    """All occurrences of a text replaced by another."""
    return plain.replace(rt, old, new, any_text(value))


@add("strings.Repeat", "int any", '{{ strings.Repeat 2 "ab" }}', "abab", context=True)
def repeat(rt: Any, count: int, value: Any) -> str:
    """A text several times."""
    if count < 0:
        raise Failure(f"negative count {count}")
    return plain.repeat(rt, count, any_text(value))


@add("strings.RuneCount", "any...", '{{ strings.RuneCount "né" }}', "2")
def rune_count(*values: Any) -> int:
    """The number of characters."""
    return len("".join([any_text(value) for value in values]))


@add(
    "strings.Indent", "any any...", '{{ strings.Indent 2 "x" }} {{ strings.Indent 1 "-" "x" }}', "  x -x", context=True
)
def indent(rt: Any, *values: Any) -> str:
    """Lines moved right: [width,] [indentation,] text."""
    if len(values) > 3:
        raise Failure(f"expected 1 to 3 operands, got {len(values)}")
    pad, width = " ", 1
    for value in values[:-1]:
        if isinstance(value, str):
            pad = value
        elif isinstance(value, int) and not isinstance(value, bool):
            width = int(value)
        else:
            raise Failure("indent: invalid arguments")
    text = any_text(values[-1])
    if width <= 0 or "\n" in pad:
        return text
    lines = text.split("\n")
    rt.room(len(pad) * width * len(lines) + len(text))
    return "\n".join(
        [pad * width + line if line or position < len(lines) - 1 else line for position, line in enumerate(lines)]
    )


@add("strings.Quote", "any", "{{ strings.Quote 5 }}", '"5"')
def quote_(value: Any) -> str:
    """In double quotes, escaped as in Go."""
    return quote(any_text(value))


@add("strings.Squote", "any", '{{ strings.Squote "it\'s" }}', "'it''s'")
def squote(value: Any) -> str:
    """In single quotes; those within are doubled, as in YAML."""
    return "'" + any_text(value).replace("'", "''") + "'"


@add("strings.ShellQuote", "any", '{{ strings.ShellQuote "a b" }}', "'a b'")
def shell_quote(value: Any) -> str:
    """One word for a shell; see shellQuote."""
    return plain.shell_quote(value)


@add("strings.Slug", "any", '{{ strings.Slug "Hello, World!" }}', "hello-world")
def slug(value: Any) -> str:
    """Lower-case ASCII letters and digits joined by dashes, for URLs."""
    import unicodedata

    text = any_text(value).replace("&", "and").replace("@", "at").replace("'", "").replace('"', "")
    text = "".join([" " if char.isspace() else char for char in text])
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", text).strip("-_")


@add("strings.Sort", "any", '{{ strings.Sort (list "b" "a") }}', "[a b]")
def sort(value: Any) -> Strings:
    """A list of texts in order."""
    if not isinstance(value, list | tuple):
        raise Failure(f"wrong type for value; expected []string; got {type_name(value)}")
    return plain.sort_alpha([any_text(item) for item in value])


@add("strings.Split", "string any", '{{ strings.Split "," "a,b" }}', "[a b]")
def split(separator: str, value: Any) -> Strings:
    """Parts between separators."""
    return plain.split_list(separator, any_text(value))


@add("strings.SplitN", "string int any", '{{ strings.SplitN "," 2 "a,b,c" }}', "[a b,c]")
def split_n(separator: str, count: int, value: Any) -> Strings:
    """At most so many parts between separators."""
    return Strings(plain.split_count(any_text(value), separator, count))


@add("splitN", "string string int", '{{ splitN "a,b,c" "," 2 }}', "[a b,c]")
def text_split_n(text: str, separator: str, count: int) -> Strings:
    """As strings.SplitN, the text first."""
    return Strings(plain.split_count(text, separator, count))


@add("strings.Title", "any", '{{ strings.Title "hELLO wOrld" }}', "Hello World")
def title_(value: Any) -> str:
    """Every word with a capital, the rest in lower case."""
    return _titled(any_text(value))


def _titled(text: str) -> str:
    """Words as Unicode has them: an apostrophe, colon or dot between letters is part of one."""

    def word(match: re.Match[str]) -> str:
        found = plain.lower(match.group())
        first = next((at for at, char in enumerate(found) if char.isalpha()), len(found))
        return found[:first] + found[first : first + 1].title() + found[first + 1 :]

    return re.sub(r"\w+(?:(?<=[^\W\d_])[:.'’·](?=[^\W\d_])\w+)*", word, text)


@add("strings.ToLower toLower", "any", '{{ toLower "AB" }}', "ab")
def to_lower(value: Any) -> str:
    """Lower case."""
    return plain.lower(any_text(value))


@add("strings.ToUpper toUpper", "any", '{{ toUpper "ab" }}', "AB")
def to_upper(value: Any) -> str:
    """Upper case; a letter that becomes several does."""
    return any_text(value).upper()


@add("strings.Trim", "string any", '{{ strings.Trim "-" "--a-" }}', "a")
def trim(cut: str, value: Any) -> str:
    """Without these characters at both ends."""
    return plain.trim_all(cut, any_text(value))


@add("strings.TrimPrefix", "string any", '{{ strings.TrimPrefix "v" "v1" }}', "1")
def trim_prefix(prefix: str, value: Any) -> str:
    """Without a prefix."""
    return any_text(value).removeprefix(prefix)


@add("strings.TrimSuffix", "string any", '{{ strings.TrimSuffix ".tf" "a.tf" }}', "a")
def trim_suffix(suffix: str, value: Any) -> str:
    """Without a suffix."""
    return any_text(value).removesuffix(suffix)


@add("strings.TrimSpace trimSpace", "any", '{{ trimSpace " x " }}', "x")
def trim_space(value: Any) -> str:
    """Without white space at both ends."""
    return plain.trim(any_text(value))


@add("strings.Trunc", "int any", '{{ strings.Trunc 3 "abcdef" }}', "abc")
def trunc(count: int, value: Any) -> str:
    """The first bytes."""
    return plain.trunc(count, any_text(value)) if count >= 0 else any_text(value)


def _words(value: Any) -> list[str]:
    """Lower-case words; the first letter of all keeps its case."""
    text = any_text(value).strip()
    text = text[:1] + text[1:].lower()
    return re.sub(r"[^\w\s]|_", " ", text).split()


@add("strings.SnakeCase", "any", '{{ strings.SnakeCase "Hello, World!" }}', "Hello_world")
def snake_case(value: Any) -> str:
    """Words joined by underscores."""
    return "_".join(_words(value))


@add("strings.KebabCase", "any", '{{ strings.KebabCase "Hello, World!" }}', "Hello-world")
def kebab_case(value: Any) -> str:
    """Words joined by dashes."""
    return "-".join(_words(value))


@add("strings.CamelCase", "any", '{{ strings.CamelCase "hello, world" }}', "helloWorld")
def camel_case(value: Any) -> str:
    """Words run together, a capital for each but the first."""
    text = any_text(value)
    joined = re.sub(r"[\W_]+", "", _titled(text))
    return text[0] + joined[1:] if text[:1].isalnum() else joined


@add("strings.WordWrap", "any any...", '{{ strings.WordWrap 5 "one two" }}', "one\ntwo")
def word_wrap(*values: Any) -> str:
    """Lines no wider than 80 characters or the given width: [width,] [line break,] text."""
    if len(values) > 3:
        raise Failure(f"expected 1 to 3 operands, got {len(values)}")
    width, separator = 80, "\n"
    for value in values[:-1]:
        if isinstance(value, str):
            separator = value
        elif isinstance(value, int) and not isinstance(value, bool):
            width = int(value) or width
    return plain.wrapped(any_text(values[-1]), width, separator, False)
