"""What the steps of a run find around them: masking, templates, identities, environments. On the short way.

`Run` (the loop) builds on it; contexts of steps ask it.
"""

from __future__ import annotations

from runner import environment
from runner.console import terminal
from runner.errors import AtmosError
from runner.process import launch, secrets, shell, signals
from runner.steps.errors import PrepareError, StepError
from runner.steps.output import Output
from templating.kinds import StringMap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from runner.app import App
    from runner.process.masking import Mask
    from runner.steps.context import Context
    from runner.steps.model import Owner, Step


class Surroundings:
    """data: template roots of the owner. results: what steps left, by name. exported, hidden: variables of `env` steps."""

    def __init__(
        self, app: App, owner: Owner, steps: list[Step], data: dict[str, Any], *, base_env: dict[str, str] | None,
        identity_flag: str | None, dry_run: bool, stack: str, component_env: Mapping[str, str | None] | None,
    ) -> None:  # fmt: skip
        self.app, self.owner, self.steps, self.owner_data = app, owner, steps, data
        self.identity_flag, self.dry_run, self.stack = identity_flag, dry_run, stack
        self.component_env = component_env or {}
        self.cwd = owner.working_directory or app.cwd
        self.results: dict[str, dict[str, Any]] = {}
        self.exported: dict[str, str] = {}
        self.hidden: dict[str, str] = {}
        self.commands: dict[str, str] = {}  # what each valueCommand printed
        self.mask = self._mask()
        self.output = Output(self.mask)
        self._base_env = base_env
        self._ci: bool | None = None
        self._choices: dict[str, Any] = {}
        self.refused: dict[str, AtmosError] = {}  # identities that could not be authenticated
        self._delimiters: Any = 0
        self._engine = owner.engine
        self._missing = ""
        self._shell: str | None = None
        self._keeps: bool | None = None
        self.in_log_group = False

    # -- settings ---------------------------------------------------------------------------------------

    def _mask(self) -> Mask | None:
        mask = secrets.build(self.app)
        return mask if mask else None

    @property
    def base_env(self) -> dict[str, str]:
        """Layers 1 to 3 of every step's environment."""
        if self._base_env is None:
            self._base_env = environment.base(self.app.env, self.app.config.env_section().items(), self.app.executable)
        return self._base_env

    @property
    def engine(self) -> str:
        """The engine of templates: the owner's, else the one of `templates.settings.engine`, else `go`."""
        if not self._engine:
            from runner.steps.templates import engine

            self._engine = engine(self.app)
        return self._engine

    @property
    def missing(self) -> str:
        """What a missing key does: an error, unless `templates.settings.missing` says otherwise."""
        if not self._missing:
            from runner.steps.templates import missing

            self._missing = missing(self.app)
        return self._missing

    @property
    def delimiters(self) -> tuple[str, str] | None:
        """The configured template delimiters; None for both usual pairs (decision D15)."""
        if self._delimiters == 0:
            from runner.steps.templates import delimiters

            self._delimiters = delimiters(self.app)
        found: tuple[str, str] | None = self._delimiters
        return found

    def policy(self, data: Mapping[str, Any]) -> Any:
        """What template functions may reach."""
        from runner.steps.templates import policy

        return policy(self, data)

    def functions(self, text: str) -> Any:
        """Functions over stacks and components, for templates that name them."""
        if "atmos." not in text and "collectKeys" not in text:
            return None
        from runner.stacks import template_functions

        return template_functions.of(self.app)

    @property
    def shell_setting(self) -> str:
        if self._shell is None:
            self._shell = str(self.app.config.get("settings", "shell", default="") or "")
        return self._shell

    @property
    def ci(self) -> bool:
        if self._ci is None:
            self._ci = terminal.is_ci(self.app.env)
        return self._ci

    @property
    def keeps_results(self) -> bool:
        """Whether anything in these steps may ask what a step printed; otherwise nobody has to remember it."""
        if self._keeps is None:
            texts = [step.fields for step in self.steps]
            self._keeps = _mentions((texts, self.owner.env), ("steps", "answers", "outputs"))
        return self._keeps

    # -- identities and environments --------------------------------------------------------------------------------

    def choose(self, own: str) -> Any:
        """The identity of a step that names `own` itself (decision D4)."""
        if own not in self._choices:
            owner = self.owner.identity
            if isinstance(owner, tuple):
                owner = str(self.app.config.resolve(owner))
            self._choices[own] = self.app.identities.choose(self.identity_flag, owner.strip(), own)
        return self._choices[own]

    def identity_environment(self, name: str, env: dict[str, str], what: str) -> dict[str, str]:
        """The environment of a process that runs as `name`; its secrets are hidden from now on."""
        if name in self.refused:
            raise self.refused[name]
        try:
            result = self.app.identities.environment(name, env, context=what)
        except AtmosError as error:
            self.refused[name] = error  # cleanup steps do not ask again
            raise
        except Exception as error:
            if hasattr(error, "message") and hasattr(error, "exit_code"):
                raise AtmosError(
                    error.message, title=getattr(error, "title", "Error"), explanation=getattr(error, "explanation", ""),
                    hints=getattr(error, "hints", ()), exit_code=error.exit_code,
                ) from error  # fmt: skip
            raise
        if self.mask is not None:
            self.app.identities.hide(self.mask)
        return result

    def environment(self, ctx: Context, identity: environment.Layer | None) -> dict[str, str]:
        """The exact environment of a step (ARCHITECTURE.md, "The layers of a step's environment")."""
        workflow = self.owner.kind == "workflow"
        parent = ctx.parent.env_layer(ctx.parent.step.env) if ctx.parent is not None else None
        own = ctx.env_layer(ctx.step.env)

        def step(env: dict[str, str]) -> None:
            if parent is not None:
                parent(env)
            if own is not None:
                ctx.outer = dict(env)
                own(env)
                ctx.inner = {key: env[key] for key, _, _ in ctx.step.env if key in env}

        env = environment.build(
            self.base_env, component=self.component_env.items(), owner=ctx.env_layer(self.owner.env, self.commands),
            exported=self.exported.items(), identity=identity, step=step if parent or own else None,
            identity_last=workflow, extending=workflow, executable=self.app.executable,
        )  # fmt: skip
        if self.in_log_group:
            env["ATMOS_CI_LOG_GROUP_ACTIVE"] = "1"
        return env

    def value_command(self, key: str, command: str, env: dict[str, str]) -> str:
        """What the command of an env entry prints, without the line ends after it. Run once per run."""
        if self.dry_run:
            return f"$({command})"
        level = {**env, "PWD": self.cwd}
        environment.enter_level(level)
        name = f"env-var-{key}-valcommand"
        program = shell.program(command, name=name, env=level, cwd=self.cwd, setting=self.shell_setting)
        if program.path is None:
            raise StepError(
                f"valueCommand of {key}: " + shell.NOT_FOUND.format(program.argv[0]), exit_code=launch.NOT_FOUND
            )
        outcome = launch.run(program.argv, path=program.path, env=level, cwd=self.cwd, stdout=None, capture=True, mask=None,
                             stderr=self.output.err_bytes, aside=program.aside)  # fmt: skip
        said = shell.unread(program, outcome, level, self.cwd)
        if outcome.aside:
            self.output.err_bytes(said or outcome.aside)
        if said:
            outcome.code = 1
        if outcome.interrupted:
            raise signals.Interrupted(outcome.interrupted)
        if outcome.code:
            raise PrepareError(
                f"subcommand exited with code {outcome.code}", exit_code=outcome.code,
                explanation=f"It is the valueCommand of the ENV var '{key}' in {self.owner.title}:\n\n {command}",
            )  # fmt: skip
        return outcome.stdout.decode("utf-8", "surrogateescape").rstrip("\r\n")

    def template_data(self, extra: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The roots that templates see; `env` is added when it is known."""
        data = {**self.owner_data, "steps": self.results}
        if "flags" not in data:
            data["flags"] = data["Flags"] = StringMap(stack=self.stack)
        if extra:
            data.update(extra)
        return data


def _mentions(value: Any, words: tuple[str, ...]) -> bool:
    """Whether a word stands anywhere in compiled data: in a text, or as a key of a step's own fields but `steps`."""
    if isinstance(value, str):
        return any(word in value for word in words)
    if isinstance(value, dict):
        return "outputs" in value or any(_mentions(item, words) for item in value.values())
    return isinstance(value, list | tuple) and any(_mentions(item, words) for item in value)
