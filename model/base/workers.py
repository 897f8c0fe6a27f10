"""Worker processes: they start from a clean interpreter, and end with whoever started them.

That interpreter has imported of the model what this process has, once for all workers; of a command
with one kind of work alone, what that needs. Several pieces of work that go on at once share one
set of workers (`shared_pool`).

An interrupt of the terminal reaches every process of the command. The first process alone acts on
it, and ends the others; a worker whose parent is gone, however it went, ends itself.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from heapq import heappop, heappush
from itertools import count
from multiprocessing import spawn
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, TypeVar
from weakref import WeakSet

from lastchunk.model.base.errors import InputError
from lastchunk.model.base.memory import EndsSoon
from lastchunk.model.base.step_limit import LastResort

P = ParamSpec("P")
T = TypeVar("T")
MODEL = __name__.rpartition(".base.")[0]
WORKERS_MAX = 1_024
END_SECONDS = 0.5
"""So long it is seen to that every worker is gone: a signal leaves two seconds for all."""
SELDOM, COLLECT_EVERY = 20_000, 100_000
"""Looking for garbage as often as Python does costs as much as a sixth of a search: it is done
seldom, and where a worker ends soon still more seldom."""
_LIVE: WeakSet[ProcessPoolExecutor] = WeakSet()
_SHARED: list[Ranked] = []
_STARTING = threading.Lock()


def check_workers(workers: int) -> None:
    """Refuse what is no number of processes. Raises `InputError`."""
    if isinstance(workers, bool) or not isinstance(workers, int) or not 1 <= workers <= WORKERS_MAX:
        raise InputError("workers", workers, f"a whole number from 1 to {WORKERS_MAX:,}")


@contextmanager
def pool(
    workers: int, tasks_per_worker: int | None = None, needs: str = MODEL
) -> Iterator[Executor]:
    """Worker processes for a while: those that are shared, or some of one's own.

    What is raised meanwhile ends one's own at once. ``needs`` is the package that tasks come from.
    """
    check_workers(workers)
    if _SHARED:
        yield _SHARED[-1]
        return
    with _own_pool(workers, tasks_per_worker, needs) as executor:
        yield executor


@contextmanager
def shared_pool(workers: int) -> Iterator[Executor]:
    """Worker processes that every `pool` takes meanwhile, each of them for one task alone.

    A task finds no memory in use that another one has left: limits of memory are a process's.
    """
    with _own_pool(workers, tasks_per_worker=1) as processes:
        executor = Ranked(processes, workers + 1)
        _SHARED.append(executor)
        try:
            yield executor
        finally:
            _SHARED.remove(executor)


@contextmanager
def in_rank(rank: int) -> Iterator[None]:
    """What this thread asks of shared workers meanwhile goes before what has a higher rank."""
    before = _asked_by.rank
    _asked_by.rank = rank
    try:
        yield
    finally:
        _asked_by.rank = before


_ALSO_LOADED: list[str] = []
"""What workers have from the beginning, beside all that this process has."""


class _AskedBy(threading.local):
    rank = 0


_asked_by = _AskedBy()


class Ranked(Executor):
    """Hands out tasks by their rank, and within a rank in the order in which they were asked for.

    Processes get so few ``at_once`` that what comes later with a lower rank need not wait long.
    """

    def __init__(self, processes: ProcessPoolExecutor, at_once: int) -> None:
        self.processes = processes
        self.left = at_once
        self.waiting: list[tuple[int, int, Future[Any], Callable[..., Any], Any, Any]] = []
        self.numbers = count()
        self.lock = threading.Lock()

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have it done. Where the processes have ended, what it gets is their error."""
        done: Future[T] = Future()
        with self.lock:
            entry = (_asked_by.rank, next(self.numbers), done, work, args, kwargs)
            heappush(self.waiting, entry)
        self._hand_out()
        return done

    def _hand_out(self) -> None:
        while True:
            with self.lock:
                if not self.left or not self.waiting:
                    return
                self.left -= 1
                _, _, done, work, args, kwargs = heappop(self.waiting)
            try:
                inner = self.processes.submit(work, *args, **kwargs)
            except Exception as error:  # they have ended, or their server has
                self._over(done, error, is_for_all=True)
                return
            inner.add_done_callback(partial(self._told, done))

    def _told(self, done: Future[Any], inner: Future[Any]) -> None:
        error = inner.exception()
        if error is None:
            with self.lock:
                self.left += 1
            self._hand_out()
            done.set_result(inner.result())
        else:
            self._over(done, error, is_for_all=isinstance(error, BrokenExecutor))

    def _over(self, done: Future[Any], error: BaseException, is_for_all: bool) -> None:
        """A task has failed; where the processes have ended, all that waits has, too."""
        over = [done]
        with self.lock:
            self.left += 1
            if is_for_all:
                over += [entry[2] for entry in self.waiting]
                self.waiting.clear()
        for future in over:
            future.set_exception(error)
        self._hand_out()


