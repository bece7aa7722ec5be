"""Run a step again until it succeeds: attempts, pauses between them, and when to give up. On the short way."""

from __future__ import annotations

import time

from runner.steps import durations
from runner.steps.errors import StepError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Given = TypeVar("Given")


UNPAUSED = 10  # attempts of a policy that sets no limit and no pause: it would never end


def attempts(policy: dict[str, Any]) -> int | None:
    """How many attempts a policy allows; None for as many as it takes."""
    most = policy.get("max_attempts")
    if most is not None:
        return int(most)
    return None if policy.get("max_elapsed_time") is not None or policy.get("initial_delay") else UNPAUSED


def delay(policy: dict[str, Any], attempt: int, chance: Callable[[], float]) -> float:
    """The pause after an attempt (counted from 1). chance: a random number in [0, 1)."""
    first = float(policy.get("initial_delay") or 0.0)
    strategy = policy.get("backoff_strategy", "constant")
    pause = first
    if strategy == "linear":
        pause = first * attempt
    elif strategy == "exponential":
        try:
            pause = first * float(policy.get("multiplier", 2.0)) ** (attempt - 1)
        except OverflowError:
            pause = float("inf")
    limit = policy.get("max_delay")
    pause = min(pause, float(limit)) if limit is not None else min(pause, 1e9)
    jitter = float(policy.get("random_jitter") or 0.0)
    if jitter and pause:
        part = chance() * jitter * pause
        pause = pause + part if chance() < 0.5 else pause - part
    return max(0.0, pause)


def run(
    attempt: Callable[[int], Given],
    policy: dict[str, Any] | None,
    *,
    prefix: bool,
    wait: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
    on_retry: Callable[[int, StepError, float], None] | None = None,
) -> Given:
    """The result of the first attempt that succeeds; StepError when no further one is allowed.

    prefix: tell the number of attempts even where there is no policy.
    """
    if policy is None and not prefix:
        return attempt(1)
    rules = policy if policy is not None else {"max_attempts": 1}
    most = attempts(rules)
    limit = rules.get("max_elapsed_time")
    begun = clock()
    number = 0
    while True:
        number += 1
        if limit is not None and clock() - begun > float(limit):
            raise StepError(f"retry timeout exceeded after {durations.show(float(limit))}")
        try:
            return attempt(number)
        except StepError as error:
            if (most is not None and number >= most) or not error.retryable:
                if policy is not None or error.retryable:
                    error.message = f"max attempts ({number}) exceeded, last error: {error.message}"
                    error.args = (error.message,)
                raise
            pause = delay(rules, number, _chance)
            if limit is not None:
                pause = min(pause, max(0.0, float(limit) - (clock() - begun)) + 0.001)
            if on_retry is not None:
                on_retry(number, error, pause)
            if pause:
                wait(pause)


def _chance() -> float:
    import random

    return random.random()  # noqa: S311  (spreads retries, keeps no secret)
