"""Iterators, as the language defines them: of arrays, maps and sets, and what generators give.

One that has begun sees what changes meanwhile: an array that grows, a key that goes away, a key
that comes again. None of them is known to what it goes through, so nothing of a loop that has ended
is left in a state.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from types import GeneratorType
from typing import Any, ClassVar

from lastchunk.model.typescript.runtime.values import (
    UNDEFINED,
    HostObject,
    Thrown,
    is_unwound,
    type_error,
)

ONLY_KEYS, VALUES, ENTRIES = "keys", "values", "entries"


def step_result(value: Any, is_done: bool) -> dict[str, Any]:
    """What ``next()`` gives."""
    return {"value": value, "done": is_done}


class LiveIterator(HostObject):
    """Something to go through once: what ``map.keys()`` and the like give, and no array."""

    __slots__ = ()
    WORD = "an iterator"
    NAMES: ClassVar[frozenset[str]] = frozenset(("next",))

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        raise StopIteration

    def next(self, *_: Any) -> dict[str, Any]:
        """``iterator.next()``"""
        for item in self:
            return step_result(item, False)
        return step_result(UNDEFINED, True)


class ArrayItems(LiveIterator):
    """Through an array, place by place."""

    __slots__ = ("at", "how", "source")

    def __init__(self, source: list[Any], how: str = VALUES) -> None:
        self.source: list[Any] | None = source
        self.how = how
        self.at = 0

    def __next__(self) -> Any:
        at = self.at
        if self.source is None or at >= len(self.source):
            self.source = None  # once it has ended it has ended, whatever the array does
            raise StopIteration
        self.at = at + 1
        if self.how == ONLY_KEYS:
            return at
        return self.source[at] if self.how == VALUES else [at, self.source[at]]


class KeysLeft(LiveIterator):
    """Through the keys that an array or a plain object had: one that is gone is left out."""

    __slots__ = ("left", "source")

    def __init__(self, source: Any, keys: list[str]) -> None:
        self.source: Any = source
        self.left = keys[::-1]

    def __next__(self) -> str:
        while self.left:
            key = self.left.pop()
            if key in self.source if type(self.source) is dict else int(key) < len(self.source):
                return key
        self.source = None
        raise StopIteration


class KeyedValue:
    """A value under a key. A key that comes again has another one."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


class KeyedItems(LiveIterator):
    """Through a map or a set, in the order in which its keys came."""

    __slots__ = ("ahead", "at", "show", "source")

    def __init__(self, source: Any, show: Callable[[Any, KeyedValue], Any]) -> None:
        self.source: Any = source
        self.show = show
        self.ahead: list[tuple[Any, KeyedValue]] = []
        """What was there when it looked last."""
        self.at = 0

    def __next__(self) -> Any:
        while self.source is not None:
            if self.at == len(self.ahead) and not self._looks():
                break
            key, entry = self.ahead[self.at]
            self.at += 1
            if self.source.items.get(key) is entry:
                return self.show(key, entry)
        self.source = None
        raise StopIteration

    def _looks(self) -> bool:
        """Look for what has come since; whether anything has."""
        items = self.source.items
        self.ahead = [pair for pair in self.ahead if items.get(pair[0]) is pair[1]]
        self.at = len(self.ahead)
        known = {id(entry) for _, entry in self.ahead}
        self.ahead += [pair for pair in items.items() if id(pair[1]) not in known]
        return self.at < len(self.ahead)


class Returned(Exception):  # noqa: N818 - a generator is told to return, which is no error
    """``return(value)`` of a generator: what it runs on the way out are its ``finally``."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.value = value


class GeneratorObject(LiveIterator):
    """What a generator function gives: its body, which runs from one yield to the next."""

    __slots__ = ("body", "has_begun")
    WORD = "a generator"
    NAMES = frozenset(("next", "return", "throw"))

    def __init__(self, body: GeneratorType[Any, Any, Any]) -> None:
        self.body: GeneratorType[Any, Any, Any] | None = body
        self.has_begun = False

    def __getattr__(self, name: str) -> Any:
        if name == "return":
            return self.returned
        raise AttributeError(name)

    def __next__(self) -> Any:
        found = self.next()
        if found["done"]:
            raise StopIteration
        return found["value"]

    def next(self, value: Any = UNDEFINED, *_: Any) -> dict[str, Any]:
        """``generator.next(value)``"""
        first, self.has_begun = not self.has_begun, True
        return self._goes_on(lambda body: body.send(None if first else value))

    def throw(self, error: Any = UNDEFINED, *_: Any) -> dict[str, Any]:
        """``generator.throw(error)``"""
        if self.body is None:
            raise Thrown(error)
        return self._goes_on(lambda body: body.throw(Thrown(error)))

    def returned(self, value: Any = UNDEFINED, *_: Any) -> dict[str, Any]:
        """``generator.return(value)``"""
        if not self.has_begun:
            self.body = None
        return self._goes_on(lambda body: body.throw(Returned(value)), value)

    def _goes_on(self, resume: Callable[[Any], Any], otherwise: Any = UNDEFINED) -> dict[str, Any]:
        body = self.body
        if body is None:
            return step_result(otherwise, True)
        if body.gi_running:
            raise type_error("Generator is already running")
        try:
            return step_result(resume(body), False)
        except StopIteration as end:
            self.body = None
            return step_result(end.value, True)
        except Returned as end:
            self.body = None
            return step_result(end.value, True)
        except Thrown:
            self.body = None
            raise


def generator_function(
    body: Callable[..., GeneratorType[Any, Any, Any]],
) -> Callable[..., GeneratorObject]:
    """A function that gives a generator; nothing of its body runs before ``next()``."""

    def make(*given: Any) -> GeneratorObject:
        return GeneratorObject(body(*given))

    return make


def dropped(through: Any) -> None:
    """A loop is left by an error: a generator runs its ``finally``, and the error goes on."""
    if isinstance(through, GeneratorObject):
        try:
            through.returned()
        except Thrown:
            return


def left(through: Any) -> None:
    """A loop has ended, or is left: a generator that has not ended is told to return."""
    if isinstance(through, GeneratorObject) and not is_unwound(sys._getframe(1)):
        through.returned()


def delegated(through: Any) -> Generator[Any, Any, Any]:
    """``yield* a``: what is said to the one around is said to the one within."""
    if not isinstance(through, GeneratorObject):
        for item in through:
            try:
                yield item
            except Thrown:
                raise type_error("The iterator does not provide a 'throw' method.") from None
        return UNDEFINED
    found = through.next()
    while not found["done"]:
        try:
            received = yield found["value"]
        except Thrown as error:
            found = through.throw(error.value)
        except Returned as end:
            found = through.returned(end.value)
            if found["done"]:
                raise Returned(found["value"]) from None
        else:
            found = through.next(received)
    return found["value"]
