"""What `show` adds: a header, the flags, counts, commands, a progress bar. Plain text where there is no terminal."""

from __future__ import annotations

from runner.console import terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context
    from runner.steps.engine import Run
    from runner.steps.model import Step

BAR = 30
GROUP_ACTIVE = "ATMOS_CI_LOG_GROUP_ACTIVE"


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


def log_group(run: Run, step: Step) -> bool:
    """Open a group in the log of a CI that has them (GitHub's), when `ci.enabled` says so; whether it was opened."""
    env = run.app.env
    if env.get("GITHUB_ACTIONS") != "true" or env.get(GROUP_ACTIVE) or step.type == "exec":
        return False
    config = run.app.config
    if config.get("ci", "enabled", default=False) is not True:
        return False
    if env.get("ATMOS_CI_GROUPS_MODE") or str(config.get("ci", "groups", "mode", default="auto")) != "auto":
        return env.get("ATMOS_CI_GROUPS_MODE") == "auto" and _open(run, step)
    return _open(run, step)


def _open(run: Run, step: Step) -> bool:
    command = step.command if isinstance(step.command, str) else ""
    label = step.name or command.strip().split("\n", 1)[0] or step.label
    run.output.out(f"::group::{label}\n")
    return True


def end_log_group(run: Run) -> None:
    """Close it."""
    run.output.out("::endgroup::\n")


def command(ctx: Context, text: str) -> None:
    """`$ command` before it runs."""
    if _on(ctx, "command") and text.strip():
        ctx.output.err(f"$ {text.strip()}\n")
