"""Regular expressions in RE2's syntax; `$1`, `${1}` and `${name}` in replacements."""

from __future__ import annotations

import re

from ..errors import Failure
from ..kinds import NilStrings, Strings
from ..regex import Pattern, compile_pattern
from ..values import any_text
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("regexes", "Regular expressions")
add = FAMILY.add
_reference = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))")


def compiled(source: str) -> Pattern:
    try:
        return compile_pattern(source)
    except Failure as problem:
        raise Failure(f"regexp: Compile(`{source}`): {problem.message}") from None


def must(source: str) -> Pattern:
    return compile_pattern(source)


def template(text: str, pattern: Pattern) -> list[str | int]:
    """A replacement as literal texts and group numbers; unknown groups are empty."""
    parts: list[str | int] = []
    at = 0
    for match in _reference.finditer(text):
        parts.append(text[at : match.start()])
        at = match.end()
        name = match[2] or match[3]
        if match[1]:
            parts.append("$")
        elif name.isdigit():
            if int(name) <= pattern.regex.groups:
                parts.append(int(name))
        elif name in pattern.names:
            parts.append(pattern.names[name])
    parts.append(text[at:])
    return parts


def replace_all(rt: Any, pattern: Pattern, text: str, replacement: list[str | int]) -> str:
    out: list[str] = []
    at = size = 0
    for match in pattern.matches(text):
        start, end = match.span()
        out.append(text[at:start])
        for part in replacement:
            piece = part if isinstance(part, str) else match.group(part) or ""
            out.append(piece)
            size += len(piece)
        rt.room(size)
        at = end
    out.append(text[at:])
    return "".join(out)


def split(pattern: Pattern, text: str, count: int) -> Strings:
    if count == 0:
        return NilStrings()
    if not text and pattern.source:
        return Strings([""])
    parts = Strings()
    begin = end = 0
    for match in pattern.matches(text):
        if 0 < count == len(parts) + 1:
            break
        start, stop = match.span()
        if stop == 0:
            begin = max(begin, 0)
            continue
        end = start
        parts.append(text[begin:end])
        begin = stop
    if (begin != len(text) or end != len(text)) and not (begin == len(text) and end == len(text)):
        parts.append(text[begin:])
    return parts


def found(pattern: Pattern, text: str, count: int) -> Strings:
    matches = Strings([match.group() for match in pattern.matches(text, count)])
    return matches or NilStrings()


def find(pattern: Pattern, text: str) -> str:
    match = pattern.search(text)
    return match.group() if match else ""


@add("regexMatch", "string string", '{{ regexMatch "^v[0-9]+" "v12" }}', "true")
def regex_match(source: str, text: str) -> bool:
    """Whether the pattern is found in the text; false for a wrong pattern."""
    try:
        return must(source).search(text) is not None
    except Failure:
        return False


@add("mustRegexMatch", "string string", '{{ mustRegexMatch "b" "abc" }}', "true")
def must_regex_match(source: str, text: str) -> bool:
    """As regexMatch, but a wrong pattern is an error."""
    return must(source).search(text) is not None


@add("regexFind", "string string", '{{ regexFind "[0-9]+" "ab12" }}', "12")
def regex_find(source: str, text: str) -> str:
    """The first match; "" when there is none."""
    return find(compiled(source), text)


@add("mustRegexFind", "string string", '{{ mustRegexFind "[0-9]+" "ab12" }}', "12")
def must_regex_find(source: str, text: str) -> str:
    """As regexFind."""
    return find(must(source), text)


@add("regexFindAll", "string string int", '{{ regexFindAll "[0-9]+" "1 22 333" 2 }}', "[1 22]")
def regex_find_all(source: str, text: str, count: int) -> Strings:
    """The first matches, all with -1."""
    return found(compiled(source), text, count)


@add("mustRegexFindAll", "string string int", '{{ mustRegexFindAll "[0-9]+" "1 22" -1 }}', "[1 22]")
def must_regex_find_all(source: str, text: str, count: int) -> Strings:
    """As regexFindAll."""
    return found(must(source), text, count)


@add(
    "regexReplaceAll",
    "string string string",
    '{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}',
    "-W-xxW-",
    context=True,
)
def regex_replace_all(rt: Any, source: str, text: str, replacement: str) -> str:
    """All matches replaced; `$1`, `${1}`, `${name}` stand for groups."""
    pattern = compiled(source)
    return replace_all(rt, pattern, text, template(replacement, pattern))


