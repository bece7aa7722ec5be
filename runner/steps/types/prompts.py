"""`input`, `confirm`, `choose`, `filter`, `file`, `write`: questions for a person; without a terminal their defaults."""

from __future__ import annotations

from runner.console import terminal
from runner.errors import AtmosError, UserAborted
from runner.steps.errors import StepError
from runner.steps.model import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.steps.context import Context

_ERASED = ("confirm", "choose", "filter", "file")
HINTS = (
    "Use --dry-run to preview workflow without interactive steps",
    "Set default values in workflow configuration",
    "Use environment variables instead of interactive prompts in CI",
)


def run(ctx: Context) -> Result:
    kind = ctx.step.type
    title = ctx.text("prompt")
    default = ctx.text("default")
    if not can_ask(ctx):
        if not default:
            raise StepError(
                "interactive terminal required for step", retryable=False, hints=HINTS,
                explanation=f"The step type '{kind}' requires a TTY for user input",
            )  # fmt: skip
        return _unattended(kind, default, bool(ctx.step.get("multiple")))
    try:
        answer = _ASK[kind](ctx, title, default)
    except KeyboardInterrupt:
        error: AtmosError = UserAborted()
    except UserAborted as aborted:
        error = aborted
    except AtmosError as problem:
        raise StepError(
            problem.message, explanation=problem.explanation, hints=problem.hints, retryable=False
        ) from problem
    else:
        if kind in _ERASED:  # their screen is gone: keep a line of what was asked and answered
            ctx.output.err(f"{title} {', '.join(answer.values) or answer.value}\n")
        return answer
    raise StepError(error.message, exit_code=error.exit_code, retryable=False) from None


def can_ask(ctx: Context) -> bool:
    """Both ends have to be a terminal, unless that is forced."""
    if terminal.forced_tty(ctx.app.flags):
        return ctx.app.flags.on("interactive")
    return ctx.app.interactive and terminal.is_tty(1)


def _unattended(kind: str, default: str, multiple: bool) -> Result:
    if kind == "confirm":
        return Result("true" if default.strip().lower() in ("yes", "true", "y", "1") else "false")
    if kind == "filter" and multiple:
        values = [part.strip() for part in default.split(",") if part.strip()]
        return Result(values[0] if values else "", values=values)
    return Result(default)


def _input(ctx: Context, title: str, default: str) -> Result:
    from runner.console import prompts

    if ctx.step.get("password"):
        answer = prompts.password(title, app=ctx.app) or default
        if ctx.run.mask is not None:
            ctx.run.mask.add([answer])
        return Result(answer)
    return Result(prompts.text(title, default, ctx.text("placeholder"), app=ctx.app))


def _confirm(ctx: Context, title: str, default: str) -> Result:
    from runner.console import prompts

    chosen = prompts.confirm(title, default=default.strip().lower() in ("yes", "true", "y", "1"), app=ctx.app)
    return Result("true" if chosen else "false")


def _choose(ctx: Context, title: str, default: str) -> Result:
    from runner.console import prompts

    return Result(prompts.select(title, ctx.texts("options"), default=default or None, app=ctx.app))


def _filter(ctx: Context, title: str, default: str) -> Result:
    from runner.console import prompts

    options = ctx.texts("options")
    limit = int(ctx.text("limit") or 0)
    if not ctx.step.get("multiple") and limit <= 1:
        return Result(prompts.select(title, options, default=default or None, app=ctx.app))
    chosen = prompts.multiselect(title, options, limit=limit, app=ctx.app)
    return Result(chosen[0] if chosen else "", values=chosen)


def _file(ctx: Context, title: str, default: str) -> Result:
    import os

    from runner.console import prompts

    path = os.path.join(ctx.directory(), os.path.expanduser(ctx.text("path") or "."))
    return Result(
        prompts.file_picker(title, path, extensions=ctx.texts("extensions"), default=default or None, app=ctx.app)
    )


def _write(ctx: Context, title: str, default: str) -> Result:
    from runner.console import prompts

    del default  # only for runs without a terminal
    return Result(prompts.editor(title, "", ctx.text("placeholder"), height=int(ctx.text("height") or 5), app=ctx.app))


_ASK: dict[str, Callable[[Context, str, str], Result]] = {
    "input": _input, "confirm": _confirm, "choose": _choose, "filter": _filter, "file": _file, "write": _write,
}  # fmt: skip
