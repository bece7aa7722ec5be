"""`--dry-run`: every step as it would run, and nothing else: no process, no login, no prompt, no file (decision D13).

An action that needs what only a run can give is printed as it is written. The plan goes to stderr.
"""

from __future__ import annotations

from runner.errors import AtmosError
from runner.identity import DISABLED
from runner.steps import conditions, durations, plan, retry, types
from runner.steps.context import Context
from runner.steps.errors import PrepareError
from runner.steps.model import Step

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.steps.engine import Run

_BLOCKS = ("if", "range", "with", "define", "block", "else", "end", "template", "break", "continue", "$")
_TEXT_FIELDS = (
    "content", "prompt", "title", "url", "method", "body", "path", "source", "destination", "default", "hint", "message",
)  # fmt: skip
_LISTS = ("options", "tools", "files", "dirs", "for", "include", "exclude", "columns")
_MAPS = ("headers", "query", "form", "fields")
_GIVEN = ("Arguments", "Flags", "flags")
_PROGRAMS = ("shell", "atmos", "exec", "spin", "container")


def show(run: Run, steps: list[Step]) -> int:
    """Print the plan of a run. A template that can never be rendered is still an error."""
    run.output.err(f"Dry run of {run.owner.title}: nothing is executed\n")
    if run.owner.working_directory:
        run.output.err(f"  working directory: {run.cwd}\n")
    total = len(steps)
    for number, step in enumerate(steps, 1):
        _step(run, step, f"[{number}/{total}]", None, "")
    return 0


class _Planned(Context):
    """A context that renders what can be rendered now. unknown: names of `env` that only a run can tell."""

    __slots__ = ("unknown",)

    def __init__(self, run: Run, step: Step, **more: Any) -> None:
        super().__init__(run, step, run.output, **more)
        self.unknown: set[str] = set()

    def _fill(self, text: str, field: str) -> str:
        try:
            return super()._fill(text, field)
        except PrepareError as error:
            if not self._waits(text, error):
                raise
        return self._piecewise(text, field)

    def _waits(self, text: str, error: PrepareError) -> bool:
        """Whether the failure may be for want of something that a run would give. What was given is known already."""
        failed = str(getattr(error.__cause__, "expression", ""))
        root, _, rest = failed[1:].partition(".")
        if failed.startswith(".") and (root in _GIVEN or (not rest and root not in self.data)):
            return False
        return (
            "map has no entry for key" in error.message
            or "nil" in error.message
            or ".steps" in text
            or ".env" in text.lower()
            or (self.run.engine == "jinja2" and ("steps" in text or "env" in text.lower()))
        )

    def _piecewise(self, text: str, field: str) -> str:
        """Each action by itself; those that cannot be rendered yet, and texts with blocks, as they are written."""
        if self.run.engine == "jinja2" and "{%" in text:
            return text
        open_, close = self.run.delimiters or ("{{", "}}")
        pieces: list[str] = []
        position = 0
        while True:
            start = text.find(open_, position)
            end = text.find(close, start + len(open_)) if start >= 0 else -1
            if end < 0:
                pieces.append(text[position:])
                return "".join(pieces)
            action = text[start : end + len(close)]
            inner = action[len(open_) : -len(close)].strip("- \t\n")
            if inner.split(" ", 1)[0] in _BLOCKS or inner.startswith("$"):
                return text
            pieces.append(text[position:start])
            try:
                pieces.append(super()._fill(action, field))
            except PrepareError as error:
                if not self._waits(action, error):
                    raise
                pieces.append(action)
            position = end + len(close)


def _step(run: Run, step: Step, head: str, parent: Context | None, indent: str, extra: dict[str, Any] | None = None,
          name: str = "") -> None:  # fmt: skip
    ctx = _Planned(run, step, parent=parent, extra=extra)
    kind = types.row(step.type)
    assert kind is not None
    note, runs = _condition(run, step)
    lines = [f"{head} {name or step.label} ({step.type}){note}"]
    if runs:
        lines += _details(run, ctx, kind.process)
    run.output.err("".join(f"{indent}{line}\n" for line in lines))
    if runs and step.children:
        _children(run, ctx, indent + "  ")
    if runs and step.type == "env":
        _variables(run, ctx)


