"""Where the programs of a group's children run (decision D27): here, or on the workers of a dask cluster.

Scheduling, conditions, retries, results, masking and output stay with the group; an executor only runs one program
with its environment in its directory, as `runner.process.launch.run` does. `local` is that very function.
"""

from __future__ import annotations

import os
import threading

from runner.errors import AtmosError
from runner.process import launch, signals
from runner.process.launch import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from runner.process.masking import Mask
    from runner.process.streams import Target
    from runner.steps.context import Context

NAMES = ("local", "dask")
VARIABLE = "ATMOS_EXECUTOR"
ADDRESS = "ATMOS_DASK_ADDRESS"
CANCEL_EVERY = 0.25  # seconds between looks at whether the group has been cancelled


def of(ctx: Context) -> Dask | None:
    """The executor of a group; None for this machine. `executor:` of the step, else ATMOS_EXECUTOR."""
    limit = int(ctx.step.fields.get("max_concurrency") or 0) or max(1, len(ctx.step.children))
    return named(ctx.text("executor").strip(), ctx.app.env, limit)


def named(name: str, env: Mapping[str, str], limit: int) -> Dask | None:
    """An executor for so many programs at a time; None for this machine."""
    name = name or env.get(VARIABLE, "").strip() or NAMES[0]
    if name == "local":
        return None
    if name != "dask":
        raise AtmosError(f"unknown executor `{name}`", hints=[f"Executors: {', '.join(NAMES)}"])
    return Dask(env.get(ADDRESS, ""), limit)


class Dask:
    """Programs as tasks of a cluster: the one at `address`, or one of this machine for the time of the group.

    Workers need this program, the project and the files of identities at the same places. A task that was begun is
    never begun again: a worker that dies fails its step.
    """

    def __init__(self, address: str, limit: int) -> None:
        try:
            import distributed
        except ImportError as error:
            raise AtmosError(
                "the executor `dask` is not installed", hints=["Install it with `pip install 'atmos-runner[dask]'`"]
            ) from error
        self.cluster: Any = None
        try:
            if not address:
                self.cluster = distributed.LocalCluster(  # type: ignore[no-untyped-call]
                    n_workers=min(limit, os.cpu_count() or 1), threads_per_worker=max(1, -(-limit // (os.cpu_count() or 1))),
                    processes=True, security=True, dashboard_address="127.0.0.1:0", silence_logs=50,
                )  # fmt: skip
            self.client = distributed.Client(self.cluster or address, timeout="15s", set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, ValueError) as error:
            self.close()
            raise AtmosError(
                f"cannot reach the dask cluster{' at ' + address if address else ''}: {error}",
                hints=[f"Look at {ADDRESS}, or run without {VARIABLE}"],
            ) from error

    def close(self) -> None:
        """The group is over."""
        client = getattr(self, "client", None)
        if client is not None:
            client.close()
        if self.cluster is not None:
            self.cluster.close()

    def run(
        self, argv: list[str], *, env: Mapping[str, str], cwd: str, path: str | None = None, stdin: int | bytes | None = None,
        stdout: Target | bool = 1, stderr: Target | bool = 2, capture: bool = False, tail: int = 0, mask: Mask | None = None,
        timeout: float | None = None, on_start: Callable[[int], None] | None = None, aside: int = 0,
        canceled: Callable[[], bool] | None = None,
    ) -> Outcome:  # fmt: skip
        """Run a program on some worker. What it prints is shown when it has ended."""
        del capture, tail, on_start  # all of it comes back, and there is no group of processes here
        from distributed import Event

        key = f"atmos-{os.urandom(8).hex()}"
        future: Any = self.client.submit(
            work, argv, path, dict(env), cwd, stdin if isinstance(stdin, bytes) else None, timeout, aside, key, key=key, pure=False, retries=0,
        )  # fmt: skip
        ended = threading.Event()
        future.add_done_callback(lambda _: ended.set())
        stopping = False
        while not ended.wait(CANCEL_EVERY):
            if not stopping and (signals.received() or (canceled is not None and canceled())):
                stopping = True
                stop: Any = Event(f"{key}-stop", client=self.client)  # type: ignore[no-untyped-call]
                stop.set()
        try:
            code, out, err, said, timed_out = future.result()
        except Exception as error:  # whatever went wrong on the way
            raise OSError(5, f"the worker failed: {error}") from error
        kept = []
        for data, target in ((out, stdout), (err, stderr)):
            hidden = mask.apply(data) if mask is not None else data
            kept.append(hidden)
            if isinstance(target, int) and not isinstance(target, bool):
                from runner.app import write

                write(target, hidden)
            elif callable(target):
                target(hidden)
        outcome = Outcome(code, kept[0], kept[1], timed_out=timed_out)
        outcome.aside = mask.apply(said) if mask is not None else said
        outcome.interrupted = signals.received()
        return outcome


def work(
    argv: list[str], path: str | None, env: dict[str, str], cwd: str, stdin: bytes | None, timeout: float | None, aside: int, key: str
) -> tuple[int, bytes, bytes, bytes, bool]:  # fmt: skip
    """On the worker: run the program to its end, or until the group is cancelled."""
    from distributed import Event

    begun: Any = Event(f"{key}-begun")  # type: ignore[no-untyped-call]
    if begun.is_set():
        raise RuntimeError("a worker died while it ran this step; it is not run twice")
    begun.set()
    groups: list[int] = []
    done = threading.Event()

    def watch() -> None:
        stop: Any = Event(f"{key}-stop")  # type: ignore[no-untyped-call]
        while not done.is_set():
            if stop.wait(timeout=CANCEL_EVERY):
                for group in groups:
                    signals.end_group(group)
                done.wait(CANCEL_EVERY)  # the program may begin only now

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        known = path if path and os.access(path, os.X_OK) else None
        outcome = launch.run(argv, env=env, cwd=cwd, path=known, stdin=stdin, stdout=None, stderr=None, capture=True,
                             timeout=timeout, on_start=groups.append, aside=aside)  # fmt: skip
    finally:
        done.set()
        watcher.join()
    return outcome.code, outcome.stdout, outcome.stderr, outcome.aside, outcome.timed_out
