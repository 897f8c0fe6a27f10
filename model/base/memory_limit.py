"""A run that would take all memory is ended by an error, before the system ends the process."""

from __future__ import annotations

import os
import resource

from lastchunk.model.base.blame import place_of_error
from lastchunk.model.base.errors import DesignError
from lastchunk.model.base.step_limit import Steady

PAGE = resource.getpagesize()
STATM = "/proc/self/statm"
MB = 1024 * 1024


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


def _read(file: str) -> bytes:
    """A small file of the system's: this is done once a session."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        return os.read(descriptor, 100)
    finally:
        os.close(descriptor)
