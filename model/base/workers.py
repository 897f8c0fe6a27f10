"""Worker processes: they start from a clean interpreter, and end with whoever started them.

That interpreter has imported of the model what this process has, once for all workers. Several
pieces of work that go on at once share one set of workers (`shared_pool`).

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
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import spawn
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from weakref import WeakSet

from lastchunk.model.base.step_limit import LastResort

P = ParamSpec("P")
T = TypeVar("T")
MODEL = __name__.rpartition(".base.")[0]
END_SECONDS = 0.5
"""So long it is seen to that every worker is gone: a signal leaves two seconds for all."""
_LIVE: WeakSet[ProcessPoolExecutor] = WeakSet()
_SHARED: list[ProcessPoolExecutor] = []
_STARTING = threading.Lock()


@contextmanager
def pool(workers: int, tasks_per_worker: int | None = None) -> Iterator[ProcessPoolExecutor]:
    """Worker processes for a while: those that are shared, or some of one's own.

    What is raised meanwhile ends one's own at once.
    """
    if _SHARED:
        yield _SHARED[-1]
        return
    with _own_pool(workers, tasks_per_worker) as executor:
        yield executor


@contextmanager
def shared_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes that every `pool` takes meanwhile, each of them for one task alone.

    A task finds no memory in use that another one has left: limits of memory are a process's.
    """
    with _own_pool(workers, tasks_per_worker=1) as executor:
        _SHARED.append(executor)
        try:
            yield executor
        finally:
            _SHARED.remove(executor)


class Here(Executor):
    """Does each piece of work in this process, as soon as it is given."""

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do it. What it raises is raised here."""
        done: Future[T] = Future()
        done.set_result(work(*args, **kwargs))
        return done


@contextmanager
def workers_or_here(workers: int) -> Iterator[Executor]:
    """Worker processes, each for one task alone; with one worker this process does it all."""
    if workers == 1:
        yield Here()
        return
    with pool(workers, tasks_per_worker=1) as executor:
        yield executor


def is_shared() -> bool:
    """Whether there are workers for everybody, so that this process does nothing that they can."""
    return bool(_SHARED)


@contextmanager
def _own_pool(workers: int, tasks_per_worker: int | None) -> Iterator[ProcessPoolExecutor]:
    _start_server()
    context: Any = WithoutMain()
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
    """End its processes, also one that is just taking another's place.

    The executor's own thread finds them gone, and gives an error to all that waits. To shut the
    executor down before would take away from under that thread what it works with.
    """
    thread: Any = executor._executor_manager_thread
    until = time.monotonic() + END_SECONDS
    while thread is not None and thread.is_alive() and time.monotonic() < until:
        for process in list((executor._processes or {}).values()):
            with suppress(OSError, ValueError):  # it has ended by itself
                process.kill()
        thread.join(0.02)


class Worker(ForkServerProcess):
    """A process that does not import the script that the first one runs.

    Python would run that script again in each worker. What a worker needs of it comes with its
    work (`model.design.carried`), so a script needs no guard, and nothing in it is done twice.
    """

    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - multiprocessing calls it so
        with _STARTING:
            whole = spawn.get_preparation_data

            def without_main(name: str) -> dict[str, Any]:
                told = whole(name)
                if name != process_obj.name:  # another thread's, which is none of ours
                    return told
                return {key: told[key] for key in told if not key.startswith("init_main")}

            spawn.get_preparation_data = without_main
            try:
                return ForkServerProcess._Popen(process_obj)
            finally:
                spawn.get_preparation_data = whole


class WithoutMain(ForkServerContext):
    """How `Worker` processes are started."""

    Process = Worker


def _start_server() -> None:
    """Start the process that starts the workers, so that it and they take no interrupt."""
    from multiprocessing import forkserver

    # A worker is a copy of that process: what it has imported no worker needs to import again.
    loaded = [name for name in sys.modules if name.startswith(f"{MODEL}.")]
    forkserver.set_forkserver_preload(loaded)
    if threading.current_thread() is not threading.main_thread():
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with _paths_of_this_process():
            forkserver.ensure_running()
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _paths_of_this_process() -> Iterator[None]:
    """Let what is started import the files that this process would, and no others of that name."""
    paths = os.pathsep.join(str(Path(path).absolute()) for path in sys.path)
    wanted = {"PYTHONPATH": paths, "PYTHONSAFEPATH": "1"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


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
