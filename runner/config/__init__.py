"""The configuration: found, read, merged, checked, compiled — and kept compiled for the next run.

`load` is all that other rooms call; what they get is `runner.config.model.Config`. On the short way.
"""

from __future__ import annotations

import time

from runner.config import cache
from runner.config.model import Config

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from runner.globals import GlobalFlags


def load(flags: GlobalFlags, env: MutableMapping[str, str], cwd: str) -> Config:
    """The configuration of an invocation. `ATMOS_*` keys of its `env:` section are put into `env`. Raises AtmosError."""
    where = cache.folder(env)
    if where:
        key = cache.context(flags, env, cwd)
        compiled = cache.load(where, key, env)
        if compiled is None:
            from runner.config.compile import Compiler
            from runner.config.record import Record

            started = time.time_ns()
            record = Record(env, cwd)
            compiled = Compiler(flags, record).run()
            cache.save(where, key, record, compiled, started)
    else:
        from runner.config.compile import Compiler
        from runner.config.record import Record

        compiled = Compiler(flags, Record(env, cwd)).run()
    env.update(compiled["core"]["promoted"])
    return Config(compiled, env, cwd)
