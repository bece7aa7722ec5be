"""Semantic versions and constraints (`^1.2`, `~1.2`, `>=1, <2`, `1.x`, alternatives joined by `||`)."""

from __future__ import annotations

import re

from .errors import Failure
from .kinds import GoObject
from .values import quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

_version = re.compile(
    r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
)
_partial = r"v?(?:[0-9]+|[xX*])(?:\.(?:[0-9]+|[xX*]))?(?:\.(?:[0-9]+|[xX*]))?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
_one = re.compile(rf"\s*(=|!=|>=|=>|<=|=<|>|<|~>|~|\^)?\s*({_partial})\s*")
_range = re.compile(rf"\s*({_partial})\s+-\s+({_partial})\s*")


class Version(GoObject):
    __slots__ = ("major", "metadata", "minor", "original", "patch", "pre")
    go_type = "*semver.Version"

    def __init__(
        self, major: int, minor: int, patch: int, pre: str = "", metadata: str = "", original: str = ""
    ) -> None:
        self.major, self.minor, self.patch = major, minor, patch
        self.pre, self.metadata = pre, metadata
        self.original = original or str(self)

    def __str__(self) -> str:
        return (
            f"{self.major}.{self.minor}.{self.patch}"
            + (f"-{self.pre}" if self.pre else "")
            + (f"+{self.metadata}" if self.metadata else "")
        )

    def go_syntax(self) -> str:
        numbers = f"major:{self.major:#x}, minor:{self.minor:#x}, patch:{self.patch:#x}"
        texts = f"pre:{quote(self.pre)}, metadata:{quote(self.metadata)}, original:{quote(self.original)}"
        return f"&semver.Version{{{numbers}, {texts}}}"

    def key(self) -> tuple[Any, ...]:
        parts = tuple([(0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.pre.split(".")])
        return (self.major, self.minor, self.patch, not self.pre, parts)

    def compare(self, other: Version) -> int:
        return (self.key() > other.key()) - (self.key() < other.key())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.compare(other) == 0

    def __hash__(self) -> int:
        return hash(self.key())

    def json(self) -> str:
        return str(self)

    def next_patch(self) -> Version:
        return Version(self.major, self.minor, self.patch + (not self.pre))

    members: ClassVar[dict[str, Any]] = {
        "Major": ("", lambda self: self.major),
        "Minor": ("", lambda self: self.minor),
        "Patch": ("", lambda self: self.patch),
        "Prerelease": ("", lambda self: self.pre),
        "Metadata": ("", lambda self: self.metadata),
        "Original": ("", lambda self: self.original),
        "String": ("", str),
        "Compare": ("version", compare),
        "Equal": ("version", lambda self, other: self.compare(other) == 0),
        "LessThan": ("version", lambda self, other: self.compare(other) < 0),
        "GreaterThan": ("version", lambda self, other: self.compare(other) > 0),
        "IncMajor": ("", lambda self: Version(self.major + 1, 0, 0)),
        "IncMinor": ("", lambda self: Version(self.major, self.minor + 1, 0)),
        "IncPatch": ("", next_patch),
    }


def parse(text: str) -> Version:
    match = _version.fullmatch(text)
    if match is None:
        raise Failure("Invalid Semantic Version")
    major, minor, patch, pre, metadata = match.groups()
    for part in (pre or "").split("."):
        if part.isdigit() and len(part) > 1 and part[0] == "0":
            raise Failure("Version segment starts with 0")
    if any(len(part or "") > 19 for part in (major, minor, patch)):
        raise Failure("Invalid Semantic Version")
    return Version(int(major), int(minor or 0), int(patch or 0), pre or "", metadata or "", text)


class _Constraint:
    """One comparison; `wild` counts the parts that were given: 0 for `*`, 1 for `1.x`, 2 for `1.2`, 3 for all."""

    def __init__(self, operator: str, text: str) -> None:
        self.operator = {"=>": ">=", "=<": "<=", "~>": "~", "": "="}.get(operator, operator)
        core, _plus, _metadata = text.lstrip("v").partition("+")
        core, dash, pre = core.partition("-")
        parts = core.split(".")
        given = 0
        while given < len(parts) and parts[given] not in ("x", "X", "*"):
            given += 1
        self.given = given
        numbers = [part if part.isdigit() else "0" for part in parts[:given]]
        self.version = parse(".".join(([*numbers, "0", "0", "0"])[:3]) + dash + pre)

    def accepts(self, version: Version) -> bool:
        wanted, given = self.version, self.given
        if version.pre and not wanted.pre and (self.operator != "!=" or given < 3):
            return False
        if given == 0:
            return self.operator not in ("^", "<", "!=")
        order = version.compare(wanted)
        same_major, same_minor = version.major == wanted.major, version.minor == wanted.minor
        if self.operator == "=":
            return order == 0 if given == 3 else order >= 0 and same_major and (given == 1 or same_minor)
        if self.operator == "!=":
            return order != 0 if given == 3 else not (same_major and (given == 1 or same_minor))
        if self.operator == ">":
            if given == 3:
                return order > 0
            if not same_major:
                return version.major > wanted.major
            return given == 2 and version.minor > wanted.minor
        if self.operator == "<=" and given < 3:
            return version.major < wanted.major or (same_major and (given == 1 or version.minor <= wanted.minor))
        if self.operator in ("<", ">=", "<="):
            return {"<": order < 0, ">=": order >= 0, "<=": order <= 0}[self.operator]
        if order < 0 or not same_major:
            return False
        if self.operator == "~":
            return same_minor or given == 1
        return self.caret(version)

    def caret(self, version: Version) -> bool:
        """`^`: nothing left of the first part that is not 0 may change."""
        wanted, given = self.version, self.given
        if wanted.major or given == 1:
            return True
        if wanted.minor or given == 2:
            return version.minor == wanted.minor
        return version.minor == 0 and version.patch == wanted.patch


class Constraints:
    """Alternatives of comparisons that all have to hold."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.alternatives = [self._alternative(part) for part in text.split("||")]

    def _alternative(self, text: str) -> list[_Constraint]:
        match = _range.fullmatch(text)
        if match:
            return [_Constraint(">=", match[1]), _Constraint("<=", match[2])]
        parts: list[_Constraint] = []
        at = 0
        text = text.replace(",", " ")
        while at < len(text):
            found = _one.match(text, at)
            if found is None or (at and not text[at - 1].isspace()):
                raise Failure(f"improper constraint: {self.text}")
            parts.append(_Constraint(found[1] or "", found[2]))
            at = found.end()
        if not parts:
            raise Failure(f"improper constraint: {self.text}")
        return parts

    def accept(self, version: Version) -> bool:
        return any(all(part.accepts(version) for part in parts) for parts in self.alternatives)
