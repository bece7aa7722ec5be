"""Try templates from the command line: `python -m templating -e '{{ .a | upper }}' --set a=x`."""

from __future__ import annotations

import argparse
import os
import sys


def parser(prog: str) -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog=prog, description="Render a template from a file, an argument or standard input."
    )
    found.add_argument("-f", "--file", help="the template (standard input without this and -e)")
    found.add_argument("-e", "--expression", help="the template itself")
    found.add_argument("-d", "--data", action="append", default=[], metavar="FILE", help="data as YAML or JSON")
    found.add_argument(
        "-s",
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="one value, read as YAML; a.b=1 sets b in a",
    )
    found.add_argument(
        "--missing", choices=["error", "zero", "default"], default="error", help="what a missing key does"
    )
    found.add_argument("--delims", nargs=2, metavar=("LEFT", "RIGHT"), help="instead of {{ }} and << >>")
    found.add_argument("--engine", choices=["go", "jinja2"], default="go")
    return found


def main(argv: list[str], prog: str = "python -m templating") -> int:
    """Exit status 1 for a template that cannot be rendered."""
    from . import Policy, render
    from .errors import TemplateError
    from .trying import complaint, converse, data_of, read

    options = parser(prog).parse_args(argv)
    policy = Policy(env=os.environ, files=True, network=True)
    delimiters = tuple(options.delims) if options.delims else None
    text, name = "", "stdin"
    try:
        data = data_of(options.data, options.set)

        def result_of(text: str, name: str = "expression") -> str:
            return render(
                text, data, name=name, missing=options.missing, engine=options.engine, delimiters=delimiters,
                policy=policy,
            )  # fmt: skip

        if options.expression is not None:
            text, name = options.expression, "expression"
        elif options.file:
            text, name = read(options.file), options.file
        elif sys.stdin.isatty():
            converse(result_of)
            return 0
        else:
            text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
        result = result_of(text, name)
    except (TemplateError, OSError) as problem:
        sys.stderr.write(complaint(text, problem) + "\n")
        return 1
    sys.stdout.buffer.write(result.encode("utf-8", "surrogateescape"))
    sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
