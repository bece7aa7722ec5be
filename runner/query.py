"""Queries over plain data in the language users know from `yq` and `jq`: `.vars`, `."a.b"`, `.a // "x"`, `keys`, `select(…)`.

Plain paths are followed here; everything else is handed to jq, after what is spelled differently there has been
rewritten: dashes in paths, wildcards in comparisons, and a few functions.
"""

from __future__ import annotations

import re

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_PATH = re.compile(r"""\.(?:(?:"[^"\\]*"|[A-Za-z_][\w-]*)(?:\[-?\d+\])*(?:\.(?=["A-Za-z_])|\Z))+\Z""")
_STEP = re.compile(r'"([^"]*)"|([A-Za-z_][\w-]*)|\[(-?\d+)\]')
_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_DASHED = re.compile(r"\.([A-Za-z_]\w*(?:-\w+)+)")
_WILDCARD = re.compile(r'(?P<left>(?:\.[\w"\[\]-]*)+|\$\w+)\s*(?P<operator>==|!=)\s*(?P<text>"[^"\\]*[*?][^"\\]*")')

_PRELUDE = r"""
def _glob($re): if type == "string" then test($re) else false end;
def pick(f): (try ([f] | .[0]) catch null) as $keys | . as $in
  | if ($keys | type) == "array" and ($in | type) == "object"
    then reduce $keys[] as $k ({}; if ($in | has($k)) then .[$k] = $in[$k] else . end)
    elif ($keys | type) == "array" and ($in | type) == "array" then [$keys[] as $k | $in[$k]]
    else . end;
def omit($keys): . as $in | if type == "object" then with_entries(select(.key as $k | $keys | index([$k]) | not)) else . end;
def filter(f): map(select(f));
def upcase: ascii_upcase;
def downcase: ascii_downcase;
def to_json: tojson;
def from_json: fromjson;
def any_c(f): any(f);
def all_c(f): all(f);
def trim: if type == "string" then sub("^\\s+"; "") | sub("\\s+$"; "") else . end;
"""


def query(data: Any, expression: str) -> Any:
    """What an expression selects. Several results are a list, none is None. AtmosError for a bad expression."""
    results = list(results_of(data, expression))
    if not results:
        return None
    return results[0] if len(results) == 1 else results


def matches(data: Any, expression: str) -> bool:
    """Whether an expression holds. One that does not fit the data does not hold; one that cannot be read is an error."""
    try:
        return any(value is True for value in results_of(data, expression))
    except _NotFitting:
        return False


class _NotFitting(AtmosError):
    """The expression is sound but does not fit this data."""


def results_of(data: Any, expression: str) -> Iterable[Any]:
    """All results of an expression, in order."""
    text = expression.strip()
    if text in ("", "."):
        return [data]
    if _PATH.match(text):
        return [_follow(data, text, expression)]
    import jq

    try:
        program = jq.compile(_PRELUDE + translate(text))
    except ValueError as error:
        raise AtmosError(
            f"invalid query expression '{expression}': {_reason(error)}",
            hints=['Expressions look like `.vars.region`, `.vars.tags // "none"` or `.list[0]`'],
        ) from error
    try:
        results: list[Any] = program.input_value(_in_order(data)).all()
    except ValueError as error:
        raise _NotFitting(f"the query '{expression}' does not fit the data: {_reason(error)}") from error
    return results


def _in_order(value: Any) -> Any:
    """The data as it is printed, keys sorted: `.vars[]` and `to_entries` go through a map in this order."""
    if isinstance(value, dict):
        return {key: _in_order(value[key]) for key in sorted(value, key=str)}
    return [_in_order(item) for item in value] if isinstance(value, list) else value


def _reason(error: ValueError) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    first = re.sub(r"^jq: (?:error: )?", "", lines[0]) if lines else type(error).__name__
    return re.sub(r",? ?(?:at )?<unknown>.*|\s*\(at .*\)|, line \d+.*", "", first).rstrip(": ")


def _follow(data: Any, path: str, expression: str) -> Any:
    for found in _STEP.finditer(path):
        quoted, name, index = found.groups()
        if data is None:
            return None
        if index is not None:
            if not isinstance(data, list):
                raise _NotFitting(f"the query '{expression}' does not fit the data: [{index}] needs a list")
            number = int(index)
            data = data[number] if -len(data) <= number < len(data) else None
        else:
            key = quoted if quoted is not None else name
            if not isinstance(data, dict):
                raise _NotFitting(f"the query '{expression}' does not fit the data: there is no `{key}` in a "
                                  f"{'list' if isinstance(data, list) else 'single value'}")  # fmt: skip
            data = data.get(key)
    return data


def translate(expression: str) -> str:
    """An expression as jq reads it."""
    text = _bind_commas(_WILDCARD.sub(_wildcard, expression))
    parts: list[str] = []
    at = 0
    for found in _STRING.finditer(text):
        parts += [_DASHED.sub(r'."\1"', text[at : found.start()]), found[0]]
        at = found.end()
    parts.append(_DASHED.sub(r'."\1"', text[at:]))
    return "".join(parts)


def _bind_commas(expression: str) -> str:
    """Parentheses around what stands between commas: a comma binds less than a pipe here, more in jq."""
    if "," not in expression or "|" not in expression:
        return expression
    return _level(expression, 0, "")[0]


_CLOSERS = {"(": ")", "[": "]", "{": "}"}


def _level(text: str, at: int, closer: str) -> tuple[str, int]:
    """One bracket level from a position: (its text rewritten, where it ends)."""
    parts: list[str] = [""]
    piped = [False]
    while at < len(text):
        char = text[at]
        string = _STRING.match(text, at) if char == '"' else None
        if string is not None:
            parts[-1] += string[0]
            at = string.end()
            continue
        if char == closer:
            break
        if char in _CLOSERS:
            inner, at = _level(text, at + 1, _CLOSERS[char])
            parts[-1] += char + inner + text[at : at + 1]
            at += 1
            continue
        if char in ",;":
            parts += [char, ""]
            piped += [False, False]
        else:
            parts[-1] += char
            if char == "|" and text[at + 1 : at + 2] != "=":
                piped[-1] = True
        at += 1
    if "," not in parts[1::2]:
        return "".join(parts), at
    return "".join(_wrapped(part, closer) if held else part for part, held in zip(parts, piped, strict=True)), at


def _wrapped(part: str, closer: str) -> str:
    if closer != "}":
        return f"({part})"
    name, colon, value = part.partition(":")
    return f"{name}{colon}({value})" if colon else part


def _wildcard(found: re.Match[str]) -> str:
    """A comparison with `*` or `?` in its text compares by pattern."""
    import json

    pattern = "".join(".*" if char == "*" else "." if char == "?" else re.escape(char) for char in found["text"][1:-1])
    call = f"({found['left']} | _glob({json.dumps('^' + pattern + '$')}))"
    return call if found["operator"] == "==" else f"({call} | not)"
