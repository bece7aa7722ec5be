"""One terraform run for one component: files, init, workspace, command, clean-up (spec §16)."""

from __future__ import annotations

import os

from runner.errors import AtmosError
from runner.stacks import policies
from runner.stacks import project as projects
from runner.stacks.component import Draft
from runner.terraform import arguments, environment, files, hooks, identity, lock
from runner.terraform.arguments import Settings
from runner.terraform.target import Target, check, check_module, executable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from runner.app import App
    from runner.process.launch import Outcome
    from runner.process.masking import Mask
    from runner.stacks.project import Found
    from runner.steps.executors import Dask
    from runner.terraform.argv import Invocation
    from runner.terraform.retrying import Policy

    Map = dict[str, Any]

INTERRUPTED = 130


class Failed(AtmosError):
    """terraform ended with a code that is not 0."""

    def __init__(self, code: int, words: list[str], detail: str = "") -> None:
        super().__init__(f"subcommand exited with code {code}", exit_code=code, explanation=detail,
                         context={"command": " ".join(words)})  # fmt: skip


class Run:
    """A prepared run. Nothing has been authenticated, written or started before `start`.

    alone: no other run of this process goes on beside it. grouped: what it prints is kept until `flush`.
    """

    def __init__(
        self, app: App, invocation: Invocation, found: Found, *, alone: bool = True, grouped: bool = False
    ) -> None:
        self.app, self.invocation, self.found = app, invocation, found
        self.alone = alone
        self.executor: Dask | None = None  # where the program runs, if not here
        self.kept: list[tuple[int, bytes]] | None = [] if grouped else None
        self.project = projects.of(app)
        self.settings = Settings(self.project.options.terraform, invocation)
        self.program = executable(found, invocation)
        self.env: dict[str, str] = {}
        self.secrets: set[str] = set()
        self.chosen = identity.Chosen(None, None)
        self._draft: Draft | None = None
        self._target: Target | None = None

    @property
    def draft(self) -> Draft:
        """The component before its functions run."""
        if self._draft is None:
            self._draft = Draft(self.app, self.found, process_templates=self.invocation.on("process-templates", True))
        return self._draft

    @property
    def target(self) -> Target:
        """The component in full; its functions run as the chosen identity."""
        if self._target is None:
            invocation = self.invocation
            described = self.draft.finish(
                process_functions=invocation.on("process-functions", True), skip=tuple(invocation.items("skip")),
                identity=self.chosen, cli_args=["terraform", *invocation.command.split(), *invocation.extra],
                tf_cli_vars=_variables_of(invocation.extra),
            )  # fmt: skip
            self._target = Target(self.found, described, self.project.options)
        return self._target

    @property
    def enabled(self) -> bool:
        return self.found.layered.enabled

    def prepare(self) -> bool:
        """Check what forbids the run and choose its identity; False when the component is disabled."""
        layered = self.found.layered
        if not layered.enabled:
            self.app.log.info("Component is not enabled and skipped", component=layered.name, stack=self.found.name)
            return False
        early = Target(self.found, self.draft.early(), self.project.options)
        check(early, self.invocation.command, self.invocation.sub)
        check_module(early)
        section = identity.merged(self.app, self.draft.auth, layered.auth_layers)
        if self.invocation.on("dry-run"):
            return True
        self.chosen = identity.choose(self.app, section, self.invocation.identity, layered.name)
        return True

    # -- the run -------------------------------------------------------------------------------------

    def start(self) -> int:
        """All of it; terraform's exit code."""
        self.authenticate()
        return self.run()

    def run(self) -> int:
        """What follows authentication, alone in the module's folder."""
        target = self.target
        policies.require(target.described, policies.of(self.app, target.described))
        with lock.held(target.folder, self.app.env, self._waiting) as holding:
            if holding:
                self.env[lock.VARIABLE] = holding
            self.write_files()
            self.warn_of_variables()
            return self.steps()

    def _waiting(self) -> None:
        self.app.err(f"Waiting for another run in {self.target.folder} …\n")

    def authenticate(self) -> None:
        """Build the environment, the identity's last so that nothing of it can be replaced."""
        options = self.project.options
        env = dict(self.app.env)
        environment.lay(env, self.app.config.env_section())
        if self.chosen.name is not None:
            identity.environment(self.app, self.chosen, env)  # before functions that need its session
        described = self.target.described
        environment.lay(env, described.get("env") or {})
        env.update(environment.project_variables(self.app.config))
        env.update(environment.user_agent(env, self.settings.user_agent))
        if self.alone:  # the shared cache is not safe for several at once
            env.update(environment.plugin_cache(env, options.terraform, self.app.log.warning))
        env.update(self.secret_variables())
        env["ATMOS_SHLVL"] = environment.next_level(self.app.env)
        from runner.console import terminal

        if terminal.is_tty(2) and "ATMOS_FORCE_TTY" not in env:
            env["ATMOS_FORCE_TTY"] = "true"
        self.env = identity.environment(self.app, self.chosen, env)
        region = self.target.variables.get("region")
        if self.invocation.sub == "import" and isinstance(region, str) and region:
            self.env["AWS_REGION"] = region  # the provider's configuration is not read by import

    def secret_variables(self) -> dict[str, str]:
        """Variables that the module declares sensitive go by environment, never into a file."""
        from runner.terraform import module

        if not self.app.flags.on("mask"):
            return {}
        names = module.sensitive_variables(self.target.folder)
        self.secrets = {name for name in names if self.target.variables.get(name) is not None}
        return {f"TF_VAR_{name}": environment.as_text(self.target.variables[name]) for name in sorted(self.secrets)}

    def variables(self, *, secrets: bool = False) -> Map:
        """What the var-file holds."""
        from runner.stacks.functions import COMPUTED

        result = {name: value for name, value in self.target.variables.items() if secrets or name not in self.secrets}
        for name, value in result.items():
            if value == COMPUTED:
                raise AtmosError(
                    f"the variable '{name}' of the component '{self.target.component}' could not be determined"
                )
        return result

    def write_files(self) -> None:
        target, sub = self.target, self.invocation.sub
        plan, _ = arguments.plan_of(self.invocation, target)
        if sub != "workspace" and not plan:
            files.write(target.path(target.varfile), files.to_json(self.variables()), 0o644)
        test = target.described.get("test")
        if sub == "test" and isinstance(test, dict):
            files.write(target.path(target.test_varfile), files.to_json(test.get("vars") or {}), 0o644)
        if self.settings.auto_backend:
            files.write(target.path(files.BACKEND), files.to_json(files.backend(target.described)), 0o600)
        if target.described.get("providers"):
            files.write(
                target.path(files.PROVIDERS), files.to_json(files.providers(target.described["providers"])), 0o600
            )
        required = files.versions(target.described)
        if required is not None:
            files.write(target.path(files.VERSIONS), files.to_json(required), 0o600)
        if self.settings.auto_files and target.described.get("generate"):
            from runner.terraform import generated

            generated.write(target, target.described["generate"])

    def warn_of_variables(self) -> None:
        names = environment.interfering(self.app.env)
        if names:
            from runner.console.errors import warn

            warn(self.app, "Detected environment variables that may interfere with Atmos's control of Terraform: "
                           + ", ".join(names))  # fmt: skip

    def steps(self) -> int:
        """init, workspace, the command itself, hooks, then clean-up."""
        self.before()
        words = arguments.main(self.invocation, self.settings, self.target)
        if words:
            self.call(words)
        hooks.after(self)
        self.clean_up()
        return 0

    def before(self) -> None:
        """init and workspace."""
        invocation, target = self.invocation, self.target
        if arguments.runs_init(invocation, self.settings) or invocation.sub == "init":
            self.forget_workspace()
        if arguments.runs_init(invocation, self.settings):
            words = arguments.init(self.settings, target, forced=invocation.sub == "workspace", extra=[])
            self.call(words, stdout=2 if arguments.quiet(invocation) else 1)
        if arguments.selects_workspace(invocation, target, self.app.env):
            self.select_workspace()

    def data_folder(self) -> str:
        return os.path.join(self.target.folder, self.env.get("TF_DATA_DIR") or ".terraform")

    def forget_workspace(self) -> None:
        """Without this, init asks for a workspace when backends differ."""
        try:
            os.unlink(os.path.join(self.data_folder(), "environment"))
        except OSError:
            pass

    def select_workspace(self) -> None:
        workspace = self.target.workspace
        words = ["workspace", "select", "-or-create", workspace]
        outcome = self.launch(words, capture=True)
        if outcome.code == 1:
            words = ["workspace", "new", workspace]
            outcome = self.launch(words, capture=True)
            if outcome.code == 1 and self._selected() == workspace:
                self.app.log.warning("the workspace is in use already", workspace=workspace)
                return
        if outcome.code:
            text = (outcome.stdout + outcome.stderr).decode("utf-8", "replace").strip()
            raise Failed(outcome.code, [self.program, *words], text)

    def _selected(self) -> str:
        try:
            with open(os.path.join(self.data_folder(), "environment"), encoding="utf-8") as stream:
                return stream.read().strip()
        except OSError:
            return ""

    def call(self, words: list[str], *, stdout: int = 1) -> None:
        """Run terraform and let its code end the run when it is not 0."""
        outcome = self.launch(words, stdout=stdout)
        if outcome.code:
            raise Failed(outcome.code, [self.program, *words])

    def launch(self, words: list[str], *, stdout: int = 1, capture: bool = False) -> Outcome:
        """Start the program in the module's folder and wait for it."""
        sinks = (self._sink(stdout), self._sink(2)) if self.kept is not None else (stdout, 2)
        if capture:
            sinks = (False, False)
        mask = None if capture else self._mask()
        policy = self._retry()

        def attempt() -> Outcome:
            return launch([self.program, *words], env=self.env, cwd=self.target.folder, stdout=sinks[0], stderr=sinks[1],
                          capture=capture or policy is not None, stdin=0 if self.alone else None, mask=mask,
                          executor=self.executor)  # fmt: skip

        return policy.run(attempt, self.app.err) if policy is not None else attempt()

    def _retry(self) -> Policy | None:
        section = self.target.described.get("retry")
        if not isinstance(section, dict) or not section:
            return None
        from runner.terraform.retrying import Policy

        return Policy(section, self.target.component) or None

    def _mask(self) -> Mask | None:
        """What hides secrets where no person looks, in logs; results that programs read stay as they are."""
        from runner.console import terminal

        if terminal.is_tty(1) or arguments.quiet(self.invocation):
            return None
        from runner.process import secrets

        mask = secrets.build(self.app)
        if mask is not None:
            self.app.identities.hide(mask)
            mask.add(environment.as_text(self.target.variables[name]) for name in self.secrets)
        return mask

    def _sink(self, fd: int) -> Callable[[bytes], None]:
        kept = self.kept
        assert kept is not None
        return lambda data: kept.append((fd, data))

    def flush(self) -> None:
        """Print what was kept, in one piece."""
        from runner.app import write

        for fd, data in self.kept or ():
            write(fd, data)
        if self.kept is not None:
            self.kept.clear()

    def clean_up(self) -> None:
        """After success only (spec §14.3)."""
        target, sub = self.target, self.invocation.sub
        plan, own = arguments.plan_of(self.invocation, target)
        doomed: list[str] = []
        if sub not in ("plan", "show") and (not plan or own):
            doomed.append(target.planfile)
        if sub in ("apply", "deploy"):
            doomed.append(target.varfile)
        if sub == "test":
            doomed.append(target.test_varfile)
        for name in doomed:
            try:
                os.unlink(target.path(name))
            except OSError:
                pass

    def commands(self) -> list[list[str]]:
        """What `start` would run, for a dry run."""
        target, invocation = self.target, self.invocation
        found: list[list[str]] = []
        if arguments.runs_init(invocation, self.settings):
            found.append(arguments.init(self.settings, target, forced=invocation.sub == "workspace", extra=[]))
        if arguments.selects_workspace(invocation, target, self.app.env):
            found.append(["workspace", "select", "-or-create", target.workspace])
        words = arguments.main(invocation, self.settings, target)
        return [*found, words] if words else found


