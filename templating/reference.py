"""The list of functions in docs/templates.md, made from the registry.

python -m templating.reference docs/templates.md      rewrites the list in place
"""

from __future__ import annotations

import sys

from . import functions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .functions.registry import Spec

BEGIN = "<!-- functions: written by `python -m templating.reference` -->"
END = "<!-- end of functions -->"


def specs(module: str) -> list[Spec]:
    """The functions of a family, each once, in the order of their names."""
    found = {id(spec): spec for spec in functions.family(module).specs.values()}
    return sorted(found.values(), key=lambda spec: spec.names[0].lower())


def markdown() -> str:
    """One section a family: names, operands, meaning, an example and what it prints."""
    lines: list[str] = []
    for module in functions.FAMILIES:
        family = functions.family(module)
        lines += [f"### {family.doc}", ""]
        for spec in specs(module):
            names = ", ".join([f"`{name.removeprefix('go.')}`" for name in spec.names])
            operands = f" `{spec.signature}`" if spec.signature else ""
            lines.append(f"- {names}{operands} — {spec.doc}")
            if spec.example:
                shows = f" → {_code(spec.shows)}" if spec.shows is not None else ""
                lines.append(f"  {_code(spec.example)}{shows}")
        lines.append("")
    return "\n".join(lines)


def _code(text: str) -> str:
    shown = text.replace("\n", "⏎").replace("\r", "␍")
    fence = "``" if "`" in shown else "`"
    space = " " if shown.startswith(("`", " ")) or shown.endswith(("`", " ")) or not shown else ""
    return f"{fence}{space}{shown}{space}{fence}" if shown else "(nothing)"


def update(document: str) -> str:
    """The document with its list of functions up to date."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document lacks the marks {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{markdown()}{END}{after}"


def main(argv: list[str]) -> int:
    for path in argv:
        with open(path, encoding="utf-8") as file:
            document = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(update(document))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
