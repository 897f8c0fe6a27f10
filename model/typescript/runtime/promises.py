"""Promises, as the language defines them: reactions, adoption, and the order of microtasks.

An async function is a generator that says what it waits for (`Fiber`). Whatever is due is in one
queue, which is empty whenever the code waits for the world: so no state has to hold it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from typing import Any

from lastchunk.model.typescript.runtime.values import (
    UNDEFINED,
    HostObject,
    Object,
    Thrown,
    is_callable,
    place_in_words,
    refuse_here,
    type_error,
)

PENDING, FULFILLED, REJECTED = 0, 1, 2
queue: deque[tuple[Any, ...]] = deque()
"""What is due: a function and what it is given."""
begun_now: list[Fiber] = []
"""The async functions that began since an event did: the first of them is its handler."""


class Promise(HostObject):
    """A promise."""

    __slots__ = ("reactions", "state", "value")
    WORD = "a promise"
    NAMES = frozenset(("then", "catch", "finally"))

    def __init__(self) -> None:
        self.state = PENDING
        self.value: Any = UNDEFINED
        self.reactions: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        if name in ("catch", "finally"):
            return self.caught_by if name == "catch" else self.finally_by
        raise AttributeError(name)

    def then(self, on_value: Any = UNDEFINED, on_error: Any = UNDEFINED, *_: Any) -> Promise:
        """``promise.then(f, g)``"""
        made = Promise()
        reaction = Then(
            on_value if is_callable(on_value) else None,
            on_error if is_callable(on_error) else None,
            made,
        )
        react(self, reaction)
        return made

    def caught_by(self, on_error: Any = UNDEFINED, *_: Any) -> Promise:
        """``promise.catch(g)``"""
        return self.then(UNDEFINED, on_error)

    def finally_by(self, work: Any = UNDEFINED, *_: Any) -> Promise:
        """``promise.finally(f)``"""
        if not is_callable(work):
            return self.then(work, work)

        def with_value(value: Any, *_: Any) -> Any:
            return promise_of(work()).then(lambda *_: value)

        def with_error(error: Any, *_: Any) -> Any:
            def again(*_: Any) -> Any:
                raise Thrown(error)

            return promise_of(work()).then(again)

        return self.then(with_value, with_error)


class Then:
    """What ``then`` was given; ``promise`` is what it gave."""

    __slots__ = ("on_error", "on_value", "promise")

    def __init__(self, on_value: Any, on_error: Any, promise: Promise) -> None:
        self.on_value = on_value
        self.on_error = on_error
        self.promise = promise

    def settled(self, value: Any, is_error: bool) -> None:
        """The promise that it waits for has come to a value or an error."""
        handler = self.on_error if is_error else self.on_value
        if handler is None:
            (reject if is_error else resolve)(self.promise, value)
            return
        try:
            answer = handler(value)
        except Thrown as error:
            reject(self.promise, error.value)
        else:
            resolve(self.promise, answer)


class Adopt:
    """A promise that becomes what another one becomes."""

    __slots__ = ("promise",)

    def __init__(self, promise: Promise) -> None:
        self.promise = promise

    def settled(self, value: Any, is_error: bool) -> None:
        """The other one has come to a value or an error."""
        (reject if is_error else resolve)(self.promise, value)


class Fiber:
    """An async function that is under way; ``promise`` is what its caller was given."""

    __slots__ = ("generator", "promise")

    def __init__(self, generator: Generator[Any, Any, Any]) -> None:
        self.generator = generator
        self.promise = Promise()

    def settled(self, value: Any, is_error: bool) -> None:
        """Go on until it waits again, or ends."""
        try:
            waited = self.generator.throw(Thrown(value)) if is_error else self.generator.send(value)
        except StopIteration as end:
            resolve(self.promise, end.value)
        except Thrown as error:
            reject(self.promise, error.value)
        else:
            if type(waited) is not Promise:
                check_thenable(waited, self.place)
            react(promise_of(waited), self)

    @property
    def place(self) -> str:
        """Where it waits: file, line, function."""
        frame = getattr(self.generator, "gi_frame", None)
        return "" if frame is None else place_in_words(frame)


def react(promise: Promise, reaction: Any) -> None:
    """Let something happen once a promise has come to a value or an error."""
    if promise.state == PENDING:
        promise.reactions.append(reaction)
    else:
        queue.append((reaction.settled, promise.value, promise.state == REJECTED))


def promise_of(value: Any) -> Promise:
    """A promise as it is; of anything else, one that has come to it."""
    if type(value) is Promise:
        return value
    made = Promise()
    resolve(made, value)
    return made


def resolve(promise: Promise, value: Any) -> None:
    """A promise comes to a value, or to what another promise comes to."""
    if promise.state != PENDING:
        return
    if type(value) is Promise:
        if value is promise:
            reject(promise, type_error("Chaining cycle detected for promise #<Promise>").value)
        else:
            queue.append((react, value, Adopt(promise)))
        return
    check_thenable(value)
    _settle(promise, FULFILLED, value)


def check_thenable(value: Any, where: str = "") -> None:
    """Refuse an object with a ``then`` of its own."""
    is_own = type(value) is dict and is_callable(value.get("then"))
    if is_own or (isinstance(value, Object) and hasattr(value, ".then")):
        refuse_here("an object with a then of its own", "a promise", where)


def reject(promise: Promise, error: Any) -> None:
    """A promise comes to an error."""
    if promise.state == PENDING:
        _settle(promise, REJECTED, error)


def _settle(promise: Promise, state: int, value: Any) -> None:
    promise.state, promise.value = state, value
    reactions, promise.reactions = promise.reactions, []
    for reaction in reactions:
        queue.append((reaction.settled, value, state == REJECTED))


def started(generator: Generator[Any, Any, Any]) -> Promise:
    """Begin an async function: it runs until it first waits."""
    fiber = Fiber(generator)
    begun_now.append(fiber)
    fiber.settled(None, False)
    return fiber.promise


def async_function(body: Callable[..., Generator[Any, Any, Any]]) -> Callable[..., Promise]:
    """A function that begins an async function's body."""

    def call(*given: Any) -> Promise:
        return started(body(*given))

    return call


def drain() -> None:
    """Do all that is due, in order."""
    while queue:
        job, *given = queue.popleft()
        job(*given)
