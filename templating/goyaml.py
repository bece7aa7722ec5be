"""YAML as Go's yaml.v3 writes it, and reading with its scalars: `yes` and `on` are texts, timestamps too."""

from __future__ import annotations

import re

from .errors import Failure
from .kinds import GoObject
from .values import bounded, sorted_keys, text_of, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MAX_DEPTH = 200
MAX_NODES = 1_000_000
_old_bool = re.compile(r"y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF")
_resolves = re.compile(
    r"~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
    r"|[-+]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*)"
    r"|[-+]?(?:\.\d[\d_]*|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][-+]?\d+)?"
    r"|[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?"
    r"|\d{4}-\d{1,2}-\d{1,2}(?:[Tt ].*)?"
)
_indicator = re.compile(r"[-?:](?:\s|$)|[,\[\]{}#&*!|>'\"%@`]")


def dumps(value: Any) -> str:
    out: list[str] = []
    _write(bounded(value), out, 0, "", 0)
    text = "".join(out)
    return text if text.endswith("\n") else text + "\n"


def _write(value: Any, out: list[str], indent: int, lead: str, depth: int) -> None:
    """Append a value; `lead` is what separates it from a key on the same line when it is a scalar."""
    if depth > MAX_DEPTH:
        raise Failure("yaml: the value is nested too deeply")
    if isinstance(value, dict) and value:
        if lead:
            out.append("\n")
        for position, key in enumerate(sorted_keys(value)):
            if position or lead or indent == 0:
                out.append(" " * indent)
            out.append(scalar(key, key=True) + ":")
            _write(value[key], out, indent + 2, " ", depth + 1)
    elif isinstance(value, list | tuple) and value:
        if lead:
            out.append("\n")
        for position, item in enumerate(value):
            if position or lead or indent == 0:
                out.append(" " * indent)
            out.append("- ")
            _write(item, out, indent + 2, "", depth + 1)
    elif (
        isinstance(value, str)
        and "\n" in value
        and value.strip()
        and " \n" not in value + "\n"
        and all(char in "\n\t" or _shown(char) for char in value)
    ):
        out.append(lead + _block(value, indent or 2))
    else:
        out.append(lead + scalar(value) + "\n")


def _shown(char: str) -> bool:
    """Characters that stand for themselves; those beyond the basic plane are written as escapes."""
    return char.isprintable() and char <= "\uffff"


def _block(text: str, indent: int) -> str:
    body = text.rstrip("\n")
    trailing = len(text) - len(body)
    mark = "|-" if trailing == 0 else "|" if trailing == 1 else "|+"
    if body[:1] in (" ", "\n"):
        mark = f"|2{mark[1:]}"
    pad = " " * indent
    lines = [pad + line if line else "" for line in (body if trailing < 2 else text[:-1]).split("\n")]
    return mark + "\n" + "\n".join(lines) + "\n"


def scalar(value: Any, *, key: bool = False) -> str:
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, str):
        return _string(value, key)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        text = text_of(value)
        return {"+Inf": ".inf", "-Inf": "-.inf", "NaN": ".nan"}.get(text, text)
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list | tuple):
        return "[]"
    if isinstance(value, GoObject):
        form = getattr(value, "json", None)
        return str(form()) if callable(form) else _string(str(value), key)
    raise Failure(f"yaml: cannot marshal type: {type_name(value)}")


def _string(text: str, key: bool) -> str:
    if not text:
        return '""'
    if not all(map(_shown, text)) or (key and "\n" in text):
        return _double_quoted(text)
    if _old_bool.fullmatch(text) or _resolves.fullmatch(text):
        return f'"{text}"'
    if (
        _indicator.match(text)
        or text != text.strip()
        or ": " in text
        or " #" in text
        or text.endswith(":")
        or text.startswith(("---", "..."))
    ):
        return "'" + text.replace("'", "''") + "'"
    return text


_NAMED = {
    "\0": "\\0",
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
    "\x1b": "\\e",
    '"': '\\"',
    "\\": "\\\\",
    "\x85": "\\N",
    "\xa0": "\\_",
    "\u2028": "\\L",
    "\u2029": "\\P",
}


