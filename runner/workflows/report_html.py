"""The HTML report: one self-contained page with a timeline of the run. No script is needed to read it."""

from __future__ import annotations

from html import escape

from runner.workflows.record import duration, timestamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.workflows.record import RunRecord, StepRecord

_STYLE = """
:root { color-scheme: light dark; --bg: #fff; --fg: #1c2430; --dim: #667085; --line: #e4e7ec; --soft: #f6f7f9;
  --succeeded: #2f9e62; --failed: #d1344b; --forgiven: #c98a12; --skipped: #98a2b3; --canceled: #9a6fc4;
  --restored: #5c8fd6; --running: #5c8fd6; }
@media (prefers-color-scheme: dark) { :root { --bg: #12161c; --fg: #e6e9ee; --dim: #98a2b3; --line: #2a323d;
  --soft: #1a2028; --succeeded: #46c07e; --failed: #f0647a; --forgiven: #e0a93c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.5rem 3rem; background: var(--bg); color: var(--fg);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 2.2rem 0 .6rem; font-size: 1.05rem; }
code, pre, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .86em; }
.head { display: flex; flex-wrap: wrap; align-items: center; gap: .4rem .9rem; }
.badge { padding: .12rem .6rem; border-radius: 1rem; color: #fff; font-size: .82rem; font-weight: 600; }
.lead { margin: .4rem 0 0; color: var(--dim); }
dl { display: flex; flex-wrap: wrap; gap: .8rem 2.2rem; margin: 1.2rem 0 0; }
dt { color: var(--dim); font-size: .8rem; } dd { margin: 0; overflow-wrap: anywhere; }
.chart { border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; }
.row { display: grid; grid-template-columns: minmax(7rem, 17rem) 1fr 5.5rem; align-items: center; gap: .8rem;
  padding: .3rem .8rem; border-top: 1px solid var(--line); }
.row:first-child { border-top: 0; } .row:nth-child(even) { background: var(--soft); }
.axis { color: var(--dim); font-size: .78rem; background: none !important; }
.ticks { display: flex; justify-content: space-between; }
.name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .child { padding-left: 1.2rem; }
.track { position: relative; height: 1.15rem; border-radius: .25rem;
  background: repeating-linear-gradient(to right, var(--line) 0 1px, transparent 1px 25%); }
.bar { position: absolute; top: .12rem; bottom: .12rem; min-width: 3px; border-radius: .2rem; }
.group .bar { opacity: .35; }
.time { text-align: right; color: var(--dim); font-variant-numeric: tabular-nums; font-size: .86rem; }
.tag { margin-left: .4rem; padding: 0 .4rem; border: 1px solid var(--line); border-radius: .3rem; color: var(--dim);
  font-size: .76rem; white-space: nowrap; }
details { border: 1px solid var(--line); border-radius: .5rem; margin-top: .5rem; }
summary { cursor: pointer; padding: .45rem .8rem; } summary .time { float: right; }
details > div { padding: 0 .8rem .8rem; }
pre { margin: .5rem 0 0; padding: .6rem .8rem; overflow-x: auto; background: var(--soft); border-radius: .35rem;
  white-space: pre-wrap; overflow-wrap: anywhere; }
.dot { display: inline-block; width: .62rem; height: .62rem; margin-right: .5rem; border-radius: 50%; }
footer { margin-top: 2.5rem; color: var(--dim); font-size: .82rem; }
@media (max-width: 40rem) { .row { grid-template-columns: 7rem 1fr 4rem; gap: .5rem; } }
"""