def _variables_of(words: list[str]) -> dict[str, str]:
    """The `-var` values among terraform's arguments."""
    found: dict[str, str] = {}
    for index, word in enumerate(words):
        text = (
            word[5:]
            if word.startswith("-var=")
            else words[index + 1]
            if word == "-var" and index + 1 < len(words)
            else ""
        )
        name, equals, value = text.partition("=")
        if equals:
            found[name.strip()] = value
    return found


def launch(
    words: list[str], *, env: dict[str, str], cwd: str, stdout: Any = 1, stderr: Any = 2, capture: bool = False,
    stdin: int | None = 0, mask: Mask | None = None, executor: Dask | None = None,
) -> Outcome:  # fmt: skip
    """Run a program to its end; a missing one is an error that says what to do.

    On a terminal the program stays in our process group: the keyboard's interrupt reaches both, so that terraform ends
    in its own way, with a code of its own, and we still know that somebody interrupted it.
    """
    from runner.console import terminal
    from runner.process import launch as launcher

    shared = stdin == 0 and terminal.is_tty(0)
    try:
        with _Keyboard(shared) as keyboard:
            if executor is not None:
                outcome = executor.run(words, env=env, cwd=cwd, stdout=stdout, stderr=stderr, mask=mask)
            else:
                outcome = launcher.run(words, env=env, cwd=cwd, stdin=stdin, stdout=stdout, stderr=stderr, capture=capture,
                                       mask=mask, shared_terminal=shared)  # fmt: skip
    except FileNotFoundError as error:
        raise AtmosError(
            f"cannot run {words[0]}: executable file not found in $PATH",
            hints=["Install terraform or OpenTofu, or set `components.terraform.command`"],
        ) from error
    except OSError as error:
        raise AtmosError(f"cannot run {words[0]}: {error.strerror or error}") from error
    interrupted = outcome.interrupted or (keyboard.interrupted if outcome.code else 0)
    if interrupted:
        from runner.process.signals import Interrupted

        raise Interrupted(interrupted)
    return outcome


class _Keyboard:
    """Notes an interrupt from the keyboard while a program shares our terminal."""

    def __init__(self, active: bool) -> None:
        self.active = active
        self.interrupted = 0
        self.before: Any = None

    def __enter__(self) -> _Keyboard:
        if self.active:
            import signal

            try:
                self.before = signal.signal(signal.SIGINT, self._note)
            except ValueError:  # not in the main thread: nobody gets signals here
                self.active = False
        return self

    def _note(self, number: int, _frame: object) -> None:
        self.interrupted = number

    def __exit__(self, *exc: object) -> None:
        if self.active:
            import signal

            signal.signal(signal.SIGINT, self.before if self.before is not None else signal.SIG_DFL)
