"""JSON Schemas that users write: read, checked and applied. `$ref` reaches files beside a schema and, as imports do, servers."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from runner.config import reader
from runner.config.effective import plain
from runner.errors import AtmosError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.app import App

    Path = tuple[str | int, ...]


class Schema:
    """One schema, from a file of JSON or YAML. AtmosError for one that cannot be used."""

    def __init__(self, app: App, path: str) -> None:
        try:
            from jsonschema import SchemaError, validators
            from referencing import Registry
        except ImportError:
            raise AtmosError("checking against a JSON Schema needs the package `jsonschema`, which is not installed",
                             hints=["Install it: `pip install 'atmos-runner[schemas]'`"]) from None  # fmt: skip
        self.app, self.path = app, path
        content = _content(path)
        if not isinstance(content, dict):
            raise AtmosError(f"{path} is no JSON Schema: it is no mapping")
        kind = validators.validator_for(content)
        try:
            kind.check_schema(content)
        except SchemaError as error:
            raise AtmosError(f"{path} is no JSON Schema: {error.message}") from error
        self._validator: Any = kind(content, registry=Registry(retrieve=self._retrieve))  # type: ignore[call-arg]

    def problems(self, data: Any) -> Iterator[tuple[Path, str]]:
        """What does not fit, each with the path to it. AtmosError where a `$ref` leads nowhere."""
        from referencing.exceptions import Unresolvable

        try:
            for problem in self._validator.iter_errors(data):
                yield tuple(problem.absolute_path), str(problem.message)
        except Unresolvable as error:
            reason: BaseException | None = error
            while reason is not None and not isinstance(reason, AtmosError):
                reason = reason.__cause__ or reason.__context__
            told = f": {reason.message}" if reason is not None else ", which leads nowhere"
            raise AtmosError(f"{self.path} has a `$ref` to {error.ref}{told}") from error

    def _retrieve(self, uri: str) -> Any:
        """What a `$ref` names: a file beside the schema, or one on a server."""
        from referencing import Resource
        from referencing.jsonschema import DRAFT202012

        if urlsplit(uri).scheme:
            path = self.app.config.fetch(uri)
        else:
            path = os.path.join(os.path.dirname(self.path), unquote(uri))
        return Resource.from_contents(_content(path), default_specification=DRAFT202012)


def _content(path: str) -> Any:
    text = reader.read_text(path)
    try:
        return json.loads(text)
    except ValueError as error:
        if path.endswith(".json"):
            raise AtmosError(f"failed to parse JSON: {path}: {error}") from error
    return plain(reader.parse(text, path))
