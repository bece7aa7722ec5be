"""What a person at a terminal sees around a run: a live table while a group runs, a summary at the end.

Steps outside groups write to the terminal themselves, so nothing is drawn while they run. Without a terminal on
stderr, or in CI, nothing is shown at all.
"""

from __future__ import annotations

from runner.console import terminal
from runner.workflows.record import CANCELED, FAILED, FORGIVEN, RESTORED, RUNNING, SKIPPED, SUCCEEDED, duration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.app import App
    from runner.workflows.record import RunRecord, StepRecord

ICONS = {SUCCEEDED: "✓", FAILED: "✗", SKIPPED: "–", CANCELED: "✗", FORGIVEN: "⚠", RESTORED: "↺", RUNNING: "…"}
STYLES = {SUCCEEDED: "green", FAILED: "red", CANCELED: "magenta", FORGIVEN: "yellow", SKIPPED: "dim", RESTORED: "cyan"}
MOST_ROWS = 20


class Progress:
    """The view of one run."""

    def __init__(self, app: App, run: RunRecord) -> None:
        self.app, self.run = app, run
        self.enabled = terminal.is_tty(2) and not terminal.is_ci(app.env)
        self._live: Any = None
        self._group = ""

    def group_begins(self, name: str) -> None:
        """A group whose output is held back runs now: show its children."""
        if not self.enabled or self._live is not None:
            return
        from rich.console import Console
        from rich.live import Live

        self._group = name
        console = Console(stderr=True, no_color=not terminal.use_color(self.app.flags, self.app.env), highlight=False)
        self._live = Live(get_renderable=self._table, console=console, refresh_per_second=8, transient=True,
                          redirect_stdout=False, redirect_stderr=False)  # fmt: skip
        self._live.start()

    def group_ends(self) -> None:
        """The group is over: take the table away before its output is printed."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _table(self) -> Any:
        from rich.spinner import Spinner
        from rich.table import Table
        from rich.text import Text

        children = [record for record in self.run.steps if record.parent == self._group]
        running = [record for record in children if record.status == RUNNING]
        done = [record for record in children if record.status != RUNNING]
        table = Table.grid(padding=(0, 1))
        shown = (
            [*done[-max(0, MOST_ROWS - len(running)) :], *running[:MOST_ROWS]]
            if len(children) > MOST_ROWS
            else children
        )
        for record in shown:
            if record.status == RUNNING:
                icon: Any = Spinner("dots")
                spent = duration(self.run.now() - record.started)
            else:
                icon = Text(ICONS[record.status], style=STYLES.get(record.status, ""))
                spent = duration(record.seconds)
            table.add_row(icon, Text(record.name), Text(spent, style="dim"))
        table.add_row("", Text(f"{self._group}: {len(done)} done, {len(running)} running", style="dim"), "")
        return table

    def summary(self) -> None:
        """Every step with its time, when there was more than one."""
        top = [record for record in self.run.steps if not record.parent]
        if not self.enabled or len(top) < 2:
            return
        self.app.err("\n" + summary(self.run, top, color=terminal.use_color(self.app.flags, self.app.env)))


def summary(run: RunRecord, records: list[StepRecord], *, color: bool) -> str:
    """The summary as text."""
    codes = {"green": "32", "red": "31", "magenta": "35", "yellow": "33", "dim": "2", "cyan": "36"}

    def paint(text: str, status: str) -> str:
        style = STYLES.get(status)
        return f"\x1b[{codes[style]}m{text}\x1b[0m" if color and style else text

    shown = records if len(records) <= MOST_ROWS else [r for r in records if r.status != SUCCEEDED][:MOST_ROWS]
    width = max((len(record.name) for record in shown), default=0)
    lines = []
    for record in shown:
        extra = f"  {record.attempts} attempts" if record.attempts > 1 else ""
        spent = duration(record.seconds) if record.status not in (SKIPPED, RESTORED) else record.status
        lines.append(f"{paint(ICONS[record.status], record.status)} {record.name:<{width}}  {spent}{extra}".rstrip())
    ended = ", ".join(f"{count} {status}" for status, count in run.counts().items())
    verdict = SUCCEEDED if run.code == 0 else FAILED
    lines.append(f"{paint(ICONS[verdict], verdict)} {run.workflow}: {ended} in {duration(run.seconds)}")
    return "\n".join(lines) + "\n"
