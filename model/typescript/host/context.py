"""``ctx`` and ``env``: what the constructor is given, and timers."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, ClassVar

from lastchunk.model.typescript.host.at_once import StorageObject
from lastchunk.model.typescript.host.bucket import BucketObject
from lastchunk.model.typescript.host.web import (
    Address,
    Constructor,
    Headers,
    Request,
    ResponseNamespace,
    ResponseObject,
    SearchQuery,
)
from lastchunk.model.typescript.library.everywhere import EVERYWHERE
from lastchunk.model.typescript.runtime.members import call_function
from lastchunk.model.typescript.runtime.numbers import to_number
from lastchunk.model.typescript.runtime.promises import Promise, promise_of, started
from lastchunk.model.typescript.runtime.running import ask, running
from lastchunk.model.typescript.runtime.texts import seen_text, to_text
from lastchunk.model.typescript.runtime.values import (
    UNDEFINED,
    HostObject,
    Thrown,
    is_callable,
    refuse_here,
    type_error,
)
from lastchunk.reference_impl.clock import Duration
from lastchunk.reference_impl.contract import CloseGate, Notify, OpenGate, Timer

OBJECT_NAME = "session"
BUCKET, CONSUMER = "bucket", "consumer"
KINDS_OF_ENV = (BUCKET, CONSUMER)
"""What a name of ``env`` may be."""


class ObjectId(HostObject):
    """``ctx.id``"""

    __slots__ = ()
    WORD = "the object's id"
    NAMES = frozenset(("name", "toString"))
    name = OBJECT_NAME

    def toString(self, *_: Any) -> str:  # noqa: N802 - the platform's name
        """As a text."""
        return OBJECT_NAME

    def as_text(self) -> str:
        """As a text."""
        return OBJECT_NAME


@dataclass(frozen=True)
class StateObject(HostObject):
    """``ctx``, or ``state``. It keeps nothing."""

    WORD = "the object's context"
    NAMES = frozenset(("storage", "id", "waitUntil", "blockConcurrencyWhile"))
    storage: ClassVar[StorageObject] = StorageObject()
    id: ClassVar[ObjectId] = ObjectId()

    def waitUntil(self, *_: Any) -> Any:  # noqa: N802 - the platform's name
        """``waitUntil(promise)``: what is under way goes on either way."""
        return UNDEFINED

    def blockConcurrencyWhile(self, work: Any = UNDEFINED, *_: Any) -> Promise:  # noqa: N802
        """``blockConcurrencyWhile(async () => ...)``"""
        if not is_callable(work):
            raise type_error("blockConcurrencyWhile() needs a function")
        if running.is_constructing:
            return promise_of(call_function(work))
        return started(_behind_gate(work))


def _behind_gate(work: Any) -> Generator[Any, Any, Any]:
    yield ask(CloseGate)
    try:
        answer = yield call_function(work)
    except Thrown:
        yield ask(OpenGate, True)
        raise
    yield ask(OpenGate)
    return answer


class ConsumerService(HostObject):
    """A service of ``env`` that is told of completed sessions. Where it fails, it answers
    ``status``; where that is 0, no answer comes, and the call throws."""

    __slots__ = ("status",)
    WORD = "a consumer"
    NAMES = frozenset(("fetch",))

    def __init__(self, status: int) -> None:
        self.status = status

    def fetch(self, _url: Any = UNDEFINED, init: Any = UNDEFINED, *_: Any) -> Promise:
        """``fetch(url, { body })``: the consumer acts once on each body."""
        body = init.get("body", "") if type(init) is dict else ""
        told = ask(Notify, seen_text(to_text(body)), convert=_told)
        return told.caught_by(Failed(self.status)) if self.status else told


class Failed:
    """What a consumer that has failed answers."""

    __slots__ = ("status",)

    def __init__(self, status: int) -> None:
        self.status = status

    def __call__(self, *_: Any) -> ResponseObject:
        return ResponseNamespace.from_elsewhere(self.status)


def _told(_answer: Any) -> ResponseObject:
    return ResponseNamespace.from_elsewhere(200)


@dataclass(frozen=True)
class Env(HostObject):
    """``env``: what the binding says is in it, as lines ``NAME=kind``."""

    lines: str
    WORD: ClassVar[str] = "env"

    @property
    def NAMES(self) -> frozenset[str]:  # type: ignore[override]  # noqa: N802 - each has its own
        return frozenset(line.partition("=")[0] for line in self.lines.splitlines())

    def __getattr__(self, name: str) -> Any:
        for line in self.lines.splitlines() if not name.startswith("_") else ():
            own, _, kind = line.partition("=")
            if own == name:
                words = kind.removeprefix(CONSUMER).strip()
                return BucketObject() if kind == BUCKET else ConsumerService(int(words or 0))
        raise AttributeError(name)


def set_timeout(work: Any = UNDEFINED, wait_ms: Any = 0, *given: Any) -> Any:
    """``setTimeout(f, ms)``: what it gives is for nobody."""
    if not is_callable(work) or given:
        refuse_here("setTimeout() of this", "a function, and whole ms")
    wait = to_number(wait_ms)
    if type(wait) is not Duration and (type(wait) is not int or wait < 0):
        refuse_here("setTimeout() for what are no whole ms", "whole ms from 0 on")
    if running.is_page:
        refuse_here("setTimeout() on the page", "browser.sleep(lowMs, highMs)")
    ask(Timer, wait).then(lambda *_: work())
    return UNDEFINED


EVERYWHERE.update(
    {
        "setTimeout": set_timeout,
        "URL": Constructor(Address),
        "URLSearchParams": Constructor(SearchQuery),
        "Headers": Constructor(Headers),
        "Request": Constructor(Request),
        "Response": ResponseNamespace(),
    }
)
