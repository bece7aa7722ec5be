"""`atmos run list|show|prune`: journals of earlier workflow runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.cli import clicks
from runner.errors import AtmosError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from runner.app import App


@clicks.group("atmos run", "Journals of earlier workflow runs", examples=" $ atmos run list\n $ atmos run show last")
def runs() -> None:
    pass


_format = clicks.option(
    "--format", "-f", "format_", type=clicks.Choice(["table", "json", "yaml"]), default="table", help="How to print"
)


@clicks.command("atmos run list", "List runs, newest first", parent=runs)
@_format
@clicks.option("--status", metavar="STATUS", default="", help="Only: succeeded, failed, interrupted or running")
@clicks.option("--limit", metavar="N", type=int, default=20, help="At most this many; 0 for all")
def list_(app: App, format_: str, status: str, limit: int) -> int:
    import os

    from runner.workflows import journal

    rows: list[dict[str, Any]] = []
    for run_id in journal.names(app):
        past = journal.Past(os.path.join(journal.folder(app), run_id + journal.ENDING))
        if status and past.status != status:
            continue
        rows.append(_summary(past))
        if limit and len(rows) >= limit:
            break
    if format_ != "table":
        _print(app, rows, format_)
        return 0
    if not rows:
        app.err("▶ No runs found\n")
        return 0
    from runner.workflows.record import duration

    table = [("RUN", "WORKFLOW", "STATUS", "STARTED", "TIME")] if os.isatty(1) else []
    table += [(row["run"], row["workflow"], row["status"], row["started"], duration(row["seconds"])) for row in rows]
    app.out(_columns(table) if os.isatty(1) else "".join("\t".join(cells) + "\n" for cells in table))
    return 0


@clicks.command("atmos run show", "Show a run: its steps, how they ended, how to go on", parent=runs)
@clicks.argument("run_id", metavar="RUN")
@_format
def show(app: App, run_id: str, format_: str) -> int:
    from runner.workflows import journal
    from runner.workflows.record import duration

    past = journal.find(app, run_id)
    facts = {**_summary(past), "journal": past.path, "steps": _steps(past)}
    if format_ != "table":
        _print(app, facts, format_)
        return 0
    lines = [
        f"{key}: {facts[key]}" for key in ("run", "workflow", "file", "status", "started", "journal") if facts[key]
    ]
    lines.append(f"time: {duration(facts['seconds'])}")
    table = [("STEP", "STATUS", "TIME", "IDENTITY")] if facts["steps"] else []
    for step in facts["steps"]:
        name = f"{step['parent']} / {step['step']}" if step["parent"] else step["step"]
        table.append((name, step["status"], duration(step["seconds"]), step["identity"]))
    app.out("\n".join(lines) + "\n" + ("\n" + _columns(table) if table else ""))
    if past.status in ("interrupted", "failed"):
        app.err(f"\n💡 Go on with: atmos workflow --resume {past.run_id}\n")
    return 0


@clicks.command("atmos run prune", "Remove journals of runs that are over", parent=runs)
@clicks.option("--older-than", metavar="AGE", default="", help="Only runs that began longer ago, as in 12h or 30d")
@clicks.option("--keep", metavar="N", type=int, default=0, help="Keep the newest N")
@clicks.option("--all", "everything", is_flag=True, default=False, help="Interrupted runs, too")
@clicks.option("--dry-run", is_flag=True, default=False, help="Say what would be removed")
def prune(app: App, older_than: str, keep: int, everything: bool, dry_run: bool) -> int:
    from runner.workflows import journal

    removed = journal.prune(app, older_than=_age(older_than), keep=keep, everything=everything, dry_run=dry_run)
    for run_id in removed:
        app.out(run_id + "\n")
    verb = "would be removed" if dry_run else "removed"
    app.err(f"✓ {len(removed)} {'journal' if len(removed) == 1 else 'journals'} {verb}\n")
    return 0


def _age(text: str) -> float:
    """Seconds of `90m`, `12h`, `30d`."""
    if not text:
        return 0.0
    units = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
    if text[-1:] in units and text[:-1].isdigit():
        return float(int(text[:-1]) * units[text[-1]])
    raise AtmosError(f"invalid age: {text}", hints=["Give a number and a unit: 90m, 12h, 30d, 2w"])


def _summary(past: Any) -> dict[str, Any]:
    from runner.workflows.record import timestamp

    return {
        "run": past.run_id,
        "workflow": past.workflow,
        "file": str(past.begin.get("file", "")),
        "status": past.status,
        "started": timestamp(past.started),
        "seconds": round(past.seconds, 3),
    }


def _steps(past: Any) -> list[dict[str, Any]]:
    """The last word on each step, in the order they began."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for event in past.events:
        if event.get("event") not in ("start", "end"):
            continue
        key = (str(event.get("parent") or ""), str(event.get("step")))
        if event["event"] == "start":
            status = "running" if past.status == "running" else "interrupted"
            found[key] = {"step": key[1], "parent": key[0], "status": status, "seconds": 0.0, "identity": ""}
        else:
            found[key] = {
                "step": key[1],
                "parent": key[0],
                "status": str(event.get("status", "")),
                "seconds": float(event.get("seconds") or 0),
                "identity": str(event.get("identity") or ""),
            }
    return list(found.values())


def _print(app: App, data: Any, format_: str) -> None:
    from runner.console import formats

    app.out(formats.to_json(data) if format_ == "json" else formats.to_yaml(data))


def _columns(table: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
    return "".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() + "\n" for row in table
    )


def run(app: App, argv: list[str]) -> int:
    return clicks.run(runs, app, argv)
