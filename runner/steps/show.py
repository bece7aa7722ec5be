"""What `show` adds: a header, the flags, counts, commands, a progress bar. Plain text where there is no terminal."""

from __future__ import annotations

from runner.console import terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context
    from runner.steps.engine import Run

BAR = 30


def _on(ctx: Context, key: str) -> bool:
    own = ctx.step.show.get(key)
    return bool(ctx.run.owner.show.get(key, False) if own is None else own)


def header(run: Run) -> None:
    """Before the first step."""
    shown = False
    if run.owner.show.get("header"):
        description = str((run.owner.extra or {}).get("description", "")) if isinstance(run.owner.extra, dict) else ""
        run.output.out(f"# {run.owner.name}\n" + (f"\n{description.strip()}\n" if description.strip() else "") + "\n")
        shown = True
    if run.owner.show.get("flags"):
        flags = {"from-step": run.from_step, "stack": run.stack, "identity": run.identity_flag or ""}
        if run.dry_run:
            flags["dry-run"] = "true"
        line = "  ".join(f"{key}: {flags[key]}" for key in sorted(flags) if flags[key])
        if line:
            run.output.err(line + "\n")
            shown = True
    if shown:
        run.output.err("\n")


def step(ctx: Context) -> None:
    """Before a step that runs."""
    count = f"[{ctx.number}/{ctx.total}] {ctx.step.label}" if _on(ctx, "count") else ""
    if _on(ctx, "progress") and terminal.is_tty(2):
        text = count or ctx.step.label
        done = BAR * ctx.number // max(ctx.total, 1)
        tail = f"{'█' * done}{'░' * (BAR - done)} {ctx.number}/{ctx.total}"
        gap = max(2, terminal.width(ctx.app.env) - len(text) - len(tail))
        ctx.output.err(text + " " * gap + tail + "\n")
    elif count:
        ctx.output.err(count + "\n")


def command(ctx: Context, text: str) -> None:
    """`$ command` before it runs."""
    if _on(ctx, "command") and text.strip():
        ctx.output.err(f"$ {text.strip()}\n")
