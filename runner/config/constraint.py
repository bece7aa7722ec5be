"""`version.constraint`: refuse to run, or warn, where a configuration was written for another version."""

from __future__ import annotations

import re

from runner.errors import AtmosError, Problem
from runner.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from runner.errors import Where
    from runner.globals import GlobalFlags

# The release of the predecessor whose configuration files this program reads. A constraint written for those files is
# met when either this level or our own version meets it.
COMPATIBLE_WITH = "1.227.0"

_SAME = ("", "latest", __version__, f"v{__version__}", COMPATIBLE_WITH, f"v{COMPATIBLE_WITH}")
_PART = re.compile(r"\s*(=|==|!=|>=|<=|=>|=<|>|<|~>|~|\^)?\s*v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?"
                   r"(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?\s*\Z")  # fmt: skip


def asked(flags: GlobalFlags, env: Mapping[str, str]) -> str:
    """`--use-version` and `ATMOS_USE_VERSION`: this program installs and starts no other release than itself.

    The flag is refused; the variable, which may be set for whole machines, gives a warning: what it says, or "".
    """
    version = str(flags.given.get("use-version") or "")
    if version not in _SAME:
        raise AtmosError(
            f"version {version} was asked for, but this is atmos {__version__} (compatible with {COMPATIBLE_WITH})",
            title="Version Error", explanation="atmos does not install or start other releases of itself.",
            hints=["Leave `--use-version` out, or install that release and call it by its path",
                   "`version.constraint` in atmos.yaml says which versions a configuration works with"],
        )  # fmt: skip
    wanted = env.get("ATMOS_USE_VERSION", "")
    if version or wanted in _SAME or env.get("ATMOS_SHLVL", "0") not in ("", "0"):
        return ""
    return f"ATMOS_USE_VERSION={wanted} has no effect: this is atmos {__version__}, which starts no other releases"


def check(section: dict[str, Any], enforcement: str, where: Where | None, problems: list[Problem]) -> None:
    """AtmosError when the constraint is not met and enforcement is fatal; a warning when it is `warn`."""
    require = str(section["require"])
    mode = (enforcement or str(section.get("enforcement") or "") or "fatal").lower()
    if mode not in ("fatal", "warn", "silent"):
        raise AtmosError(f"invalid enforcement of the version constraint: {mode}", where=where,
                         hints=["It is one of fatal, warn, silent"])  # fmt: skip
    try:
        met = satisfies(__version__, require) or satisfies(COMPATIBLE_WITH, require)
    except ValueError as error:
        raise AtmosError(f"invalid version constraint: {require}: {error}", where=where) from error
    if met or mode == "silent":
        return
    message = str(section.get("message") or "")
    facts = (f"This configuration requires Atmos version {require}, but you are running {__version__} "
             f"(compatible with {COMPATIBLE_WITH})")  # fmt: skip
    if mode == "warn":
        problems.append(Problem(f"version constraint not satisfied: {facts}" + (f"\n{message}" if message else ""), where,
                                severity="warning"))  # fmt: skip
        return
    raise AtmosError("version constraint not satisfied", explanation=facts + (f"\n\n{message}" if message else ""),
                     where=where, hints=["`ATMOS_VERSION_ENFORCEMENT=warn` goes on with a warning"])  # fmt: skip


def satisfies(version: str, constraint: str) -> bool:
    """Whether a version meets a constraint: `>=1.2, <2 || ^3`. ValueError when the constraint does not parse."""
    numbers = tuple(int(part) for part in version.split("-")[0].split("+")[0].split(".")[:3])
    results = []
    for choice in constraint.split("||"):
        parts = [part for part in re.split(r",|(?<=[0-9xX*])\s+(?=[=!<>~^v0-9])", choice) if part.strip()]
        if not parts:
            raise ValueError("it is empty")
        results.append(all(_meets(numbers, one) for one in [_split(part) for part in parts]))
    return any(results)


def _split(part: str) -> tuple[str, list[int], int]:
    """Operator, numbers padded to three, and how many were given before a wildcard or the end."""
    match = _PART.match(part)
    if not match:
        hyphen = part.split(" - ")
        raise ValueError(
            f"`{part.strip()}` is no version" if len(hyphen) == 1 else f"`{part.strip()}`: write `>=a, <=b`"
        )
    given: list[int] = []
    for text in match.group(2, 3, 4):
        if text is None or text in "xX*":
            break
        given.append(int(text))
    return match.group(1) or "=", [*given, 0, 0, 0][:3], len(given)


def _meets(version: tuple[int, ...], wanted: tuple[str, list[int], int]) -> bool:
    operator, numbers, count = wanted
    low = tuple(numbers)
    same = version[:count] == low[:count]
    if operator in ("=", "=="):
        return same
    if operator == "!=":
        return not same
    if operator == ">":
        return version > low and not (count < 3 and same)
    if operator in (">=", "=>"):
        return version >= low
    if operator == "<":
        return version < low
    if operator in ("<=", "=<"):
        return version <= low or (count < 3 and same)
    if operator in ("~", "~>"):
        fixed = min(count, 2) if count != 1 else 1
        return version >= low and version[:fixed] == low[:fixed]
    fixed = next((index for index, number in enumerate(low[:count]) if number), max(count - 1, 0)) + 1
    return version >= low and (count == 0 or version[:fixed] == low[:fixed])
