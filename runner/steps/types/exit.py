"""`exit`: stop the run with a code. 0 is a quiet stop; steps that run always or after a failure still do."""

from __future__ import annotations

from runner.steps.errors import ExitRequest, PrepareError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context


def run(ctx: Context) -> None:
    content = ctx.text("content")
    if content:
        ctx.output.err(content if content.endswith("\n") else content + "\n")
    text = ctx.text("code", "0").strip()
    try:
        code = int(text)
    except ValueError:
        raise PrepareError(f"{ctx.place('code')}: `{text}` is no exit code") from None
    raise ExitRequest(code & 255)
