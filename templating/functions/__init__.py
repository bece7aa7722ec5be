"""The template functions: one module per family, and this table of which names live where.

The table is written out so that a template imports only the families it uses; a test holds it against the modules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from .registry import Family, Spec

FAMILIES: dict[str, str] = {
    "builtin": "and or not eq ne lt le gt ge len index print printf println html js urlquery call",
}

NAMESPACES: frozenset[str] = frozenset(
    name.partition(".")[0] for names in FAMILIES.values() for name in names.split() if "." in name
)
_MODULES: dict[str, str] = {name: module for module, names in FAMILIES.items() for name in names.split()}
_TOP = frozenset(name for name in _MODULES if "." not in name) | NAMESPACES


class _Known:
    """The names a text may call: ours and those the caller brought."""

    __slots__ = ("extra",)

    def __init__(self, extra: Container[str]) -> None:
        self.extra = extra

    def __contains__(self, name: object) -> bool:
        return name in _TOP or name in self.extra


def known(injected: Mapping[str, Any] | None) -> Container[str]:
    return _TOP | frozenset(injected) if injected else _TOP


def family(module: str) -> Family:
    """The family of one module, imported now."""
    from importlib import import_module

    found: Family = import_module(f"{__name__}.{module}").FAMILY
    return found


def find(name: str) -> Spec | None:
    module = _MODULES.get(name)
    return family(module).specs[name] if module else None


def members(namespace: str) -> list[str]:
    start = namespace + "."
    return [name[len(start):] for name in _MODULES if name.startswith(start)]


def nearest(word: str, names: Iterable[str] | Container[str]) -> list[str]:
    """Names close to a mistyped one, best first."""
    from difflib import get_close_matches

    by_fold: dict[str, str] = {}
    for name in names:  # type: ignore[union-attr]
        by_fold.setdefault(name.lower(), name)
    return [by_fold[match] for match in get_close_matches(word.lower(), list(by_fold), 3, 0.6)]
