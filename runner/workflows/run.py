"""Run a workflow: from the words of the command line to the exit code."""

from __future__ import annotations

from runner.errors import AtmosError, UserAborted
from runner.workflows import files, select
from runner.workflows.resume import Invocation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from runner.app import App
    from runner.workflows.files import WorkflowFile
    from runner.workflows.journal import Past


def run(
    app: App,
    name: str,
    *,
    file: str = "",
    stack: str = "",
    identity_flag: str | None = None,
    from_step: str = "",
    dry_run: bool = False,
    tags: str = "",
    labels: str = "",
    trailing: list[str] | None = None,
    report: Sequence[str] = (),
    resume: str = "",
    only: str = "",
    matrix: str = "",
    only_tags: str = "",
    skip_tags: str = "",
) -> int:
    """Run a workflow by name (asked for when there is none), or go on with an interrupted run."""
    from runner.workflows.execution import Execution

    if report:
        from runner.workflows import report as reports

        reports.check(list(report))
    if only and (from_step or resume):
        raise AtmosError(f"`--only` and `--{'resume' if resume else 'from-step'}` cannot be used together")
    if resume:
        if from_step:
            raise AtmosError(
                "`--resume` and `--from-step` cannot be used together",
                hints=["A resumed run begins with the first step that had not finished"],
            )
        given = {"stack": stack, "identity": identity_flag, "tags": tags, "labels": labels, "trailing": trailing}
        return _resume(app, resume, name, given, dry_run=dry_run, report=report)
    if name:
        found = select.choose(app, name, file)
    else:
        try:
            found, name, picked = select.pick(app, file)
        except UserAborted as aborted:
            if aborted.exit_code != 1:
                raise
            return 0  # left with escape: who only looked has done nothing wrong
        from_step = from_step or picked
        app.log.info("Executing", command=f'atmos workflow {name} --file {found.relative} --from-step "{from_step}"')
    invocation = Invocation(
        name, file=file, label=found.relative, inline=found.inline, stack=stack, identity=identity_flag, tags=tags,
        labels=labels, trailing=trailing, flags=app.flags.given, only=only,
        only_tags=only_tags, skip_tags=skip_tags,
    )  # fmt: skip
    if matrix:
        return Execution(app, found, invocation).matrix(matrix)
    app.log.debug("Executing workflow", workflow=name, path=found.shown)
    return Execution(app, found, invocation, dry_run=dry_run, from_step=from_step, reports=report).run()


def _resume(app: App, word: str, name: str, given: dict[str, Any], *, dry_run: bool, report: Sequence[str]) -> int:
    """Go on with an earlier run, started as it was; what is given now replaces what was given then."""
    from runner.workflows import journal
    from runner.workflows.execution import Execution

    past = journal.find(app, word, project=app.config.base_path)
    _check_past(app, past, name)
    if past.status == "running":
        raise AtmosError(
            f"run {past.run_id} is still going on", explanation=f"Process {past.pid} holds its journal.",
            hints=["Wait for it, or stop it, and resume then"],
        )  # fmt: skip
    if past.status == "succeeded":
        raise AtmosError(f"run {past.run_id} has succeeded: there is nothing to go on with")
    begin = {**past.begin, **{key: value for key, value in given.items() if value not in (None, "", [])}}
    if begin.get("hidden") and not given["trailing"]:
        raise AtmosError(
            "the words after `--` held a secret, which is not stored",
            hints=[f"Give them again: atmos workflow --resume {past.run_id} -- …"],
        )
    if given["identity"] == "":
        begin["identity"] = ""
    found = _past_file(app, past)
    if past.workflow not in found.workflows:
        raise files.unknown_in(found, past.workflow)
    trailing = [str(word) for word in begin.get("trailing") or ()]
    invocation = Invocation(
        past.workflow, file=str(begin.get("argument") or ""), label=found.relative, inline=found.inline,
        stack=str(begin.get("stack") or ""), identity=begin.get("identity"), tags=str(begin.get("tags") or ""),
        labels=str(begin.get("labels") or ""), trailing=trailing, flags=app.flags.given, only=str(begin.get("only") or ""),
        only_tags=str(begin.get("only_tags") or ""), skip_tags=str(begin.get("skip_tags") or ""),
    )  # fmt: skip
    app.err(f"▶ Going on with run {past.run_id} of workflow {past.workflow}\n")
    return Execution(
        app, found, invocation, dry_run=dry_run, from_step=str(begin.get("from_step") or ""), reports=report, past=past
    ).run()


def _check_past(app: App, past: Past, name: str) -> None:
    """A run is resumed in its own project, and not as another workflow."""
    if not past.begin:
        raise AtmosError(f"the journal of run {past.run_id} is damaged", hints=["Start the workflow again"])
    if name and name != past.workflow:
        raise AtmosError(f"run {past.run_id} is of workflow `{past.workflow}`, not `{name}`")
    project = str(past.begin.get("project") or "")
    if project and project != app.config.base_path:
        raise AtmosError(
            f"run {past.run_id} belongs to another project",
            explanation=f"It ran in `{project}`; this is `{app.config.base_path}`.",
            hints=[f"Resume it there: atmos --chdir {project} workflow --resume {past.run_id}"],
        )


def _past_file(app: App, past: Past) -> WorkflowFile:
    if past.begin.get("inline"):
        own = files.inline(app)
        if own is None:
            raise AtmosError(f"workflow `{past.workflow}` is not in atmos.yaml any more")
        return own
    path = str(past.begin.get("path") or "")
    return files.read(app, path, files.label(app, path))
