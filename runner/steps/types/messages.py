"""Steps that say something: messages on stderr, results on stdout. Colours and frames only where people look."""

from __future__ import annotations

from runner.console import terminal
from runner.errors import AtmosError
from runner.steps.errors import PrepareError, StepError
from runner.steps.model import Result
from runner.steps.output import ICONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from runner.steps.context import Context


def run(ctx: Context) -> Result:
    return KINDS[ctx.step.type](ctx)


def _color(ctx: Context) -> bool:
    return terminal.use_color(ctx.app.flags, ctx.app.env)


def _line(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


def _toast(ctx: Context) -> Result:
    content = ctx.text("content")
    level = {"warn": "warning", "success": "success", "warning": "warning", "error": "error"}.get(
        ctx.text("level").strip().lower(), "info"
    )
    icon = ICONS[level]
    if _color(ctx):
        icon = (
            {"info": "\x1b[36m", "success": "\x1b[32m", "warning": "\x1b[33m", "error": "\x1b[31m"}[level]
            + icon
            + "\x1b[0m"
        )
    lines = content.rstrip("\n").split("\n")
    ctx.output.err("\n".join([f"{icon} {lines[0]}", *("  " + line for line in lines[1:])]) + "\n")
    return Result(content)


def _markdown(ctx: Context) -> Result:
    content = ctx.text("content")
    ctx.output.err(rendered_markdown(ctx, content))
    return Result(content)


def rendered_markdown(ctx: Context, text: str) -> str:
    """Markdown for a terminal; as it is written elsewhere."""
    if not _color(ctx):
        return _line(text)
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(force_terminal=True, width=min(terminal.width(ctx.app.env), 120), highlight=False)
    with console.capture() as captured:
        console.print(Markdown(text))
    return captured.get()


def _log(ctx: Context) -> Result:
    content = ctx.text("content")
    level = ctx.text("level", "info").strip().lower() or "info"
    level = {"warn": "warning"}.get(level, level)
    if level not in ("trace", "debug", "info", "warning", "error"):
        level = "info"
    mask = ctx.output.mask
    hide: Callable[[str], str] = mask.text if mask is not None else str
    ctx.app.log.write(level, hide(content), **{key: hide(value) for key, value in ctx.text_map("fields").items()})
    return Result(content)


def _say(ctx: Context) -> Result:
    content = ctx.text("content")
    ctx.output.err(_line(content))
    return Result(content)


def _format(ctx: Context) -> Result:
    content = ctx.text("content")
    ctx.output.out(content + "\n")
    return Result(content)


def _join(ctx: Context) -> Result:
    options = ctx.texts("options")
    if not options:
        return Result(ctx.text("content"))
    return Result(ctx.text("separator", "\n").join(options), values=options)


def _table(ctx: Context) -> Result:
    data = ctx.step.get("data")
    if data is None:
        content = ctx.text("content")
        ctx.output.out(_line(content))
        return Result(content)
    rows = _rows(ctx, data)
    columns = ctx.texts("columns") or list(dict.fromkeys(key for row in rows for key in row))
    cells = [[row.get(column, "") for column in columns] for row in rows]
    widths = [max([len(column), *(len(row[at]) for row in cells)]) for at, column in enumerate(columns)]
    lines = [ctx.text("title")] if ctx.step.get("title") else []
    lines.append("  ".join(column.ljust(widths[at]) for at, column in enumerate(columns)).rstrip())
    lines.append("  ".join("─" * width for width in widths))
    lines += ["  ".join(cell.ljust(widths[at]) for at, cell in enumerate(row)).rstrip() for row in cells]
    text = "\n".join(lines)
    ctx.output.out(text + "\n")
    return Result(text)


def _rows(ctx: Context, data: Any) -> list[dict[str, str]]:
    if isinstance(data, str | tuple):
        import json

        text = ctx.render(data, "data")
        try:
            data = json.loads(text)
        except ValueError as error:
            raise PrepareError(f"{ctx.place('data')}: it is no JSON list of rows ({error})") from error
    if isinstance(data, dict):
        data = [{"key": key, "value": value} for key, value in data.items()]
    if not isinstance(data, list):
        raise PrepareError(f"{ctx.place('data')}: it has to be a list of rows")
    rows = []
    for index, row in enumerate(data):
        if not isinstance(row, dict):
            raise PrepareError(f"{ctx.place('data')}: row {index + 1} has to be a mapping of columns to cells")
        rows.append({str(key): ctx.render(_cell(value), f"data[{index}].{key}") for key, value in row.items()})
    return rows


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        import json

        return json.dumps(value)
    return value


def _style(ctx: Context) -> Result:
    content = ctx.text("content")
    if not _color(ctx):
        ctx.output.err(_line(content))
        return Result(content)
    from runner.steps.types import styles

    ctx.output.err(styles.styled(ctx, content))
    return Result(content)


def _pager(ctx: Context) -> Result:
    import os

    path = ctx.text("path")
    text = ctx.text("content")
    if path:
        place = os.path.join(ctx.directory(), os.path.expanduser(path))
        try:
            with open(place, encoding="utf-8", errors="replace") as stream:
                text = stream.read()
        except OSError as error:
            raise StepError(f"cannot read {path}: {error.strerror}", retryable=False) from error
    as_markdown = ctx.step.get("markdown")
    if as_markdown is None:
        as_markdown = path.lower().endswith((".md", ".markdown"))
    shown = rendered_markdown(ctx, text) if as_markdown and _color(ctx) else text
    if not page(ctx, shown, title=ctx.text("title") or ctx.step.label):
        ctx.output.out(shown)
    return Result(text)


def page(ctx: Context, text: str, *, title: str) -> bool:
    """Show a text in the user's pager when it is longer than the screen; False where it was not shown."""
    import os

    if not terminal.is_tty(1) or not terminal.is_tty(0):
        return False
    if text.count("\n") < os.get_terminal_size(1).lines:
        return False
    from runner.process import launch

    command = (ctx.app.env.get("PAGER") or "less").split()
    if launch.find(command[0], ctx.app.env, ctx.cwd) is None:
        return False
    if os.path.basename(command[0]) == "less" and len(command) == 1:
        command += ["-R", f"-Ps{title}"]
    mask = ctx.output.mask
    data = text.encode("utf-8", "surrogateescape")
    launch.run(
        command,
        env=ctx.app.env,
        cwd=ctx.cwd,
        stdin=mask.apply(data) if mask is not None else data,
        shared_terminal=True,
    )
    return True


def _stage(ctx: Context) -> Result:
    stages = [step for step in ctx.run.steps if step.type == "stage"]
    number = next((at for at, step in enumerate(stages, 1) if step is ctx.step), 1)
    title = ctx.text("title") or ctx.step.label
    line = f"[Stage {number}/{len(stages)}] {title}"
    ctx.output.err(f"\x1b[1m{line}\x1b[0m\n" if _color(ctx) else line + "\n")
    return Result(title)


def _title(ctx: Context) -> Result:
    content = ctx.text("content")
    if terminal.is_tty(2):
        ctx.output.err("\x1b[23;0t" if not content else f"\x1b[22;0t\x1b]0;{_clean(content)}\x07")
    return Result(content)


def _clean(text: str) -> str:
    """Without control characters, which could end the sequence early."""
    return "".join(char for char in text if char.isprintable())


def _alert(ctx: Context) -> Result:
    content = ctx.text("content")
    if terminal.is_tty(2) and ctx.app.config.get("settings", "terminal", "alerts", default=False):
        ctx.output.err("\a")
    if content:
        ctx.output.err(_line(content))
    return Result(content)


def _hint(ctx: Context) -> Result:
    content = ctx.text("content")
    ctx.output.err(f"{ICONS['hint']} {_line(content)}")
    return Result(content)


def _linebreak(ctx: Context) -> Result:
    try:
        count = int(ctx.text("count", "1"))
    except ValueError as error:
        raise AtmosError(f"{ctx.place('count')}: a whole number is expected") from error
    ctx.output.err("\n" * max(0, min(count, 1000)))
    return Result()


def _clear(ctx: Context) -> Result:
    ctx.output.err("\r\x1b[K" if _color(ctx) else "\r" if terminal.is_tty(2) else "")
    return Result()


KINDS: dict[str, Callable[[Context], Result]] = {
    "toast": _toast, "markdown": _markdown, "log": _log, "say": _say, "format": _format, "join": _join, "table": _table,
    "style": _style, "pager": _pager, "stage": _stage, "title": _title, "alert": _alert, "hint": _hint,
    "linebreak": _linebreak, "clear": _clear,
}  # fmt: skip
