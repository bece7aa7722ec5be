"""`retry` of a component: run terraform again while its output says that it may help (spec §16.3)."""

from __future__ import annotations

import re
import time

from runner.errors import AtmosError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from runner.process.launch import Outcome

    Map = dict[str, Any]

_DURATIONS = ("initial_delay", "max_delay", "max_elapsed_time")


class Policy:
    """conditions: patterns of output after which another attempt is made; without any there is no other attempt."""

    def __init__(self, section: Map, component: str) -> None:
        from runner.steps import durations

        self.rules = dict(section)
        for name in _DURATIONS:
            value = self.rules.get(name)
            if isinstance(value, str):
                try:
                    self.rules[name] = durations.parse(value)
                except ValueError as error:
                    raise AtmosError(
                        f"invalid `retry.{name}` of the component '{component}': {value}: {error}"
                    ) from error
        attempts = self.rules.get("max_attempts", 1)
        if not isinstance(attempts, int) or isinstance(attempts, bool):
            raise AtmosError(f"invalid `retry.max_attempts` of the component '{component}': a whole number is needed")
        self.attempts = attempts
        listed = self.rules.get("conditions") or []
        self.conditions: list[re.Pattern[str]] = []
        for text in listed if isinstance(listed, list) else [listed]:
            try:
                self.conditions.append(re.compile(str(text)))
            except re.error as error:
                raise AtmosError(
                    f"invalid `retry.conditions` of the component '{component}': {text}: {error}"
                ) from error

    def __bool__(self) -> bool:
        return bool(self.conditions) and self.attempts > 1

    def run(self, attempt: Callable[[], Outcome], say: Callable[[str], None]) -> Outcome:
        """The outcome of the last attempt."""
        from runner.steps import retry

        number = 0
        begun = time.monotonic()
        limit = self.rules.get("max_elapsed_time")
        while True:
            number += 1
            outcome = attempt()
            text = (outcome.stdout + outcome.stderr).decode("utf-8", "replace")
            if not outcome.code or number >= self.attempts or not any(found.search(text) for found in self.conditions):
                return outcome
            pause = retry.delay(self.rules, number, retry._chance)
            if limit is not None and time.monotonic() - begun + pause > float(limit):
                return outcome
            say(f"Trying again ({number + 1} of {self.attempts}) …\n")
            if pause:
                time.sleep(pause)
