"""`strings.` and its short names; operands of any kind are read as text, the text itself comes last."""

from __future__ import annotations

import re

from ..cases import title
from ..errors import Failure
from ..kinds import Strings
from ..numbers import to_int64
from ..values import quote, text_of
from . import text as plain
from .conv import bytes_text
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
    offset = to_int64(values[0]) if len(values) == 3 else 0
    return plain.abbreviated(text_of(values[-1]), offset, to_int64(values[-2]))


@add("strings.Contains", "string any", '{{ strings.Contains "b" "abc" }}', "true")
def contains(part: str, value: Any) -> bool:
    """Whether a text contains another."""
    return part in bytes_text(value)


@add("strings.HasPrefix", "string any", '{{ strings.HasPrefix "a" "abc" }}', "true")
def has_prefix(prefix: str, value: Any) -> bool:
    """Whether a text begins so."""
    return bytes_text(value).startswith(prefix)


@add("strings.HasSuffix", "string any", '{{ strings.HasSuffix "c" "abc" }}', "true")
def has_suffix(suffix: str, value: Any) -> bool:
    """Whether a text ends so."""
    return bytes_text(value).endswith(suffix)


@add("strings.ReplaceAll replaceAll", "string string any", '{{ replaceAll "a" "b" "banana" }}', "bbnbnb", context=True)
def replace_all(rt: Any, old: str, new: str, value: Any) -> str:
    """All occurrences of a text replaced by another."""
    return plain.replace(rt, old, new, bytes_text(value))


@add("strings.Repeat", "any any", '{{ strings.Repeat 2 "ab" }}', "abab", context=True)
def repeat(rt: Any, count: Any, value: Any) -> str:
    """A text several times."""
    times = to_int64(count)
    if times < 0:
        raise Failure(f"negative count {times}")
    return plain.repeat(rt, times, bytes_text(value))


@add("strings.RuneCount", "any...", '{{ strings.RuneCount "né" }}', "2")
def rune_count(*values: Any) -> int:
    """The number of characters."""
    return len("".join([bytes_text(value) for value in values]))


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
        else:
            width = to_int64(value)
    if width <= 0:
        raise Failure("width must be > 0")
    if "\n" in pad:
        raise Failure("indent must not contain '\\n'")
    lines = bytes_text(values[-1]).split("\n")
    rt.room(len(pad) * width * len(lines) + len(values[-1]) if isinstance(values[-1], str) else 0)
    return "\n".join(
        [pad * width + line if line or position < len(lines) - 1 else line for position, line in enumerate(lines)]
    )


@add("strings.Quote", "any", "{{ strings.Quote 5 }}", '"5"')
def quote_(value: Any) -> str:
    """In double quotes, escaped as in Go."""
    return quote(bytes_text(value))


@add("strings.Squote", "any", '{{ strings.Squote "it\'s" }}', "'it''s'")
def squote(value: Any) -> str:
    """In single quotes; those within are doubled, as in YAML."""
    return "'" + bytes_text(value).replace("'", "''") + "'"


@add("strings.ShellQuote", "any", '{{ strings.ShellQuote "a b" }}', "'a b'")
def shell_quote(value: Any) -> str:
    """One word for a shell; see shellQuote."""
    return plain.shell_quote(value)


@add("strings.Slug", "any", '{{ strings.Slug "Hello, World!" }}', "hello-world")
def slug(value: Any) -> str:
    """Lower-case ASCII letters and digits joined by dashes, for URLs."""
    import unicodedata

    text = bytes_text(value).replace("&", " and ").replace("@", " at ").replace("'", "")
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", text).strip("-_")


@add("strings.Sort", "any", '{{ strings.Sort (list "b" "a") }}', "[a b]")
def sort(value: Any) -> Strings:
    """A list of texts in order."""
    return plain.sort_alpha(value)


@add("strings.Split", "string any", '{{ strings.Split "," "a,b" }}', "[a b]")
def split(separator: str, value: Any) -> Strings:
    """Parts between separators."""
    return plain.split_list(separator, bytes_text(value))


@add("strings.SplitN splitN", "string any any", '{{ strings.SplitN "," 2 "a,b,c" }}', "[a b,c]")
def split_n(separator: str, count: Any, value: Any) -> Strings:
    """At most so many parts between separators."""
    return Strings(plain.split_count(bytes_text(value), separator, to_int64(count)))


@add("strings.Title", "any", '{{ strings.Title "hELLO wOrld" }}', "Hello World")
def title_(value: Any) -> str:
    """Every word with a capital, the rest in lower case."""
    return title(plain.lower(bytes_text(value)))


@add("strings.ToLower toLower", "any", '{{ toLower "AB" }}', "ab")
def to_lower(value: Any) -> str:
    """Lower case."""
    return plain.lower(bytes_text(value))


@add("strings.ToUpper toUpper", "any", '{{ toUpper "ab" }}', "AB")
def to_upper(value: Any) -> str:
    """Upper case."""
    return plain.upper(bytes_text(value))


@add("strings.Trim", "string any", '{{ strings.Trim "-" "--a-" }}', "a")
def trim(cut: str, value: Any) -> str:
    """Without these characters at both ends."""
    return plain.trim_all(cut, bytes_text(value))


@add("strings.TrimPrefix", "string any", '{{ strings.TrimPrefix "v" "v1" }}', "1")
def trim_prefix(prefix: str, value: Any) -> str:
    """Without a prefix."""
    return bytes_text(value).removeprefix(prefix)


@add("strings.TrimSuffix", "string any", '{{ strings.TrimSuffix ".tf" "a.tf" }}', "a")
def trim_suffix(suffix: str, value: Any) -> str:
    """Without a suffix."""
    return bytes_text(value).removesuffix(suffix)


@add("strings.TrimSpace trimSpace", "any", '{{ trimSpace " x " }}', "x")
def trim_space(value: Any) -> str:
    """Without white space at both ends."""
    return bytes_text(value).strip()


@add("strings.Trunc", "any any", '{{ strings.Trunc 3 "abcdef" }}', "abc")
def trunc(count: Any, value: Any) -> str:
    """The first bytes."""
    width = to_int64(count)
    return plain.trunc(width, bytes_text(value)) if width >= 0 else bytes_text(value)


def _words(value: Any) -> list[str]:
    """Lower-case words; the first letter of all keeps its case."""
    text = bytes_text(value).strip()
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
    words = _words(value)
    return "".join([*words[:1], *[word[:1].upper() + word[1:] for word in words[1:]]])


@add("strings.WordWrap", "any any...", '{{ strings.WordWrap 5 "one two" }}', "one\ntwo")
def word_wrap(*values: Any) -> str:
    """Lines no wider than 80 characters or the given width: [width,] [line break,] text."""
    if len(values) > 3:
        raise Failure(f"expected 1 to 3 operands, got {len(values)}")
    width, separator = 80, "\n"
    for value in values[:-1]:
        if isinstance(value, str):
            separator = value
        else:
            width = to_int64(value)
    return plain.wrapped(bytes_text(values[-1]), width, separator, False)
