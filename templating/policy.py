"""What a template may reach outside its data, and how much it may use: the caller decides, the default is nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping
    from datetime import datetime, tzinfo


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one rendering; going beyond one is a TemplateError."""

    output: int = 64 << 20
    """characters of the result, and of any one string made on the way"""
    items: int = 2_000_000
    """items of one list made by a function"""
    steps: int = 20_000_000
    """rounds of all `range` loops together"""
    work: int = 4 << 30
    """bytes of all large intermediate values together"""
    depth: int = 200
    """templates that call templates"""


@dataclass(frozen=True, slots=True)
class Policy:
    """The capabilities of one rendering.

    env: the environment that `env`, `expandenv` and `getenv` read; None denies them any.
    files: False denies the file functions, True allows all paths, a folder allows what lies under it (read only
    unless `write_files`). exec: running programs (no built-in function does; for injected ones). network: name look-ups.
    clock: what `now` reads. zone: the local time zone (None: the machine's). rng: the source of the random functions;
    None is the operating system's secure one.
    """

    env: Mapping[str, str] | None = None
    files: bool | str = False
    write_files: bool = False
    exec: bool = False
    network: bool = False
    clock: Callable[[], datetime] | None = None
    zone: tzinfo | None = None
    rng: random.Random | None = None
    cwd: str | None = None
    limits: Limits = field(default_factory=Limits)
    datasources: Mapping[str, Any] | None = None
    """name → URL or {"url": …}; only file: and relative paths are read, under the rule for files"""


DENY = Policy()
