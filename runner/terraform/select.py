"""Which components a bulk run is about, and in which order: dependencies first (spec §20)."""

from __future__ import annotations

import heapq

from runner.errors import AtmosError
from runner.stacks import project as projects
from runner.stacks import selection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from runner.app import App
    from runner.stacks.project import Found, Project
    from runner.terraform.argv import Invocation

    Key = tuple[str, str]


UNLIMITED = -1  # steps along dependencies


class Job:
    """One component of a bulk run; needs: jobs of the same run that come first."""

    __slots__ = ("found", "needs")

    def __init__(self, found: Found) -> None:
        self.found = found
        self.needs: set[Key] = set()

    @property
    def key(self) -> Key:
        return (self.found.layered.name, self.found.name)

    def __str__(self) -> str:
        return f"{self.key[0]} in {self.key[1]}"


def jobs(app: App, invocation: Invocation) -> list[Job]:
    """The selected components, in the order in which they run."""
    project = projects.of(app)
    if invocation.given.get("all") is True:
        project.require_sound()
    changed = _affected(app, project, invocation) if invocation.given.get("affected") is True else None
    everything = [found for found in project.every("terraform", strict=invocation.given.get("all") is True)
                  if not found.layered.abstract and found.layered.enabled]  # fmt: skip
    project.warn_of_broken()
    everything = list(project.distinct(everything, strict=True))
    wanted = {
        id(found) for found in everything
        if (changed is None or (found.layered.name, found.name) in changed) and _wanted(app, project, invocation, found)
    }  # fmt: skip
    wanted = _with_neighbours(
        everything, wanted, _depth(invocation, "include-dependencies"), _depth(invocation, "include-dependents")
    )
    ordered = order(app, everything, wanted)
    if invocation.sub == "destroy":
        _reverse(ordered)
        ordered.reverse()
    return ordered


def _affected(app: App, project: Project, invocation: Invocation) -> set[Key]:
    """The components that differ from the state of the repository that the flags name."""
    from runner.stacks import affected

    found = affected.find(app, project, ref=invocation.text("ref"), sha=invocation.text("sha"),
                          repo_path=invocation.text("repo-path"), kind="terraform")  # fmt: skip
    return {(item.found.layered.name, item.found.name) for item in found}


def _depth(invocation: Invocation, flag: str) -> int:
    """How many steps `--include-…[=N]` goes along dependencies; alone it goes all the way."""
    value = invocation.given.get(flag)
    if not isinstance(value, str) or value.lower() in ("false", "0"):
        return 0
    if value.lower() in ("", "true"):
        return UNLIMITED
    if value.isdigit():
        return int(value)
    raise AtmosError(f"invalid value '{value}' for `--{flag}`: a number of steps is needed",
                     hints=[f"`--{flag}` alone goes all the way"])  # fmt: skip


def _with_neighbours(everything: list[Found], wanted: set[int], needed: int, needing: int) -> set[int]:
    """The selection, what it depends on, and what depends on it."""
    if not needed and not needing:
        return wanted
    by_key = {(found.layered.name, found.name): id(found) for found in everything}
    down: dict[int, set[int]] = {}
    up: dict[int, set[int]] = {}
    for found in everything:
        for need in selection.dependencies(found.layered.sections, found.name):
            target = by_key.get((need.component, need.stack)) if need.kind == "terraform" else None
            if target is not None:
                down.setdefault(id(found), set()).add(target)
                up.setdefault(target, set()).add(id(found))
    return _reached(wanted, down, needed) | _reached(wanted, up, needing)


def _reached(start: set[int], edges: dict[int, set[int]], depth: int) -> set[int]:
    """What can be reached in so many steps, the start included."""
    reached, edge = set(start), set(start)
    while edge and depth:
        edge = {target for node in edge for target in edges.get(node, ())} - reached
        reached |= edge
        depth -= 1
    return reached


def _wanted(app: App, project: Project, invocation: Invocation, found: Found) -> bool:
    stack = invocation.text("stack")
    if stack and found.name != stack and found.stack.path not in project.by_path(stack):
        return False
    names = invocation.items("components")
    if names and found.layered.name not in names:
        return False
    labels = selection.Labels(",".join(invocation.items("tags")), ",".join(invocation.items("labels")))
    if not labels.match(found.layered.metadata):
        return False
    expression = invocation.text("query")
    if not expression:
        return True
    from runner import query
    from runner.stacks import component

    described = component.describe(
        app, found, process_templates=invocation.on("process-templates", True),
        process_functions=invocation.on("process-functions", True), skip=tuple(invocation.items("skip")), mode="warn",
    )  # fmt: skip
    return query.matches(described, expression)


def order(app: App, everything: list[Found], wanted: set[int]) -> list[Job]:
    """Dependencies before what needs them, also through components that are not selected; ties by name."""
    by_key = {(found.layered.name, found.name): found for found in everything}
    needs: dict[Key, set[Key]] = {}
    for key, found in by_key.items():
        needs[key] = set()
        for dependency in selection.dependencies(found.layered.sections, found.name):
            if dependency.kind != "terraform":
                continue
            target = (dependency.component, dependency.stack)
            if target in by_key:
                if target != key:
                    needs[key].add(target)
            elif id(found) in wanted:
                from runner.console.errors import warn

                warn(app, f"Dependency target not found: {dependency.component} in {dependency.stack}, "
                          f"needed by {key[0]} in {key[1]}")  # fmt: skip
    waiting = {key: len(targets) for key, targets in needs.items()}
    needed_by: dict[Key, list[Key]] = {key: [] for key in needs}
    for key, targets in needs.items():
        for target in targets:
            needed_by[target].append(key)
    ready = [key for key, count in waiting.items() if not count]
    heapq.heapify(ready)
    sequence: list[Key] = []
    while ready:
        key = heapq.heappop(ready)
        sequence.append(key)
        for other in needed_by[key]:
            waiting[other] -= 1
            if not waiting[other]:
                heapq.heappush(ready, other)
    if len(sequence) < len(by_key):
        rest = sorted(f"{component} in {stack}" for component, stack in set(by_key) - set(sequence))
        raise AtmosError(f"circular dependency between components: {', '.join(rest)}",
                         hints=["Look at their `dependencies.components` or `settings.depends_on`"])  # fmt: skip
    return _jobs(sequence, by_key, needs, wanted)


def _jobs(sequence: list[Key], by_key: dict[Key, Found], needs: dict[Key, set[Key]], wanted: set[int]) -> list[Job]:
    result: list[Job] = []
    reach: dict[Key, set[Key]] = {}  # selected components that a component needs, directly or through others
    for key in sequence:
        found: set[Key] = set()
        for target in needs[key]:
            found |= {target} if id(by_key[target]) in wanted else reach[target]
        reach[key] = found
        if id(by_key[key]) in wanted:
            job = Job(by_key[key])
            job.needs = found
            result.append(job)
    return result


def _reverse(ordered: list[Job]) -> None:
    """What is needed goes last when things are destroyed."""
    reverse: dict[Key, set[Key]] = {job.key: set() for job in ordered}
    for job in ordered:
        for target in job.needs:
            reverse[target].add(job.key)
    for job in ordered:
        job.needs = reverse[job.key]
