"""Semantic versions."""

from __future__ import annotations

from ..semver import Constraints, Version, parse
from .registry import Family

FAMILY = Family("versions", "Semantic versions")
add = FAMILY.add


@add("semver", "string", '{{ (semver "1.2.3-rc.1").Major }} {{ (semver "v1.2").Original }}', "1 v1.2")
def semver(text: str) -> Version:
    """A version with Major, Minor, Patch, Prerelease, Metadata, Original, Compare."""
    return parse(text)


@add("semverCompare", "string string", '{{ semverCompare "^1.2" "1.10.3" }}', "true")
def semver_compare(constraint: str, version: str) -> bool:
    """Whether a version satisfies a constraint."""
    return Constraints(constraint).accept(parse(version))
