"""`require` (`assert`): tools, files and folders have to be there; everything missing is named at once."""

from __future__ import annotations

import os

from runner.process import launch
from runner.steps.errors import StepError
from runner.steps.model import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context


def run(ctx: Context) -> Result:
    tools, files, dirs = (
        [text for text in (item.strip() for item in ctx.texts(field)) if text] for field in ("tools", "files", "dirs")
    )
    no_tools = [tool for tool in tools if launch.find(tool, ctx.env, ctx.cwd) is None]
    no_files = [path for path in files if not os.path.exists(_place(ctx, path))]
    no_dirs = [path for path in dirs if not os.path.isdir(_place(ctx, path))]
    missing = len(no_tools) + len(no_files) + len(no_dirs)
    if not missing:
        counts = {"tools": len(tools), "files": len(files), "dirs": len(dirs)}
        text = f"all requirements satisfied ({len(tools)} tool(s), {len(files)} file(s), {len(dirs)} dir(s))"
        return Result(text, metadata=counts)
    hints = []
    if no_tools:
        hints.append(f"Install missing tool(s): {', '.join(no_tools)}")
    if no_files:
        hints.append(f"Create or fix the missing file(s): {', '.join(no_files)}")
    if no_dirs:
        hints.append(f"Create the missing director{'y' if len(no_dirs) == 1 else 'ies'}: {', '.join(no_dirs)}")
    own = ctx.text("hint").strip()
    raise StepError(
        "required tools or paths are missing", hints=[*hints, *([own] if own else [])],
        explanation=f"Step '{ctx.step.label}' is missing {missing} required tool(s)/path(s)",
    )  # fmt: skip


def _place(ctx: Context, path: str) -> str:
    return os.path.join(ctx.cwd, os.path.expanduser(path))
