"""The same chunks on Dask distributed: any cluster that its scheduler knows.

The bytes come back to who asked, who writes them: workers need no common folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from itertools import islice
from typing import Any

from lastchunk.model.base.errors import InputError
from lastchunk.model.estimate.sweeps.chunk import run_chunk
from lastchunk.model.estimate.sweeps.plan import ChunkTask

ANSWER_SECONDS = 15
AHEAD = 4
"""Chunks under way for each thread of a worker: enough that none waits for the next one."""


def check_answers(address: str) -> None:
    """Refuse a scheduler that does not answer, before anything is written. Raises `InputError`."""
    with _dask(address)[1]:
        pass


def _dask(address: str) -> tuple[Any, Any]:
    """The library and a client of the scheduler. Raises `InputError`."""
    try:
        dask: Any = import_module("distributed")  # it has no types
    except ImportError as error:
        allowed = "only with Dask: pip install 'lastchunk[dask]'"
        raise InputError("--scheduler", address, allowed) from error
    try:
        client: Any = dask.Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        allowed = "the address of a Dask scheduler that answers, such as tcp://10.0.0.1:8786"
        raise InputError("--scheduler", address, allowed) from error
    return dask, client


def on_cluster(address: str, tasks: Iterator[ChunkTask]) -> Iterator[tuple[int, bytes]]:
    """Run chunks on a cluster. Where a worker dies, the scheduler gives its chunk to another."""
    dask, client = _dask(address)
    with client:
        threads = max(1, sum(client.nthreads().values()))
        numbers = {}

        def submit(task: ChunkTask) -> object:
            key = f"lastchunk-{task.digest[:16]}-{task.number}"
            future = client.submit(run_chunk, task, key=key, pure=False, retries=3)
            numbers[future.key] = task.number
            return future

        first = [submit(task) for task in islice(tasks, AHEAD * threads)]
        under_way = dask.as_completed(first, loop=client.loop)
        for future in under_way:
            yield numbers.pop(future.key), future.result()
            future.release()
            for task in islice(tasks, 1):
                under_way.add(submit(task))
