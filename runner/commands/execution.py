"""One execution of a custom command: template data, component, dependencies, and the engine's run. On the short way.

Nothing here happens before it is known that a step may run. What costs (stacks, dependencies, freshness) is imported
when the command asks for it.
"""

from __future__ import annotations

import os

from runner.commands import values
from runner.errors import AtmosError, Where
from runner.steps.context import may_be_template
from runner.steps.engine import Owner, Run
from runner.steps.model import Step
from templating.kinds import StringMap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App
    from runner.commands.events import Events
    from runner.commands.model import Command
    from runner.commands.values import Values


class Execution:
    """A command about to run: its values are known, or will be asked for before `run`."""

    def __init__(self, app: App, given: Values, *, dry_run: bool = False) -> None:
        self.app = app
        self.given = given
        self.command: Command = given.parsed.command
        self.data: dict[str, object] = {}
        self.events: Events | None = None
        self.engine = Run(
            app, self._owner(), [Step(fields) for fields in self.command.steps], data=self.data,
            identity_flag=given.parsed.identity, dry_run=dry_run,
        )  # fmt: skip

    def _owner(self) -> Owner:
        command = self.command
        place = command.data.get("where")
        return Owner(
            kind="command",
            name=command.name,
            path=command.path,
            env=command.data.get("env"),  # type: ignore[arg-type]
            working_directory=self._directory(),
            identity=command.data.get("identity") or "",
            where=tuple(place) if isinstance(place, list) else None,
            engine=str(command.inherited("engine") or ""),
        )

    def _directory(self) -> str:
        """The command's working directory, absolute; "" when none is configured."""
        value = self.command.inherited("working_directory")
        text = str(self.app.config.resolve(value) or "").strip() if value else ""
        if not text:
            return ""
        if text == "~" or text.startswith("~/"):
            text = self.app.env.get("HOME", "~") + text[1:]
        return os.path.normpath(os.path.join(self.app.config.base_path or self.app.cwd, text))

    def anything_to_do(self) -> bool:
        """Whether any step may run, as far as conditions tell."""
        return any(self.engine.may_run(step) for step in self.engine.steps)

    def run_with_events(self, target: str, *, force: bool = False) -> int:
        """Run, and write what happens as JSON lines."""
        from runner.commands.events import Events

        events = Events(target, self.app.cwd)
        path = self.tell(events)
        events.write(path, {"event": "run_started", "steps": len(self.engine.steps)})
        code = 1
        try:
            code = self.run(force=force)
        except BaseException as error:
            code = int(getattr(error, "exit_code", 130 if isinstance(error, KeyboardInterrupt) else 1))
            raise
        finally:
            events.finished(path, code)
        return code

    def tell(self, events: Events) -> str:
        """Let what happens in the steps be written; the name under which it is."""
        path = " ".join(self.command.path.split()[1:])
        self.events = events
        self.engine.on_event = lambda record: events.write(path, record, self.engine.mask)
        return path

    def run(self, *, alone: bool = False, force: bool = False) -> int:
        """The exit code, or the error that ended the run. alone: what it depends on is taken care of."""
        engine, given = self.engine, self.given
        if self.app.env.pop("ATMOS_DEPENDENCIES_DONE", ""):  # said by the run that needs this one, to it alone
            alone = True
        directory = engine.owner.working_directory
        if directory:
            self._check_directory(directory)
        cwd = directory or "."
        self.data.update(
            Arguments=StringMap(given.arguments),
            Flags=given.flags,
            flags=given.flags,
            TrailingArgs=given.trailing_text(),
            Cwd=cwd,
            cwd=cwd,
        )
        self._identity()
        if self.command.data.get("verbose") and engine.owner.env:
            self.app.log.debug("Command env", env=", ".join(f"{entry[0]}=***" for entry in engine.owner.env))
        if self.command.data.get("dependencies") and not alone:
            from runner.commands import dependencies

            self._authenticate()
            (dependencies.show if engine.dry_run else dependencies.run)(self.app, self)
        if not (self.command.data.get("sources") or self.command.data.get("generates")):
            self._component()
            return engine.execute()
        from runner.commands.freshness import State

        state = State(self)
        if not force and state.up_to_date():
            self.app.err(f"✓ {self.command.path} is up to date\n")
            return 0
        self._component()
        code = engine.execute()
        if code == 0 and not engine.dry_run:
            state.remember()
        return code

    def _check_directory(self, directory: str) -> None:
        from runner.steps.context import check_directory

        try:
            check_directory(directory, directory)
        except AtmosError as error:
            place = self.command.data.get("where")
            error.where = Where(*place) if isinstance(place, list) else None
            raise

    def render(self, text: object, field: str) -> str:
        """A field of the command itself, with arguments and flags filled in."""
        if isinstance(text, tuple):
            return str(self.app.config.resolve(text) or "")
        words = str(text or "")
        engine = self.engine
        if engine.delimiters is None and not may_be_template(words):
            return words
        import templating
        from runner.steps import compiled

        try:
            return compiled.render(engine, words, self.data, name=f"{self.command.name}.{field}")
        except templating.TemplateError as error:
            place = self.command.data.get("where")
            raise AtmosError(
                f"{field} of custom command `{self.command.name}`: {error.message}", explanation=error.explanation,
                hints=error.hints, where=Where(*place) if isinstance(place, list) else None,
            ) from error  # fmt: skip

    def _identity(self) -> None:
        """The command's identity may be a template of its arguments and flags."""
        value = self.engine.owner.identity
        if isinstance(value, str) and may_be_template(value):
            self.engine.owner.identity = self.render(value, "identity").strip()

    def _authenticate(self) -> None:
        """Before others work for this command: their work is in vain when its identity is refused."""
        engine = self.engine
        choice = engine.choose("")
        if engine.dry_run or not isinstance(choice, str) or not choice:
            return
        if any(not step.identity and engine.may_run(step) for step in engine.steps):
            engine.identity_environment(choice, dict(engine.base_env), engine.owner.title)

    # -- component data --------------------------------------------------------------------------------

    def _component(self) -> None:
        """`.Component` of a custom type, else `.ComponentConfig`: described once, for all steps."""
        bound = self.command.data.get("component")
        if isinstance(bound, dict):
            component = values.semantic_value(self.given, "component")
            if component is None:
                raise self._undeclared("component")
            stack = values.semantic_value(self.given, "stack")
            if stack is None:
                raise self._undeclared("stack")
            found = self._describe(component, stack, str(bound["type"]))
            self.data["Component"] = found
            section = found.get("env")
            if isinstance(section, dict):
                self.engine.component_env = {
                    str(key): _env_text(value) for key, value in section.items() if value != "null"
                }
            return
        config = self.command.data.get("component_config")
        if isinstance(config, dict):
            rendered = {key: self._legacy(key, config[key]) for key in ("component", "stack")}
            self.data["ComponentConfig"] = self._describe(rendered["component"], rendered["stack"], "terraform")

    def _undeclared(self, meaning: str) -> AtmosError:
        return AtmosError(
            f"no argument or flag with type '{meaning}' found",
            explanation=f"Custom command `{self.command.name}` is bound to a component type, so it has to declare an argument with "
            f"`type: {meaning}` or a flag with `semantic_type: {meaning}`.",
        )

    def _legacy(self, key: str, value: object) -> str:
        text = self.render(value, f"component_config.{key}").strip()
        if text and text != "<no value>":
            return text
        place = self.command.data.get("where")
        where = Where(*place) if isinstance(place, list) else None
        file = os.path.basename(where.file) if where else "atmos.yaml"
        written = value if isinstance(value, str) else ""
        raise AtmosError(
            f'the command defines an invalid legacy component_config value: component_config.{key}: {written} in "{file}"',
            explanation="It renders to nothing.", where=where,
        )  # fmt: skip

    def _describe(self, component: str, stack: str, kind: str) -> dict[str, object]:
        from runner import stacks

        choice = self.engine.choose("")
        return stacks.describe_component(self.app, component, stack, identity=choice, kind=kind)


def _env_text(value: object) -> str | None:
    """A value of a component's `env` as a variable; null unsets."""
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        import json

        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return str(value)