def _condition(run: Run, step: Step) -> tuple[str, bool]:
    """What is known about whether a step would run."""
    condition = step.condition
    if condition is None or conditions.mentions_freshness(condition):
        return "", True
    try:
        holds = run.holds(step, condition, conditions.SUCCESS)
    except AtmosError as error:
        if "steps" in str(condition) or "answers" in str(condition):
            return "  when its condition holds", True
        raise error
    if holds:
        return "", True
    try:
        later = conditions.mentions_status(condition) and run.holds(step, condition, conditions.FAILURE)
    except AtmosError:
        later = False
    return ("  only after a failure", True) if later else ("  skipped: its condition does not hold", False)


def _details(run: Run, ctx: Context, process: bool) -> list[str]:
    ctx.data = run.template_data(ctx.extra)
    step = ctx.step
    ctx._see(run.base_env)
    ctx.stack = (
        run.stack or ctx._early(step.stack, "stack") or (ctx.parent.stack if ctx.parent else "") or run.owner.stack
    )
    lines: list[str] = []
    identity = None
    if process or step.children:
        choice: Any = "(chosen when it runs)" if run.identity_flag == "\0select" and not step.identity else ctx.choose()
        if choice is DISABLED:
            lines.append("  identity: none (disabled)")
            identity = lambda env: {**env, "ATMOS_IDENTITY": "false"}  # noqa: E731
        elif choice:
            lines.append(f"  identity: {choice}")
            identity = lambda env: {**env, "ATMOS_IDENTITY": str(choice)}  # noqa: E731
    ctx.env = run.environment(ctx, identity)
    ctx._see(ctx.env)
    if process:
        try:
            ctx.cwd = ctx.directory()
        except AtmosError:
            ctx.cwd = ctx._early(step.working_directory, "working_directory") + " (not there)"
        lines.append(f"  working directory: {ctx.cwd}")
        own = {key for key, _, _ in (*run.owner.env, *step.env)} | set(run.exported)
        lines += [f"  env: {key}={ctx.env[key]}" if key in ctx.env else f"  env: {key} unset" for key in sorted(own)]
    if ctx.stack and step.type in ("atmos", "store"):
        lines.append(f"  stack: {ctx.stack}")
    seconds = step.timeout
    if isinstance(seconds, int | float):
        lines.append(f"  timeout: {durations.show(float(seconds))}")
    if step.retry is not None:
        most = retry.attempts(step.retry)
        lines.append(f"  retry: {'unlimited' if most is None else most} attempts")
    lines += _fields(ctx)
    return lines


def _fields(ctx: Context) -> list[str]:
    step = ctx.step
    lines: list[str] = []
    if step.type in _PROGRAMS:
        text = ctx.text("command").strip("\n")
        if step.type == "atmos":
            from runner.steps.types.atmos import arguments

            text = " ".join(["atmos", *(_quoted(word) for word in arguments(ctx, text))])
        lines += [f"  {line}" for line in text.splitlines()]
    elif step.type == "script":
        lines.append(f"  {ctx.text('interpreter')}")
        lines += [f"    {line}" for line in ctx.text("script").splitlines()]
    for field in _TEXT_FIELDS:
        if step.get(field) is not None and not isinstance(step.get(field), dict | list):
            lines.append(f"  {field}: {ctx.text(field)}")
    for field in _LISTS:
        if step.get(field) is not None:
            lines.append(f"  {field}: {', '.join(ctx.texts(field))}")
    for field in _MAPS:
        if step.get(field) is not None:
            lines += [f"  {field}: {key}={value}" for key, value in ctx.text_map(field).items()]
    given = step.get("with")
    if isinstance(given, dict):
        lines += [
            f"  {key}: {ctx.render(value, f'with.{key}')}"
            for key, value in given.items()
            if not isinstance(value, dict | list)
        ]
    if step.type == "exit":
        lines.append(f"  code: {ctx.text('code', '0')}")
    return lines


def _quoted(word: str) -> str:
    from runner.steps.words import quote

    return quote(word)


def _children(run: Run, ctx: Context, indent: str) -> None:
    for node in plan.plan(ctx.step):
        extra: dict[str, Any] = {"step": {"name": node.step.name}}
        if node.axes is not None:
            extra["matrix"] = node.axes
        needs = f" after {', '.join(node.needs)}" if node.needs else ""
        _step(run, node.step, "-", ctx, indent, extra, name=node.name + needs)


def _variables(run: Run, ctx: Context) -> None:
    """What later steps would see of an `env` step."""
    for key, value, _ in ctx.step.get("vars") or []:
        try:
            text = ctx.render(value, f"vars.{key}")
        except PrepareError:
            continue
        (run.exported if ctx.step.get("export", True) else run.hidden)[key] = text
