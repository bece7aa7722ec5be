"""Reading one manifest file: its text is rendered where it has a context, then parsed with its tags kept."""

from __future__ import annotations

import os
import re

from runner.config.record import stamp
from runner.errors import AtmosError, Where
from runner.stacks import rendering
from runner.stacks.values import APPEND, FUNCTIONS, INCLUDES, LITERAL, UNSET, plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from runner.stacks.cache import ManifestCache

    Map = dict[str, Any]
    Include = Callable[[str, str, Where, bool], object]

_TEMPLATES = (".yaml.tmpl", ".yml.tmpl")
# A quoted value that is nothing but one field reference, where YAML has a value.
_QUOTED_REFERENCE = re.compile(
    r"""(?P<before>(?:^|[\[,{]|:[ ]|-[ ])[ ]*)(?P<quote>["'])(?P<action>\{\{-?\s*\.[A-Za-z_][\w.-]*\s*-?\}\})(?P=quote)"""
    r"""(?=[ ]*(?:$|[,\]}]|[ ]\#))""",
    re.MULTILINE,
)


def shown(path: str, base: str) -> str:
    """A manifest's path as people know it: below the stacks folder."""
    relative = os.path.relpath(path, base)
    return path if relative.startswith("..") else relative


class Reader:
    """Reads manifests of one stacks folder; each file without a context once."""

    def __init__(self, base: str, include: Include | None = None, *, templates_enabled: bool = True,
                 cache: ManifestCache | None = None, environ: Mapping[str, str] | None = None) -> None:  # fmt: skip
        self.base = base
        self.environ = environ or {}
        self.cache = cache
        self.templates_enabled = templates_enabled
        self.include = include
        self._plain: dict[str, Map] = {}
        self._located: dict[str, Map] = {}
        self._included = False  # whether the file at hand includes others

    def read(self, path: str, context: Map, *, skip_templates: bool = False, lax: bool = False) -> Map:
        """The content of a file as its importer gets it."""
        template = path.endswith(_TEMPLATES)
        if skip_templates or not (template or context):
            if path not in self._plain:
                self._plain[path] = self._read_plain(path)
            return self._plain[path]
        text = self._text(path)
        data: Map = context
        if re.search(r"^(?:\s+)?locals:", text, re.MULTILINE):
            data = {**self._locals(text, path, context), **context}
        text, values = self._substitute(text, data, path, lax)
        parsed = self._parse(text, path)
        return _put_back(parsed, values) if values else parsed

    def _read_plain(self, path: str) -> Map:
        if self.cache is None:
            return self.located(path)
        found = self.cache.get(path)
        if found is not None:
            return found
        before = stamp(path)
        self._included = False
        data = self.located(path)
        if not self._included:  # what it includes may change without it
            self.cache.put(path, data, before)
        return data

    def located(self, path: str) -> Map:
        """The content of a file that is not rendered, with the places of everything in it."""
        if path not in self._located:
            self._located[path] = self._parse(self._text(path), path)
        return self._located[path]

    def save(self) -> None:
        """Keep what was parsed for the next run."""
        if self.cache is not None:
            self.cache.save()

    def _text(self, path: str) -> str:
        from runner.config import reader

        return reader.read_text(path)

    def _parse(self, text: str, path: str) -> Map:
        from runner.config import reader

        name = shown(path, self.base)
        try:
            value = reader.parse(text, name, on_tag=lambda tag, value, where: self._tag(tag, value, where, path))
        except AtmosError as error:
            if "{{" in text and error.title == "Invalid YAML":
                error.hints += template_hints(path, self.templates_enabled)
            raise
        return reader.as_map(value, name)

    def _locals(self, text: str, path: str, context: Map) -> Map:
        """The locals of a file that is itself a template: read from it as far as it can be read before rendering."""
        from runner.stacks import locals_

        try:
            raw = self._parse(text, path)
        except AtmosError:
            rendered = rendering.render(text, plain(context), strict=False, env=self.environ)
            raw = self._parse(rendered, path)
        found = locals_.file_locals(raw, shown(path, self.base))
        return found.data(context) if found else {}

    def _substitute(self, text: str, data: Map, path: str, lax: bool) -> tuple[str, dict[str, Any]]:
        """Render a file's text. Values that are one reference keep their kind: placeholders stand for them."""
        values: dict[str, Any] = {}
        mark = f"ctx{os.urandom(6).hex()}x"

        def place(found: re.Match[str]) -> str:
            value = rendering.lookup(data, rendering.whole_reference(found["action"]) or [])
            if value is rendering.MISSING:
                return found[0]
            token = f"{mark}{len(values)}x"
            values[token] = value
            return f"{found['before']}{found['quote']}{token}{found['quote']}"

        text = _QUOTED_REFERENCE.sub(place, text)
        try:
            text = rendering.render(text, plain(data), strict=not lax, name=shown(path, self.base), env=self.environ)
        except Exception as error:
            raise template_error(error, shown(path, self.base), data) from error
        return text, values

    def _tag(self, tag: str, value: object, where: Where, path: str) -> object:
        """What a tag in a manifest becomes (spec: config §4.1)."""
        place = (where.file, where.line)
        if tag == APPEND:
            if not isinstance(value, list):
                raise AtmosError(f"{where}: `!append` needs a list", where=where)
            return (APPEND, value, *place)
        if tag not in FUNCTIONS:
            raise AtmosError(
                f"unsupported YAML tag: '{tag}' found in file '{where}'. Supported tags are: {', '.join(FUNCTIONS)}",
                where=where,
            )
        if not isinstance(value, str):
            raise AtmosError(f"{where}: `{tag}` takes text, not a {'list' if isinstance(value, list) else 'map'}",
                             where=where)  # fmt: skip
        if tag == UNSET:
            return (UNSET, "", *place)
        if tag == LITERAL:
            return (LITERAL, value, *place)
        if tag in INCLUDES:
            if self.include is None:
                raise AtmosError(f"{where}: `{tag}` is not available here", where=where)
            self._included = True
            return self.include(value, path, where, tag == "!include.raw")
        return (tag, value.strip(), *place)


