"""`parallel`: see `runner.steps.groups`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.steps.context import Context


def run(ctx: Context) -> None:
    from runner.steps import groups

    groups.run(ctx)
