"""What a page in TypeScript is given: the browser's calls, the scenario's habits, the stop flow."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from typing import Any, ClassVar

from lastchunk.model.typescript.host.web import ResponseNamespace, ResponseObject
from lastchunk.model.typescript.library.dates import time_now
from lastchunk.model.typescript.library.json_text import JsonNamespace
from lastchunk.model.typescript.runtime.facets import of_chunk
from lastchunk.model.typescript.runtime.promises import Promise
from lastchunk.model.typescript.runtime.running import ask
from lastchunk.model.typescript.runtime.texts import seen_text, to_text
from lastchunk.model.typescript.runtime.values import (
    TIME_KINDS,
    UNDEFINED,
    HostObject,
    refuse_here,
)
from lastchunk.reference_impl.contract import (
    Abandon,
    Chunk,
    Fetch,
    LastChunk,
    Log,
    Response,
    SendBeacon,
    Sleep,
    StartRecorder,
    StopRecorder,
    WriteRow,
)
from lastchunk.reference_impl.recorder import RecorderSettings

SENDABLE = frozenset((int, float, str, bool, type(None), *TIME_KINDS))


class ChunkObject(HostObject):
    """A chunk that the recorder has handed out."""

    __slots__ = ("chunk",)
    WORD = "a chunk"
    NAMES = frozenset(("index",))

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk

    @property
    def index(self) -> Any:
        """Its place in the recording."""
        return of_chunk(self.chunk, int)


@dataclass(frozen=True)
class BrowserObject(HostObject):
    """``browser``. It keeps nothing."""

    WORD: ClassVar[str] = "the browser"
    NAMES: ClassVar[frozenset[str]] = frozenset(
        (
            *("fetch", "sendBeacon", "sleep", "startRecorder", "stopRecorder"),
            *("lastChunk", "abandon", "writeRow", "log", "now"),
        )
    )

    def fetch(
        self,
        method: Any = UNDEFINED,
        given: Any = UNDEFINED,
        timeout_ms: Any = 0,
        keepalive: Any = False,
        *_: Any,
    ) -> Promise:
        """``fetch(method, [chunk], timeoutMs, keepalive)``"""
        wait_ms = 0 if timeout_ms is UNDEFINED else timeout_ms
        outlives = False if keepalive is UNDEFINED else keepalive
        if type(outlives) is not bool:
            refuse_here("keepalive of what is no boolean", "true, false")
        called = (_method(method), _arguments(given), _whole_ms(wait_ms), outlives)
        return ask(Fetch, *called, convert=_as_object)

    def sendBeacon(self, method: Any = UNDEFINED, given: Any = UNDEFINED, *_: Any) -> Promise:  # noqa: N802
        """``sendBeacon(method, [chunk])``: whether the browser took it."""
        return ask(SendBeacon, _method(method), _arguments(given))

    def sleep(self, low_ms: Any = UNDEFINED, high_ms: Any = UNDEFINED, *_: Any) -> Promise:
        """``sleep(lowMs, highMs)``"""
        return ask(Sleep, _whole_ms(low_ms), _whole_ms(high_ms))

    def startRecorder(self, *_: Any) -> Promise:  # noqa: N802 - as the page calls it
        """``startRecorder()``"""
        return ask(StartRecorder, convert=_no_answer)

    def stopRecorder(self, *_: Any) -> Promise:  # noqa: N802 - as the page calls it
        """``stopRecorder()``: the time recorded, in ms."""
        return ask(StopRecorder)

    def lastChunk(self, *_: Any) -> Promise:  # noqa: N802 - as the page calls it
        """``lastChunk()``: how many there are, once the last one is out."""
        return ask(LastChunk)

    def abandon(self, chunk: Any = UNDEFINED, reason: Any = UNDEFINED, *_: Any) -> Promise:
        """``abandon(chunk, reason)``"""
        if not isinstance(chunk, ChunkObject):
            refuse_here("abandon() of what is no chunk", "a chunk that the page was given")
        return ask(Abandon, chunk.chunk, seen_text(to_text(reason)), convert=_no_answer)

    def writeRow(self, duration_ms: Any = UNDEFINED, *_: Any) -> Promise:  # noqa: N802
        """``writeRow(durationMs)``"""
        return ask(WriteRow, _whole_ms(duration_ms), convert=_no_answer)

    def log(self, line: Any = UNDEFINED, *_: Any) -> Promise:
        """``log(line)``"""
        return ask(Log, seen_text(to_text(line)), convert=_no_answer)

    def now(self, *_: Any) -> Any:
        """``now()``: the time on the user's clock."""
        return time_now()


@dataclass(frozen=True)
class HabitsObject(HostObject):
    """``settings``: the scenario's ``[client]``, in camelCase."""

    habits: RecorderSettings
    WORD: ClassVar[str] = "the page's settings"
    NAMES: ClassVar[frozenset[str]]

    def __getattr__(self, name: str) -> Any:
        if name not in type(self).NAMES:
            raise AttributeError(name)
        value = getattr(self.habits, _FIELDS[name])
        return int(value) if type(value) is float and value.is_integer() else value


def camel(name: str) -> str:
    """A name of Python's as TypeScript has it: ``retry_ms`` is ``retryMs``."""
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


_FIELDS = {camel(item.name): item.name for item in dataclasses.fields(RecorderSettings)}
HabitsObject.NAMES = frozenset(_FIELDS)


class StopFlowCall:
    """``stopFlow(this)``: what the design does at the stop."""

    __slots__ = ("flow",)

    def __init__(self, flow: Any) -> None:
        self.flow = flow

    def __call__(self, page: Any = UNDEFINED, *_: Any) -> Promise:
        if not hasattr(page, "uploads_waiting"):
            refuse_here("the stop flow of what is not the page", "this.stopFlow(this)")
        return ask(self.flow, page, convert=_no_answer)


def _method(name: Any) -> str:
    if type(name) is not str:
        refuse_here("a call of the object without its name", "a text, the object's method")
    return name


def _arguments(given: Any) -> tuple[Any, ...]:
    if given is UNDEFINED:
        return ()
    if type(given) is not list:
        refuse_here("arguments that are no array", "an array: [chunk]")
    return tuple(_plain(item) for item in given)


def _plain(value: Any) -> Any:
    """A value as the object is sent it."""
    if isinstance(value, ChunkObject):
        return value.chunk
    if type(value) in SENDABLE:
        return value
    if type(value) is list:
        return [_plain(item) for item in value]
    if type(value) is dict:
        return {key: _plain(item) for key, item in value.items()}
    refuse_here("an argument that cannot be sent", "chunks, numbers, texts, arrays, plain objects")


def _whole_ms(value: Any) -> Any:
    if type(value) is not int or value < 0:
        refuse_here("a time that is no whole ms", "whole ms from 0 on, Math.round()")
    return value


def _no_answer(_answer: Any) -> Any:
    return UNDEFINED


def _as_object(answer: Response) -> ResponseObject:
    body = answer.body
    text = body if body is None or type(body) is str else JsonNamespace.stringify(body)
    return ResponseNamespace.from_elsewhere(answer.status, text)
