"""Parts of a workflow: steps by their tags; one step, or one row of a group; the rows of a group as a job matrix of a CI
(decision D27).
"""

from __future__ import annotations

from runner.errors import AtmosError, nearest
from runner.steps.model import Step
from runner.steps.plan import plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

GROUPS = ("parallel", "matrix")


def only(steps: list[Step], wanted: str) -> list[Step]:
    """The step that is wanted, or the group with only the row that is wanted of it: `STEP`, or `STEP/ROW`."""
    for step in steps:
        if step.label == wanted:
            return [step]
    for step in steps:
        if step.type in GROUPS and wanted.startswith(step.label + "/"):
            row = wanted[len(step.label) + 1 :]
            rows = list(dict.fromkeys(node.row for node in plan(step)))
            if row in rows:
                return [Step({**step.fields, "only": row})]
            raise _unknown(f"step `{step.label}` has no row `{row}`", row, rows)
    raise _unknown(f"there is no step `{wanted}`", wanted, [step.label for step in steps])


def tagged(steps: list[Step], wanted: str, unwanted: str) -> list[Step]:
    """The steps that bear one of the wanted tags (all, when none is wanted), and none of the unwanted. A group without
    tags of its own is there with those of its children that are; one with tags brings all but the unwanted ones."""
    take, leave = (frozenset(filter(None, (word.strip() for word in text.split(",")))) for text in (wanted, unwanted))
    known = sorted({tag for step in steps for item in (step, *step.children) for tag in item.get("tags") or ()})
    strange = sorted((take | leave) - set(known))
    if strange:
        raise _unknown(f"no step has the tag `{strange[0]}`", strange[0], known)

    def fits(step: Step, wanted: frozenset[str] = take) -> bool:
        own = step.get("tags") or ()
        return (not wanted or not wanted.isdisjoint(own)) and leave.isdisjoint(own)

    found: list[Step] = []
    for step in steps:
        if step.children:
            tagged_itself = bool(step.get("tags"))
            if tagged_itself and not fits(step):
                continue
            kept = [child for child in step.children if fits(child, frozenset() if tagged_itself else take)]
            if kept:
                found.append(step if len(kept) == len(step.children) else _with(step, kept))
        elif fits(step):
            found.append(step)
    if not found:
        raise AtmosError(
            "no step is left of the workflow", title="Workflow Error", hints=["Look at `--only-tags` and `--skip-tags`"]
        )
    return found


def _with(step: Step, children: list[Step]) -> Step:
    """A group with only some of its children; they do not wait for those that are left out."""
    names = {child.name for child in children}
    kept = [
        {**child.fields, "needs": [need for need in child.needs if need in names]} if child.needs else child.fields
        for child in children
    ]
    return Step({**step.fields, "steps": kept})


def matrix(steps: list[Step], name: str, command: Callable[[str], str]) -> list[dict[str, str]]:
    """One entry per row of a group: its name, its values, and the command that runs it. command: of the part to run."""
    step = next((step for step in steps if step.label == name), None)
    groups = [step.label for step in steps if step.type in GROUPS]
    if step is None or step.type not in GROUPS:
        what = f"there is no step `{name}`" if step is None else f"step `{name}` is no group"
        raise _unknown(what, name, groups)
    entries: dict[str, dict[str, str]] = {}
    for node in plan(step):
        if step.type == "parallel" and node.needs:
            raise AtmosError(
                f"the children of step `{name}` need each other", title="Workflow Error",
                explanation=f"`{node.name}` needs {', '.join(f'`{need}`' for need in node.needs)}; jobs of a CI matrix have no order.",
                hints=["Run it whole in one job"],
            )  # fmt: skip
        entries.setdefault(node.row, {"name": node.row, **(node.axes or {}), "command": command(f"{name}/{node.row}")})
    return list(entries.values())


def _unknown(message: str, name: str, known: list[str]) -> AtmosError:
    close = nearest(name, known)
    return AtmosError(
        message, title="Workflow Error", explanation="There are:\n\n" + "\n".join(f"  • {each}" for each in known) if known else "",
        hints=[f"Did you mean `{close[0]}`?"] if close else [],
    )  # fmt: skip
