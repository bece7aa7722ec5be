"""Deep merge of manifests and layers: a higher-priority value over a lower one. Inputs are never changed."""

from __future__ import annotations

from runner.errors import AtmosError
from runner.stacks.values import APPEND, LAYERS, MERGEABLE, UNSET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Map = dict[str, Any]

STRATEGIES = ("replace", "append", "merge")


def check_strategy(strategy: object) -> str:
    """The strategy itself, or an error that names the three there are."""
    if strategy in (None, ""):
        return "replace"
    if strategy not in STRATEGIES:
        raise AtmosError(
            f"invalid list merge strategy: '{strategy}'. Supported list merge strategies are: {', '.join(STRATEGIES)}",
            hints=["Set `settings.list_merge_strategy` to one of them"],
        )
    return str(strategy)


def merge(low: Map, high: Map, strategy: str = "replace", *, defer: bool = False) -> Map:
    """`high` over `low`. defer: values with YAML functions wait, with the other layers, for their evaluation."""
    if not low:
        return high
    if not high:
        return low
    result = dict(low)
    for key, value in high.items():
        result[key] = _over(low[key], value, strategy, defer) if key in low else value
    return result


def merge_all(layers: Iterable[Any], strategy: str = "replace", *, defer: bool = False) -> Map:
    """Layers from the lowest to the highest."""
    result: Map = {}
    for layer in layers:
        if layer:
            result = merge(result, layer, strategy, defer=defer)
    return result


def fold(values: Iterable[Any], strategy: str) -> Any:
    """Evaluated values of one place, lowest layer first, as one."""
    iterator = iter(values)
    result = next(iterator)
    for value in iterator:
        result = _over(result, value, strategy, False)
    return result


def _waits(value: Any) -> bool:
    return type(value) is tuple and (value[0] == LAYERS or value[0] in MERGEABLE)


def _layered(low: Any, high: Any) -> tuple[Any, ...]:
    below = low[1] if type(low) is tuple and low[0] == LAYERS else [low]
    above = high[1] if type(high) is tuple and high[0] == LAYERS else [high]
    return (LAYERS, [*below, *above], "", 0)


def _over(low: Any, high: Any, strategy: str, defer: bool) -> Any:
    if isinstance(high, dict):
        if isinstance(low, dict):
            return merge(low, high, strategy, defer=defer)
        return _layered(low, high) if defer and _waits(low) else high
    if isinstance(high, list):
        return _list_over(low, high, strategy, defer)
    if type(high) is tuple:
        tag = high[0]
        if tag == APPEND:
            return _append(low, high, defer)
        if tag != UNSET and defer and _waits(high):
            lists = isinstance(low, dict | list) or (type(low) is tuple and (low[0] == APPEND or _waits(low)))
            return _layered(low, high) if lists else high
    return high


def _list_over(low: Any, high: list[Any], strategy: str, defer: bool) -> Any:
    appended = type(low) is tuple and low[0] == APPEND
    below = low[1] if appended else low
    if isinstance(below, list) and strategy != "replace":
        merged = [*below, *high] if strategy == "append" else _by_index(below, high, strategy, defer)
        return (APPEND, merged, *low[2:]) if appended else merged
    if defer and strategy != "replace" and _waits(low):
        return _layered(low, high)
    return high


def _append(low: Any, high: tuple[Any, ...], defer: bool) -> Any:
    if isinstance(low, list):
        return [*low, *high[1]]
    if type(low) is tuple and low[0] == APPEND:
        return (APPEND, [*low[1], *high[1]], *high[2:])
    return _layered(low, high) if defer and _waits(low) else high


def _by_index(low: list[Any], high: list[Any], strategy: str, defer: bool) -> list[Any]:
    result = list(low)
    for index, value in enumerate(high):
        if index >= len(low):
            result.append(value)
        elif isinstance(value, dict) and isinstance(low[index], dict):
            result[index] = merge(low[index], value, strategy, defer=defer)
    return result
