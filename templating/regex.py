"""RE2's regular expressions: the syntax is checked and translated to Python's `re`; searching cannot run away.

Translated: ASCII classes, `$` and `\\z` at the very end, `[[:alpha:]]`, `\\Q…\\E`, `(?U)`, repeat limits.
Refused with RE2's messages: look-around, back-references, possessive and doubled repetitions.
Python's engine backtracks: a pattern that could take exponential time, and one that could take quadratic time on a
long text, run on the RE2 library instead, which is imported only then; so do classes such as `\\pL`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .errors import Failure
from .regex_syntax import Translator

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

MAX_PATTERN = 20_000
SHORT = 500
"""characters on which quadratic time does not matter"""


class Pattern:
    """A compiled pattern. risk: 0 linear, 1 polynomial, 2 exponential time on Python's engine."""

    __slots__ = ("_safe", "names", "regex", "risk", "source")

    def __init__(self, source: str, regex: re.Pattern[str], risk: int) -> None:
        self.source = source
        self.regex = regex
        self.risk = risk
        self.names = regex.groupindex
        self._safe: Any = None

    def _engine(self, text: str) -> Any:
        if self.risk == 0 or (self.risk == 1 and len(text) <= SHORT):
            return self.regex
        if self._safe is None:
            import re2

            options = re2.Options()
            options.log_errors = False
            try:
                self._safe = re2.compile(_unnamed(self.source), options=options)
            except re2.error as problem:
                raise Failure(f"error parsing regexp: {problem}: `{self.source}`") from None
        return self._safe

    def search(self, text: str) -> Any:
        try:
            return self._engine(text).search(text)
        except UnicodeEncodeError:
            raise Failure("the text is not valid UTF-8") from None

    def matches(self, text: str, limit: int = -1) -> Iterator[Any]:
        """Matches from left to right; an empty one right after another match does not count."""
        engine = self._engine(text)
        found = _all(engine, text) if engine is self.regex else engine.finditer(text)
        previous = -1
        try:
            for match in found:
                if limit == 0:
                    return
                start, end = match.span()
                if start == end == previous:
                    continue
                previous = end
                limit -= 1
                yield match
        except UnicodeEncodeError:
            raise Failure("the text is not valid UTF-8") from None


def _all(regex: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """As `finditer`, but after an empty match the search goes on one character later."""
    at, size = 0, len(text)
    while at <= size:
        match = regex.search(text, at)
        if match is None:
            return
        yield match
        at = match.end() if match.end() > at else at + 1


@lru_cache(maxsize=256)
def compile_pattern(source: str) -> Pattern:
    """Failure with RE2's message (`error parsing regexp: …`) when the syntax is wrong."""
    if len(source) > MAX_PATTERN:
        raise Failure("error parsing regexp: expression too large")
    translator = Translator(source)
    translated = translator.run()
    try:
        regex = re.compile(translated)
    except (re.error, OverflowError, RecursionError) as problem:
        raise Failure(f"error parsing regexp: {problem}: `{source}`") from None
    return Pattern(source, regex, 2 if translator.unicode else _risk(translated))


def _unnamed(source: str) -> str:
    """The pattern with numbered groups only: two groups may have one name here, but not in the library."""
    return re.sub(r"(\\.)|\(\?P?<\w+>", lambda match: match[1] or "(", source, flags=re.DOTALL)


def _risk(translated: str) -> int:
    """How badly Python's engine may backtrack: 2 when a repetition holds a repetition or a choice, 1 for several."""
    from importlib import import_module

    constants: Any = import_module("re._constants")
    parser: Any = import_module("re._parser")  # the parser's own tree is the only reliable one

    repeats = (constants.MAX_REPEAT, constants.MIN_REPEAT)
    loops = 0

    def varies(items: Any) -> bool:
        for op, argument in items:
            if op in repeats:
                if argument[1] - argument[0] > 1 or varies(argument[2]):
                    return True
            elif op is constants.SUBPATTERN:
                if varies(argument[3]):
                    return True
            elif op is constants.BRANCH:
                return True
        return False

    def explodes(items: Any) -> bool:
        nonlocal loops
        for op, argument in items:
            if op in repeats:
                if argument[1] > 8 and varies(argument[2]):
                    return True
                loops += argument[1] > 8
                if explodes(argument[2]):
                    return True
            elif op is constants.SUBPATTERN:
                if explodes(argument[3]):
                    return True
            elif op is constants.BRANCH and any(explodes(branch) for branch in argument[1]):
                return True
        return False

    if explodes(parser.parse(translated)):
        return 2
    return 1 if loops > 1 or (loops and not translated.startswith("(?:\\A)")) else 0
