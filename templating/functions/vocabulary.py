"""Which functions a text may call: all of them, or only the sets the caller switches on.

Two sets share many names. With both, `sprig` wins; with `gomplate` alone, the shared names mean that set's functions.
"""

from __future__ import annotations

from . import FAMILIES, MODULES, NAMESPACES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator

GOMPLATE = frozenset(
    (
        "assert bool csv csvByColumn csvByRow datasource datasourceExists datasourceReachable defineDatasource ds ec2dynamic ec2meta ec2region "
        "ec2tag ec2tags flatten getenv "
        "include isKind json jsonArray jsonpath kind listDatasources pow rem replaceAll required shellQuote sort splitN toCSV "
        "toJSON toJSONPretty toLower toTOML toUpper toYAML toml trimSpace yaml yamlArray"
    ).split()
)
"""top-level names that only this set has; its namespaces come on top"""

SHARED = {
    "add": "math.Add",
    "append": "coll.Append",
    "contains": "strings.Contains",
    "default": "conv.Default",
    "dict": "coll.Dict",
    "div": "math.Div",
    "fail": "test.Fail",
    "has": "coll.Has",
    "hasPrefix": "strings.HasPrefix",
    "hasSuffix": "strings.HasSuffix",
    "indent": "strings.Indent",
    "join": "conv.Join",
    "keys": "coll.Keys",
    "merge": "coll.Merge",
    "mul": "math.Mul",
    "prepend": "coll.Prepend",
    "quote": "strings.Quote",
    "reverse": "coll.Reverse",
    "seq": "math.Seq",
    "slice": "conv.Slice",
    "split": "strings.Split",
    "squote": "strings.Squote",
    "sub": "math.Sub",
    "ternary": "test.Ternary",
    "title": "strings.Title",
    "trim": "strings.Trim",
    "uniq": "coll.Uniq",
    "urlParse": "conv.URL",
    "values": "coll.Values",
}
"""what names of both sets mean without sprig"""

ALWAYS = frozenset(FAMILIES["builtin"].split()) - {"go.slice"} | {"collectKeys", "shellWord"}
_TOP = frozenset(name for name in MODULES if "." not in name)
SPRIG = _TOP - GOMPLATE - ALWAYS


class Vocabulary:
    """The names known to one text, and the registered functions they stand for."""

    __slots__ = ("injected", "instead", "names", "namespaces")

    def __init__(self, sets: Container[str] | None, injected: Container[str]) -> None:
        sprig = sets is None or "sprig" in sets
        gomplate = sets is None or "gomplate" in sets
        self.injected = frozenset(injected)  # type: ignore[call-overload]
        self.instead = {} if sprig else SHARED if gomplate else {"slice": "go.slice"}
        self.namespaces = NAMESPACES if gomplate else frozenset()
        self.names = ALWAYS | self.namespaces | self.injected | frozenset(self.instead)
        if sprig:
            self.names |= SPRIG
        if gomplate:
            self.names |= GOMPLATE

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def registered(self, name: str) -> str:
        """The name under which the function is registered."""
        return self.instead.get(name, name)
