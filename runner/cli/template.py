"""`atmos template render`: try templates as steps render them, from a file, standard input or line by line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from runner.cli import clicks
from runner.errors import AtmosError

if TYPE_CHECKING:
    from runner.app import App

_EXAMPLES = """\
 $ atmos template render -f greeting.tmpl --set name=world
 $ echo '{{ .name | upper }}' | atmos template render --set name=world
 $ atmos template render -e '{{ range .l }}{{ . }} {{ end }}' --set 'l=[1, 2]'
 $ atmos template render -f list.tmpl --data values.yaml --delims '[[' ']]'
 $ atmos template render                  # on a terminal: line by line"""


@clicks.group("atmos template", "Try templates", examples=_EXAMPLES)
def template() -> None:
    pass


@clicks.command(
    "atmos template render", "Render a template and print what it gives", examples=_EXAMPLES, parent=template
)
@clicks.option(
    "--file", "-f", type=clicks.Path(), metavar="FILE", help="The template; `-` and nothing mean standard input"
)
@clicks.option("--expression", "-e", metavar="TEXT", help="The template itself")
@clicks.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="One value, read as YAML; a.b=1 sets b in a"
)
@clicks.option(
    "--data", "-d", multiple=True, type=clicks.Path(), metavar="FILE", help="Values as YAML or JSON; may be repeated"
)
@clicks.option("--delims", nargs=2, metavar="LEFT RIGHT", help="What opens and closes an action ({{ }} and << >>)")
@clicks.option("--missing", type=clicks.Choice(["error", "zero", "default"]), help="What a missing key does (error)")
@clicks.option("--engine", type=clicks.Choice(["go", "jinja2"]), help="The syntax (go)")
def render(
    app: App, file: str | None, expression: str | None, settings: tuple[str, ...], data: tuple[str, ...],
    delims: tuple[str, str] | None, missing: str | None, engine: str | None,
) -> int:  # fmt: skip
    """What the options leave out is as `templates.settings` of the project has it for steps."""
    from templating import trying

    if file is not None and expression is not None:
        raise AtmosError("`--file` and `--expression` cannot both be given", hints=["Leave one of them out"])
    one = _Renderer(app, settings, data, delims, missing, engine)
    if expression is not None:
        result = one.render(expression, "expression")
    elif file not in (None, "-"):
        result = one.render(_read(str(file)), str(file))
    elif sys.stdin.isatty():
        app.err("Type an expression or a template, such as `.name | upper`; Ctrl-D ends.\n")
        trying.converse(lambda text: one.fill(text, "line"))
        return 0
    else:
        result = one.render(sys.stdin.buffer.read().decode("utf-8", "surrogateescape"), "stdin")
    app.out(result)
    return 0


class _Renderer:
    """Renders texts with the data of the command line and what steps of this project may reach."""

    def __init__(
        self, app: App, settings: tuple[str, ...], files: tuple[str, ...], delims: tuple[str, str] | None,
        missing: str | None, engine: str | None,
    ) -> None:  # fmt: skip
        from runner.steps import templates
        from templating import TemplateError, trying

        self.app = app
        try:
            self.data = trying.data_of(files, settings)
        except TemplateError as error:
            raise AtmosError(error.message) from None
        except OSError as error:
            raise _unreadable(error) from error
        self.delimiters = delims or templates.delimiters(app)
        self.missing = missing or templates.missing(app)
        self.engine = engine or templates.engine(app)

    def fill(self, text: str, name: str) -> str:
        """The rendered text; TemplateError."""
        import templating
        from runner.steps import templates

        functions: Any = None
        if "atmos." in text or "collectKeys" in text:
            from runner.stacks import template_functions

            functions = template_functions.of(self.app)
        return templating.render(
            text, self.data, name=name, missing=self.missing, delimiters=self.delimiters, engine=self.engine,
            policy=templates.reach(self.app, self.app.cwd), functions=functions,
        )  # fmt: skip

    def render(self, text: str, name: str) -> str:
        """The rendered text; the error shows the line it is about."""
        from runner.steps import templates
        from templating import TemplateError

        try:
            return self.fill(text, name)
        except TemplateError as error:
            raise AtmosError(
                error.message, title="Template Error", hints=error.hints, explanation=templates.explained(text, error)
            ) from error


def _read(path: str) -> str:
    from templating import trying

    try:
        return trying.read(path)
    except OSError as error:
        raise _unreadable(error) from error


def _unreadable(error: OSError) -> AtmosError:
    return AtmosError(f"cannot read {error.filename}: {error.strerror}")


def run(app: App, argv: list[str]) -> int:
    return clicks.run(template, app, argv)
