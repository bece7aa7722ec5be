"""Thin views of compiled steps, and what a run of one leaves behind. On the short way."""

from __future__ import annotations

from runner.errors import Where

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.errors import AtmosError


class Step:
    """One step of compiled data. `fields` holds all of it; the attributes are what the engine looks at."""

    __slots__ = ("children", "condition", "env", "fields", "index", "mode", "name", "timeout", "type")

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields
        self.index: int = fields["index"]
        self.name: str = fields["name"]
        self.type: str = fields["type"]
        self.env: list[list[Any]] = fields.get("env") or []
        self.timeout: Any = fields.get("timeout")
        self.condition: Any = fields.get("when")
        output = fields.get("output")
        self.mode: str = (output.get("mode") or "") if output else ""
        self.children = [Step(child) for child in fields.get("steps") or ()]

    @property
    def label(self) -> str:
        """The name by which conditions and messages know the step."""
        return self.name or f"step-{self.index}"

    @property
    def command(self) -> Any:
        return self.fields.get("command", "")

    @property
    def when(self) -> Any:
        return self.condition

    @property
    def continue_(self) -> Any:
        return self.fields.get("continue")

    @property
    def retry(self) -> dict[str, Any] | None:
        return self.fields.get("retry")

    @property
    def identity(self) -> Any:
        return self.fields.get("identity", "")

    @property
    def stack(self) -> Any:
        return self.fields.get("stack", "")

    @property
    def working_directory(self) -> Any:
        return self.fields.get("working_directory", "")

    @property
    def outputs(self) -> dict[str, Any]:
        return self.fields.get("outputs") or {}

    @property
    def output(self) -> dict[str, Any]:
        return self.fields.get("output") or {}

    @property
    def show(self) -> dict[str, bool]:
        return self.fields.get("show") or {}

    @property
    def viewport(self) -> dict[str, int]:
        return self.fields.get("viewport") or {}

    @property
    def tty(self) -> bool:
        return bool(self.fields.get("tty"))

    @property
    def interactive(self) -> bool:
        return bool(self.fields.get("interactive"))

    @property
    def needs(self) -> list[str]:
        return self.fields.get("needs") or []

    @property
    def background(self) -> bool:
        return self.fields.get("background") is True

    @property
    def where(self) -> tuple[str, int, int] | None:
        return self.fields.get("where")

    def get(self, key: str, default: Any = None) -> Any:
        """A field of its type."""
        return self.fields.get(key, default)


class Result:
    """What a step leaves for later ones: `.steps.NAME`."""

    __slots__ = ("error", "metadata", "outputs", "skipped", "value", "values")

    def __init__(
        self, value: str = "", *, values: list[str] | None = None, metadata: dict[str, Any] | None = None,
        skipped: bool = False, error: str = "",
    ) -> None:  # fmt: skip
        self.value = value
        self.values = values or []
        self.metadata = metadata or {}
        self.outputs: dict[str, str] = {}
        self.skipped = skipped
        self.error = error

    def data(self) -> dict[str, Any]:
        """For templates: metadata keys are reachable directly too."""
        return {
            **self.metadata,
            "value": self.value,
            "values": self.values,
            "metadata": self.metadata,
            "outputs": self.outputs,
            "skipped": self.skipped,
            "error": self.error,
        }


class Owner:
    """Whose steps run: a custom command or a workflow. `failure` turns a step's error into the one that is shown.

    run_id: the run's journal; "" when none is kept.
    """

    __slots__ = (
        "engine", "env", "extra", "file", "identity", "kind", "name", "output", "path", "run_id", "show", "stack", "title", "viewport",
        "where", "working_directory",
    )  # fmt: skip

    def __init__(
        self,
        *,
        kind: str,
        name: str,
        path: str = "",
        title: str = "",
        file: str = "",
        env: list[list[Any]] | None = None,
        working_directory: str = "",
        identity: Any = "",
        stack: str = "",
        show: dict[str, bool] | None = None,
        output: str = "",
        viewport: dict[str, int] | None = None,
        extra: Any = None,
        where: tuple[str, int, int] | None = None,
        engine: str = "",
    ) -> None:
        self.kind, self.name, self.file = kind, name, file
        self.path = path or name
        self.title = title or (f'custom command "{name}"' if kind == "command" else f'workflow "{name}"')
        self.env = env or []
        self.working_directory = working_directory
        self.identity = identity
        self.stack = stack
        self.show = show or {}
        self.output = output
        self.viewport = viewport or {}
        self.extra = extra
        self.where = where
        self.engine = engine
        self.run_id = ""

    def failure(self, step: Step, error: AtmosError) -> AtmosError:
        """The error to show when a step has failed. `error` is a StepError for what the step itself did wrong."""
        if error.where is None and step.where:
            error.where = Where(*step.where)
        error.context.setdefault("step", step.label)
        return error
