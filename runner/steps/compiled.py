"""Templates of steps, kept compiled beside the compiled configuration: a run that is repeated needs no template compiler.

One private file a text (the rules are those of `runner.config.cache`), compared with the whole text and everything the
code depends on. On the short way.
"""

from __future__ import annotations

import os
import sys

from runner.config import cache
from runner.version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from runner.steps.surroundings import Surroundings
    from templating import Template

LONGEST = 100_000  # characters; a longer text is compiled each time


def render(run: Surroundings, text: str, data: Mapping[str, Any], *, name: str) -> str:
    """A text of a step with its templates filled in. TemplateError."""
    if run.engine != "go":
        import templating

        return templating.render(
            text, data, name=name, policy=run.policy(data), functions=run.functions(text), engine=run.engine,
            missing=run.missing, delimiters=run.delimiters,
        )  # fmt: skip
    if run.delimiters is None:
        from templating import fast

        quick = fast.render(text, data, run.missing)
        if quick is not None:
            return quick
    functions = run.functions(text)
    where = "" if run.dry_run else cache.folder(run.app.env)
    template = find(where, text, name=name, missing=run.missing, delimiters=run.delimiters, functions=functions)
    return template.render(data, run.policy(data))


def find(
    where: str, text: str, *, name: str, missing: str = "error", delimiters: tuple[str, str] | None = None,
    functions: Mapping[str, Any] | None = None,
) -> Template:  # fmt: skip
    """The compiled template, from the folder beside `where` or compiled now and kept there. where: "" keeps nothing."""
    key = (__version__, sys.hexversion, text, missing, delimiters, tuple(sorted(functions or ())))
    folder = os.path.join(os.path.dirname(where), "templates") if where and len(text) <= LONGEST else ""
    path = cache.path_for(folder, key) if folder else ""
    kept = cache.read(path) if path else None
    if isinstance(kept, tuple) and len(kept) == 2 and kept[0] == key:
        from templating import stored

        template = stored.load(kept[1], text, name=name, functions=functions)
        if template is not None:
            return template
    from templating import compile as compile_template
    from templating import dump

    template = compile_template(text, name=name, missing=missing, delimiters=delimiters, functions=functions)
    if path:
        cache.write(folder, path, (key, dump(template)))
    return template
