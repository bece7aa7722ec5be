"""The `auth:` section of one YAML file, for programs that use this package alone. Imports and profiles of a whole
project are read by the runner."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from auth.errors import ConfigError


class Place:
    """`file:line`."""

    def __init__(self, file: str, line: int) -> None:
        self.file, self.line = file, line

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def read_section(path: str) -> tuple[dict[str, Any], Callable[[tuple[str, ...]], object | None]]:
    """The section as plain data (functions deferred) and where its parts stand."""
    import yaml

    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror or error}") from error
    lines: dict[tuple[str, ...], int] = {}

    class Loader(yaml.SafeLoader):
        pass

    Loader.yaml_implicit_resolvers = {
        first: [(tag, expression) for tag, expression in rows if not tag.endswith((":bool", ":timestamp"))]
        for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    Loader.add_implicit_resolver(
        "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
    )
    # An account number with a leading zero is a text (decision D23), not an octal number.
    Loader.add_implicit_resolver("tag:yaml.org,2002:str", re.compile(r"^0\d{11}$"), ["0"])
    for first in "0":
        rows = Loader.yaml_implicit_resolvers[first]
        Loader.yaml_implicit_resolvers[first] = [rows[-1], *rows[:-1]]

    def deferred(loader: Any, suffix: str, node: Any) -> object:
        if not isinstance(node, yaml.ScalarNode):
            raise ConfigError(f"!{suffix} takes a text", where=Place(path, node.start_mark.line + 1))
        return (f"!{suffix}", loader.construct_scalar(node), path, node.start_mark.line + 1)

    Loader.add_multi_constructor("!", deferred)

    def note(node: Any, at: tuple[str, ...]) -> None:
        lines[at] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            seen: dict[str, int] = {}
            for key, value in node.value:
                name = str(key.value)
                if name in seen and name != "<<":
                    raise ConfigError(
                        f"duplicate key `{name}` (first on line {seen[name]})",
                        where=Place(path, key.start_mark.line + 1),
                    )
                seen[name] = key.start_mark.line + 1
                if len(at) < 8:
                    note(value, (*at, name))
                    lines[(*at, name)] = key.start_mark.line + 1

    loader = Loader(text)
    try:
        node = loader.get_single_node()
        if node is not None:
            note(node, ())
        data = loader.construct_document(node) if node is not None else {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ConfigError(
            f"malformed YAML: {getattr(error, 'problem', None) or error}",
            where=Place(path, mark.line + 1) if mark else path,
        ) from error
    except RecursionError as error:
        raise ConfigError("malformed YAML: nested too deeply", where=path) from error
    finally:
        loader.dispose()
    if not isinstance(data, dict):
        raise ConfigError("the file must be a mapping", where=path)
    section = data.get("auth")
    if section is not None and not isinstance(section, dict):
        raise ConfigError("`auth` must be a mapping", where=Place(path, lines.get(("auth",), 1)))

    def where(at: tuple[str, ...]) -> object | None:
        line = lines.get(("auth", *at))
        return Place(path, line) if line else None

    return section or {}, where
