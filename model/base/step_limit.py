"""A step that does not end is broken off: one way for every scheduler.

Code of a design runs inside of one step of the world. A tick of the system's timer looks whether
it is still in the same step; after so many seconds it is broken off, with the line where it is.
The seconds are the processor's: what else the machine does meanwhile ends no design.
"""

from __future__ import annotations

import _weakrefset
import gc
import signal
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType
from typing import Any, ClassVar

from lastchunk.model.base.blame import place_of_frame
from lastchunk.model.base.errors import DesignError
from lastchunk.reference_impl.clock import Uncatchable

STEP_SECONDS_MAX = 10.0
TICK_SECONDS = 1.0
"""How soon it is looked again, also where a limit could not be told."""
TOLD_MAX = 3
"""So often a step is told; one that catches it each time does not end by being told."""
WAITS_SHARE = 0.02
"""Code that uses less of the processor than this share waits: a machine is hardly ever so busy."""
FrameLook = Callable[[FrameType | None], None]


class Steady:
    """A timer that ticks on from one run to the next, for many short ones; see `steadily`."""

    look: ClassVar[FrameLook | None] = None
    ticks: ClassVar[bool] = False


class LastResort:
    """How a process ends whose code catches everything; None: it is only told, again and again."""

    end: ClassVar[Callable[[str], None] | None] = None


class OverTime(Uncatchable):
    """Ends the step that takes too long. A design that catches it is found out."""


class TimeSpent:
    """What has been spent since: seconds of the processor, or of waiting where code waits."""

    def __init__(self) -> None:
        self.cpu_s, self.wall_s = time.thread_time(), time.monotonic()

    def seconds(self) -> float:
        """So many up to now."""
        cpu_s, wall_s = time.thread_time() - self.cpu_s, time.monotonic() - self.wall_s
        return wall_s if cpu_s < wall_s * WAITS_SHARE else cpu_s


@contextmanager
def ticking(look: FrameLook, first_seconds: float, every_seconds: float) -> Iterator[None]:
    """Look at what runs after ``first_seconds`` and then again and again.

    Outside of the main thread no timer ticks, and nothing is looked at.

    A limit within a limit: the inner one goes first, and the outer one ticks on afterwards.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    told = 0

    def tick(_number: int, frame: FrameType | None) -> None:
        nonlocal told
        if is_collecting(frame):  # what is raised in there is thrown away
            return
        try:
            look(frame)
        except OverTime as error:
            told += 1
            if told > TOLD_MAX and LastResort.end is not None:
                LastResort.end(str(error))
            raise

    handler = signal.signal(signal.SIGALRM, tick)
    timer = signal.setitimer(signal.ITIMER_REAL, first_seconds, every_seconds)
    try:
        yield
    except OverTime as error:
        raise DesignError(str(error)) from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, *timer)
        signal.signal(signal.SIGALRM, handler)


@contextmanager
def steadily() -> Iterator[None]:
    """Set the timer once for many runs, each with a `step_limit` of its own."""

    def look(frame: FrameType | None) -> None:
        if Steady.look is not None:
            Steady.look(frame)

    if Steady.ticks or threading.current_thread() is not threading.main_thread():
        yield
        return
    with ticking(look, TICK_SECONDS, TICK_SECONDS):
        Steady.ticks = True
        try:
            yield
        finally:
            Steady.ticks, Steady.look = False, None


OF_WEAK_REFERENCES = frozenset((_weakrefset.__file__, weakref.__file__))


def is_collecting(frame: Any) -> bool:
    """Whether garbage is dropped: by a callback of the collector or of a weak reference, or by a
    finalizer."""
    callbacks = [getattr(callback, "__code__", None) for callback in gc.callbacks]
    while frame is not None:
        code = frame.f_code
        if code in callbacks or code.co_name == "__del__" or code.co_filename in OF_WEAK_REFERENCES:
            return True
        frame = frame.f_back
    return False


def over_time(name: str, seconds: float, where: str) -> OverTime:
    """What to raise of a step that does not end."""
    return OverTime(f"{name} did not come to an await or an end within {seconds:g} s{where}")


class StepLimit:
    """Break off a run that stays in one step. Raises `DesignError` naming the line.

    ``steps`` counts the steps that are done with; ``where`` names what waits, where no line runs.
    """

    def __init__(
        self, name: str, seconds: float, steps: Callable[[], int], where: Callable[[], str]
    ) -> None:
        self.name = name
        self.seconds = seconds
        self.steps = steps
        self.where = where
        self.seen = steps()
        self.spent: TimeSpent | None = None
        """Counted from the first look on: most steps are over long before, and a clock costs."""
        self.timer: AbstractContextManager[None] | None = None

    def __enter__(self) -> None:
        if Steady.ticks and self.seconds >= TICK_SECONDS * 4:
            Steady.look = self.look
            return
        every = min(TICK_SECONDS, self.seconds / 4)
        self.timer = ticking(self.look, every, every)
        self.timer.__enter__()

    def __exit__(self, *error: Any) -> bool | None:
        if self.timer is not None:
            return self.timer.__exit__(*error)
        Steady.look = None
        if isinstance(error[1], OverTime):
            raise DesignError(str(error[1])) from None
        return None

    def look(self, frame: FrameType | None) -> None:
        """Called at each tick."""
        done = self.steps()
        if done != self.seen or self.spent is None:
            self.seen, self.spent = done, TimeSpent()
        elif self.spent.seconds() >= self.seconds:
            where = place_of_frame(frame) or self.where()
            raise over_time(self.name, self.seconds, where)


@contextmanager
def time_limit(name: str, seconds: float, work: str = "") -> Iterator[None]:
    """Break off something that takes too long as a whole. Raises `DesignError` naming the line."""

    spent = TimeSpent()

    def look(frame: FrameType | None) -> None:
        if spent.seconds() < seconds:
            return
        where = place_of_frame(frame)
        raise OverTime(f"{name}{work} did not come to an end within {seconds:g} s{where}")

    with ticking(look, seconds, min(TICK_SECONDS, seconds)):
        yield
