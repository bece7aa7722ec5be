"""One run of one workflow: checked whole, then dependencies, then the steps, watched for journal and reports."""

from __future__ import annotations

import os

from runner.errors import AtmosError
from runner.workflows import files, journal
from runner.workflows.owner import TITLE, WorkflowOwner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from runner.app import App
    from runner.steps.model import Step
    from runner.workflows.files import WorkflowFile
    from runner.workflows.record import RunRecord
    from runner.workflows.resume import Invocation


class Execution:
    """past: the earlier run to go on with. nested: a dependency of another run: no journal, report or summary."""

    def __init__(
        self,
        app: App,
        file: WorkflowFile,
        invocation: Invocation,
        *,
        dry_run: bool = False,
        from_step: str = "",
        reports: Sequence[str] = (),
        past: journal.Past | None = None,
        nested: bool = False,
    ) -> None:
        self.app, self.file, self.invocation = app, file, invocation
        self.dry_run, self.from_step, self.reports = dry_run, from_step, list(reports)
        self.past, self.nested = past, nested
        self._record: RunRecord | None = None
        self.compiled = self._compile()
        self.steps: list[Step] = self._steps()
        self.restored = self._restored()

    # -- before anything runs --------------------------------------------------------------------------

    def _compile(self) -> dict[str, Any]:
        name = self.invocation.name
        kept = self.file.kept(name)
        if kept is not None:
            return kept
        from runner.workflows import declare

        compiled, problems = declare.compile_workflow(self.file.workflows[name], name=name, file=self.file)
        if problems:
            raise declare.failure(self.file, name, problems, lambda where: files.place(self.app, where))
        if not compiled["steps"]:
            raise AtmosError(
                "workflow has no steps defined",
                title=TITLE,
                explanation=f"Workflow `{name}` is empty and requires at least one step to execute.",
                where=files.place(self.app, compiled["where"]),
            )
        self.file.keep(name, compiled)
        return compiled

    def _steps(self) -> list[Step]:
        from runner.steps.model import Step

        steps = [Step(fields) for fields in self.compiled["steps"]]
        if self.invocation.only:
            from runner.workflows import parts

            return parts.only(steps, self.invocation.only)
        if self.invocation.only_tags or self.invocation.skip_tags:
            from runner.workflows import parts

            steps = parts.tagged(steps, self.invocation.only_tags, self.invocation.skip_tags)
        names = [step.name for step in steps]
        if self.from_step.isdecimal() and self.from_step not in names and 1 <= int(self.from_step) <= len(names):
            self.from_step = names[int(self.from_step) - 1]
        if self.from_step and self.from_step not in names:
            from runner.errors import nearest

            close = nearest(self.from_step, names)
            raise AtmosError(
                "invalid from-step flag",
                title=TITLE,
                explanation=f"The `--from-step` flag was set to `{self.from_step}`, but this step does not exist in "
                f"workflow `{self.invocation.name}`.\n\n### Available steps:\n\n"
                + "\n".join(f"  • {n}" for n in names),
                hints=[f"Did you mean `{close[0]}`?"] if close else [],
            )
        return steps

    def _restored(self) -> dict[Any, dict[str, Any] | None]:
        """What the earlier run had finished, as the engine takes it. AtmosError when the workflow is another now."""
        if self.past is None:
            return {}
        from runner.workflows.recorder import expand

        known = {int(entry["index"]): entry for entry in self.past.begin.get("steps") or ()}
        now = {entry["index"]: entry for entry in fingerprints(self.steps)}
        found: dict[Any, dict[str, Any] | None] = {}
        for (parent, name, place), event in self.past.finished().items():
            if parent:
                if event.get("status") == "succeeded":
                    found[parent, name] = expand(event.get("result") or {})
                continue
            index = int(place if place is not None else -1)
            if known.get(index) != now.get(index):
                raise AtmosError(
                    f"workflow `{self.invocation.name}` has changed since run {self.past.run_id}",
                    title=TITLE,
                    explanation=f"Step `{name}` had finished in that run, but is another step now.",
                    hints=["Start again, or begin at a step with `--from-step`"],
                )
            found[index] = expand(event.get("result"))
        return found

    # -- running -------------------------------------------------------------------------------------------

    def run(self) -> int:
        """The exit code, or the error that ended the run."""
        from runner.workflows import dependencies, nodes

        app, title = self.app, f'workflow "{self.invocation.name}"'
        alone = bool(app.env.pop(nodes.DONE, "")) or self.past is not None
        graph = None if alone else dependencies.plan(app, title, self.compiled["dependencies"], self.file)
        self._tools()
        if graph is not None:
            try:
                nodes.run(
                    app, title, graph, identity_flag=self.invocation.identity, dry_run=self.dry_run,
                    record=None if self.dry_run else self.record,
                )  # fmt: skip
            except AtmosError as error:
                if not self.dry_run:
                    self._end(self.record, None, error.exit_code)
                raise
        return self.run_steps()

    @property
    def record(self) -> RunRecord:
        """What happened so far; the first question for it is when the run began."""
        if self._record is None:
            from runner.workflows.record import RunRecord

            invocation = self.invocation
            self._record = RunRecord(
                invocation.name, file=self.file.shown, description=str(self.compiled["description"] or "").strip(),
                stack=invocation.stack, identity=invocation.identity or "",
            )  # fmt: skip
        return self._record

    def matrix(self, step: str) -> int:
        """Print the rows of a group as a job matrix of a CI, each with the command that runs it."""
        from runner.console import tables
        from runner.workflows import parts, resume

        rows = parts.matrix(self.steps, step, lambda part: resume.command(self.invocation, only=part))
        self.app.out(tables.matrix(self.app, rows))
        return 0

    def run_steps(self) -> int:
        """Only the workflow's own steps: what it depends on has run."""
        owner = WorkflowOwner(self.compiled, self.invocation)
        owner.working_directory = self._directory()
        if self.dry_run:
            self.steps = [step for step in self.steps if step.index not in self.restored]
            return int(self._engine(owner, None).execute())
        return self._watched(owner)

    def _directory(self) -> str:
        """The workflow's working directory, absolute; "" when it has none."""
        text = str(self.app.config.resolve(self.compiled["working_directory"]) or "")
        if not text:
            return ""
        path = os.path.expanduser(text) if text.startswith("~") else text
        return os.path.normpath(os.path.join(self.app.config.base_path or self.app.cwd, path))

    def _engine(self, owner: WorkflowOwner, on_event: Callable[[dict[str, Any]], None] | None) -> Any:
        from runner.steps.engine import Run

        invocation = self.invocation
        words = ""
        if invocation.trailing:
            from templating.quoting import quote_words

            words = quote_words(invocation.trailing)
        return Run(
            self.app, owner, self.steps, data={"TrailingArgs": words}, identity_flag=invocation.identity, dry_run=self.dry_run,
            from_step=self.from_step, stack=invocation.stack, tags=invocation.tags, labels=invocation.labels,
            restored=self.restored, on_event=on_event,
        )  # fmt: skip

    def _watched(self, owner: WorkflowOwner) -> int:
        """Run the steps while the journal, the record and the view are kept."""
        from runner.workflows.progress import Progress
        from runner.workflows.recorder import Recorder

        mask = masker(self.app)
        record = self.record
        book = None if self.nested else self._journal(mask)
        if book is not None:
            record.run_id = owner.run_id = book.run_id
        progress = None if self.nested else Progress(self.app, record)
        recorder = Recorder(
            record, self.steps, mask=mask, journal=book, progress=progress,
            replaced=lambda: self._end(record, book, 0), finished=owner.count,
        )  # fmt: skip
        engine = self._engine(owner, recorder)
        if engine.mask is not None:
            recorder.mask = engine.mask.text
            if book is not None:
                book.mask = engine.mask.text
        code = 1
        interrupted = False
        try:
            code = int(engine.execute())
        except AtmosError as error:
            code = error.exit_code
            self.app.log.debug("Workflow failed", error=error.message)
            interrupted = hasattr(error, "signal")
            if interrupted and book is not None:
                self._say_how_to_go_on(book.run_id)
            raise
        except KeyboardInterrupt:
            code, interrupted = 130, True
            raise
        finally:
            if progress is not None:
                progress.group_ends()
            self._end(record, book, code, interrupted=interrupted)
            if progress is not None and not interrupted:
                progress.summary()
        return code

    def _journal(self, mask: Callable[[str], str]) -> journal.Journal | None:
        if self.past is not None:
            return journal.reopen(self.app, self.past, mask)
        invocation = self.invocation
        hidden = any(mask(word) != word for word in invocation.trailing or ())
        return journal.create(
            self.app, mask, workflow=invocation.name, file=self.file.relative, argument=invocation.file,
            inline=self.file.inline, path=self.file.path, project=self.app.config.base_path, cwd=self.app.cwd,
            stack=invocation.stack, identity=invocation.identity, tags=invocation.tags, labels=invocation.labels,
            trailing=[] if hidden else invocation.trailing or [], hidden=hidden, from_step=self.from_step,
            only=invocation.only, only_tags=invocation.only_tags, skip_tags=invocation.skip_tags,
            steps=fingerprints(self.steps),
        )  # fmt: skip

    def _end(self, record: RunRecord, book: journal.Journal | None, code: int, *, interrupted: bool = False) -> None:
        """Close the books: journal and reports."""
        record.finish(code)
        if book is not None:
            book.write("interrupted" if interrupted else "finish", urgent=code != 0, code=code)
            book.close()
        if self.reports:
            from runner.workflows import report

            for path in self.reports:
                try:
                    report.write(record, path)
                except AtmosError as error:
                    self.app.err(f"⚠ {error.message}\n")

    def _say_how_to_go_on(self, run_id: str) -> None:
        from runner.workflows import resume

        if os.isatty(2):
            self.app.err(f"\n💡 Go on with: {resume.command(self.invocation, run_id=run_id)}\n")

    def _tools(self) -> None:
        """Tools are not installed by this program; say which are not there, or in another version."""
        tools = self.compiled["dependencies"].get("tools") or {}
        if not tools or self.nested:
            return
        from runner.commands.tools import complaints

        for said in complaints(tools, self.app.env, self.app.cwd):
            self.app.log.warning(said[0].upper() + said[1:])


def masker(app: App) -> Callable[[str], str]:
    """What hides secrets in journals and reports, even where the screen shows them."""
    from runner.process import secrets
    from runner.process.masking import Mask

    found = secrets.build(app)
    if found is not None:
        return found.text  # the run's own takes its place
    mask = Mask()
    mask.add(app.env[name] for name in secrets.VARIABLES if name in app.env)

    def hide(text: str) -> str:
        mask.add(app.identities.secrets())
        return mask.text(text)

    return hide


def fingerprints(steps: list[Step]) -> list[dict[str, Any]]:
    """What identifies each step: place, name, and a checksum of its declaration."""
    from binascii import crc32

    from runner.workflows.lines import line

    found = []
    for step in steps:
        text = line(_without_places(step.fields)).encode("utf-8", "surrogatepass")
        found.append({"index": step.index, "name": step.name, "sum": f"{crc32(text):08x}"})
    return found


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_places(value[key]) for key in sorted(value) if key != "where"}
    if isinstance(value, list):
        return [_without_places(item) for item in value]
    if isinstance(value, tuple):
        return list(value[:2])  # a computed value without its place
    return value
