"""The environment, as far as the policy shows it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..errors import Failure
from ..values import any_text
from .registry import Family

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FAMILY = Family("environment", "Environment")
add = FAMILY.add
_variable = re.compile(r"\$(?:\{([^}]*)\}|([A-Za-z_]\w*)|([*#$@!?0-9-])|(\{))", re.DOTALL)


def variables(rt: Any) -> Mapping[str, str]:
    found: Mapping[str, str] | None = rt.policy.env
    if found is None:
        raise Failure("templates may not read the environment here")
    return found


@add("env", "string", '{{ env "EXAMPLE" }}[{{ env "NOT_SET" }}]', "example[]", context=True)
def env(rt: Any, name: str) -> str:
    """The value of a variable; "" when it is not set."""
    return variables(rt).get(name, "")


@add("expandenv", "string", '{{ expandenv "in $EXAMPLE ${EXAMPLE}s" }}', "in example examples", context=True)
def expandenv(rt: Any, text: str) -> str:
    """A text with $NAME and ${NAME} replaced."""
    known = variables(rt)

    def value(match: re.Match[str]) -> str:
        return known.get(match[1] if match[1] is not None else match[2] or "", "")

    return _variable.sub(value, text)


@add(
    "getenv",
    "any string...",
    '{{ getenv "EXAMPLE" }} {{ getenv "NOT_SET" "fallback" }}',
    "example fallback",
    context=True,
)
def getenv(rt: Any, name: Any, *default: str) -> str:
    """The value of a variable, else the content of the file that NAME_FILE names, else the default."""
    known = variables(rt)
    key = any_text(name)
    value = known.get(key, "")
    if not value and known.get(key + "_FILE"):
        from .files import read

        try:
            value = read(rt, known[key + "_FILE"]).strip()
        except Failure:
            value = ""
    return value or (any_text(default[0]) if default else "")
