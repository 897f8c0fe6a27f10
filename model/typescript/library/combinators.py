"""What ``Promise`` itself can do: all, allSettled, race, any, resolve, reject, and ``new``."""

from __future__ import annotations

from typing import Any

from lastchunk.model.typescript.runtime.iteration import items_of
from lastchunk.model.typescript.runtime.promises import (
    Promise,
    promise_of,
    reject,
    resolve,
)
from lastchunk.model.typescript.runtime.values import (
    UNDEFINED,
    HostObject,
    Thrown,
    is_callable,
    type_error,
)


class Left:
    """How many promises are still to come."""

    __slots__ = ("count",)

    def __init__(self, count: int) -> None:
        self.count = count


class PromiseNamespace(HostObject):
    """``Promise``"""

    __slots__ = ()
    WORD = "Promise"
    NAMES = frozenset(("all", "allSettled", "race", "resolve", "reject"))
    INSTANCES = Promise

    @staticmethod
    def construct(executor: Any = UNDEFINED, *_: Any) -> Promise:
        """``new Promise((resolve, reject) => ...)``"""
        if not is_callable(executor):
            raise type_error("Promise resolver is not a function")
        made = Promise()
        first = Left(1)

        def on_value(value: Any = UNDEFINED, *_: Any) -> Any:
            if first.count:
                first.count = 0
                resolve(made, value)
            return UNDEFINED

        def on_error(error: Any = UNDEFINED, *_: Any) -> Any:
            if first.count:
                first.count = 0
                reject(made, error)
            return UNDEFINED

        try:
            executor(on_value, on_error)
        except Thrown as error:
            on_error(error.value)
        return made

    @staticmethod
    def resolve(value: Any = UNDEFINED, *_: Any) -> Promise:
        """``Promise.resolve(value)``"""
        return promise_of(value)

    @staticmethod
    def reject(error: Any = UNDEFINED, *_: Any) -> Promise:
        """``Promise.reject(error)``"""
        made = Promise()
        reject(made, error)
        return made

    @staticmethod
    def all(items: Any = UNDEFINED, *_: Any) -> Promise:
        """``Promise.all(items)``"""
        return _gathered(items, False)

    @staticmethod
    def allSettled(items: Any = UNDEFINED, *_: Any) -> Promise:  # noqa: N802 - the platform's name
        """``Promise.allSettled(items)``"""
        return _gathered(items, True)

    @staticmethod
    def race(items: Any = UNDEFINED, *_: Any) -> Promise:
        """``Promise.race(items)``"""
        made = Promise()
        try:
            for item in items_of(items):
                promise_of(item).then(_resolver(made), _rejecter(made))
        except Thrown as error:
            reject(made, error.value)
        return made


def _resolver(promise: Promise) -> Any:
    def function(value: Any, *_: Any) -> Any:
        resolve(promise, value)
        return UNDEFINED

    return function


def _rejecter(promise: Promise) -> Any:
    def function(error: Any, *_: Any) -> Any:
        reject(promise, error)
        return UNDEFINED

    return function


def _gathered(items: Any, takes_errors: bool) -> Promise:
    made = Promise()
    try:
        waited = items_of(items)
    except Thrown as error:
        reject(made, error.value)
        return made
    results: list[Any] = [UNDEFINED] * len(waited)
    left = Left(len(waited) + 1)

    def came(place: int, result: Any) -> None:
        if place >= 0:
            results[place] = result
        left.count -= 1
        if left.count == 0:
            resolve(made, results)

    for place, item in enumerate(waited):
        on_error = _failed(came, place) if takes_errors else _rejecter(made)
        promise_of(item).then(_arrived(came, place, takes_errors), on_error)
    came(-1, None)
    return made


def _arrived(came: Any, place: int, takes_errors: bool) -> Any:
    def function(value: Any, *_: Any) -> Any:
        came(place, {"status": "fulfilled", "value": value} if takes_errors else value)
        return UNDEFINED

    return function


def _failed(came: Any, place: int) -> Any:
    def function(error: Any, *_: Any) -> Any:
        came(place, {"status": "rejected", "reason": error})
        return UNDEFINED

    return function
