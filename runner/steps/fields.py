"""Reading the fields of steps: what kind of value each holds, and plain data of it. Used when files are read.

Text fields take a scalar as it was written (`1.10`, `0644`, `yes`); a value that is computed later (`!env NAME`) stays
the tuple it is.
"""

from __future__ import annotations

from runner.config import scalars
from runner.errors import Problem, Where, nearest
from runner.steps import durations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Text = Callable[[Any, Any], str | tuple[Any, ...]]

OUTPUT_MODES = ("raw", "log", "viewport", "none")
GROUP_MODES = ("grouped", "prefixed", "none")
ORDERS = ("completion", "definition")
FAIL_MODES = ("wait_all", "fail_fast", "best_effort")
SHOW_KEYS = ("header", "flags", "command", "count", "progress", "labels")
RETRY_KEYS = (
    "max_attempts", "backoff_strategy", "initial_delay", "max_delay", "multiplier", "random_jitter", "max_elapsed_time",
    "conditions",
)  # fmt: skip
STRATEGIES = ("constant", "linear", "exponential")


def place(raw: object, key: str | int, fallback: Where | None) -> Where | None:
    """Where a key or an item stands."""
    finder = getattr(raw, "key_where" if isinstance(key, str) else "item_where", None)
    found = finder(key) if finder is not None else None
    return found if found is not None and found.file else fallback


def text_of(raw: Any, key: str | int) -> str | tuple[Any, ...]:
    """A scalar as it was written; a computed value as it is."""
    value = raw[key]
    if isinstance(value, str | tuple):
        return value
    literal = getattr(raw, "literal", None)
    if literal is not None:
        return str(literal(key))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def weak_text(raw: Any, key: str | int) -> str | tuple[Any, ...]:
    """A scalar as text fields of `atmos.yaml` read it: booleans are `1` and `0`, numbers decimal."""
    value = raw[key]
    return value if isinstance(value, str | tuple) else scalars.as_text(value)


def weak_env_text(raw: Any, key: str | int) -> str | tuple[Any, ...]:
    """The same for `env` written as a mapping: booleans are `true` and `false`."""
    value = raw[key]
    return value if isinstance(value, str | tuple) else scalars.as_env_text(value)


def plain(raw: Any) -> Any:
    """Any value as plain data: mappings and lists without their places, scalars below them as they were written."""
    if isinstance(raw, dict):
        return {
            str(key): plain(value) if isinstance(value, dict | list) else _scalar(raw, key)
            for key, value in raw.items()
        }
    if isinstance(raw, list):
        return [
            plain(value) if isinstance(value, dict | list) else _scalar(raw, index) for index, value in enumerate(raw)
        ]
    return raw


def _scalar(raw: Any, key: Any) -> Any:
    value = raw[key]
    if value is None or isinstance(value, bool | int):
        return value
    return text_of(raw, key) if isinstance(value, float) else value


def kind_of(value: object) -> str:
    """What a value is, for messages."""
    if isinstance(value, bool):
        return "true or false"
    if value is None:
        return "nothing"
    return {"int": "a number", "float": "a number", "str": "text", "dict": "a mapping", "list": "a list",
            "tuple": "a computed value"}.get(_base(value), type(value).__name__)  # fmt: skip


def _base(value: object) -> str:
    for kind in (dict, list, str, int, float, tuple):
        if isinstance(value, kind):
            return kind.__name__
    return type(value).__name__


