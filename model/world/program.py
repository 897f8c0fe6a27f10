"""A program: one instance of plain async code and the coroutines of it that are under way.

Both the object's design and the page's recorder run as programs. A coroutine cannot be copied, so
a program keeps a log of what it was told (each task started, each answer given, in order). A copy
starts with the log alone; the first time it is asked to run, it builds a new instance and tells it
everything again. What the instance keeps in its own fields comes back the same way.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Coroutine, Hashable
from types import CoroutineType, FunctionType, MethodType
from typing import Any

from model.blame import ESCAPES, is_from_outside, place, place_of_error
from model.errors import DesignError
from reference_impl.contract import (
    Blobs,
    BlobStoreError,
    Browser,
    Context,
    Effect,
    HandlerFailure,
    InstanceReplaced,
    NetworkError,
    NotifyError,
    StopFlowError,
    Storage,
    StreamBroken,
)

TaskId = tuple[Any, ...]
Clock = Callable[[], int]
_CONTAINERS = frozenset((dict, list, set))
_LASTING = frozenset(
    (int, float, str, bytes, bool, type(None), FunctionType, Context, Browser, Storage, Blobs)
)
"""Types of what an instance holds that cannot change in place."""
PLATFORM_ERRORS = (
    NetworkError,
    StreamBroken,
    StopFlowError,
    BlobStoreError,
    NotifyError,
    InstanceReplaced,
    HandlerFailure,
)


class Done:
    """A task came to its end, with a value or with one of the platform's own errors."""

    __slots__ = ("error", "value")

    def __init__(self, value: Any, error: Exception | None = None) -> None:
        self.value = value
        self.error = error


def clone(value: Any) -> Any:
    """A copy of plain data, as a structured clone is: the receiver may change it (R7)."""
    kind = type(value)
    if kind is dict:
        return {
            key: clone(item) if type(item) in _CONTAINERS else item for key, item in value.items()
        }
    if kind is list:
        return [clone(item) for item in value]
    if kind is set:
        return set(value)
    return value


def frozen(value: Any) -> Hashable:
    """Plain data as something hashable; equal data, equal result, whatever the order of keys."""
    if isinstance(value, dict):
        return ("dict", tuple(sorted((repr(k), frozen(v)) for k, v in value.items())))
    if isinstance(value, set | frozenset):
        return ("set", tuple(sorted(map(repr, value))))
    if isinstance(value, list | tuple):
        return ("list", tuple(frozen(item) for item in value))
    if isinstance(value, Exception) or not isinstance(value, Hashable):
        return repr(value)  # exceptions compare by identity, which a copy does not share
    return value


