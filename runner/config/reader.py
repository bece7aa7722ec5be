"""Read one YAML file: libyaml's events in, maps and lists that remember their places out.

Used for `atmos.yaml` and what it imports, for stack manifests and for workflow files. What a tag means is the
caller's business (`on_tag`); what a plain scalar means is `runner.config.scalars`. Bounds: size, depth, and what
aliases expand to. Every mistake is an `AtmosError` with file, line, column and the line itself.
"""

from __future__ import annotations

import os

import yaml
from yaml._yaml import CParser

from runner.config import mistakes, scalars
from runner.config.mistakes import MAX_DEPTH
from runner.errors import AtmosError, Where

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    OnTag = Callable[[str, object, Where], object]

MAX_BYTES = 32 * 1024 * 1024
ALIAS_NODES = 200_000  # what aliases may add to a document, beside ten times its own size
Mark = tuple[str, int, int]


class Map(dict[str, object]):
    """A mapping that knows where it stands, where each key stands, and how its plain scalars were written."""

    __slots__ = ("literals", "mark", "marks")

    def __init__(self, mark: Mark = ("", 0, 0)) -> None:
        super().__init__()
        self.mark = mark
        self.marks: dict[str, Mark] = {}
        self.literals: dict[str, str] = {}

    @property
    def where(self) -> Where:
        return Where(*self.mark)

    def key_where(self, key: str) -> Where:
        """Where a key stands; the map's own place for a key that it does not have."""
        return Where(*self.marks.get(key, self.mark))

    def literal(self, key: str) -> str:
        """A scalar value as it was written in the file (`0777`, `1.10`)."""
        text = self.literals.get(key)
        return scalars.as_env_text(self.get(key)) if text is None else text

    def take(self, other: Map) -> None:
        """Become a copy of this level of another map; what is below is shared."""
        self.update(other)
        self.marks = (
            dict.fromkeys(other, other.mark) | other.marks if len(other.marks) < len(other) else dict(other.marks)
        )
        self.literals = dict(other.literals)

    def put(self, key: str, value: object, mark: Mark, literal: str | None = None) -> None:
        self[key] = value
        self.marks[key] = mark
        if literal is None:
            self.literals.pop(key, None)
        else:
            self.literals[key] = literal


class Seq(list[object]):
    """A list that knows where it and its items stand."""

    __slots__ = ("literals", "mark", "marks")

    def __init__(self, mark: Mark = ("", 0, 0)) -> None:
        super().__init__()
        self.mark = mark
        self.marks: list[Mark] = []
        self.literals: dict[int, str] = {}

    @property
    def where(self) -> Where:
        return Where(*self.mark)

    def item_where(self, index: int) -> Where:
        return Where(*(self.marks[index] if index < len(self.marks) else self.mark))

    def literal(self, index: int) -> str:
        text = self.literals.get(index)
        return scalars.as_env_text(self[index]) if text is None else text

    def add(self, value: object, mark: Mark, literal: str | None = None) -> None:
        if literal is not None:
            self.literals[len(self)] = literal
        self.append(value)
        self.marks.append(mark)


class Dropped:
    """What an `on_tag` returns for `!unset`: the key or item is left out."""


DROPPED = Dropped()


def refuse_tag(tag: str, _value: object, where: Where) -> object:
    """The `on_tag` of files in which no tag means anything."""
    raise AtmosError(f"unsupported YAML tag: '{tag}'", where=where)


def read_file(path: str, *, on_tag: OnTag = refuse_tag) -> Map | Seq | object:
    """Read and parse a file: its top-level value; an empty file is an empty map."""
    return parse(read_text(path), path, on_tag=on_tag)


def read_map(path: str, *, on_tag: OnTag = refuse_tag) -> Map:
    """Read a file whose top level has to be a mapping."""
    return as_map(read_file(path, on_tag=on_tag), path)


def as_map(value: object, file: str) -> Map:
    """The top-level mapping of a file, or the error that says what it is instead."""
    if isinstance(value, Map):
        return value
    kind = "list" if isinstance(value, list) else "single value"
    line = value.mark[1] if isinstance(value, Seq) else 1
    raise AtmosError(
        f"{file}: the top level is a {kind}; a mapping (`key: value`) is expected",
        title="Invalid YAML", where=Where(file, line, 1),
    )  # fmt: skip


