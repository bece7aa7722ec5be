"""Stores: values that are kept beside terraform's state, read by `!store`, written by hooks after an apply.

    stores:
      prod/ssm:
        type: aws-ssm-parameter-store
        identity: reader            # who reads and writes; else who runs terraform, else the caller
        options: {region: us-east-2, prefix: /infra, stack_delimiter: "-"}

A value has a name of three parts, stack, component and key; each type of store makes a path of them. Values are JSON;
what is no JSON is text. One module per type, one row in `TYPES`.
"""

from __future__ import annotations

import importlib
import json

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from runner.app import App
    from runner.errors import Where

    Map = dict[str, Any]

    class Store(Protocol):
        """Texts by path. reader: tells apart as whom it reads."""

        @property
        def reader(self) -> str: ...

        def path(self, stack: str, component: str, key: str) -> str:
            """The path of a component's value."""

        def own_path(self, key: str) -> str:
            """The path of a key that the user writes whole."""

        def get(self, path: str) -> str | None:
            """A text; None when there is none. AtmosError when it cannot be read."""

        def put(self, path: str, text: str, *, secret: bool = False) -> None:
            """Keep a text; a secret one encrypted."""


TYPES = {"aws-ssm-parameter-store": "ssm", "aws/ssm": "ssm"}

_read: dict[tuple[App, str, str, str], str | None] = {}


def configured(app: App) -> Map:
    """The stores of `atmos.yaml`."""
    found = app.config.section("stores")
    return found if isinstance(found, dict) else {}


def store_of(app: App, name: str, identity: Any = None, *, hidden: bool = False) -> Store:
    """A store by its name; hidden: whether one that holds secrets may be used."""
    stores = configured(app)
    if name not in stores:
        from runner.errors import nearest

        close = nearest(name, stores)
        raise AtmosError(f"Store {name} not found",
                         hints=[f"Did you mean `{close[0]}`?"] if close else ["Define it under `stores` in atmos.yaml"])  # fmt: skip
    entry = stores[name] if isinstance(stores[name], dict) else {}
    kind = str(entry.get("type") or entry.get("kind") or "")
    if kind not in TYPES:
        raise AtmosError(f"the store {name} is of a type that is not supported: '{kind}'",
                         hints=[f"Supported types: {', '.join(TYPES)}"])  # fmt: skip
    if entry.get("secret") is True and not hidden:
        raise AtmosError(f"the store {name} holds secrets, and values of manifests are shown and written to files")
    if entry.get("identity"):
        from runner.terraform import identity as identities

        section = app.config.raw("auth") or {}
        identity = identities.choose(app, identities.merged(app, section, [section]), str(entry["identity"]), "")
    options = entry.get("options")
    module = importlib.import_module(f"runner.stacks.stores.{TYPES[kind]}")
    made: Store = module.open_store(app, name, options if isinstance(options, dict) else {}, identity)
    return made


class _Call:
    """The argument of `!store` or `!store.get`, taken apart."""

    def __init__(self, tag: str, argument: str, stack: str) -> None:
        from runner.config import functions

        parts: list[list[str]] = [[]]
        for word in functions.words(argument):
            if word == "|":
                parts.append([])
            else:
                parts[-1].append(word)
        words, options = parts[0], parts[1:]
        counts = (2,) if tag == "!store.get" else (3, 4)
        if len(words) not in counts:
            usage = "NAME KEY" if tag == "!store.get" else "NAME [STACK] COMPONENT KEY"
            raise AtmosError(f"invalid number of arguments in the Atmos YAML function: {tag} {argument}",
                             hints=[f"`{tag} {usage} [| default VALUE] [| query EXPRESSION]`"])  # fmt: skip
        self.name, self.key = words[0], words[-1]
        self.stack = words[1] if len(words) == 4 else stack
        self.component = words[-2] if tag == "!store" else ""
        self.has_default, self.default, self.query = False, "", ""
        for option in options:
            if len(option) == 2 and option[0] == "default":
                self.has_default, self.default = True, option[1]
            elif len(option) >= 2 and option[0] == "query":
                self.query = " ".join(option[1:])
            else:
                raise AtmosError(
                    f"{tag} has the options `| default VALUE` and `| query EXPRESSION`, not '{' '.join(option)}'"
                )


def function(app: App, tag: str, argument: str, stack: str, where: Where | None, identity: Any = None) -> Any:
    """The value of `!store` or `!store.get`."""
    try:
        call = _Call(tag, argument, stack)
        held = store_of(app, call.name, identity)
        path = held.path(call.stack, call.component, call.key) if tag == "!store" else held.own_path(call.key)
        text = _get(app, call.name, held, path)
        if text is None:
            if call.has_default:
                return decoded(call.default)
            raise AtmosError(
                f"the store {call.name} has no value {path}", hints=["Give one to use instead: `| default VALUE`"]
            )
    except AtmosError as error:
        error.where = error.where or where
        error.message = f"failed to execute YAML function {tag} {argument}: {error.message}"
        raise
    value = decoded(text)
    if call.query:
        from runner import query

        return query.query(value, call.query)
    return value


def value(app: App, name: str, stack: str, component: str, key: str, identity: Any = None) -> Any:
    """A component's value; None when there is none."""
    held = store_of(app, name, identity)
    text = _get(app, name, held, held.path(stack, component, key))
    return None if text is None else decoded(text)


def _get(app: App, name: str, held: Store, path: str) -> str | None:
    """A text, read once per run and reader."""
    asked = (app, name, held.reader, path)
    try:
        return _read[asked]
    except KeyError:
        text = _read[asked] = held.get(path)
        return text


def keep(held: Store, path: str, text: str, *, secret: bool = False) -> None:
    """Keep a text. What has been read is read again: it may be this, by another name of the store."""
    held.put(path, text, secret=secret)
    _read.clear()


def decoded(text: str) -> Any:
    """JSON as what it says, anything else as text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def joined(prefix: str, stack: str, component: str, key: str, delimiter: str) -> str:
    """The three parts of a name as one path: the stack's words, the component's folders, the key."""
    words = [prefix.strip("/"), *(stack.split(delimiter) if delimiter else [stack]), component, key]
    return "/".join(word.strip("/") for word in words if word.strip("/"))
