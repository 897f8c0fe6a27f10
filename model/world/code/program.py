"""A program: one instance of plain async code and the coroutines of it that are under way.

Both the object's design and the page's recorder run as programs. A coroutine cannot be copied, so
a program keeps a log of what it was told (each task started, each answer given, in order). A copy
starts with the log alone; the first time it is asked to run, it builds a new instance and tells it
everything again. What the instance keeps in its own fields comes back the same way.

Code that is told the same must do the same. While exploring, a program keeps what its code did and
asked (``deeds``, ``answers``), and a copy that does otherwise when it is told again is refused.

A handler that the platform drops runs no further. Python unwinds its coroutine, through every
``finally``; so a program is closed at a set place (`close`), and what its code does then reaches
nobody: it is the code of an instance that is gone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Hashable
from types import CoroutineType, FunctionType
from typing import Any

from lastchunk.model.base.blame import is_from_outside, place_of_method, place_of_suspended
from lastchunk.model.base.errors import DesignError, as_written
from lastchunk.model.subset.held import fields_of
from lastchunk.model.trace.event import NO_CHUNK
from lastchunk.model.world.base.frozen import frozen
from lastchunk.model.world.code.clone import SHARED, clone
from lastchunk.model.world.code.closing import has_closed
from lastchunk.model.world.code.deeds import (
    PLATFORM_ERRORS,
    Done,
    TaskId,
    TimeError,
    again,
    deed,
    numbers_after,
)
from lastchunk.model.world.code.lasting import are_same, lasting_fields
from lastchunk.model.world.code.thrown import CodeThrewError, ends_the_run, error_words
from lastchunk.reference_impl.clock import Duration, Refused, Time, TimeRefused, Uncatchable, driven
from lastchunk.reference_impl.detached import DETACHED
from lastchunk.reference_impl.effect import Effect

Clock = Callable[[], Time]


class Program:
    """One instance, its tasks, and the log from which both can be rebuilt.

    ``build`` takes the program's clock and returns the instance. ``name`` is for error messages.
    """

    __slots__ = (
        "answers",
        "born_ms",
        "build",
        "clock_ms",
        "deeds",
        "detached",
        "detached_before",
        "digest",
        "is_checked",
        "is_rebuilding",
        "log",
        "memory",
        "name",
        "records",
        "redone",
        "replayed",
        "target",
        "tasks",
        "to_await",
        "to_begin",
    )

    def __init__(self, name: str, build: Callable[[Clock], Any]) -> None:
        self.name = name
        self.build = build
        self.clock_ms = 0
        self.born_ms: int | None = None
        """When its first event came: the constructor runs then."""
        self.log: list[tuple[Any, ...]] = []
        self.tasks: dict[TaskId, Coroutine[Any, Any, Any] | None] = {}
        self.target: Any = None
        self.memory: dict[str, Any] | None = None
        self.digest: Any = None
        """What a scheduler has worked out about this state; gone with the next thing told."""
        self.answers: list[Any] = []
        """What a scheduler answered where the code compared times it only knows in bounds."""
        self.replayed = self.redone = 0
        self.records = False
        self.deeds: list[Any] = []
        """With ``records``: what the code did each time, to see whether it does so again."""
        self.is_rebuilding = False
        self.to_await = 0
        """Effects that the code has made and not awaited yet."""
        self.to_begin: list[TaskId] = []
        """Detached work that the code has left, and that nobody has been told of yet (R20)."""
        self.detached = self.detached_before = 0
        """The number of the next one; and what it was before what the log tells."""
        self.is_checked = False
        """Whether all that the code does when it is built again is compared."""

    def now(self) -> Time:
        """The program's clock: the time at which it was last told something (R13)."""
        return Time(self.clock_ms)

    def start(self, task: TaskId, method: str, arguments: tuple[Any, ...], at_ms: int) -> Any:
        """Begin a task. Returns the first effect that it awaits, or `Done`."""
        if self.born_ms is None:
            self.born_ms = at_ms
        if self.target is None:
            self._rebuild()
        self.digest = None
        self.log.append(("start", task, method, arguments, at_ms))
        effect = self._start(task, method, arguments, at_ms)
        return self._told(task, effect) if self.records or type(effect) is Done else effect

    def send(self, task: TaskId, answer: Any, at_ms: int) -> Any:
        """Answer the effect that a task awaits. Returns its next one, or `Done`."""
        if self.target is None:
            self._rebuild()
        self.digest = None
        self.log.append(("send", task, answer, at_ms))
        effect = self._send(task, answer, at_ms)
        return self._told(task, effect) if self.records or type(effect) is Done else effect

    def throw(self, task: TaskId, error: Exception, at_ms: int) -> Any:
        """Answer the effect that a task awaits with one of the platform's errors."""
        if self.target is None:
            self._rebuild()
        self.digest = None
        self.log.append(("throw", task, error, at_ms))
        effect = self._throw(task, error, at_ms)
        return self._told(task, effect) if self.records or type(effect) is Done else effect

    def begin(self, task: TaskId, at_ms: int) -> Any:
        """Let detached work begin. Returns the first effect that it awaits, or `Done`."""
        if self.target is None:
            self._rebuild()
        self.digest = None
        self.log.append(("begin", task, at_ms))
        return self._told(task, self._begin(task, at_ms))

    def detach(self, work: Coroutine[Any, Any, Any]) -> None:
        """The code leaves work to its instance: a task that has not begun yet."""
        task = (DETACHED, NO_CHUNK, self.detached, 1)
        self.detached += 1
        self.tasks[task] = work
        self.to_begin.append(task)

    def _told(self, task: TaskId, effect: Effect[Any] | Done) -> Any:
        if self.records:
            self.deeds.append(deed(effect))
        if type(effect) is Done:
            self._forget(task)
        return effect

    def copy(self) -> Program:
        """A program in the same state, whose coroutines are rebuilt when they are needed."""
        other = Program(self.name, self.build)
        other.clock_ms = self.clock_ms
        other.born_ms = self.born_ms
        other.log = self.log.copy()
        other.tasks = dict.fromkeys(self.tasks)
        other.digest = self.digest
        other.answers = self.answers.copy()
        other.detached, other.detached_before = self.detached, self.detached_before
        other.records = self.records
        other.deeds = self.deeds.copy()
        return other

    def made_by_world(self) -> list[Any]:
        """What the world binds into the code that it builds: functions, and what they enclose."""
        enclosed = [cell.cell_contents for cell in getattr(self.build, "__closure__", None) or ()]
        functions = [item for item in enclosed if type(item) is FunctionType]
        return [*functions, *(cell for item in functions for cell in item.__closure__ or ())]

    def renewed(self) -> Program:
        """The program of a new instance of the same code."""
        other = Program(self.name, self.build)
        other.records = self.records
        other.detached = other.detached_before = numbers_after(self.detached)
        return other

    def close(self) -> None:
        """End every task where it stands: its instance is gone.

        Raises `DesignError` where a ``finally`` goes on awaiting without an end.
        """
        for task, coroutine in self.tasks.items():
            if coroutine is not None and not has_closed(coroutine):
                raise DesignError(f"{self.name}.{task[0]}() does not end when its instance is gone")
        self.tasks = {}

    def shed(self) -> None:
        """Keep the log alone, as a copy does."""
        tasks = dict.fromkeys(self.tasks)
        self.close()
        self.tasks = tasks
        self.target = None

    def built(self) -> Any:
        """The instance, built again where this is a copy that was not asked to run yet."""
        if self.target is None:
            self._rebuild()
        return self.target

    def fingerprint(self) -> Hashable:
        """Each task with what it was told so far, and the instance's own fields."""
        told: dict[TaskId, list[Hashable]] = {task: [] for task in self.tasks}
        for entry in self.log:
            if entry[1] in told:
                told[entry[1]].append((entry[0], frozen(entry[2:-1])))
        target = self.built()
        return (
            tuple(sorted((repr(task), tuple(entries)) for task, entries in told.items())),
            frozen({n: value for n, value in fields_of(target).items() if _is_plain(value)}),
        )

    # --- running -----------------------------------------------------------------------------

    def _rebuild(self) -> None:
        """Build the instance and tell it the log again. Its effects were answered: ignore them.

        Raises `DesignError` where the code does something else this time.
        """
        clock_ms = self.clock_ms
        self.clock_ms = clock_ms if self.born_ms is None else self.born_ms
        self.tasks = {}
        self.replayed = self.redone = self.to_await = 0
        self.detached = self.detached_before
        self.is_rebuilding = True
        try:
            self.target = self._built_by(self.build, self.now)
            self.memory = lasting_fields(self.target, self)
            records = self.records
            for entry in self.log:
                effect = _TELLINGS[entry[0]](self, *entry[1:])
                if records:  # all of it is compared on a share of the copies, its kind on each
                    if self.is_checked or type(effect).__name__ != self.deeds[self.redone][0]:
                        self._compare(entry[1], effect)
                    self.redone += 1
                if type(effect) is Done:
                    del self.tasks[entry[1]]
            self.to_begin.clear()
        finally:
            self.is_rebuilding = False
        if self.replayed != len(self.answers):
            raise self.unrepeatable("it asks fewer questions of time")
        self.clock_ms = clock_ms

    def _compare(self, task: TaskId, effect: Effect[Any] | Done) -> None:
        first = self.deeds[self.redone]
        again = deed(effect) if self.is_checked else (type(effect).__name__, *first[1:])
        if again != first:
            raise self.unrepeatable(f"{task[0]}() first did {first}, then {again}")

    def unrepeatable(self, how: str) -> DesignError:
        """The error that the code does something else when it is told the same again."""
        return DesignError(
            f"{self.name} does something else when it is told the same again: {how}; it may "
            "depend on its context's storage, blobs and now() alone"
        )

    def replay_answer(self, question: Any) -> Any:
        """The answer that a question of time got before, while the code is built again."""
        if self.replayed >= len(self.answers) or self.answers[self.replayed][0] != question:
            raise self.unrepeatable("it asks another question of time")
        answer = self.answers[self.replayed][1]
        self.replayed += 1
        return answer

    def _start(
        self, task: TaskId, method: str, arguments: tuple[Any, ...], at_ms: int
    ) -> Effect[Any] | Done:
        self.clock_ms = at_ms
        function = getattr(self.target, method, None)
        if function is None:
            raise DesignError(f"{self.name} has no method {method}()")
        # The log keeps what it was told; the code gets a copy, which it may change.
        given: Any = arguments
        for argument in arguments:
            if type(argument) not in SHARED:
                given = map(clone, arguments)
        coroutine = self._built_by(function, *given)
        if type(coroutine) is not CoroutineType:
            raise DesignError(f"{self.name}.{method}() is not an async method")
        self.tasks[task] = coroutine
        return self._step(task, coroutine.send, None)

    def _send(self, task: TaskId, answer: Any, at_ms: int) -> Effect[Any] | Done:
        self.clock_ms = at_ms
        given = answer if type(answer) in SHARED else clone(answer)
        return self._step(task, self.tasks[task].send, given)  # type: ignore[union-attr]

    def _throw(self, task: TaskId, error: Exception, at_ms: int) -> Effect[Any] | Done:
        self.clock_ms = at_ms
        return self._step(task, self.tasks[task].throw, again(error))  # type: ignore[union-attr]

    def _begin(self, task: TaskId, at_ms: int) -> Effect[Any] | Done:
        self.clock_ms = at_ms
        work: Any = self.tasks[task]
        if inspect.getcoroutinestate(work) != inspect.CORO_CREATED:
            raise DesignError(f"{self.name} awaits what it gave to wait_until(); allowed: either")
        return self._step(task, work.send, None)

    # Each answer that code gets comes through here: few calls.
    def _step(self, task: TaskId, resume: Callable[[Any], Any], answer: Any) -> Effect[Any] | Done:
        """What a coroutine does next: it awaits something, or has ended."""
        driven.program = self
        driven.to_await = self.to_await
        try:
            effect = resume(answer)
        except StopIteration as end:
            effect = Done(end.value)
        except BaseException as error:
            effect = self._ended_by(error)
        driven.program = None
        self.to_await = driven.to_await
        if Uncatchable.raised:
            self._fail(Uncatchable.raised[0])  # the code has caught what it must not catch
        if isinstance(effect, Effect) or type(effect) is Done:
            return effect
        raise DesignError(
            f"{self.name} awaits something unknown{self.line_of(task)}: {as_written(effect)}; "
            "a design may await only its context's storage, blobs, notify and sleep"
        )

    def _built_by(self, code: Callable[..., Any], *arguments: Any) -> Any:
        """What a constructor makes, or a method before its first await."""
        driven.program = self
        driven.to_await = self.to_await
        try:
            made = code(*arguments)
        except BaseException as error:
            driven.program = None
            self._fail(error)
        driven.program = None
        self.to_await = driven.to_await
        if Uncatchable.raised:
            self._fail(Uncatchable.raised[0])  # the code has caught what it must not catch
        return made

    def _ended_by(self, error: BaseException) -> Done:
        """How a coroutine ended that threw. Raises what ends the run."""
        driven.program = None
        if not Uncatchable.raised:
            if isinstance(error, PLATFORM_ERRORS):
                return Done(None, error)
            if isinstance(error, Exception) and not ends_the_run(error):
                return Done(None, CodeThrewError(error_words(error)))
        return self._fail(error)

    def _forget(self, task: TaskId) -> None:
        """Drop a task that has ended, and the log too once nothing depends on it any more."""
        del self.tasks[task]
        if self.to_await > 0 and not self.tasks:
            raise DesignError(
                f"{self.name}.{task[0]}() made an effect and did not await it"
                f"{place_of_method(type(self.target), task[0])}; allowed: await"
            )
        if not self.tasks and self.memory is not None and are_same(self.target, self.memory):
            self.log.clear()
            self.detached_before = self.detached
            self.answers.clear()
            self.deeds.clear()

    def _fail(self, error: BaseException) -> Done:
        """Raise what ends the run, in words where it is the code's."""
        if Uncatchable.raised:
            error = Uncatchable.raised[0]  # the first one: code may have caught it, and gone on
            Uncatchable.raised.clear()
        if isinstance(error, TimeRefused):
            raise TimeError(f"{self.name}: {error}") from None
        if isinstance(error, Refused):
            raise DesignError(f"{self.name}: {error}") from None
        if isinstance(error, DesignError | Uncatchable) or is_from_outside(error):
            raise error
        raise DesignError(f"{self.name} raised {error_words(error)}") from error

    def line_of(self, task: TaskId) -> str:
        """Where a task's code is suspended, in words."""
        return place_of_suspended(self.tasks[task])


def _is_plain(value: Any) -> bool:
    return isinstance(value, int | float | str | list | dict | set | tuple | Time | Duration | None)


_TELLINGS: dict[str, Callable[..., Effect[Any] | Done]] = {
    "start": Program._start,
    "begin": Program._begin,
    "send": Program._send,
    "throw": Program._throw,
}