class Reader:
    """The fields of one step (or of a mapping below it). Problems name the step and the field."""

    def __init__(
        self, raw: dict[str, Any], label: str, problems: list[Problem], where: Where | None, path: str
    ) -> None:
        self.raw, self.label, self.problems, self.path = raw, label, problems, path
        own = getattr(raw, "where", None)
        self.where = own if own is not None and own.file else where

    def at(self, key: str) -> Where | None:
        return place(self.raw, key, self.where)

    def add(self, message: str, key: str = "", *, hint: str = "") -> None:
        where = self.at(key) if key and key in self.raw else self.where
        path = f"{self.path}.{key}" if key else self.path
        if self.label not in message:
            message += f": {self.label}"
        self.problems.append(Problem(message, where, path=path, hint=hint))

    def wrong(self, key: str, wanted: str) -> None:
        self.add(f"`{key}` has to be {wanted}, not {kind_of(self.raw[key])}", key)
        self.problems[-1].unreadable = True

    def unknown(self, known: tuple[str, ...], what: str) -> None:
        for key in self.raw:
            name = str(key)
            if name in known or name.startswith("x-"):
                continue
            close = nearest(name, known, 1)
            self.add(f"unknown key `{name}` in {what}", name,
                     hint=f"Did you mean `{close[0]}`?" if close else f"Known keys: {', '.join(sorted(known))}")  # fmt: skip

    # -- kinds of values; each gives plain data, or None after a problem -------------------------------

    def text(self, key: str) -> Any:
        if isinstance(self.raw[key], dict | list):
            return self.wrong(key, "text")
        return text_of(self.raw, key)

    def trimmed(self, key: str) -> Any:
        value = self.text(key)
        return value.strip() if isinstance(value, str) else value

    def boolean(self, key: str) -> Any:
        value = self.raw[key]
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in ("true", "false", "yes", "no", "1", "0", "on", "off"):
            return value.strip().lower() in ("true", "yes", "1", "on")
        if isinstance(value, int):
            return bool(value)
        return self.wrong(key, "true or false")

    def integer(self, key: str) -> Any:
        value = self.raw[key]
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lstrip("+-").isdigit():
            return int(value)
        if isinstance(value, str) and "{{" in value:
            return value
        return self.wrong(key, "a whole number")

    def number(self, key: str) -> Any:
        value = self.raw[key]
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        try:
            return float(str(value)) if isinstance(value, str) else self.wrong(key, "a number")
        except ValueError:
            return self.wrong(key, "a number")

    def texts(self, key: str, *, one: bool = False) -> Any:
        value = self.raw[key]
        if isinstance(value, tuple):
            return value
        if isinstance(value, str) and one:
            return [value]
        if not isinstance(value, list):
            return self.wrong(key, "text or a list of texts" if one else "a list of texts")
        found = []
        for index, item in enumerate(value):
            if isinstance(item, dict | list) or item is None:
                self.problems.append(Problem(
                    f"item {index + 1} of `{key}` has to be text, not {kind_of(item)}: {self.label}",
                    place(value, index, self.at(key)), path=f"{self.path}.{key}[{index}]",
                ))  # fmt: skip
                self.problems[-1].unreadable = True
            else:
                found.append(text_of(value, index))
        return found

    def text_map(self, key: str) -> Any:
        value = self.raw[key]
        if not isinstance(value, dict):
            return self.wrong(key, "a mapping")
        below = self.below(key)
        return {str(name): below.text(name) for name in value if below.scalar_only(name)}

    def scalar_only(self, key: str) -> bool:
        if isinstance(self.raw[key], dict | list):
            self.wrong(key, "text")
            return False
        return True

    def anything(self, key: str) -> Any:
        return plain(self.raw[key])

    def duration(self, key: str) -> Any:
        """Seconds; a template (children of groups may have one) or computed value as it is."""
        value = self.raw[key]
        if isinstance(value, dict | list | bool):
            return self.wrong(key, "a duration such as `30s`")
        text = text_of(self.raw, key)
        if not isinstance(text, str) or "{{" in text or "<<" in text:
            return text
        try:
            seconds = durations.parse(text)
        except ValueError as error:
            self.add(f"invalid duration `{text}` in `{key}` ({error})", key,
                     hint="A duration is a number with a unit, as in 500ms, 30s, 5m, 1h30m")  # fmt: skip
            self.problems[-1].unreadable = True
            return None
        if seconds < 0:
            self.add(f"`{key}` cannot be negative", key)
            return None
        return seconds

    def below(self, key: str) -> Reader:
        """A mapping below this one."""
        return Reader(self.raw[key], self.label, self.problems, self.at(key), f"{self.path}.{key}")

    def mapping(self, key: str, known: tuple[str, ...]) -> Reader | None:
        if not isinstance(self.raw[key], dict):
            self.wrong(key, "a mapping")
            return None
        below = self.below(key)
        below.unknown(known, f"`{key}`")
        return below

    # -- structured fields ---------------------------------------------------------------------------------

    def show(self, key: str) -> Any:
        below = self.mapping(key, SHOW_KEYS)
        return {name: below.boolean(name) for name in below.raw if name in SHOW_KEYS} if below else None

    def viewport(self, key: str) -> Any:
        below = self.mapping(key, ("height", "width"))
        return {name: below.integer(name) for name in below.raw if name in ("height", "width")} if below else None

    def retry(self, key: str) -> Any:
        """As data with every value checked. The messages of wrong values are those users know."""
        below = self.mapping(key, RETRY_KEYS)
        if below is None:
            return None
        found: dict[str, Any] = {}
        readers: dict[str, Callable[[str], Any]] = {
            "max_attempts": below.integer, "backoff_strategy": below.trimmed, "initial_delay": below.duration,
            "max_delay": below.duration, "multiplier": below.number, "random_jitter": below.number,
            "max_elapsed_time": below.duration, "conditions": below.texts,
        }  # fmt: skip
        for name, read in readers.items():
            if below.raw.get(name) is not None:
                found[name] = read(name)
        for name in ("max_attempts", "max_elapsed_time", "multiplier", "max_delay"):
            value = found.get(name)
            if isinstance(value, int | float) and value <= 0:
                below.add(f"{name} must be greater than zero", name)
        jitter = found.get("random_jitter")
        if isinstance(jitter, float) and not 0.0 <= jitter <= 1.0:
            below.add("random_jitter must be between 0.0 and 1.0", "random_jitter")
        for pattern in found.get("conditions") or ():
            self._pattern(below, "retry.conditions", pattern)
        return found

    def _pattern(self, below: Reader, path: str, pattern: object) -> None:
        import re

        try:
            re.compile(str(pattern).strip("/"))
        except re.error as error:
            below.add(f"invalid {path} regex pattern for http step: `{pattern}` ({error})", path.rpartition(".")[2])

    def freshness(self, key: str) -> Any:
        name = {"inputs": "sources", "artifacts": "paths", "preconditions": "tools"}[key]
        below = self.mapping(key, (name,))
        return below.texts(name) if below is not None and below.raw.get(name) is not None else []

    def fail(self, key: str) -> Any:
        below = self.mapping(key, ("mode", "max_failures"))
        if below is None:
            return None
        found: dict[str, Any] = {}
        if below.raw.get("mode") is not None:
            found["mode"] = below.trimmed("mode")
            if found["mode"] not in FAIL_MODES:
                below.add(f'invalid workflow control step: {self.label} sets unsupported fail.mode "{found["mode"]}"',
                          "mode", hint=f"Fail modes: {', '.join(FAIL_MODES)}")  # fmt: skip
        if below.raw.get("max_failures") is not None:
            found["max_failures"] = below.integer("max_failures")
            if isinstance(found["max_failures"], int) and found["max_failures"] < 0:
                below.add(
                    f"invalid workflow control step: {self.label} sets negative fail.max_failures", "max_failures"
                )
        return found

    def expect(self, key: str) -> Any:
        below = self.mapping(key, ("status", "response"))
        if below is None:
            return None
        found: dict[str, Any] = {}
        if below.raw.get("status") is not None:
            value = below.raw["status"]
            items = value if isinstance(value, list) else [value]
            try:
                found["status"] = [int(str(item)) for item in items]
            except ValueError:
                below.wrong("status", "a list of HTTP status codes")
        if below.raw.get("response") is not None:
            found["response"] = below.texts("response", one=True) or []
            for pattern in found["response"]:
                self._pattern(below, "expect.response", pattern)
        return found
