"""Strings: trimming, slicing, searching, quoting, splitting, joining and changing case."""

from __future__ import annotations

from ..cases import WHITE_SPACE, byte_length, byte_slice, pascal, separated, single, title
from ..errors import Failure
from ..kinds import StringMap, Strings
from ..quoting import quote_word
from ..values import any_text, encode, quote, text_of, well_formed
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("text", "Strings")
add = FAMILY.add


@add("trim", "string", '{{ trim "  a " }}', "a")
def trim(text: str) -> str:
    """Without white space at both ends."""
    return text.strip(WHITE_SPACE)


@add("trimAll trimall", "string string", '{{ trimAll "$" "$5.00$" }}', "5.00")
def trim_all(cut: str, text: str) -> str:
    """Without the characters of the first operand at both ends."""
    return text.strip(cut) if cut else text


@add("trimPrefix", "string string", '{{ trimPrefix "v" "v1.2" }}', "1.2")
def trim_prefix(prefix: str, text: str) -> str:
    """Without the prefix, if it is there."""
    return text.removeprefix(prefix)


@add("trimSuffix", "string string", '{{ trimSuffix ".tf" "main.tf" }}', "main")
def trim_suffix(suffix: str, text: str) -> str:
    """Without the suffix, if it is there."""
    return text.removesuffix(suffix)


@add("nospace", "string", '{{ nospace "a b c" }}', "abc")
def nospace(text: str) -> str:
    """Without any white space."""
    return "".join([char for char in text if char not in WHITE_SPACE])


@add("upper", "string", '{{ upper "ab" }}', "AB")
def upper(text: str) -> str:
    """Upper case."""
    text = well_formed(text)
    return text.upper() if text.isascii() else "".join([single(char, char.upper()) for char in text])


@add("lower", "string", '{{ lower "AB" }}', "ab")
def lower(text: str) -> str:
    """Lower case."""
    text = well_formed(text)
    return text.lower() if text.isascii() else "".join([single(char, char.lower()) for char in text])


@add("title", "string", '{{ title "hello wOrld-x" }}', "Hello WOrld-X")
def title_(text: str) -> str:
    """The first letter of every word in upper case, the rest untouched."""
    return title(well_formed(text))


@add("untitle", "string", '{{ untitle "Hello World" }}', "hello world")
def untitle(text: str) -> str:
    """The first letter of every word in lower case."""
    import re

    return re.sub(r"(?:^|(?<=\s))\S", lambda match: match.group().lower(), well_formed(text))


@add("swapcase", "string", '{{ swapcase "aBc" }}', "AbC")
def swapcase(text: str) -> str:
    """Upper case for lower case and the other way round."""
    text = well_formed(text)
    return text.swapcase() if text.isascii() else "".join([single(char, char.swapcase()) for char in text])


@add("repeat", "int string", '{{ repeat 3 "ab" }}', "ababab", context=True)
def repeat(rt: Any, count: int, text: str) -> str:
    """The text several times."""
    if count < 0:
        raise Failure("strings: negative Repeat count")
    rt.room(count * len(text))
    return text * count


@add("substr", "int int string", '{{ substr 1 3 "hello" }} {{ substr 2 -1 "hello" }}', "el llo")
def substr(start: int, end: int, text: str) -> str:
    """Bytes from start up to, not including, end; a negative end means to the end."""
    size = byte_length(text)
    if start < 0:
        return byte_slice(text, 0, max(0, min(end, size)))
    if end < 0 or end > size:
        end = size
    if start > end:
        raise Failure(f"runtime error: slice bounds out of range [{start}:{end}]")
    return byte_slice(text, start, end)


@add("trunc", "int string", '{{ trunc 3 "hello" }} {{ trunc -3 "hello" }}', "hel llo")
def trunc(count: int, text: str) -> str:
    """The first bytes, or with a negative count the last ones."""
    size = byte_length(text)
    if count < 0:
        return byte_slice(text, size + count, size) if size + count > 0 else text
    return byte_slice(text, 0, count) if size > count else text


@add("abbrev", "int string", '{{ abbrev 8 "hello world" }}', "hello...")
def abbrev(width: int, text: str) -> str:
    """Shortened to a width, with an ellipsis; a width below 4 changes nothing."""
    return abbreviated(text, 0, width)


@add("abbrevboth", "int int string", '{{ abbrevboth 5 10 "1234 5678 9123" }}', "...5678...")
def abbrevboth(left: int, width: int, text: str) -> str:
    """Shortened at both ends, from an offset and to a width."""
    return abbreviated(text, left, width)


