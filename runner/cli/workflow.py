"""`atmos workflow NAME [flags] [-- args]`: the words, and the run. Everything but an ordinary call is for
`workflow_flags`, which declares the flags, has help, completion and the messages for mistakes, and costs more to import.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from runner.app import App

# the flags that ordinary calls have, and what they are called below; the rest is for `workflow_flags`
TEXTS = {
    "--file": "file", "-f": "file", "--stack": "stack", "-s": "stack", "--from-step": "from_step", "--tags": "tags",
    "--labels": "labels", "--resume": "resume", "--only": "only", "--matrix": "matrix",
    "--only-tags": "only_tags", "--skip-tags": "skip_tags",
}  # fmt: skip
LISTS = {"--report": "report"}
SWITCHES = {"--dry-run": "dry_run"}


def ordinary(words: list[str]) -> dict[str, Any] | None:
    """The values of an ordinary call; None for one that has to be looked at closely."""
    found: dict[str, Any] = {}
    index, count = 0, len(words)
    while index < count:
        word = words[index]
        index += 1
        if not word.startswith("-") or word == "-":
            if "workflow" in found:
                return None
            found["workflow"] = word
            continue
        name, equals, value = word.partition("=")
        if word in SWITCHES:
            found[SWITCHES[word]] = True
            continue
        if name not in TEXTS and name not in LISTS:
            return None
        if not equals:
            if index == count or words[index].startswith("-"):
                return None
            value = words[index]
            index += 1
        elif not name.startswith("--"):
            return None
        if name in LISTS:
            found.setdefault(LISTS[name], []).append(value)
        else:
            found[TEXTS[name]] = value
    return found


def start(
    app: App, *, workflow: str = "", file: str = "", stack: str = "", from_step: str = "", dry_run: bool | None = None,
    identity: str | None = None, tags: str = "", labels: str = "", report: list[str] | None = None, resume: str = "",
    only: str = "", matrix: str = "", only_tags: str = "", skip_tags: str = "", trailing: list[str] | None = None,
) -> int:  # fmt: skip
    """Run what the words say; the environment stands in for what they do not say."""
    from runner.workflows.run import run as run_workflow

    flag = app.flags.given.get("identity", identity)
    return run_workflow(
        app,
        workflow,
        file=file or app.env.get("ATMOS_WORKFLOW_FILE", ""),
        stack=stack,
        identity_flag=None if flag is None else str(flag),
        from_step=from_step or app.env.get("ATMOS_WORKFLOW_FROM_STEP", ""),
        dry_run=_on(app, "ATMOS_WORKFLOW_DRY_RUN") if dry_run is None else dry_run,
        tags=tags,
        labels=labels,
        trailing=trailing,
        report=report or [],
        resume=resume,
        only=only,
        matrix=matrix,
        only_tags=only_tags,
        skip_tags=skip_tags,
    )


def _on(app: App, name: str) -> bool:
    return app.env.get(name, "").strip().lower() in ("1", "t", "true", "yes", "on")


def run(app: App, argv: list[str]) -> int:
    words, trailing = argv, []
    if "--" in argv:
        at = argv.index("--")
        words, trailing = argv[:at], argv[at + 1 :]
    if words and words[0] == "list":
        from runner.cli import list_workflows

        return list_workflows.run(app, argv[1:])
    values = ordinary(words) if words[:1] != ["help"] else None
    if values is not None:
        return start(app, **values, trailing=trailing)
    from runner.cli import workflow_flags

    return workflow_flags.run(app, ["--help"] if words[0] == "help" else words, trailing)