class Program:
    """One instance, its tasks, and the log from which both can be rebuilt.

    ``build`` takes the program's clock and returns the instance. ``name`` is for error messages.
    """

    __slots__ = (
        "answers",
        "build",
        "clock_ms",
        "digest",
        "log",
        "memory",
        "name",
        "replayed",
        "target",
        "tasks",
    )

    def __init__(self, name: str, build: Callable[[Clock], Any]) -> None:
        self.name = name
        self.build = build
        self.clock_ms = 0
        self.log: list[tuple[Any, ...]] = []
        self.tasks: dict[TaskId, Coroutine[Any, Any, Any] | None] = {}
        self.target: Any = None
        self.memory: dict[str, Any] | None = None
        self.digest: Any = None
        """What a scheduler has worked out about this state; gone with the next thing told."""
        self.answers: list[Any] = []
        """What a scheduler answered where the code compared times it only knows in bounds."""
        self.replayed = 0

    def now(self) -> int:
        """The program's clock: the time at which it was last told something (R13)."""
        return self.clock_ms

    def start(self, task: TaskId, method: str, arguments: tuple[Any, ...], at_ms: int) -> Any:
        """Begin a task. Returns the first effect that it awaits, or `Done`."""
        if self.target is None:
            self._rebuild()
        self.digest = None
        self.log.append(("start", task, method, arguments, at_ms))
        return self._start(task, method, arguments, at_ms)

    def send(self, task: TaskId, answer: Any, at_ms: int) -> Any:
        """Answer the effect that a task awaits. Returns its next one, or `Done`."""
        if self.target is None:
            self._rebuild()
        self.digest = None
        self.log.append(("send", task, answer, at_ms))
        return self._send(task, answer, at_ms)

    def throw(self, task: TaskId, error: Exception, at_ms: int) -> Any:
        """Answer the effect that a task awaits with one of the platform's errors."""
        if self.target is None:
            self._rebuild()
        self.digest = None
        self.log.append(("throw", task, error, at_ms))
        return self._throw(task, error, at_ms)

    def copy(self) -> Program:
        """A program in the same state, whose coroutines are rebuilt when they are needed."""
        other = Program(self.name, self.build)
        other.clock_ms = self.clock_ms
        other.log = self.log.copy()
        other.tasks = dict.fromkeys(self.tasks)
        other.digest = self.digest
        other.answers = self.answers.copy()
        return other

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
        if self.target is None:
            self._rebuild()
        return (
            tuple(sorted((repr(task), tuple(entries)) for task, entries in told.items())),
            frozen({name: value for name, value in self._fields().items() if _is_plain(value)}),
        )

    # --- running -----------------------------------------------------------------------------

    def _rebuild(self) -> None:
        """Build the instance and tell it the log again. Its effects were answered: ignore them."""
        clock_ms = self.clock_ms
        try:
            self.target = self.build(self.now)
        except (Exception, *ESCAPES) as error:
            raise self._blame(error) from error
        fields = self._fields()
        # What a field holds may change unseen, where it can change at all: then the log must stay.
        self.memory = dict(fields) if fields and all(map(_lasts, fields.values())) else None
        self.tasks = {}
        self.replayed = 0
        for kind, task, *told, at_ms in self.log:
            getattr(self, f"_{kind}")(task, *told, at_ms)
        self.clock_ms = clock_ms

    def _start(
        self, task: TaskId, method: str, arguments: tuple[Any, ...], at_ms: int
    ) -> Effect[Any] | Done:
        self.clock_ms = at_ms
        function = getattr(self.target, method, None)
        if function is None:
            raise DesignError(f"{self.name} has no method {method}()")
        try:
            coroutine = function(*arguments)
        except (Exception, *ESCAPES) as error:
            raise self._blame(error) from error
        if type(coroutine) is not CoroutineType:
            raise DesignError(f"{self.name}.{method}() is not an async method")
        self.tasks[task] = coroutine
        return self._step(task, coroutine.send, None)

    def _send(self, task: TaskId, answer: Any, at_ms: int) -> Effect[Any] | Done:
        self.clock_ms = at_ms
        # The log keeps the answer; the code gets a copy, which it may change.
        given = clone(answer) if type(answer) in _CONTAINERS else answer
        return self._step(task, self.tasks[task].send, given)  # type: ignore[union-attr]

    def _throw(self, task: TaskId, error: Exception, at_ms: int) -> Effect[Any] | Done:
        self.clock_ms = at_ms
        return self._step(task, self.tasks[task].throw, error)  # type: ignore[union-attr]

    def _step(self, task: TaskId, resume: Callable[[Any], Any], answer: Any) -> Effect[Any] | Done:
        try:
            effect = resume(answer)
            if isinstance(effect, Effect):
                return effect
        except StopIteration as end:
            self._forget(task)
            return Done(end.value)
        except PLATFORM_ERRORS as error:
            self._forget(task)
            return Done(None, error)
        except (Exception, *ESCAPES) as error:
            raise self._blame(error) from error
        raise DesignError(
            f"{self.name} awaits something unknown{self.line_of(task)}: {effect!r}; "
            "a design may await only its context's storage, blobs, notify and sleep"
        )

    def _forget(self, task: TaskId) -> None:
        """Drop a task that has ended, and the log too once nothing depends on it any more."""
        del self.tasks[task]
        if not self.tasks and self.memory is not None and self.target.__dict__ == self.memory:
            self.log.clear()
            self.answers.clear()

    def _fields(self) -> dict[str, Any]:
        return getattr(self.target, "__dict__", {})

    # --- blame -------------------------------------------------------------------------------

    def _blame(self, error: BaseException) -> BaseException:
        if isinstance(error, DesignError) or is_from_outside(error):
            return error
        where = place_of_error(error)
        said = f": {error}" if str(error) else ""
        return DesignError(f"{self.name} raised {type(error).__name__}{where}{said}")

    def line_of(self, task: TaskId) -> str:
        """Where a task's code is suspended, in words."""
        coroutine: Any = self.tasks[task]
        line = ""
        while getattr(coroutine, "cr_frame", None) is not None:
            code = coroutine.cr_code
            line = place(coroutine.cr_frame.f_lineno, code.co_name, code.co_filename)
            coroutine = coroutine.cr_await
        return line


def _lasts(value: Any) -> bool:
    """Whether a value can never change in place."""
    if type(value) in _LASTING:
        return True
    if type(value) is MethodType:  # the clock that it was given
        return type(value.__self__) is Program
    made = getattr(type(value), "__dataclass_params__", None)
    if made is None or not made.frozen:
        return False
    return all(_lasts(getattr(value, field.name)) for field in dataclasses.fields(value))


def _is_plain(value: Any) -> bool:
    return isinstance(value, int | float | str | bool | list | dict | set | tuple | type(None))
