"""Worker processes: they start from a clean interpreter, and end with whoever started them.

An interrupt of the terminal reaches every process of the command. The first process alone acts on
it, and ends the others; a worker whose parent is gone, however it went, ends itself.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from weakref import WeakSet

from lastchunk.model.base.step_limit import LastResort

_LIVE: WeakSet[ProcessPoolExecutor] = WeakSet()


@contextmanager
def pool(workers: int, tasks_per_worker: int | None = None) -> Iterator[ProcessPoolExecutor]:
    """Worker processes for a while. What is raised meanwhile ends them at once."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        _start_server()
    executor = ProcessPoolExecutor(
        workers, context, initializer=_begin, max_tasks_per_child=tasks_per_worker
    )
    _LIVE.add(executor)
    try:
        yield executor
    except BaseException:
        _end(executor)
        raise
    finally:
        executor.shutdown()
        _LIVE.discard(executor)


def end_workers() -> None:
    """End every worker process of this one, at once. What waits for them gets an error."""
    for executor in list(_LIVE):
        _end(executor)


def _end(executor: ProcessPoolExecutor) -> None:
    for process in list((executor._processes or {}).values()):
        with suppress(OSError, ValueError):  # it has ended by itself
            process.kill()
    executor.shutdown(wait=False, cancel_futures=True)


def _start_server() -> None:
    """Start the process that starts the workers, so that it and they take no interrupt."""
    from multiprocessing import forkserver

    if threading.current_thread() is not threading.main_thread():
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGINT, before)


def _begin() -> None:
    """What a worker does first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))  # not the limit of a session elsewhere
    LastResort.end = _give_up
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _give_up(text: str) -> None:
    sys.stderr.write(f"lastchunk: {text}\n")
    sys.stderr.flush()
    os._exit(1)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
