"""Results as JSON and YAML, in one style everywhere (spec: config §1.3).

JSON: two blanks, nothing escaped that need not be. YAML: block style, lists below a key indented by two, text quoted
only where it would not come back as the same text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from runner.errors import AtmosError

if TYPE_CHECKING:
    from collections.abc import Iterator

# what a reader of YAML 1.1 or 1.2 would take for something else than text
_OTHER = re.compile(
    r"""(?: ~ | null | Null | NULL | true | True | TRUE | false | False | FALSE
      | [yYnN] | yes | Yes | YES | no | No | NO | on | On | ON | off | Off | OFF
      | [-+]?\.(?:inf|Inf|INF) | \.(?:nan|NaN|NAN)
      | [-+]?0[bB][01_]+ | [-+]?0[oO]?[0-7_]+ | [-+]?0[xX][0-9a-fA-F_]+ | [-+]?[0-9][0-9_]*
      | [-+]?(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?
      | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?
      | [0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}.*)?
      | = | << )\Z""",
    re.VERBOSE | re.DOTALL,
)  # fmt: skip
_START = frozenset("-?:,[]{}#&*!|>'\"%@`")
_ESCAPES = {
    "\\": "\\\\",
    '"': '\\"',
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    "\0": "\\0",
    "\x1b": "\\e",
    "\a": "\\a",
    "\b": "\\b",
}


def to_json(data: Any, *, sort: bool = False, indent: int | None = 2) -> str:
    """Data as JSON text, with its final line break."""
    import json

    separators = (",", ": ") if indent is not None else (",", ":")
    try:
        return json.dumps(_jsonable(data), indent=indent, sort_keys=sort, ensure_ascii=False, separators=separators,
                          allow_nan=False) + "\n"  # fmt: skip
    except ValueError as error:
        raise AtmosError(f"the result cannot be written as JSON: {error}") from error


def _jsonable(data: Any) -> Any:
    if isinstance(data, dict):
        return {str(key): _jsonable(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_jsonable(value) for value in data]
    if isinstance(data, tuple):
        return deferred_text(data)
    if isinstance(data, float):
        if data in (float("inf"), float("-inf")) or data != data:
            raise ValueError(f"unsupported value: {go_float(data)}")
        return int(data) if data.is_integer() and abs(data) < 1e21 else data
    if data is None or isinstance(data, str | int):
        return data
    return str(data)


def to_yaml(data: Any, *, sort: bool = False) -> str:
    """Data as YAML text, with its final line break."""
    if isinstance(data, dict | list) and data:
        return "\n".join(_block(data, "", sort)) + "\n"
    return "\n".join(_inline(data, "")) + "\n"


def _items(data: dict[Any, Any], sort: bool) -> list[tuple[Any, Any]]:
    return sorted(data.items(), key=lambda item: str(item[0])) if sort else list(data.items())


def _block(data: Any, pad: str, sort: bool) -> Iterator[str]:
    """The lines of a non-empty map or list that begins at a column."""
    if isinstance(data, dict):
        for key, value in _items(data, sort):
            head = f"{pad}{_key(str(key))}:"
            if isinstance(value, dict | list) and value:
                yield head
                yield from _block(value, pad + "  ", sort)
            else:
                first, *rest = _inline(value, pad + "  ")
                yield f"{head} {first}"
                yield from rest
        return
    for value in data:
        if isinstance(value, dict | list) and value:
            lines = _block(value, pad + "  ", sort)
            yield f"{pad}- {next(lines)[len(pad) + 2 :]}"
            yield from lines
        else:
            first, *rest = _inline(value, pad + "  ")
            yield f"{pad}- {first}"
            yield from rest


def _inline(value: Any, pad: str) -> list[str]:
    """A scalar or an empty collection: what stands behind the key, then the lines of a block text."""
    if isinstance(value, dict):
        return ["{}"]
    if isinstance(value, list):
        return ["[]"]
    if value is None:
        return ["null"]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, int):
        return [str(value)]
    if isinstance(value, float):
        return [go_float(value)]
    if isinstance(value, tuple):
        tag, argument = str(value[0]), str(value[1])
        if not argument:
            return [tag]
        first, *rest = _inline(argument, pad)
        return [f"{tag} {first}", *rest]
    text = str(value)
    if "\n" in text and _literal_allowed(text):
        return _literal(text, pad)
    return [quoted(text)]


def _literal_allowed(text: str) -> bool:
    return (
        " \n" not in text
        and not text.endswith(" ")
        and all(char.isprintable() or char in "\n\t" for char in text)
        and bool(text.strip("\n"))
    )


def _literal(text: str, pad: str) -> list[str]:
    hint = "2" if text[0] in " \n\t" else ""
    if not text.endswith("\n"):
        chomp, body = "-", text
    elif text.endswith("\n\n"):
        chomp, body = "+", text[:-1]
    else:
        chomp, body = "", text[:-1]
    return [f"|{hint}{chomp}", *(pad + line if line else "" for line in body.split("\n"))]


def _key(text: str) -> str:
    return quoted(text)


def quoted(text: str) -> str:
    """A text as a YAML scalar on one line."""
    if not text or _OTHER.match(text):
        return f'"{text}"'
    if not all(char.isprintable() for char in text):
        return '"' + "".join(_escaped(char) for char in text) + '"'
    if (
        (text[0] in _START and not (text[0] in "-?:" and len(text) > 1 and text[1] not in " "))
        or text[0] == " "
        or text[-1] in " :"
        or ": " in text
        or " #" in text
        or text.startswith(("---", "..."))
    ):
        return "'" + text.replace("'", "''") + "'"
    return text


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def go_float(value: float) -> str:
    """A float with the shortest digits; from 1e+21 and below 1e-4 with an exponent of at least two digits."""
    if value != value:
        return ".nan"
    if value in (float("inf"), float("-inf")):
        return ".inf" if value > 0 else "-.inf"
    if value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    text = repr(value)
    if "e" in text:
        digits, exponent = text.split("e")
        sign = exponent[0] if exponent[0] in "+-" else "+"
        return f"{digits}e{sign}{exponent.lstrip('+-').zfill(2)}"
    return text


def deferred_text(value: tuple[Any, ...]) -> str:
    """A value that is computed later, as it is written in the file."""
    return f"{value[0]} {value[1]}".strip()
