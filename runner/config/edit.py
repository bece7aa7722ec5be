"""Change one setting in a configuration file and nothing else: comments, order and style stay.

The change is made in the text, where the parser says the value stands, and proved: what the new text means has to be
what the old one meant with that one value changed. Otherwise the file is left as it is.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import tempfile
from typing import TYPE_CHECKING, Any

import yaml

from runner.config import reader, shape
from runner.config.effective import plain
from runner.errors import AtmosError, Where

if TYPE_CHECKING:
    from collections.abc import Sequence

GONE = object()  # the value of a setting that is taken out


def literal(text: str, *, string: bool = False) -> str:
    """A value from the command line as it is written into a file: YAML where it is some, else quoted text."""
    if not string and "\n" not in text:
        with contextlib.suppress(AtmosError):
            tree = _parsed(f"value: {text}\n", "")
            if list(tree) == ["value"] and "#" not in text:
                return text or '""'
    return json.dumps(text, ensure_ascii=False)


def write(path: str, keys: Sequence[str], value: str | None) -> Where:
    """Set a setting to a literal, or take it out (None). Where it stands (or stood)."""
    with open(path, "rb") as stream:
        data = stream.read()
    text = reader.decode(data, path)
    before = _parsed(text, path)
    place, changed = _changed(text, path, list(keys), value)
    after = _parsed(changed, path)
    wanted: Any = GONE if value is None else _parsed(f"value: {value}\n", path)["value"]
    if plain(after) != _with(plain(before), list(keys), wanted):
        raise _by_hand(path, place, "it cannot be changed without changing more")
    tree = shape.canonical(after)
    for problem in shape.unknown_keys(tree):
        if problem.path == ".".join(keys) and problem.severity == "warning":
            raise AtmosError(problem.message, hints=[f"Did you mean `{problem.hint}`?"])
    errors = [error for error in shape.misfits(tree) if error[0] == ".".join(keys)]
    if errors:
        raise AtmosError(f"'{errors[0][0]}' {errors[0][1]}", title="Configuration Error",
                         hints=["`--string` takes the value as text"] if not isinstance(wanted, str) else [])  # fmt: skip
    mark = b"\xef\xbb\xbf" if data.startswith(b"\xef\xbb\xbf") else b""
    _replace(os.path.realpath(path), mark + changed.encode())
    return Where(path, place[0] + 1, place[1] + 1)


def _parsed(text: str, path: str) -> reader.Map:
    value = reader.parse(text, path, on_tag=lambda tag, item, _: (tag, item) if isinstance(item, str) else item)
    return reader.as_map(value, path)


def _with(tree: dict[str, Any], keys: list[str], value: Any) -> dict[str, Any]:
    """Plain data with one value changed."""
    name = next((key for key in tree if key.lower() == keys[0].lower()), keys[0])
    result = dict(tree)
    if len(keys) > 1:
        below = tree.get(name)
        result[name] = _with(below if isinstance(below, dict) else {}, keys[1:], value)
        if value is GONE and not result[name]:
            result[name] = None
    elif value is GONE:
        result.pop(name, None)
    else:
        result[name] = value
    return result


def _by_hand(path: str, place: tuple[int, int], why: str) -> AtmosError:
    return AtmosError(why, where=Where(path, place[0] + 1, place[1] + 1), hints=["Change it by hand"])


def _changed(text: str, path: str, keys: list[str], value: str | None) -> tuple[tuple[int, int], str]:
    """The place of the change (line and column from 0) and the text with it."""
    ending = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    node: Any = yaml.compose(text, yaml.CSafeLoader)
    key: Any = None
    depth = 0
    while depth < len(keys) and isinstance(node, yaml.MappingNode):
        found = next((pair for pair in node.value if pair[0].value.lower() == keys[depth].lower()), None)
        if found is None:
            break
        key, below = found
        if (below.start_mark.line, below.start_mark.column) < (key.start_mark.line, key.start_mark.column):
            raise _by_hand(path, _at(key), f"`{'.'.join(keys[: depth + 1])}` is an alias of another value")
        node, depth = below, depth + 1
    if value is None:
        if depth < len(keys):
            raise AtmosError(f"`{'.'.join(keys)}` is not set in {path}")
        return _at(key), _without(lines, path, key, node)
    if depth == len(keys):
        return _at(key), _put(lines, path, key, node, value)
    if isinstance(node, yaml.MappingNode) and node.flow_style:
        new = value
        for name in reversed(keys[depth + 1 :]):
            new = f"{{{_key(name)}: {new}}}"
        row, column = node.end_mark.line, node.end_mark.column - 1
        separator = ", " if node.value else ""
        lines[row] = f"{lines[row][:column]}{separator}{_key(keys[depth])}: {new}{lines[row][column:]}"
        return (row, column), "".join(lines)
    if isinstance(node, yaml.MappingNode) and node.value:
        row, indent = _last_row(node) + 1, node.value[0][0].start_mark.column
    elif key is not None and node.value == "" and node.start_mark.line == key.start_mark.line:
        row, indent = key.start_mark.line + 1, key.start_mark.column + 2
    elif key is None:
        row, indent = len(lines), 0
    else:
        raise _by_hand(path, _at(key), f"`{'.'.join(keys[:depth])}` is no mapping")
    if row and row <= len(lines) and not lines[row - 1].endswith(("\n", "\r")):
        lines[row - 1] += ending
    fresh = []
    for level, name in enumerate(keys[depth:]):
        last = depth + level == len(keys) - 1
        fresh.append(" " * (indent + 2 * level) + _key(name) + ":" + (f" {value}" if last else "") + ending)
    return (row, indent), "".join([*lines[:row], *fresh, *lines[row:]])


def _key(name: str) -> str:
    with contextlib.suppress(AtmosError):
        if list(_parsed(f"{name}: 1\n", "")) == [name]:
            return name
    return json.dumps(name, ensure_ascii=False)


def _at(key: Any) -> tuple[int, int]:
    return key.start_mark.line, key.start_mark.column


def _put(lines: list[str], path: str, key: Any, node: Any, value: str) -> str:
    """A new value in the place of the old one."""
    start, end = node.start_mark, node.end_mark
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        raise _by_hand(path, _at(key), f"`{key.value}` holds more than one value")
    if start.line != end.line:
        raise _by_hand(path, _at(key), f"the value of `{key.value}` has several lines")
    row = lines[start.line]
    space = "" if start.column and row[start.column - 1 : start.column].isspace() else " "
    lines[start.line] = row[: start.column] + space + value + row[end.column :]
    return "".join(lines)


def _without(lines: list[str], path: str, key: Any, node: Any) -> str:
    """Without the lines of a setting."""
    first, last = key.start_mark.line, max(_last_row(node), key.start_mark.line)
    if lines[first][: key.start_mark.column].strip():
        raise _by_hand(path, _at(key), f"`{key.value}` stands with others on one line")
    return "".join([*lines[:first], *lines[last + 1 :]])


def _last_row(node: Any) -> int:
    """The last line on which something of a value stands."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    end = node.end_mark
    return int(end.line - 1 if end.column == 0 and end.line > node.start_mark.line else end.line)


def _replace(path: str, data: bytes) -> None:
    """Write a file, whole or not at all, with the mode that it has."""
    folder = os.path.dirname(path)
    try:
        fd, temporary = tempfile.mkstemp(prefix=".atmos-", dir=folder)
        try:
            with os.fdopen(fd, "wb") as stream:
                stream.write(data)
                os.fchmod(stream.fileno(), stat.S_IMODE(os.stat(path).st_mode))
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as error:
        raise AtmosError(f"cannot write {path}: {error.strerror}", where=Where(path)) from error
