"""Try templates from the command line: `python -m templating -e '{{ .a | upper }}' --set a=x`."""

from __future__ import annotations

import argparse
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def parser(prog: str) -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog=prog, description="Render a template from a file, an argument or standard input."
    )
    found.add_argument("-f", "--file", help="the template (standard input without this and -e)")
    found.add_argument("-e", "--expression", help="the template itself")
    found.add_argument("-d", "--data", help="a YAML or JSON file with the data")
    found.add_argument(
        "-s",
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="one value, read as YAML; a.b=1 sets b in a",
    )
    found.add_argument("--lax", action="store_true", help="print <no value> for missing keys")
    found.add_argument("--delimiters", nargs=2, metavar=("LEFT", "RIGHT"), help="instead of {{ }} and << >>")
    found.add_argument("--engine", choices=["go", "jinja2"], default="go")
    return found


def data_of(path: str | None, settings: list[str]) -> dict[str, Any]:
    """The data of a file with single values on top."""
    from .errors import TemplateError
    from .goyaml import loads

    data: Any = {}
    if path:
        with open(path, encoding="utf-8") as file:
            data = loads(file.read())
        if not isinstance(data, dict):
            raise TemplateError(f"{path} does not hold a map")
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name:
            raise TemplateError(f"--set wants NAME=VALUE, not {setting!r}")
        *parents, last = name.split(".")
        into = data
        for parent in parents:
            into = into.setdefault(parent, {})
            if not isinstance(into, dict):
                raise TemplateError(f"--set {setting}: {parent} is not a map")
        into[last] = loads(value)
    return data  # type: ignore[no-any-return]


def main(argv: list[str], prog: str = "python -m templating") -> int:
    """Exit status 1 for a template that cannot be rendered."""
    from . import Policy, render
    from .errors import Failure, TemplateError

    options = parser(prog).parse_args(argv)
    try:
        if options.expression is not None:
            text, name = options.expression, "expression"
        elif options.file:
            with open(options.file, encoding="utf-8", errors="surrogateescape", newline="") as file:
                text, name = file.read(), options.file
        else:
            text, name = sys.stdin.read(), "stdin"
        result = render(
            text,
            data_of(options.data, options.set),
            name=name,
            strict=not options.lax,
            engine=options.engine,
            delimiters=tuple(options.delimiters) if options.delimiters else None,
            policy=Policy(env=os.environ, files=True, network=True),
        )
    except (TemplateError, Failure, OSError) as problem:
        lines = [
            getattr(problem, "message", str(problem)),
            getattr(problem, "explanation", ""),
            *getattr(problem, "hints", ()),
        ]
        sys.stderr.write("\n".join([line for line in lines if line]) + "\n")
        return 1
    sys.stdout.buffer.write(result.encode("utf-8", "surrogateescape"))
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