def abbreviated(text: str, left: int, width: int) -> str:
    if width < 4 or (left > 0 and width < 7):
        return text
    size = len(text)
    if size <= width:
        return text
    left = min(left, size)
    if size - left < width - 3:
        left = size - (width - 3)
    if left <= 4:
        return text[: width - 3] + "..."
    if left + width - 3 < size:
        return "..." + abbreviated(text[left:], 0, width - 3)
    return "..." + text[size - (width - 3) :]


@add("initials", "string", '{{ initials "First Try" }}', "FT")
def initials(text: str) -> str:
    """The first letter of every word."""
    spaced = "".join([" " if char in WHITE_SPACE else char for char in text])
    return "".join([word[0] for word in spaced.split(" ") if word])


@add("wrap", "int string", '{{ wrap 5 "one two three" }}', "one\ntwo\nthree")
def wrap(width: int, text: str) -> str:
    """Lines no wider than this; longer words are left whole."""
    return wrapped(text, width, "\n", False)


@add("wrapWith", "int string string", '{{ wrapWith 5 "|" "wonderful day" }}', "wonde|rful|day")
def wrap_with(width: int, separator: str, text: str) -> str:
    """Lines no wider than this, joined by a separator; longer words are cut."""
    return wrapped(text, width, separator, True)


def wrapped(text: str, width: int, separator: str, cut: bool) -> str:
    width = max(width, 1)
    separator = separator or "\n"
    lines: list[str] = []
    at, size = 0, len(text)
    while size - at > width:
        if text[at] == " ":
            at += 1
            continue
        space = text.rfind(" ", at, at + width + 1)
        if space >= at:
            lines.append(text[at:space])
            at = space + 1
        elif cut:
            lines.append(text[at : at + width])
            at += width
        else:
            space = text.find(" ", at + width)
            if space < 0:
                break
            lines.append(text[at:space])
            at = space + 1
    lines.append(text[at:])
    return separator.join(lines)


@add("contains", "string string", '{{ contains "ell" "hello" }}', "true")
def contains(part: str, text: str) -> bool:
    """Whether the second operand contains the first."""
    return part in text


@add("hasPrefix", "string string", '{{ hasPrefix "he" "hello" }}', "true")
def has_prefix(prefix: str, text: str) -> bool:
    """Whether the text begins so."""
    return text.startswith(prefix)


@add("hasSuffix", "string string", '{{ hasSuffix "lo" "hello" }}', "true")
def has_suffix(suffix: str, text: str) -> bool:
    """Whether the text ends so."""
    return text.endswith(suffix)


@add("quote", "any...", '{{ quote "x" 1 nil }}', '"x" "1"')
def quote_(*values: Any) -> str:
    """Each operand in double quotes, escaped as in Go; nil is left out. Not a shell's quoting: see shellQuote."""
    return " ".join([quote(text_of(value)) for value in values if value is not None])


@add("squote", "any...", '{{ squote "a" 2 }}', "'a' '2'")
def squote(*values: Any) -> str:
    """Each operand in single quotes, not escaped. For a shell use shellQuote."""
    return " ".join([f"'{text_of(value)}'" for value in values if value is not None])


@add("shellQuote", "any", '{{ shellQuote "it\'s" }} {{ shellQuote (list "a" "b c") }}', "'it'\"'\"'s' 'a' 'b c'")
def shell_quote(value: Any) -> str:
    """One word for a shell, always quoted and safe whatever it holds; a list gives several words."""
    values = value if isinstance(value, list | tuple) else [value]
    return " ".join(["'" + any_text(item).replace("'", "'\"'\"'") + "'" for item in values])


@add("shellWord", "any", '{{ shellWord "plain" }} {{ shellWord "a b" }}', "plain 'a b'")
def shell_word(value: Any) -> str:
    """One word for bash, quoted only where needed, as `.TrailingArgs` is."""
    try:
        return quote_word(text_of(value))
    except ValueError as problem:
        raise Failure(str(problem)) from None


@add("cat", "any...", '{{ cat "a" 1 nil true }}', "a 1 true")
def cat(*values: Any) -> str:
    """Operands joined by blanks, without nil."""
    return " ".join([text_of(value) for value in values if value is not None])


@add("indent", "int string", '{{ indent 2 "a\\nb" }}', "  a\n  b", context=True)
def indent(rt: Any, count: int, text: str) -> str:
    """Every line moved right by a number of blanks."""
    if count < 0:
        raise Failure("strings: negative Repeat count")
    rt.room(len(text) + count * (text.count("\n") + 1))
    pad = " " * count
    return pad + text.replace("\n", "\n" + pad)