def render(run: RunRecord) -> str:
    """The page."""
    groups = {record.parent for record in run.steps if record.parent}
    title = f"{run.workflow} · {run.status}"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f'<div class="head"><h1>{escape(run.workflow)}</h1>{_badge(run.status)}</div>',
    ]
    if run.description:
        parts.append(f'<p class="lead">{escape(run.description)}</p>')
    parts.append(_facts(run))
    failed = [record for record in run.steps if record.status == "failed" and record.name not in groups]
    if failed:
        parts.append("<h2>What failed</h2>")
        parts += [_detail(record, opened=True) for record in failed]
    parts.append("<h2>Timeline</h2>")
    parts.append(_timeline(run, groups))
    if run.steps:
        parts.append("<h2>Steps</h2>")
        parts += [_detail(record) for record in run.steps]
    parts.append(f"<footer>Started {timestamp(run.wall)}, took {duration(run.seconds)}.</footer></body></html>\n")
    return "\n".join(parts)


def _badge(status: str) -> str:
    return f'<span class="badge" style="background:var(--{escape(status)})">{escape(status)}</span>'


def _facts(run: RunRecord) -> str:
    counts = ", ".join(f"{count} {status}" for status, count in run.counts().items())
    facts = [
        ("File", run.file), ("Run", run.run_id), ("Stack", run.stack), ("Identity", run.identity),
        ("Exit code", str(run.code)), ("Time", duration(run.seconds)), ("Steps", counts),
    ]  # fmt: skip
    return "<dl>" + "".join(
        f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in facts if value
    ) + "</dl>"  # fmt: skip


def _timeline(run: RunRecord, groups: set[str]) -> str:
    """A bar per step on one scale."""
    total = max(run.seconds, 0.001)
    ticks = "".join(f"<span>{duration(total * quarter / 4)}</span>" for quarter in range(5))
    rows = [f'<div class="row axis"><span></span><span class="ticks">{ticks}</span><span></span></div>']
    for record in run.steps:
        left = min(100.0, 100 * record.started / total)
        width = min(100.0 - left, 100 * record.seconds / total)
        kind = "row group" if record.name in groups and not record.parent else "row"
        bar = ""
        if record.status != "skipped":
            bar = (
                f'<span class="bar" style="left:{left:.2f}%;width:{width:.2f}%;background:var(--{escape(record.status)})" '
                f'title="{escape(record.status)}, {duration(record.seconds)}"></span>'
            )
        again = f'<span class="tag">{record.attempts} attempts</span>' if record.attempts > 1 else ""
        label = f'<span class="name{" child" if record.parent else ""}" title="{escape(record.name)}">{escape(record.name)}{again}</span>'
        spent = _spent(record)
        rows.append(
            f'<div class="{kind}">{label}<span class="track">{bar}</span><span class="time">{spent}</span></div>'
        )
    return f'<div class="chart">{"".join(rows)}</div>'


def _detail(record: StepRecord, *, opened: bool = False) -> str:
    """One step to unfold: what ran, as whom, how it ended, its last lines."""
    tags = [record.type]
    if record.parent:
        tags.append(f"in {record.parent}")
    if record.identity:
        tags.append(f"as {record.identity}")
    if record.stack:
        tags.append(f"stack {record.stack}")
    if record.attempts > 1:
        tags.append(f"{record.attempts} attempts")
    if record.code:
        tags.append(f"exit code {record.code}")
    marks = "".join(f'<span class="tag">{escape(tag)}</span>' for tag in tags if tag)
    dot = f'<span class="dot" style="background:var(--{escape(record.status)})" title="{escape(record.status)}"></span>'
    body = ""
    if record.error:
        body += f"<p>{escape(record.error)}</p>"
    if record.command:
        body += f"<pre>{escape(record.command)}</pre>"
    if record.tail:
        body += f'<pre aria-label="last lines">{escape(chr(10).join(record.tail))}</pre>'
    if not body:
        body = f"<p>{escape(record.status)}</p>"
    return (
        f'<details{" open" if opened else ""}><summary>{dot}<span class="mono">{escape(record.name)}</span>{marks}'
        f'<span class="time">{_spent(record)}</span></summary><div>{body}</div></details>'
    )


def _spent(record: StepRecord) -> str:
    return record.status if record.status in ("skipped", "restored") else duration(record.seconds)
