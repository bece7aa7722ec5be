"""The flags of `atmos workflow`: help, completion, and messages for what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.cli import clicks, workflow

if TYPE_CHECKING:
    from typing import Any

    import click

    from runner.app import App

_EXAMPLES = """\
 $ atmos workflow                                   pick one
 $ atmos workflow deploy                            looked up by name
 $ atmos workflow deploy -f networking -s plat-ue2-dev
 $ atmos workflow deploy --from-step apply --identity admin
 $ atmos workflow deploy --dry-run
 $ atmos workflow deploy --report run.html --report junit.xml
 $ atmos workflow --resume last"""


def _files(ctx: click.Context, _param: click.Parameter, _incomplete: str) -> list[str]:
    from runner.workflows import names

    return names.file_names(ctx.obj)


def _steps(ctx: click.Context, _param: click.Parameter, _incomplete: str) -> list[str]:
    """The steps of the workflow that stands on the command line already."""
    from runner.workflows import names

    app: App = ctx.obj
    words = app.argv[app.argv.index("workflow") + 1 :] if "workflow" in app.argv else []
    name = file = before = ""
    for word in words:
        if before in ("-f", "--file"):
            file = word
        elif not word.startswith("-") and not before.startswith("-") and not name:
            name = word
        before = word
    return names.step_names(app, name, file)


def _runs(ctx: click.Context, _param: click.Parameter, _incomplete: str) -> list[str]:
    from runner.workflows import journal

    return ["last", *journal.names(ctx.obj)]


@clicks.command("atmos workflow", "Run the steps of a workflow", examples=_EXAMPLES)
@clicks.argument("workflow", required=False, default="")
@clicks.option(
    "--file",
    "-f",
    metavar="FILE",
    envvar="ATMOS_WORKFLOW_FILE",
    default="",
    shell_complete=_files,
    help="Workflow file, relative to workflows.base_path",
)
@clicks.option("--stack", "-s", metavar="STACK", default="", help="Stack of the atmos steps; beats every other stack")
@clicks.option(
    "--from-step", metavar="STEP", default="", shell_complete=_steps, help="Begin at this step: its name, or its number"
)
@clicks.option("--dry-run", is_flag=True, default=None, help="Print each step; run, ask and write nothing")
@clicks.option(
    "--identity",
    "-i",
    metavar="NAME",
    default=None,
    help="Identity of the steps that have none of their own; alone: choose one",
)
@clicks.option("--tags", metavar="A,B", default="", help="Tags to hand to every atmos step")
@clicks.option("--labels", metavar="K:V", default="", help="Labels to hand to every atmos step")
@clicks.option(
    "--report", metavar="FILE", multiple=True, help="Write a report: FILE.html, FILE.json or FILE.xml (JUnit)"
)
@clicks.option(
    "--resume", metavar="RUN", default="", shell_complete=_runs, help="Go on with an interrupted run: its id, or `last`"
)
@clicks.option(
    "--only", metavar="STEP", default="", shell_complete=_steps,
    help="Run only this step, or one row of a group: STEP/ROW",
)  # fmt: skip
@clicks.option(
    "--matrix", metavar="STEP", default="", shell_complete=_steps,
    help="Print the rows of a group as a CI job matrix (JSON), each with the command that runs it",
)  # fmt: skip
@clicks.option("--only-tags", metavar="A,B", default="", help="Run only steps that have one of these tags")
@clicks.option("--skip-tags", metavar="A,B", default="", help="Leave out steps that have one of these tags")
@clicks.option("--trailing", multiple=True, hidden=True)  # the words after `--`, see run
def command(app: App, report: tuple[str, ...], trailing: tuple[str, ...], **values: Any) -> int:
    return workflow.start(app, report=list(report), trailing=list(trailing), **values)


def run(app: App, words: list[str], trailing: list[str]) -> int:
    return clicks.run(command, app, [*(f"--trailing={word}" for word in trailing), *words])