@add("nindent", "int string", 'key:{{ nindent 2 "a\\nb" }}', "key:\n  a\n  b", context=True)
def nindent(rt: Any, count: int, text: str) -> str:
    """As indent, with a line break first."""
    return "\n" + indent(rt, count, text)


@add("replace", "string string string", '{{ replace "a" "b" "banana" }}', "bbnbnb", context=True)
def replace(rt: Any, old: str, new: str, text: str) -> str:
    """All occurrences of the first operand replaced by the second."""
    if len(new) > len(old):
        rt.room(len(text) + text.count(old) * (len(new) - len(old)))
    return text.replace(old, new)


@add("plural", "string string int", '{{ plural "file" "files" 2 }}', "files")
def plural(one: str, many: str, count: int) -> str:
    """The first form for 1, the second otherwise."""
    return one if count == 1 else many


@add("snakecase", "string", '{{ snakecase "HTTPServer" }}', "http_server")
def snakecase(text: str) -> str:
    """Words joined by underscores, in lower case."""
    return separated(text, "_")


@add("kebabcase", "string", '{{ kebabcase "FirstName" }}', "first-name")
def kebabcase(text: str) -> str:
    """Words joined by dashes, in lower case."""
    return separated(text, "-")


@add("camelcase", "string", '{{ camelcase "http_server" }}', "HttpServer")
def camelcase(text: str) -> str:
    """Words run together, each with a capital."""
    return pascal(well_formed(text))


@add("shuffle", "string", '{{ shuffle "abc" | len }}', "3", context=True)
def shuffle(rt: Any, text: str) -> str:
    """The characters in random order."""
    from .randoms import source

    chars = list(text)
    source(rt).shuffle(chars)
    return "".join(chars)


@add("toString", "any", "{{ toString 1.50 }}", "1.5")
def to_string(value: Any) -> str:
    """The default form of a value."""
    return text_of(value)


def strings_of(value: Any) -> Strings:
    """A list of texts: of a list's items without nil, or of one value."""
    if value is None:
        return Strings()
    if isinstance(value, list | tuple):
        return Strings([text_of(item) for item in value if item is not None])
    return Strings([text_of(value)])


@add("toStrings", "any", "{{ toStrings (list 1 nil true) }}", "[1 true]")
def to_strings(value: Any) -> Strings:
    """The items of a list as strings, without nil."""
    return strings_of(value)


@add("join", "string any", '{{ join "-" (list 1 nil "b") }}', "1-b", context=True)
def join(rt: Any, separator: str, value: Any) -> str:
    """Items joined by a separator; nil is left out, a single value is one item."""
    items = strings_of(value)
    rt.room(sum(map(len, items)) + len(separator) * len(items))
    return separator.join(items)


@add("splitList", "string string", '{{ splitList "," "a,b,c" }}', "[a b c]")
def split_list(separator: str, text: str) -> Strings:
    """Parts between separators, as a list. An empty text has one empty part."""
    return Strings(text.split(separator) if separator else text)


@add("split", "string string", '{{ (split "-" "p-q-r")._1 }}', "q")
def split(separator: str, text: str) -> StringMap:
    """Parts between separators, as a map with the keys _0, _1 and so on."""
    return numbered(text.split(separator) if separator else list(text))


@add("splitn", "string int string", '{{ splitn "," 2 "a,b,c" }}', "map[_0:a _1:b,c]")
def splitn(separator: str, count: int, text: str) -> StringMap:
    """As split, into at most so many parts."""
    return numbered(split_count(text, separator, count))


def split_count(text: str, separator: str, count: int) -> list[str]:
    if count == 0:
        return []
    if separator:
        return text.split(separator) if count < 0 else text.split(separator, count - 1)
    if count < 0 or count >= len(text):
        return list(text)
    return [*text[: count - 1], text[count - 1 :]]


def numbered(parts: list[str]) -> StringMap:
    return StringMap({f"_{number}": part for number, part in enumerate(parts)})


@add("sortAlpha", "any", '{{ sortAlpha (list "b" "a" "C") }}', "[C a b]")
def sort_alpha(value: Any) -> Strings:
    """Items as strings in the order of their bytes."""
    return Strings(sorted([text_of(value)] if value is None else strings_of(value), key=encode))


@add("hello", "", "{{ hello }}", "Hello!")
def hello() -> str:
    """A greeting, to see whether functions work."""
    return "Hello!"
