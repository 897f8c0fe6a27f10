"""The memory of a process: what a run may take of it, and when what is left is freed.

A run that would take all memory is ended by an error, before the system ends the process. Garbage
is looked for seldom where nearly all is kept, and not where the process ends soon: a look at what
is new goes through all of it, and what it finds takes longer to free than to make. Exploring keeps
nearly all that it makes, so looking cost it a third of its time.
"""

from __future__ import annotations

import gc
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from lastchunk.model.base.blame import place_of_error
from lastchunk.model.base.errors import DesignError
from lastchunk.model.base.step_limit import Steady

PAGE = resource.getpagesize()
STATM = "/proc/self/statm"
MB = 1024 * 1024
NEVER_EARLY = 20_000_000
"""New objects between two looks for cycles where nearly all is kept: about 3 GB of them."""
LESS_OFTEN = 200_000
"""New objects between two looks where part is dropped; Python's 700 cost a tenth of the time."""
COLLECT_OLD = 1_000
"""So many looks pass before one at what is older: nearly all of that is kept, and is much."""
ROOM_MB, ROOM_MB_LEAST = 2_000, 500
"""What earlier work has left is freed where a process has so much memory: as much as that ..."""
ROOM_SHARE = 12
"""... or this part of the machine's, as several workers may have it each."""
CONTAINER_FILES = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
"""Where the system tells what a container may have, in version 2 of control groups and in 1."""


class MemoryLimit:
    """Let the process grow by no more than ``memory_mb`` meanwhile. Raises `DesignError`.

    Where the system does not tell how large the process is, there is no limit. It is set once a
    session, so it is a plain class.
    """

    __slots__ = ("before", "memory_mb", "name")

    def __init__(self, name: str, memory_mb: int) -> None:
        self.name = name
        self.memory_mb = memory_mb
        self.before = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)

    def __enter__(self) -> None:
        if Steady.ticks:
            return  # many short runs: the limit is that of them all
        self.before = resource.getrlimit(resource.RLIMIT_AS)
        hard = self.before[1]
        try:
            soft = int(_read(STATM).split()[0]) * PAGE + self.memory_mb * MB
            if hard != resource.RLIM_INFINITY:
                soft = min(soft, hard)
            resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        except (OSError, ValueError):
            return

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if not Steady.ticks:
            resource.setrlimit(resource.RLIMIT_AS, self.before)
        if isinstance(error, MemoryError):
            raise DesignError(
                f"{self.name} took more than limits.memory_mb_max = {self.memory_mb:,} MB"
                f"{place_of_error(error)}"
            ) from None


def resident_mb() -> int:
    """The memory that this process has now; the most it has had where the system tells no more."""
    try:
        return int(_read(STATM).split()[1]) * PAGE // MB
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _read(file: str) -> bytes:
    """A small file of the system's: this is done often."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        return os.read(descriptor, 100)
    finally:
        os.close(descriptor)


class EndsSoon:
    """Whether this process ends with its only task, as the command and a worker of one task do:
    what the task leaves goes with it."""

    is_so = False


_LEFT: list[Any] = []
"""What is used no more, in a process that ends soon."""


def let_go(work: Any) -> None:
    """Say that this is used no more: to free it takes a twentieth of the time that exploring takes,
    so in a process that ends soon that is done only where memory gets short."""
    if EndsSoon.is_so:
        _LEFT.append(work)


@contextmanager
def few_collections(every: int = NEVER_EARLY, keeps: bool = True) -> Iterator[None]:
    """Look for unreachable cycles less often, after so many new objects.

    In a process that ends soon what is left then is looked through only if memory gets short, and
    not within work that does so already: what that has made is in use. Work that comes again and
    again, and drops a part each time, ``keeps`` nothing: what it leaves is looked through later.
    """
    before = gc.get_threshold()
    sets_aside = keeps and EndsSoon.is_so and before[1] != COLLECT_OLD
    if sets_aside:
        make_room()
    gc.set_threshold(every, COLLECT_OLD, before[2])
    try:
        yield
    finally:
        if sets_aside:
            gc.freeze()
        gc.set_threshold(*before)


@contextmanager
def only_new_garbage() -> Iterator[None]:
    """Look for what is made from here on and dropped; in a process that ends soon for that alone.

    Another process gets back what was there before, and might not look through that for long.
    """
    if EndsSoon.is_so:
        gc.freeze()
    with few_collections(LESS_OFTEN):
        yield


def make_room() -> None:
    """Free what earlier work has left, where the process has become large.

    What was let go is freed at half of that: it is known, and none of it must be looked for.
    """
    if resident_mb() > room_mb() // 2:
        _LEFT.clear()
    if resident_mb() > room_mb():
        free_garbage()


def free_garbage() -> None:
    """Free what earlier work has left, also what was set aside here; a person's own stays so."""
    _LEFT.clear()
    if EndsSoon.is_so:
        gc.unfreeze()
    gc.collect()


def room_mb() -> int:
    """How large a process may become before what is left in it is freed."""
    return min(ROOM_MB, max(ROOM_MB_LEAST, machine_mb() // ROOM_SHARE))


def machine_mb() -> int:
    """The memory there is: the machine's, or what a container is allowed of it."""
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    for file in CONTAINER_FILES:
        try:
            allowed = file.read_text().strip()
        except OSError:
            continue
        if allowed.isdecimal():  # else "max": there is no limit
            whole = min(whole, int(allowed))
    return whole // MB
