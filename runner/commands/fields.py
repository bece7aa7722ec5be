"""Reading the fields of one mapping of `atmos.yaml`: known keys in any letter case, lenient scalars, places for mistakes.

Used while commands are compiled. Nothing here raises for what a person wrote: every mistake becomes a `Problem`.
"""

from __future__ import annotations

from runner.config.reader import Map, Seq
from runner.errors import Problem, Where, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

TRUE_WORDS = ("1", "t", "T", "true", "TRUE", "True")
FALSE_WORDS = ("", "0", "f", "F", "false", "FALSE", "False")


def kind_of(value: object) -> str:
    """What a value is, in the words of messages."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return "a computed value"


def scalar_text(value: object) -> str:
    """A scalar in a text field: booleans are `1` and `0`, numbers are decimal."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return str(value)
        from decimal import Decimal

        text = format(Decimal(repr(value)), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


def item_where(items: list[object], index: int, fallback: Where | None) -> Where | None:
    """Where an item of a list stands."""
    return items.item_where(index) if isinstance(items, Seq) else fallback


class Fields:
    """One mapping, read field by field; what it does not know is reported by `finish`."""

    def __init__(
        self, source: dict[str, object], path: str, problems: list[Problem], where: Where | None = None
    ) -> None:
        self.source = source
        self.path = path
        self.problems = problems
        self.place = source.where if isinstance(source, Map) and source.mark[0] else where
        self.keys: dict[str, str] = {}
        for key in source:
            self.keys[key.lower()] = key
        self.known: list[str] = []

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        key = self.keys.get(name)
        return key is not None and self.source[key] is not None

    def get(self, name: str) -> object:
        """The field as it was read; None when absent."""
        self.known.append(name)
        key = self.keys.get(name)
        return None if key is None else self.source[key]

    def where(self, name: str = "") -> Where | None:
        """Where a field's key stands."""
        key = self.keys.get(name)
        if key is None or not isinstance(self.source, Map):
            return self.place
        place = self.source.key_where(key)
        return place if place.file else self.place

    def problem(self, message: str, name: str = "", *, hint: str = "", severity: str = "error") -> None:
        """Report a mistake of one field, or of the whole mapping."""
        path = f"{self.path}.{name}" if name else self.path
        self.problems.append(Problem(message, self.where(name), path=path, hint=hint, severity=severity))

    def expected(self, name: str, wanted: str, value: object) -> None:
        self.problem(f"`{name}` must be {wanted}, not {kind_of(value)}", name)

    def text(self, name: str) -> str | tuple[object, ...]:
        """A text field, or the value that is computed later; "" when absent."""
        value = self.get(name)
        if isinstance(value, dict | list):
            self.expected(name, "text", value)
            return ""
        return value if isinstance(value, tuple) else scalar_text(value)

    def plain_text(self, name: str) -> str:
        """A text field that has to be known while the configuration is read."""
        value = self.text(name)
        if isinstance(value, tuple):
            self.problem(f"`{name}` cannot be computed ({value[0]}): write it out", name)
            return ""
        return value

    def boolean(self, name: str, default: bool = False) -> bool:
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, bool | int | float):
            return bool(value)
        if isinstance(value, str) and (value in TRUE_WORDS or value in FALSE_WORDS):
            return value in TRUE_WORDS
        self.expected(name, "true or false", value)
        return default

    def texts(self, name: str) -> list[object]:
        """A list of texts; one text stands for a comma-separated list."""
        value = self.get(name)
        if value is None:
            return []
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        if isinstance(value, dict):
            self.expected(name, "a list", value)
            return []
        if not isinstance(value, list):
            return [value if isinstance(value, tuple) else scalar_text(value)]
        found: list[object] = []
        for index, item in enumerate(value):
            if isinstance(item, dict | list):
                self.problems.append(Problem(
                    f"item {index + 1} of `{name}` must be text, not {kind_of(item)}",
                    item_where(value, index, self.where(name)), path=f"{self.path}.{name}[{index}]",
                ))  # fmt: skip
            else:
                found.append(item if isinstance(item, tuple) else scalar_text(item))
        return found

    def maps(self, name: str) -> list[tuple[int, dict[str, object], Where | None]]:
        """A list of mappings: (index, mapping, where)."""
        value = self.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.expected(name, "a list", value)
            return []
        found = []
        for index, item in enumerate(value):
            where = item_where(value, index, self.where(name))
            if isinstance(item, dict):
                found.append((index, item, where))
            elif item is not None:
                self.problems.append(Problem(
                    f"item {index + 1} of `{name}` must be a mapping with a `name`, not {kind_of(item)}", where,
                    path=f"{self.path}.{name}[{index}]",
                ))  # fmt: skip
        return found

    def mapping(self, name: str) -> Fields | None:
        """A field that is a mapping of its own."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.expected(name, "a mapping", value)
            return None
        return Fields(value, f"{self.path}.{name}", self.problems, self.where(name))

    def finish(self, what: str, known: Iterable[str] = ()) -> None:
        """Report keys that no one asked for, with the nearest known one. `x-…` keys are the user's own."""
        names = [*self.known, *known]
        for low, key in self.keys.items():
            if low in names or low.startswith("x-"):
                continue
            close = nearest(key, names, 1)
            hint = f"Did you mean `{close[0]}`?" if close else "Known keys: " + ", ".join(sorted(set(names)))
            self.problem(f"unknown key `{key}` in {what}", low, hint=hint)