def read_text(path: str) -> str:
    """The text of a file: bounded, UTF-8 (or UTF-16 with a byte order mark), without the mark."""
    try:
        with open(path, "rb", buffering=0) as stream:
            data = stream.read(min(os.fstat(stream.fileno()).st_size, MAX_BYTES) + 1)
            while data and len(data) <= MAX_BYTES and (more := stream.read(65536)):
                data += more
    except OSError as error:
        raise AtmosError(f"cannot read {path}: {error.strerror or error}", where=Where(path)) from error
    return decode(data, path)


def decode(data: bytes, file: str) -> str:
    """Bytes of a file to text; refuses what is too big or no text."""
    if len(data) > MAX_BYTES:
        raise AtmosError(
            f"{file} is larger than {MAX_BYTES // 1024 // 1024} MiB; that is no configuration file", where=Where(file)
        )
    try:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise AtmosError(
            f"{file}: line {line} is not valid UTF-8 text", title="Invalid YAML", where=Where(file, line),
            hints=["Save the file with UTF-8 encoding"],
        ) from error  # fmt: skip


def parse(text: str, file: str, *, on_tag: OnTag = refuse_tag) -> Map | Seq | object:
    """Parse the first document of a text. Only maps and lists remember places; a scalar top level is returned bare."""
    builder = _Builder(text, file, on_tag)
    try:
        return builder.document()
    except yaml.MarkedYAMLError as error:
        raise mistakes.located(error, text, file, builder.flows) from error
    except yaml.reader.ReaderError as error:
        raise mistakes.unreadable(error, text, file) from error


