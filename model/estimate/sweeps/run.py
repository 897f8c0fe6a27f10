"""Running a plan: here, in worker processes, or on a cluster; what is done stays done.

A worker that dies takes its chunk with it and nothing else: new workers take its place, and the
chunk is run again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from pathlib import Path

import pandas as pd

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.workers import check_workers, pool
from lastchunk.model.estimate.checks import check_kind, check_path
from lastchunk.model.estimate.sweeps.chunk import run_chunk
from lastchunk.model.estimate.sweeps.plan import ChunkTask, SweepPlan
from lastchunk.model.estimate.sweeps.result import SweepResult, write_result
from lastchunk.model.estimate.sweeps.store import SweepFolder

DEATHS_MAX = 3
"""So often in a row workers may die before any of them has done a chunk."""
ChunkProgress = Callable[[int], None]
"""Told how many sessions of each design are done."""
ChunkSeen = Callable[[int, pd.DataFrame], None]
"""Told of each chunk that is there: its number, and what it counts."""
Runner = Callable[[Iterator[ChunkTask]], Iterator[tuple[int, bytes]]]
"""Runs chunks, in any order: the number of each and its bytes."""


class SweepRun:
    """A plan, its folder, and which chunks are to be run: those of a shard that are not there."""

    def __init__(
        self,
        plan: SweepPlan,
        out: Path,
        workers: int = 1,
        shard: tuple[int, int] = (1, 1),
        scheduler: str = "",
    ) -> None:
        check_kind("plan", plan, SweepPlan, "a SweepPlan, as read_plan returns it")
        if not _is_pair(shard):
            raise InputError("--shard", shard, "two whole numbers, such as (1, 8)")
        if not 1 <= shard[0] <= shard[1]:
            raise InputError("--shard", f"{shard[0]}/{shard[1]}", "I/N, with I from 1 to N")
        check_workers(workers)
        if scheduler:
            from lastchunk.model.estimate.sweeps.cluster import check_answers

            check_answers(scheduler)
        self.plan = plan
        self.shard = shard
        self.workers = workers
        self.scheduler = scheduler
        self.folder = SweepFolder.of(plan, out)

    @property
    def mine(self) -> range:
        """The chunks of this shard."""
        return range(self.shard[0] - 1, self.folder.chunks, self.shard[1])

    def waiting(self, seen: ChunkSeen | None = None) -> list[int]:
        """The chunks that are to be run; ``seen`` is told of the others."""
        there = set(self.folder.there())
        done = set()
        for number in (number for number in self.mine if number in there):
            chunk = self.folder.done(number)
            if chunk is not None:
                done.add(number)
                if seen is not None:
                    seen(number, chunk)
        return [number for number in self.mine if number not in done]

    def sessions_of(self, numbers: list[int]) -> int:
        """Sessions of each design in some chunks."""
        return sum(self.plan.sessions_of(number) for number in numbers)

    def run(
        self, progress: ChunkProgress | None = None, seen: ChunkSeen | None = None
    ) -> SweepResult | None:
        """Run what is left. Returns the result, None while chunks of other shards are missing.

        Where nothing is left, nothing is written that is there: the folder may be read-only.
        """
        with self.folder.taken(self.shard, is_needed=bool(self.waiting())):
            waiting = self.waiting()  # anew: another process may have run some of them meanwhile
            tasks = (self.plan.task(number, self.folder.digest) for number in waiting)
            for number, data in self._runner(tasks):
                self.folder.keep(number, data)
                if seen is not None:
                    seen(number, self.folder.read(number))
                if progress is not None:
                    progress(self.plan.sessions_of(number))
        if len(self.folder.there()) < self.folder.chunks:
            return None
        return write_result(self.folder)

    def partial(self) -> SweepResult:
        """Write what there is so far."""
        return write_result(self.folder)

    @property
    def _runner(self) -> Runner:
        if self.scheduler:
            from lastchunk.model.estimate.sweeps.cluster import on_cluster

            return lambda tasks: on_cluster(self.scheduler, tasks)
        if self.workers == 1:
            return lambda tasks: ((task.number, run_chunk(task)) for task in tasks)
        return lambda tasks: in_workers(tasks, self.workers)


def in_workers(tasks: Iterator[ChunkTask], workers: int) -> Iterator[tuple[int, bytes]]:
    """Run chunks in worker processes, and again where a worker died."""
    again: deque[ChunkTask] = deque()
    deaths = 0
    while True:
        under_way: dict[int, tuple[ChunkTask, Future[bytes]]] = {}
        try:
            with pool(workers) as executor:
                for task in _next(again, tasks, 2 * workers):
                    under_way[task.number] = task, executor.submit(run_chunk, task)
                while under_way:
                    number, (task, future) = next(iter(under_way.items()))
                    data = future.result()
                    del under_way[number]
                    deaths = 0
                    for more in _next(again, tasks, 1):
                        under_way[more.number] = more, executor.submit(run_chunk, more)
                    yield number, data
                return
        except BrokenProcessPool:
            deaths += 1
            if deaths >= DEATHS_MAX:
                raise
            again.extendleft(task for task, _ in reversed(under_way.values()))


def _next(again: deque[ChunkTask], tasks: Iterator[ChunkTask], count: int) -> Iterator[ChunkTask]:
    """The next chunks: first those that must be run again."""
    for _ in range(count):
        if again:
            yield again.popleft()
        else:
            yield from islice(tasks, 1)


def sweep_plan(
    plan: SweepPlan,
    out: str | Path,
    workers: int = 1,
    shard: tuple[int, int] = (1, 1),
    scheduler: str = "",
) -> SweepResult | None:
    """Run a plan into a folder, or what is left of it. None while other shards are missing.

    Killed at any moment, the same call goes on, and ends with the same bytes.
    """
    check_path("out", out)
    return SweepRun(plan, Path(out), workers, shard, scheduler).run()


def _is_pair(shard: object) -> bool:
    return isinstance(shard, tuple | list) and [type(each) for each in shard] == [int, int]


__all__ = ["SweepRun", "in_workers", "sweep_plan"]