def _double_quoted(text: str) -> str:
    out = ['"']
    for char in text:
        code = ord(char)
        if char in _NAMED:
            out.append(_NAMED[char])
        elif _shown(char):
            out.append(char)
        elif code < 0x100:
            out.append(f"\\x{code:02X}")
        else:
            out.append(f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}")
    out.append('"')
    return "".join(out)


# --- reading --------------------------------------------------------------------------------------

_LOADER: Any = None


def loads(text: str) -> Any:
    """The first document of a YAML text."""
    import yaml

    try:
        loader = _loader()(text)
        return loader.get_data() if loader.check_data() else None
    except yaml.YAMLError as problem:
        raise Failure("yaml: " + " ".join(str(problem).split())) from None
    except RecursionError:
        raise Failure("yaml: nested too deeply") from None


def _loader() -> Any:
    global _LOADER
    if _LOADER is not None:
        return _LOADER
    import yaml

    class Loader(yaml.SafeLoader):
        """Scalars as Go resolves them, duplicate keys refused, aliases bounded."""

        nodes = 0

        def compose_node(self, parent: Any, index: Any) -> Any:
            self.nodes += 1
            return super().compose_node(parent, index)

        def construct_object(self, node: Any, deep: bool = False) -> Any:  # noqa: ARG002
            self.nodes += 1
            if self.nodes > MAX_NODES:
                raise yaml.YAMLError("document contains excessive aliasing")
            return super().construct_object(node, deep=True)

        def refuse_duplicates(self, node: Any) -> None:
            lines: dict[Any, int] = {}
            for key, _ in node.value:
                if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                    line = key.start_mark.line + 1
                    known = lines.pop((key.tag, key.value), 0)
                    lines[key.tag, key.value] = line
                    if known:
                        raise yaml.YAMLError(f'line {line}: mapping key "{key.value}" already defined at line {known}')

        def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: ARG002
            self.refuse_duplicates(node)
            self.flatten_mapping(node)
            made: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = self.construct_object(key_node, deep=True)
                name = key if isinstance(key, str) else text_of(key)
                made[name] = self.construct_object(value_node, deep=True)
            return made

    Loader.yaml_implicit_resolvers = {}
    numbers = list("-+0123456789.")
    Loader.add_implicit_resolver(
        "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
    )
    Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
    Loader.add_implicit_resolver("tag:yaml.org,2002:merge", re.compile(r"^<<$"), ["<"])
    Loader.add_implicit_resolver(
        "tag:yaml.org,2002:int",
        re.compile(r"^[-+]?(?:0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|0[0-7_]*|[1-9][\d_]*)$"),
        numbers,
    )
    Loader.add_implicit_resolver(
        "tag:yaml.org,2002:float",
        re.compile(
            r"^(?:[-+]?(?:\.\d[\d_]*|\d[\d_]*(?:\.[\d_]*)?)(?:[eE][-+]?\d+)?|[-+]?\.(?:inf|Inf|INF)"
            r"|\.(?:nan|NaN|NAN))$"
        ),
        numbers,
    )

    def integer(loader: Any, node: Any) -> Any:
        from .numbers import parse_int

        text = loader.construct_scalar(node)
        if re.fullmatch(r"0\d{11}", text):
            return text  # an account number
        value = parse_int(text.replace("_", ""))
        return float(text.replace("_", "")) if value is None else value

    def floating(loader: Any, node: Any) -> Any:
        text = loader.construct_scalar(node)
        if re.fullmatch(r"0\d{11}", text):
            return text
        text = text.replace("_", "").lower()
        special = {".inf": "inf", "+.inf": "inf", "-.inf": "-inf", ".nan": "nan"}
        return float(special.get(text, text))

    Loader.add_constructor("tag:yaml.org,2002:int", integer)
    Loader.add_constructor("tag:yaml.org,2002:float", floating)
    Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
    Loader.add_constructor("tag:yaml.org,2002:timestamp", _scalar)
    Loader.add_constructor(None, lambda loader, node: _untagged(loader, node))
    _LOADER = Loader
    return Loader


def _mapping(loader: Any, node: Any) -> Any:
    return loader.construct_mapping(node, deep=True)


def _scalar(loader: Any, node: Any) -> Any:
    return loader.construct_scalar(node)


def _untagged(loader: Any, node: Any) -> Any:
    """A value with a tag of its own is read as if it had none."""
    import yaml

    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)
