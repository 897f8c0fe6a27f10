"""A run that would take all memory is ended by an error, before the system ends the process."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from model.blame import place_of_error
from model.errors import DesignError

PAGE = resource.getpagesize()
STATM = Path("/proc/self/statm")
MB = 1024 * 1024


@contextmanager
def memory_limit(name: str, memory_mb: int) -> Iterator[None]:
    """Let the process grow by no more than ``memory_mb`` meanwhile. Raises `DesignError`.

    Where the system does not tell how large the process is, there is no limit.
    """
    before = resource.getrlimit(resource.RLIMIT_AS)
    try:
        size = int(STATM.read_text().split()[0]) * PAGE
        soft = size + memory_mb * MB
        if before[1] != resource.RLIM_INFINITY:
            soft = min(soft, before[1])
        resource.setrlimit(resource.RLIMIT_AS, (soft, before[1]))
    except (OSError, ValueError):
        yield
        return
    try:
        yield
    except MemoryError as error:
        raise DesignError(
            f"{name} took more than limits.memory_mb_max = {memory_mb:,} MB{place_of_error(error)}"
        ) from None
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