def _put_back(value: Any, values: dict[str, Any]) -> Any:
    """The values that placeholders stand for, in place: positions of the file's maps stay."""
    if isinstance(value, str):
        if value in values:
            return values[value]
        if value.startswith("ctx") or "ctx" in value:
            for token, item in values.items():
                if token in value:
                    value = value.replace(token, "" if item is None else str(item))
        return value
    if isinstance(value, dict):
        for key in list(value):
            value[key] = _put_back(value[key], values)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            value[index] = _put_back(item, values)
    elif type(value) is tuple and isinstance(value[1], str | list):
        return (value[0], _put_back(value[1], values), *value[2:])
    return value


def template_hints(path: str, enabled: bool) -> list[str]:
    """What may be meant where a manifest with templates is no YAML."""
    if not enabled:
        return ["the stack manifests contain Go templates, but templating is disabled in atmos.yaml in "
                "'templates.settings.enabled'"]  # fmt: skip
    if path.endswith(_TEMPLATES):
        return []
    return ["Quote a value that begins with `{{`; a file that is rendered before it is read ends in `.yaml.tmpl` or is "
            "imported with a `context`"]  # fmt: skip


def template_error(error: Exception, name: str, data: Map | None = None) -> Exception:
    """A failed template of a manifest, with its file."""
    message = str(getattr(error, "message", "") or error)
    hints = list(getattr(error, "hints", ()) or ())
    if data is not None and "map has no entry" in message:
        hints.append(f"Known: {', '.join(sorted(data))}" if data else "The import gives no context")
        hints.append("Set `ignore_missing_template_values: true` on the import to allow missing values")
    inner = getattr(error, "where", None)
    where = Where(name, getattr(inner, "line", 0) or 0) if inner is not None else Where(name)
    return AtmosError(f"{name}: the template cannot be rendered: {message}", hints=hints, where=where)
