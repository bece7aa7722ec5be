"""What a template may reach outside its data, and how much it may use: the caller decides, the default is nothing."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Mapping
    from datetime import datetime, tzinfo
    from typing import Any


class Limits:
    """Bounds of one rendering; going beyond one is a TemplateError.

    output: characters of the result, and of any one text made on the way. items: of one list made by a function.
    steps: rounds of all `range` loops together. work: bytes of all large values made on the way.
    depth: templates that call templates.
    """

    __slots__ = ("depth", "items", "output", "steps", "work")

    def __init__(
        self,
        *,
        output: int = 64 << 20,
        items: int = 2_000_000,
        steps: int = 20_000_000,
        work: int = 4 << 30,
        depth: int = 200,
    ) -> None:
        self.output, self.items, self.steps, self.work, self.depth = output, items, steps, work, depth


LIMITS = Limits()


class Policy:
    """The capabilities of one rendering.

    env: the environment that `env`, `expandenv` and `getenv` read; None denies them any.
    files: False denies the file functions, True allows all paths, a folder allows what lies under it (read only
    unless `write_files`). exec: running programs (no function here does; for those of the caller).
    network: looking up names. clock: what `now` reads. zone: the local time zone (None: the machine's).
    rng: the source of the random functions; None is the operating system's secure one. cwd: what relative paths
    start from. datasources: name → URL or {"url": …, "headers": …}, read under the rules above. timeout: seconds for each
    answer from the network.
    """

    __slots__ = (
        "clock",
        "cwd",
        "datasources",
        "env",
        "exec",
        "files",
        "limits",
        "network",
        "rng",
        "timeout",
        "write_files",
        "zone",
    )

    def __init__(
        self,
        *,
        env: Mapping[str, str] | None = None,
        files: bool | str = False,
        write_files: bool = False,
        exec: bool = False,
        network: bool = False,
        clock: Callable[[], datetime] | None = None,
        zone: tzinfo | None = None,
        rng: random.Random | None = None,
        cwd: str | None = None,
        datasources: Mapping[str, Any] | None = None,
        limits: Limits = LIMITS,
        timeout: float = 5,
    ) -> None:
        self.env, self.files, self.write_files, self.exec, self.network = env, files, write_files, exec, network
        self.clock, self.zone, self.rng, self.cwd = clock, zone, rng, cwd
        self.datasources, self.limits, self.timeout = datasources, limits, timeout


DENY = Policy()
