"""The errors of templates: one public class in the family's shape, one private signal used while rendering.

Imports nothing: the short way raises these too.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class TemplateError(Exception):
    """A template that cannot be parsed or rendered.

    message: one line, in the form Go's text/template gives it. explanation: the keys or functions that do exist.
    name, line, column (bytes from the start of the line, counted from 0): where. expression: the part that failed.
    known_keys: the keys of the map in which one was missing.
    """

    def __init__(
        self,
        message: str,
        *,
        title: str = "Error",
        explanation: str = "",
        hints: Iterable[str] = (),
        where: object = None,
        exit_code: int = 1,
        name: str = "",
        line: int = 0,
        column: int = 0,
        expression: str = "",
        known_keys: Sequence[str] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.title = title
        self.explanation = explanation
        self.hints = list(hints)
        self.where = where
        self.exit_code = exit_code
        self.usage = ""
        self.context: dict[str, str] = {}
        self.quiet = False
        self.name = name
        self.line = line
        self.column = column
        self.expression = expression
        self.known_keys = list(known_keys)


class Failure(Exception):
    """Something went wrong at one place of a template; the template turns it into a TemplateError.

    place: index into the program's table of places, or None when the function at hand knows it better.
    """

    def __init__(
        self,
        message: str,
        place: int | None = None,
        *,
        known_keys: Sequence[str] = (),
        missing: str = "",
        hints: Iterable[str] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.known_keys = list(known_keys)
        self.missing = missing
        self.hints = list(hints)


def explain_missing(key: str, known: Sequence[str]) -> tuple[str, list[str]]:
    """What to say when a key is missing: the keys that exist, and the nearest of them."""
    if not known:
        return "There are no keys here.", []
    from difflib import get_close_matches

    shown = sorted(known)
    more = len(shown) - 40
    listed = ", ".join(shown[:40]) + (f" and {more} more" if more > 0 else "")
    near = get_close_matches(key, shown, 1, 0.6)
    return f"Known keys: {listed}", [f"Did you mean `{near[0]}`?"] if near else []