@add("mustRegexReplaceAll", "string string string", '{{ mustRegexReplaceAll "b+" "abba" "-" }}', "a-a", context=True)
def must_regex_replace_all(rt: Any, source: str, text: str, replacement: str) -> str:
    """As regexReplaceAll."""
    pattern = must(source)
    return replace_all(rt, pattern, text, template(replacement, pattern))


@add(
    "regexReplaceAllLiteral",
    "string string string",
    '{{ regexReplaceAllLiteral "a" "banana" "$1" }}',
    "b$1n$1n$1",
    context=True,
)
def regex_replace_all_literal(rt: Any, source: str, text: str, replacement: str) -> str:
    """All matches replaced by a text as it is."""
    return replace_all(rt, compiled(source), text, [replacement])


@add(
    "mustRegexReplaceAllLiteral",
    "string string string",
    '{{ mustRegexReplaceAllLiteral "a" "aa" "$1" }}',
    "$1$1",
    context=True,
)
def must_regex_replace_all_literal(rt: Any, source: str, text: str, replacement: str) -> str:
    """As regexReplaceAllLiteral."""
    return replace_all(rt, must(source), text, [replacement])


@add("regexSplit", "string string int", '{{ regexSplit "[,;]" "a,b;c" -1 }}', "[a b c]")
def regex_split(source: str, text: str, count: int) -> Strings:
    """The parts between matches, at most count of them, all with -1."""
    return split(compiled(source), text, count)


@add("mustRegexSplit", "string string int", '{{ mustRegexSplit "," "a,b" -1 }}', "[a b]")
def must_regex_split(source: str, text: str, count: int) -> Strings:
    """As regexSplit."""
    return split(must(source), text, count)


_META = frozenset("\\.+*?()|[]{}^$")


@add("regexQuoteMeta", "string", '{{ regexQuoteMeta "a.b*" }}', "a\\.b\\*")
def regex_quote_meta(text: str) -> str:
    """A pattern that matches exactly this text."""
    return "".join(["\\" + char if char in _META else char for char in text])


# --- regexp. --------------------------------------------------------------------------------------------


@add("regexp.Find", "any any", '{{ regexp.Find "[0-9]+" "ab12" }}', "12")
def ns_find(source: Any, value: Any) -> str:
    """The first match."""
    return find(must(any_text(source)), any_text(value))


@add(
    "regexp.FindAll",
    "any any any...",
    '{{ regexp.FindAll "[a-z]" 2 "abc" }} {{ regexp.FindAll "[a-z]" "ab" }}',
    "[a b] [a b]",
)
def ns_find_all(source: Any, *values: Any) -> Strings:
    """All matches, or the first so many: pattern, an optional number, text."""
    count, text = _count_and_text("FindAll", values)
    return found(must(any_text(source)), text, count)


def _count_and_text(name: str, values: tuple[Any, ...]) -> tuple[int, str]:
    from ..numbers import to_int64

    if len(values) > 2:
        raise Failure(f"wrong number of args for {name}: want 2 or 3 got {len(values) + 1}")
    return to_int64(values[0]) if len(values) == 2 else -1, any_text(values[-1])


@add("regexp.Match", "any any", '{{ regexp.Match "^a" "abc" }}', "true")
def ns_match(source: Any, value: Any) -> bool:
    """Whether the pattern is found."""
    return must(any_text(source)).search(any_text(value)) is not None


@add("regexp.QuoteMeta", "any", '{{ regexp.QuoteMeta "a.b" }}', "a\\.b")
def ns_quote_meta(value: Any) -> str:
    """A pattern that matches exactly this text."""
    return regex_quote_meta(any_text(value))


@add("regexp.Replace", "any any any", '{{ regexp.Replace "(a)(b)" "$2$1" "abc" }}', "bac", context=True)
def ns_replace(rt: Any, source: Any, replacement: Any, value: Any) -> str:
    """All matches replaced: pattern, replacement, text."""
    pattern = compiled(any_text(source))
    return replace_all(rt, pattern, any_text(value), template(any_text(replacement), pattern))


@add("regexp.ReplaceLiteral", "any any any", '{{ regexp.ReplaceLiteral "b" "$1" "abc" }}', "a$1c", context=True)
def ns_replace_literal(rt: Any, source: Any, replacement: Any, value: Any) -> str:
    """All matches replaced by a text as it is."""
    return replace_all(rt, must(any_text(source)), any_text(value), [any_text(replacement)])


@add("regexp.Split", "any any any...", '{{ regexp.Split "," -1 "a,b" }} {{ regexp.Split "," "a,b" }}', "[a b] [a b]")
def ns_split(source: Any, *values: Any) -> Strings:
    """The parts between matches: pattern, an optional number, text."""
    count, text = _count_and_text("Split", values)
    return split(must(any_text(source)), text, count)
