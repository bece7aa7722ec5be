"""Text and data in, text out: Go templates for Python.

    templating.render("deploy {{ .Flags.stack }}", {"Flags": {"stack": "prod"}})

Importing this package imports nothing else; the compiler comes with the first text that needs it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from typing import Any

    from .errors import TemplateError
    from .kinds import StringMap
    from .policy import Limits, Policy
    from .quoting import quote_word, quote_words
    from .stored import dump, load
    from .template import Template

__all__ = [
    "Limits",
    "Policy",
    "StringMap",
    "Template",
    "TemplateError",
    "compile",
    "dump",
    "load",
    "quote_word",
    "quote_words",
    "render",
]

_HOMES = {
    "Limits": "policy",
    "Policy": "policy",
    "StringMap": "kinds",
    "Template": "template",
    "TemplateError": "errors",
    "dump": "stored",
    "load": "stored",
    "quote_word": "quoting",
    "quote_words": "quoting",
}


def render(
    text: str,
    data: Mapping[str, Any],
    *,
    name: str = "template",
    missing: str = "error",
    delimiters: tuple[str, str] | None = None,
    policy: Policy | None = None,
    functions: Mapping[str, Callable[..., Any] | Mapping[str, Any]] | None = None,
    sets: Collection[str] | None = None,
    engine: str = "go",
) -> str:
    """The text with its actions replaced by what they give for these data. One pass: results are never rendered.

    name: for error messages. missing: what a map key that is not there does: "error"; "default" prints `<no value>` and
    lets a chain go on; "zero" gives the zero value of the map's kind ("" in a StringMap).
    delimiters: None for both `{{ }}` and `<< >>`, or the one pair to use instead.
    policy: what functions may reach; None denies environment, files, programs and network.
    functions: more functions; a value that is a mapping is a namespace (`{"atmos": {"Component": …}}`).
    sets: the function sets to switch on, of "sprig" and "gomplate"; None is both. The language's own are always there.
    engine: "go", or "jinja2" for that syntax in that library's sandbox.
    """
    if engine != "go":
        from .jinja import render_jinja

        return render_jinja(text, data, name=name, missing=missing, policy=policy, functions=functions, engine=engine)
    if delimiters is None or (delimiters == ("{{", "}}") and "<<" not in text):
        from . import fast

        quick = fast.render(text, data, missing)
        if quick is not None:
            return quick
    from .template import compile_template

    return compile_template(
        text, name=name, missing=missing, delimiters=delimiters, functions=functions, sets=sets
    ).render(data, policy)


def compile(
    text: str,
    *,
    name: str = "template",
    missing: str = "error",
    delimiters: tuple[str, str] | None = None,
    functions: Mapping[str, Callable[..., Any] | Mapping[str, Any]] | None = None,
    sets: Collection[str] | None = None,
) -> Template:
    """The text as a Template, to be rendered many times."""
    from .template import compile_template

    return compile_template(text, name=name, missing=missing, delimiters=delimiters, functions=functions, sets=sets)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'templating' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{home}"), name)
