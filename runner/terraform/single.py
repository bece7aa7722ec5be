"""Deciding what a command line runs: one component, several, or a question to the user."""

from __future__ import annotations

from runner.errors import AtmosError
from runner.stacks import project as projects
from runner.terraform import argv as splitting
from runner.terraform.execute import Run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App
    from runner.stacks.project import Found
    from runner.terraform.argv import Invocation


def run(app: App, invocation: Invocation) -> int:
    """Run for what the command line selects."""
    if invocation.sub == "output":
        from runner.terraform import output

        output.check_format(invocation)
    if splitting.selecting(invocation):
        from runner.terraform import bulk

        return bulk.run(app, invocation)
    stack = invocation.text("stack")
    if not invocation.component:
        return without_component(app, invocation, stack)
    return one(app, invocation, find(app, invocation))


def without_component(app: App, invocation: Invocation, stack: str) -> int:
    """`-s STACK` alone: a person chooses a component; without one all of the stack's components are meant."""
    if not stack or not (invocation.has("stack") or app.interactive):  # a variable alone never starts a bulk run
        raise AtmosError(
            "`component` is required.",
            explanation=f"Usage: `atmos terraform {invocation.command} <component> <arguments_and_flags>`",
            hints=[
                "Name a component and a stack: `-s STACK`",
                "Several at once: `--all`, `--components a,b`, `--query EXPRESSION`",
            ],
        )
    project = projects.of(app)
    project.require_stack(stack)
    if app.interactive:
        from runner import stacks
        from runner.console import prompts

        invocation.component = prompts.select(
            "Select a component:", stacks.component_names(app, stack, "terraform"), app=app
        )
        return one(app, invocation, find(app, invocation))
    from runner.terraform import bulk

    return bulk.run(app, invocation)


def find(app: App, invocation: Invocation) -> Found:
    """The component that is meant, in its stack."""
    stack = invocation.text("stack") or _ask_stack(app, invocation)
    from runner.terraform import paths

    project = projects.of(app)
    name = paths.component(app, project, invocation.component, stack)
    return project.find(name, stack, "terraform")


def _ask_stack(app: App, invocation: Invocation) -> str:
    if app.interactive:
        from runner import stacks
        from runner.console import prompts

        names = stacks.stack_names(app)
        if names:
            return prompts.select("Select a stack:", names, app=app)
    raise AtmosError(
        "stack is required; specify it on the command line using the flag --stack <stack> (shorthand -s)",
        hints=[
            f"atmos terraform {invocation.command} {invocation.component} -s STACK",
            "Run `atmos list stacks` to see all",
        ],
    )


def one(app: App, invocation: Invocation, found: Found) -> int:
    """One component, whole."""
    run_ = Run(app, invocation, found)
    if not run_.prepare():
        return 0
    if invocation.on("dry-run"):
        describe_dry_run(app, run_)
        return 0
    if invocation.sub == "shell":
        from runner.terraform import shell

        return shell.run(run_)
    if invocation.sub == "output" and invocation.text("format"):
        from runner.terraform import output

        return output.run(run_)
    if invocation.sub == "plan-diff":
        from runner.terraform import plan_diff

        return plan_diff.run(run_)
    return run_.start()


def describe_dry_run(app: App, run_: Run) -> None:
    """The commands of a run on stderr; nothing else happens."""
    import shlex

    from runner.stacks import policies

    described = run_.target.described
    policies.require(described, policies.of(app, described, ["jsonschema"]))  # those that start no program
    folder = run_.target.folder
    for words in run_.commands():
        app.err(f"Would run in {folder}: {shlex.join([run_.program, *words])}\n")
