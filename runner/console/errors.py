"""Errors and warnings as people (and machines) read them, on stderr (spec: config §2.6, custom commands §15.1).

Each error is printed once, as plain Markdown-like text where stderr is no terminal, coloured where it is,
or as one JSON object per line with `ATMOS_ERROR_FORMAT=json`.
"""

from __future__ import annotations

import sys

from runner.console import terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App

_BOLD, _RED, _DIM, _CYAN, _RESET = "\x1b[1m", "\x1b[31m", "\x1b[2m", "\x1b[36m", "\x1b[0m"


def _code_spans(text: str, color: bool) -> str:
    """`word` in backticks: coloured on a terminal, bare elsewhere. Quoted lines of files stay as they are."""
    if "`" not in text:
        return text
    if "\n" in text:
        return "\n".join(line if line[5:8] == " | " else _code_spans(line, color) for line in text.split("\n"))
    parts = text.split("`")
    if len(parts) % 2 == 0:  # an unpaired backtick is the text's own
        return text
    if not color:
        return "".join(parts)
    return "".join(f"{_CYAN}{part}{_RESET}" if index % 2 else part for index, part in enumerate(parts))


def render(error: BaseException, *, color: bool = False, verbose: bool = False) -> str:
    """The error block as text. Works for the error family of every package: they share their attributes."""
    title = getattr(error, "title", "") or "Error"
    if not title.startswith("#"):
        title = f"# {title}"
    message = getattr(error, "message", "") or str(error) or type(error).__name__
    where = getattr(error, "where", None)
    lines = ["", f"{_BOLD}{_RED}{title}{_RESET}" if color else title, ""]
    label = f"{_BOLD}Error:{_RESET}" if color else "**Error:**"
    lines += [f"{label} {_code_spans(message, color)}", ""]
    if where and str(where) not in message:
        lines += [f"{_DIM}at {where}{_RESET}" if color else f"at {where}", ""]
    explanation = str(getattr(error, "explanation", "") or "")
    if explanation:
        lines += [_code_spans(explanation, color), ""]
    usage = str(getattr(error, "usage", "") or "")
    if usage:
        lines += ["## Usage", "", *(f" {line}" for line in usage.splitlines()), ""]
    for hint in getattr(error, "hints", ()) or ():
        lines += [f"💡 {_code_spans(str(hint), color)}", ""]
    if verbose:
        context = dict(getattr(error, "context", None) or {})
        cause = error.__cause__
        if cause is not None:
            context.setdefault("cause", f"{type(cause).__name__}: {cause}")
        if context:
            lines += ["## Context", "", *(f" {key}: {value}" for key, value in context.items()), ""]
    return "\n".join(lines)


def as_json(error: BaseException, exit_code: int) -> str:
    """The error as one JSON object: error, title, explanation, hints, file, line, column, exit_code; commands of one
    that only holds others."""
    import json

    where = getattr(error, "where", None)
    record: dict[str, object] = {
        "error": getattr(error, "message", "") or str(error),
        "title": getattr(error, "title", "Error").lstrip("# "),
        "exit_code": exit_code,
    }
    for name in ("explanation", "hints", "context", "commands"):
        value = getattr(error, name, None)
        if value:
            record[name] = value
    if where is not None:
        record["file"] = getattr(where, "file", str(where))
        if getattr(where, "line", 0):
            record["line"] = where.line
        if getattr(where, "column", 0):
            record["column"] = where.column
    return json.dumps(record, ensure_ascii=False, default=str)


def show(error: BaseException, app: App | None = None) -> int:
    """Print an error on stderr and give its exit code."""
    code = int(getattr(error, "exit_code", 1))
    if getattr(error, "quiet", False):
        return code
    env = app.env if app else {}
    if env.get("ATMOS_ERROR_FORMAT", "").lower() == "json":
        text = as_json(error, code) + "\n"
    elif getattr(error, "bare", False):
        text = f"{error}\n"
    else:
        color = bool(app) and terminal.use_color(app.flags, env)  # type: ignore[union-attr]
        text = render(error, color=color, verbose=bool(app) and app.flags.on("verbose")) + "\n"  # type: ignore[union-attr]
    if app:
        app.err(text)
    else:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError):
            pass
    return code


def warn(app: App, message: str) -> None:
    """A warning line on stderr, whatever the log level."""
    color = terminal.use_color(app.flags, app.env)
    app.err(f"\x1b[33m⚠\x1b[0m {_code_spans(message, True)}\n" if color else f"⚠ {_code_spans(message, False)}\n")
