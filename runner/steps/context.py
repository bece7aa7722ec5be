"""One execution of one step: its rendered fields, environment, directory, streams, and how it starts programs.

Step types get a Context and nothing else. On the short way.
"""

from __future__ import annotations

import errno
import os

import templating
from runner.errors import AtmosError, Where
from runner.identity import DISABLED
from runner.process import launch, shell, signals
from runner.steps import compiled
from runner.steps.errors import PrepareError, StepError
from templating.kinds import StringMap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.environment import Layer
    from runner.process.launch import Outcome
    from runner.process.shell import Program
    from runner.steps.engine import Run
    from runner.steps.model import Step
    from runner.steps.output import Output

TAIL = 8192  # bytes of a step's output kept for the report of its failure


def may_be_template(text: str) -> bool:
    """Whether a text holds what may open an action with the usual delimiters of one of the engines."""
    return "{{" in text or "<<" in text or "{%" in text


class Context:
    """run: the run it belongs to. env, cwd, stack, identity, data: set by `prepare`. extra: more template roots."""

    __slots__ = (
        "app", "attempt", "canceled", "cwd", "data", "env", "executor", "extra", "identity", "inner", "number", "on_start", "outer",
        "output", "parent", "run", "stack", "step", "total",
    )  # fmt: skip

    def __init__(
        self,
        run: Run,
        step: Step,
        output: Output,
        *,
        extra: dict[str, Any] | None = None,
        parent: Context | None = None,
        number: int = 0,
        total: int = 0,
    ) -> None:
        self.run, self.step, self.output, self.parent = run, step, output, parent
        self.app = run.app
        self.extra = extra
        self.number, self.total = number, total
        self.env: dict[str, str] = {}
        self.outer: dict[str, str] | None = None  # before and
        self.inner: dict[str, str] = {}  # what the step's own `env` set
        self.data: dict[str, Any] = {}
        self.cwd = run.cwd
        self.stack = ""
        self.identity: str | None = None
        self.attempt = 1
        self.on_start: Any = run.on_start
        self.executor: Any = None  # where the programs of a child run, if not here
        self.canceled: Any = run.canceled  # a function that says whether the step's group was cancelled

    # -- preparing -----------------------------------------------------------------------------------

    def prepare(self, process: bool) -> None:
        """Everything but the step's own fields. process: the step starts programs, so its identity counts."""
        run, step = self.run, self.step
        self.data = run.template_data(self.extra)
        self.stack = (
            run.stack
            or self._early(step.stack, "stack")
            or (self.parent.stack if self.parent else "")
            or run.owner.stack
        )
        identity: Layer | None = None
        if process:
            choice = self.choose()
            if choice is DISABLED:
                identity = self.app.identities.disabled
            elif isinstance(choice, str) and choice:
                self.identity = choice
                identity = self._identity_layer
        self.env = run.environment(self, identity)
        self._see(self.env if self.outer is None else self._without_own())
        if process or step.children:
            self.cwd = self.env["PWD"] = self._directory()  # as it is written, symbolic links and all

    def choose(self) -> Any:
        """The identity the step runs as: a name, None, or DISABLED (decision D4)."""
        step, parent = self.step, self.parent
        own = self._early(step.identity, "identity")
        if not own and parent is not None:
            own = parent._early(parent.step.identity, "identity")
        return self.run.choose(own)

    def _identity_layer(self, env: dict[str, str]) -> dict[str, str]:
        assert self.identity is not None
        what = self.run.owner.title if self.run.owner.kind == "command" else f'step "{self.step.label}"'
        result = self.run.identity_environment(self.identity, env, what)
        self.identity = result.get("ATMOS_IDENTITY", self.identity)
        return result

    def _without_own(self) -> dict[str, str]:
        """The environment as templates of the step see it: its own `env` is for what it runs, not for its texts."""
        assert self.outer is not None
        seen = dict(self.env)
        for key, _, _ in self.step.env:
            if seen.get(key) != self.inner.get(key):
                continue  # the identity's
            if key in self.outer:
                seen[key] = self.outer[key]
            else:
                seen.pop(key, None)
        return seen

    def _see(self, env: dict[str, str]) -> None:
        """Templates see a copy of this environment, and values of `env` steps that are not exported."""
        seen = StringMap(env)
        seen.update(self.run.hidden)
        self.data["env"] = self.data["Env"] = seen

    def env_layer(self, entries: list[list[Any]], commands: dict[str, str] | None = None) -> Any:
        """A layer of the environment: each entry is rendered with the variables so far."""

        def apply(env: dict[str, str]) -> None:
            for key, value, command in entries:
                if command:
                    if value not in (None, ""):
                        raise self._two_sources(key, value, command)
                    if commands is not None and key in commands:
                        env[key] = commands[key]
                    else:
                        text = self.run.value_command(key, self.app.config.resolve(command), env)
                        if commands is not None:
                            commands[key] = text
                        env[key] = text
                elif value is None:
                    env.pop(key, None)
                else:
                    self._see(env)
                    env[key] = self.render(value, f"env.{key}")

        return apply if entries else None

    def _two_sources(self, key: str, value: Any, command: Any) -> AtmosError:
        owner = self.run.owner
        what = "Custom command" if owner.kind == "command" else "Workflow"
        written = [text if isinstance(text, str) else " ".join(map(str, text[:2])) for text in (value, command)]
        return AtmosError(
            "either 'value' or 'valueCommand' can be specified for the ENV var, but not both.",
            explanation=f"{what} '{' '.join(owner.path.split()[-2:])}' defines 'value={written[0]}' and "
            f"'valueCommand={written[1]}' for the ENV var '{key}'",
            where=Where(*owner.where) if owner.where else None,
        )

    def _directory(self) -> str:
        """The step's working directory, absolute; a relative one stands below the command's, or the project."""
        text = self._early(self.step.working_directory, "working_directory")
        if not text:
            if self.parent is not None and self.parent.cwd:
                return self.parent.cwd
            if self.run.owner.working_directory:
                check_directory(self.run.cwd, self.run.cwd, self)
            return self.run.cwd
        path = os.path.expanduser(text) if text.startswith("~") else text
        base = self.run.cwd if self.run.owner.kind == "command" else (self.app.config.base_path or self.app.cwd)
        path = os.path.normpath(os.path.join(base, path))
        check_directory(path, text, self)
        return path

    def directory(self) -> str:
        """The working directory of a step that starts no program, for its relative paths."""
        return self._directory()

    # -- rendering -------------------------------------------------------------------------------------

    def _early(self, value: Any, field: str) -> str:
        """A field that is known before the environment is: seldom a template."""
        if not value:
            return ""
        if isinstance(value, tuple) or may_be_template(str(value)):
            if "env" not in self.data:
                self._see(self.run.base_env)
            return self.render(value, field).strip()
        return str(value).strip()

    def render(self, value: Any, field: str) -> str:
        """A text with its templates filled in, once (decision D14). PrepareError names the step and the field."""
        if isinstance(value, tuple):
            try:
                value = self.app.config.resolve(value)
            except AtmosError as error:
                raise PrepareError(
                    f"{self.place(field)}: {error.message}", explanation=error.explanation, hints=error.hints,
                    where=error.where,
                ) from error  # fmt: skip
            if not isinstance(value, str):
                value = "" if value is None else str(value)
            return str(value)
        if not isinstance(value, str):
            return "" if value is None else ("true" if value else "false") if isinstance(value, bool) else str(value)
        if self.run.delimiters is None and not may_be_template(value):
            return value
        return self._fill(value, field)

    def _fill(self, text: str, field: str) -> str:
        try:
            return compiled.render(self.run, text, self.data, name=f"{self.step.label}.{field}")
        except templating.TemplateError as error:
            from runner.steps import templates

            place = self.step.where
            raise PrepareError(
                f"{self.place(field)}: {error.message}",
                explanation=templates.explained(text, error),
                hints=error.hints,
                where=Where(*place) if place else None,
            ) from error

    def place(self, field: str) -> str:
        """`step "NAME", field`, for messages."""
        return f'step "{self.step.label}", {field}'

    def text(self, field: str, default: str = "") -> str:
        """A rendered text field."""
        value = self.step.get(field)
        return default if value is None else self.render(value, field)

    def texts(self, field: str) -> list[str]:
        """A rendered list of texts."""
        value = self.step.get(field)
        if value is None:
            return []
        if isinstance(value, tuple):
            value = self.app.config.resolve(value)
        if not isinstance(value, list):
            value = [value]
        return [self.render(item, field) for item in value]

    def text_map(self, field: str) -> dict[str, str]:
        """A rendered mapping of texts."""
        return {key: self.render(value, f"{field}.{key}") for key, value in (self.step.get(field) or {}).items()}

    def seconds(self, field: str = "timeout") -> float | None:
        """A duration; None when it is not set."""
        value = self.step.get(field)
        if value is None or isinstance(value, int | float):
            return value
        from runner.steps import durations

        text = self.render(value, field)
        if not text.strip():
            return None
        try:
            return durations.parse(text)
        except ValueError as error:
            raise PrepareError(f"{self.place(field)}: invalid duration format: `{text}` ({error})") from error

    # -- programs --------------------------------------------------------------------------------------

    @property
    def keeps(self) -> bool:
        """Whether somebody may ask for what the step printed."""
        return self.run.keeps_results and bool(self.step.name)

    def launch(self, argv: list[str], *, path: str | None = None, stdin: int | bytes | None = 0,
               quiet: bool = False, keep: bool | None = None, listen: bool = False,
               aside: int = 0) -> Outcome:  # fmt: skip
        """Run a program with the step's environment, directory, timeout and streams. Interrupted when a signal came.

        keep: all output is kept for the result. listen: at least the end of it.
        """
        try:
            return self._start(argv, path=path, stdin=stdin, quiet=quiet, keep=keep, listen=listen, aside=aside)
        except BrokenPipeError:
            raise  # our own reader went away
        except OSError as error:
            raise self._not_started(argv[0], error) from error

    def _start(self, argv: list[str], *, path: str | None, stdin: int | bytes | None = 0, quiet: bool = False,
               keep: bool | None = None, listen: bool = False, aside: int = 0) -> Outcome:  # fmt: skip
        output = self.output
        if stdin == 0 and self.parent is not None:
            stdin = None  # children would take each other's input
        keep = self.keeps if keep is None else keep
        tail = TAIL if not keep and (listen or self.run.on_event is not None) else 0
        start = launch.run if self.executor is None else self.executor
        outcome = start(
            argv, env=self.env, cwd=self.cwd, path=path, stdin=stdin,
            stdout=None if quiet else output.stdout, stderr=None if quiet else output.stderr,
            capture=keep or bool(tail), tail=tail, mask=output.mask, timeout=self.seconds(), aside=aside,
            on_start=self.on_start,
        )  # fmt: skip
        if outcome.interrupted:
            raise signals.Interrupted(outcome.interrupted)
        return outcome

    def shell(self, text: str, *, name: str = "", **more: Any) -> Outcome:
        """Run a text as a shell step does: a plain program, or a shell."""
        program = shell.program(
            text, name=name or self.shell_name(), env=self.env, cwd=self.cwd, setting=self.run.shell_setting
        )
        if program.path is None:
            self.output.err(shell.NOT_FOUND.format(program.argv[0]) + "\n")
            return launch.Outcome(launch.NOT_FOUND, b"", (shell.NOT_FOUND.format(program.argv[0]) + "\n").encode())
        if program.text and shell.may_miss_variables(text):
            more["listen"] = True
        try:
            outcome = self._start(program.argv, path=program.path, aside=program.aside, **more)
        except BrokenPipeError:
            raise
        except OSError as error:
            if program.text or error.errno == errno.E2BIG:
                raise self._not_started(program.argv[0], error) from error
            # no script with a `#!` line, or not for us: the shell knows what to do, or what to say
            program = shell.program(text, name=name or self.shell_name(), env=self.env, cwd=self.cwd,
                                    setting=self.run.shell_setting, plain=False)  # fmt: skip
            outcome = self.launch(program.argv, path=program.path, aside=program.aside, **more)
        self.hear(program, outcome)
        if (
            more.get("listen")
            and outcome.code == launch.NOT_FOUND
            and shell.missed_variable(program.argv[-1], outcome.stderr)
        ):
            outcome.code = 1
        return outcome

    def hear(self, program: Program, outcome: Outcome) -> None:
        """Pass on what a shell said before it began with its text, in words that are about that text."""
        said = shell.unread(program, outcome, self.env, self.cwd)
        if said:
            outcome.code, outcome.unread = 1, bool(outcome.aside)
        if not outcome.aside:
            return
        said = said or outcome.aside
        outcome.stderr += said
        self.output.err(said.decode("utf-8", "surrogateescape"))

    def _not_started(self, program: str, error: OSError) -> StepError:
        """The error of a program that could not be started at all."""
        hints = []
        if error.errno == errno.E2BIG:
            hints.append("The command and its environment are too long for one program: put long texts into a file")
        reason = error.strerror or str(error)
        return StepError(f"cannot start {program}: {reason}", exit_code=126, hints=hints, retryable=False)

    def announce(self, command: str) -> None:
        """Say what runs: to who follows the run, and on the screen with `show.command`."""
        step = self.step
        if self.attempt == 1:
            self.run.event("step_command", step, command=command, parent=self.parent)
        if self.run.owner.show or step.fields.get("show"):
            from runner.steps import show

            show.command(self, command)

    def shell_name(self) -> str:
        """The shell's `$0`."""
        return f"{self.run.owner.name}-step-{self.step.index}"

    def failed(self, outcome: Outcome, command: str, message: str = "") -> StepError:
        """The error of a program that ended badly."""
        if outcome.timed_out:
            from runner.steps import durations

            message = f'step "{self.step.label}" timed out after {durations.show(self.seconds() or 0)}'
        elif not message:
            message = f"subcommand exited with code {outcome.code}"
        tail = (outcome.stderr or outcome.stdout)[-TAIL:].decode("utf-8", "replace")
        explanation = "The shell cannot read the text of the step, so nothing of it ran." if outcome.unread else ""
        return StepError(message, command=command, exit_code=outcome.code or 1, tail=tail, explanation=explanation)


def check_directory(path: str, shown: str, ctx: Context | None = None) -> None:
    """A working directory has to be there and to be a directory."""
    if os.path.isdir(path):
        return
    if os.path.lexists(path):
        message, hint = (
            "working directory path is not a directory",
            "The working_directory must be a directory, not a file",
        )
    else:
        message, hint = "working directory does not exist", "Check that the working_directory path exists"
    explanation = f"`{shown}`: {path}" if shown != path else f"`{path}`"
    kind = AtmosError if ctx is None or ctx.run.owner.kind == "command" else StepError
    error = kind(f"{message}: {shown}", title="Invalid working_directory", explanation=explanation, hints=[hint])
    raise error