class _Builder:
    """Turns the event stream of one document into values."""

    def __init__(self, text: str, file: str, on_tag: OnTag) -> None:
        self.text, self.file, self.on_tag = text, file, on_tag
        self.next: Callable[[], Any] = CParser(text).get_event
        self.anchors: dict[str, tuple[object, str | None]] = {}
        self.open: set[str] = set()
        self.flows: list[Any] = []  # where the `[` and `{` stand that are open
        self.sizes: dict[int, int] = {}
        self.nodes = 0
        self.expanded = 0

    def document(self) -> Map | Seq | object:
        while True:
            event = self.next()
            kind = type(event)
            if kind is yaml.StreamEndEvent or event is None:
                return Map((self.file, 1, 1))
            if kind is yaml.DocumentStartEvent:
                break
        event = self.next()
        value, _ = self.value(event, 0)
        if type(self.next()) is yaml.DocumentEndEvent:  # the parser tells what else stands there
            self.next()
        if value is None or value is DROPPED:
            return Map((self.file, 1, 1))
        return value

    def fail(self, event: Any, message: str, *, hint: str = "") -> AtmosError:
        mark = event.start_mark
        return mistakes.syntax_error(message, self.text, self.file, mark.line + 1, mark.column + 1, hint=hint)

    def value(self, event: Any, depth: int) -> tuple[object, str | None]:
        """One node: its value and, for plain scalars that are no text, how it was written."""
        kind = type(event)
        self.nodes += 1
        if kind is yaml.ScalarEvent:
            value, literal = self.scalar(event)
        elif kind is yaml.AliasEvent:
            return self.alias(event)
        else:
            if depth >= MAX_DEPTH:
                raise self.fail(event, f"nested more than {MAX_DEPTH} levels deep")
            anchor = event.anchor
            if anchor:
                self.open.add(anchor)
            before = self.nodes + self.expanded
            if event.flow_style:
                self.flows.append(event.start_mark)
            value = self.mapping(event, depth) if kind is yaml.MappingStartEvent else self.sequence(event, depth)
            if event.flow_style:
                self.flows.pop()
            if anchor:
                self.open.discard(anchor)
                self.sizes[id(value)] = self.nodes + self.expanded - before + 1
            tag = event.tag
            if tag and not tag.startswith("tag:yaml.org,2002:") and tag != "!":
                mark = event.start_mark
                value = self.on_tag(tag, value, Where(self.file, mark.line + 1, mark.column + 1))
            literal = None
        if event.anchor:
            self.anchors[event.anchor] = (value, literal)
        return value, literal

    def alias(self, event: Any) -> tuple[object, str | None]:
        name = event.anchor
        if name in self.open:
            raise self.fail(event, f"the value of anchor &{name} contains itself (*{name})")
        try:
            value, literal = self.anchors[name]
        except KeyError:
            raise self.fail(event, f"unknown alias *{name}: no anchor &{name} before it") from None
        self.expanded += self.sizes.get(id(value), 1)
        if self.expanded > ALIAS_NODES + 10 * self.nodes:
            raise self.fail(event, "document contains excessive aliasing")
        return value, literal

    def scalar(self, event: Any) -> tuple[object, str | None]:
        text: str = event.value
        tag = event.tag
        if event.implicit[0] and tag is None:  # plain, without a tag
            value = scalars.resolve(text)
            return (value, None) if value is text else (value, text)
        if not tag or tag == "!" or event.implicit[1]:
            return text, None
        if tag.startswith("tag:yaml.org,2002:"):
            return self.standard(event, tag[18:], text)
        mark = event.start_mark
        return self.on_tag(tag, text, Where(self.file, mark.line + 1, mark.column + 1)), None

    def standard(self, event: Any, name: str, text: str) -> tuple[object, str | None]:
        """`!!str`, `!!int` and their like keep their meaning."""
        value = scalars.resolve(text)
        if name in ("str", "timestamp"):
            return text, None
        if name == "null":
            return None, text
        if name == "int" and isinstance(value, int) and not isinstance(value, bool):
            return value, text
        if name == "float" and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value), text
        if name == "bool":
            chosen = scalars.parse_bool(text)
            if chosen is None:
                chosen = {"yes": True, "on": True, "y": True, "no": False, "off": False, "n": False}.get(text.lower())
            if chosen is not None:
                return chosen, text
        if name == "binary":
            import base64
            import binascii

            try:
                return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace"), None
            except binascii.Error:
                pass
        raise self.fail(event, f"cannot read `{text[:60]}` as !!{name}")

    def sequence(self, event: Any, depth: int) -> Seq:
        mark = event.start_mark
        result = Seq((self.file, mark.line + 1, mark.column + 1))
        while True:
            event = self.next()
            if type(event) is yaml.SequenceEndEvent:
                return result
            mark = event.start_mark
            value, literal = self.value(event, depth + 1)
            if value is not DROPPED:
                result.add(value, (self.file, mark.line + 1, mark.column + 1), literal)

    def mapping(self, event: Any, depth: int) -> Map:
        mark = event.start_mark
        file = self.file
        result = Map((file, mark.line + 1, mark.column + 1))
        marks, literals = result.marks, result.literals
        merges: list[object] = []
        dropped: set[str] = set()
        while True:
            event = self.next()
            if type(event) is yaml.MappingEndEvent:
                break
            key_event = event
            key = self.key(event)
            mark = event.start_mark
            place = (file, mark.line + 1, mark.column + 1)
            value, literal = self.value(self.next(), depth + 1)
            if key == "<<" and type(key_event) is yaml.ScalarEvent and key_event.implicit[0]:
                merges += self.mergeable(key_event, value)
                continue
            if key in marks:
                raise self.fail(
                    key_event, f'mapping key "{key}" already defined at line {marks[key][1]}',
                    hint="Keep one of the two; the second would hide the first",
                )  # fmt: skip
            marks[key] = place
            if value is DROPPED:
                dropped.add(key)
                continue
            result[key] = value
            if literal is not None:
                literals[key] = literal
        for merged in merges:  # earlier ones win, the map's own keys win over all
            assert isinstance(merged, dict)
            for name, item in merged.items():
                if name in result or name in dropped:
                    continue
                result[name] = item
                if isinstance(merged, Map):
                    marks[name] = merged.marks.get(name, merged.mark)
                    if name in merged.literals:
                        literals[name] = merged.literals[name]
                else:
                    marks[name] = result.mark
        for name in dropped:
            del marks[name]
        return result

    def key(self, event: Any) -> str:
        """A key is text, whatever it looks like: `1:` is "1", `yes:` is "yes"."""
        if type(event) is yaml.ScalarEvent:
            tag = event.tag
            if tag and tag != "!" and not tag.startswith("tag:yaml.org,2002:"):
                raise self.fail(event, f"a key cannot carry a tag ({tag})")
            if event.anchor:
                self.anchors[event.anchor] = (event.value, None)
            return str(event.value)
        if type(event) is yaml.AliasEvent:
            value, literal = self.alias(event)
            if isinstance(value, str):
                return value
            if literal is not None:
                return literal
        raise self.fail(
            event,
            "a key has to be a single word or quoted text",
            hint="Quote text that begins with `{`, `[`, `*` or `&`",
        )

    def mergeable(self, event: Any, value: object) -> list[object]:
        items = value if isinstance(value, list) else [value]
        for item in items:
            if not isinstance(item, dict):
                raise self.fail(event, "`<<` needs a mapping or a list of mappings to merge")
        return list(items)