class Here(Executor):
    """Does each piece of work in this process, as soon as it is given."""

    def submit(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do it. What it raises is raised here."""
        done: Future[T] = Future()
        done.set_result(work(*args, **kwargs))
        return done


@contextmanager
def workers_or_here(workers: int, needs: str = MODEL) -> Iterator[Executor]:
    """Worker processes, each for one task alone; with one worker this process does it all."""
    check_workers(workers)
    if workers == 1:
        yield Here()
        return
    with pool(workers, tasks_per_worker=1, needs=needs) as executor:
        yield executor


def is_shared() -> bool:
    """Whether there are workers for everybody, so that this process does nothing that they can."""
    return bool(_SHARED)


@contextmanager
def _own_pool(
    workers: int, tasks_per_worker: int | None, needs: str = MODEL
) -> Iterator[ProcessPoolExecutor]:
    _start_server(needs)
    context: Any = WithoutMain()
    executor = ProcessPoolExecutor(
        workers,
        context,
        initializer=_begin,
        initargs=(tasks_per_worker == 1,),
        max_tasks_per_child=tasks_per_worker,
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


def remove_folder() -> None:
    """Remove the folder in which workers are asked for: Python does so only where a process ends in
    its own way, and one that a signal ends does not."""
    folder = getattr(multiprocessing.current_process(), "_config", {}).get("tempdir")
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


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


def load_in_workers(module: str) -> None:
    """Let workers have a module from the beginning, which this process does not need itself."""
    if module not in _ALSO_LOADED:
        _ALSO_LOADED.append(module)


def _start_server(needs: str) -> None:
    """Start the process that starts the workers, so that it and they take no interrupt."""
    from multiprocessing import forkserver

    # A worker is a copy of that process: what it has imported no worker needs to import again.
    # There is one for all pools of a process, and only of a command it is known that none follows.
    wanted = needs if EndsSoon.is_so else MODEL
    loaded = [name for name in sys.modules if name.startswith(f"{wanted}.")]
    forkserver.set_forkserver_preload([*loaded, *_ALSO_LOADED])
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


def _say_nothing_of_a_parent_that_is_gone(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """What a worker finds gone as it begins, since the command was ended just then, is no news.

    Whatever else ends a worker so early is: the command itself only learns that one has ended.
    """
    if not isinstance(error, FileNotFoundError | ConnectionError | EOFError):
        sys.__excepthook__(kind, error, trace)


if any("multiprocessing.forkserver" in word for word in sys.orig_argv):
    # This is the process that starts workers: what they raise before they begin comes here.
    sys.excepthook = _say_nothing_of_a_parent_that_is_gone


def _begin(has_one_task: bool) -> None:
    """What a worker does first."""
    gc.freeze()  # what its server has imported stays: nothing of it is garbage
    # What a worker's only task leaves behind goes with the process, and is not looked for.
    EndsSoon.is_so = has_one_task
    gc.set_threshold(COLLECT_EVERY if has_one_task else SELDOM, *gc.get_threshold()[1:])
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
