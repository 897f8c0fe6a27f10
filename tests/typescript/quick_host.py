"""A class of TypeScript on another engine, QuickJS, in a small host of its own.

esbuild takes the types out, QuickJS runs the rest, and what the class asks its platform for is put
to the world as a design's own effects. Neither our parser nor our runtime has a part in it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest

from lastchunk.model.conformance.runtime import toolbox
from lastchunk.model.design.load import DesignSpec
from lastchunk.model.typescript.host.storage import Record
from lastchunk.reference_impl.blobs import BlobPut
from lastchunk.reference_impl.contract import (
    STATE_KEY,
    BlobStoreError,
    Chunk,
    CloseGate,
    Delete,
    DeleteAlarm,
    DeleteAll,
    Get,
    GetAlarm,
    InstanceReplaced,
    ListKeys,
    Notify,
    NotifyError,
    OpenGate,
    Put,
    Response,
    SetAlarm,
    StreamBroken,
    Timer,
)
from lastchunk.reference_impl.detached import wait_until
from lastchunk.reference_impl.transaction import BeginTransaction, EndTransaction

HOST = Path(__file__).with_name("quick_host.js").read_text(encoding="utf-8")
MODULE = "export const { DurableObject } = globalThis;"
AT_ONCE = {"put", "put several", "delete", "deleteAll", "setAlarm", "getAlarm", "deleteAlarm"}
AT_ONCE |= {"close", "open", "begin", "end"}
"""What takes effect where it is called."""
OF_PLATFORM = (BlobStoreError, StreamBroken, NotifyError, InstanceReplaced)
NAMES = {"startAfter": "start_after"}
EFFECTS: dict[str, Callable[..., Any]] = {
    "get": Get,
    "get several": Get,
    "put": Put,
    "put several": Put,
    "delete": Delete,
    "deleteAll": DeleteAll,
    "getAlarm": GetAlarm,
    "deleteAlarm": DeleteAlarm,
    "list": lambda given: ListKeys(**{NAMES.get(key, key): given[key] for key in given}),
    "begin": BeginTransaction,
    "end": EndTransaction,
    "close": CloseGate,
    "open": OpenGate,
    "notify": Notify,
    "timer": Timer,
}


class Thrown(Exception):  # noqa: N818 - it is called as the class under test has it
    """What code has thrown, in words."""


def engine() -> Any:
    """The module of the engine; the test is skipped where it is not installed."""
    return pytest.importorskip("quickjs", reason="quickjs is not installed: there is no oracle")


@cache
def bundled(file: Path, text: str) -> str:
    """A file and what it imports as one script that leaves its exports in ``own``."""
    found = toolbox.packages()
    if found is None:
        pytest.skip("esbuild is not there: `lastchunk conform` fetches it by npm")
    command = [str(toolbox.programs(found)[1]), "--bundle", "--format=iife", "--global-name=own"]
    command += ["--target=es2020", "--loader=ts", "--external:cloudflare:workers"]
    given = text.replace('"cloudflare:workers"', "'cloudflare:workers'")
    done = subprocess.run(
        [*command, f"--sourcefile={file.name}"],
        input=given, cwd=file.parent, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return f"globalThis.require = () => ({{ DurableObject }});{done.stdout}\nglobalThis.own = own;"


class Inside:
    """What an instance has beside its memory: the engine, the bodies, errors of the platform."""

    def __init__(self) -> None:
        self.js = engine().Context()
        self.chunks: dict[int, Chunk] = {}
        self.events = 0
        self.errors: list[Exception] = []


_INSIDE: WeakKeyDictionary[QuickDesign, Inside] = WeakKeyDictionary()


class QuickDesign:
    """An instance of the class in an engine of its own. `quick` makes the class of a file."""

    script: str
    name: str
    calls: dict[str, str]
    env: dict[str, str]
    is_constructed_by_event: bool
    is_private: bool
    record: Record

    def __init__(self, ctx: Any, settings: Any) -> None:
        self.ctx = ctx
        _INSIDE[self] = Inside()
        self.js.eval(HOST)
        self.js.eval(self.script)
        object_name = f"session?{json.dumps(vars(settings))}"
        words = f"own.{self.name}, {json.dumps(object_name)}, {json.dumps(self.env)}"
        making = f"globalThis.object = platform.construct({words})"
        self.making = making
        if not self.is_constructed_by_event:
            self._tell_time()
            self.js.eval(self.making + "; 0")
        self.memory = "" if self.is_constructed_by_event else self.js.eval("platform.memory()")

    @property
    def js(self) -> Any:
        """The engine, with the instance in it."""
        return _INSIDE[self].js

    async def made(self) -> None:
        """The constructor, where it begins something."""
        await self._event(f"({self.making}, 0)", is_whole=True)

    async def create(self) -> Response:
        """The session is made."""
        return await self._served("create", None, None)

    async def upload(self, chunk: Chunk) -> Response:
        """A chunk arrives."""
        _INSIDE[self].chunks[chunk.index] = chunk
        return await self._served("upload", chunk.index, None)

    async def stopped(self, count: Any = None) -> Response:
        """The stop."""
        return await self._served("stop", None, count)

    async def alarm(self, info: Any) -> None:
        """The alarm goes off."""
        told = json.dumps({"retryCount": info.retry_count, "isRetry": info.is_retry})
        await self._event(f"object.alarm?.({told})")

    async def _served(self, which: str, index: int | None, count: Any) -> Response:
        what, body = self.calls[which], "undefined"
        method, _, path = what.partition(" ")
        if index is not None:
            body = f"{{ chunk: {index} }}"
        if method in ("GET", "POST", "PUT") and path.startswith("/"):
            path, _, given = path.partition(" ")
            for name, value in (("{chunk}", index), ("{chunks}", count)):
                path, given = path.replace(name, str(value)), given.replace(name, str(value))
            body = json.dumps(given) if given else body
            request = f"new Request({json.dumps('https://object' + path)}, '{method}', {body})"
            work = f"object.fetch({request})"
        else:
            told = json.dumps([index, count]).replace("null", "undefined")
            work = f"(([chunk, chunks], body) => object.{what})({told}, {body})"
        answer = await self._event(work)
        status: Any = answer.get("status")
        return Response(status if type(status) is int and 200 <= status <= 599 else 200)

    # --- one event -------------------------------------------------------------------------------

    async def _event(self, work: str, is_whole: bool = False) -> dict[str, Any]:
        inside = _INSIDE[self]
        inside.events += 1
        event = inside.events
        waiting: list[dict[str, Any]] = []
        self._tell_time()
        self.js.eval(f"platform.begin({event}, () => {work})")
        while True:
            self._go_on(waiting)
            main = json.loads(self.js.eval(f"platform.main({event})"))
            at_once = any(each["kind"] in AT_ONCE for each in waiting)
            if main["state"] != "pending" and not at_once and not (is_whole and waiting):
                break
            assert waiting, "an event waits for what nobody brings"
            await self._ask(waiting)
        for left in waiting:
            wait_until(self._left_behind([left]))
        if main["state"] == "threw":
            raise inside.errors[main["number"]] if main["number"] >= 0 else Thrown(main["words"])
        return dict(main)

    async def _left_behind(self, waiting: list[dict[str, Any]]) -> None:
        while waiting:
            await self._ask(waiting)
            self._go_on(waiting)

    def _tell_time(self) -> None:
        self.js.eval(f"platform.now = {self.ctx.now()._ms}")

    def _go_on(self, waiting: list[dict[str, Any]]) -> None:
        while self.js.execute_pending_job():
            pass
        waiting += json.loads(self.js.eval("platform.taken()"))
        # What is private to the class is told by nobody: it has changed if anything has run.
        self.memory = self.js.eval("platform.memory()") + ("changed" if self.is_private else "")

    async def _ask(self, waiting: list[dict[str, Any]]) -> None:
        """Put to the world what comes next: what takes effect at once comes first."""
        first = next((each for each in waiting if each["kind"] in AT_ONCE), waiting[0])
        waiting.remove(first)
        try:
            answer = await self._effect(first["kind"], *first["given"])
        except OF_PLATFORM as error:
            errors = _INSIDE[self].errors
            errors.append(error)
            self._tell_time()
            words = json.dumps(str(error))
            self.js.eval(f"platform.fail({first['id']}, {len(errors) - 1}, {words})")
            return
        if first["kind"] in ("get several", "list"):
            answer = [self._own(key, value) for key, value in answer.items()]
        elif first["kind"] == "get":
            answer = self._own(self._key(first["given"][0]), answer)[1]
        elif first["kind"] == "getAlarm":
            answer = None if answer is None else answer._ms
        elif first["kind"] == "blob":
            answer = {}
        text = "" if answer is None else json.dumps(answer)
        self._tell_time()
        self.js.eval(f"platform.settle({first['id']}, {json.dumps(text)})")

    def _effect(self, kind: str, *given: Any) -> Any:
        if kind == "blob":
            return BlobPut(_INSIDE[self].chunks[given[0]])
        if kind == "setAlarm":
            now = self.ctx.now()
            return SetAlarm(now + (given[0] - now._ms))
        if kind == "put":
            return Put(*self._told(*given))
        if kind == "put several":
            return Put(dict(self._told(*item) for item in given[0].items()))
        if kind in ("get", "get several", "delete"):
            keys = [self._key(key) for key in given[0]] if type(given[0]) is list else None
            return EFFECTS[kind](self._key(given[0]) if keys is None else keys)
        return EFFECTS[kind](*given)

    # --- the record, where the properties look for it --------------------------------------------

    def _key(self, key: str) -> str:
        return STATE_KEY if key == self.record.key else key

    def _told(self, key: str, value: Any) -> tuple[str, Any]:
        return (STATE_KEY, self.record.told(value)) if key == self.record.key else (key, value)

    def _own(self, key: str, value: Any) -> tuple[str, Any]:
        return (self.record.key, self.record.own(value)) if key == STATE_KEY else (key, value)


def quick(file: Path, spec: DesignSpec) -> DesignSpec:
    """The same class of the same file on the other engine: what a TypeScript design is made of."""
    engine()
    own = spec.cls
    members = {
        "script": bundled(file, file.read_text(encoding="utf-8")),
        "name": own.__name__,
        "calls": {key: call.what for key, call in own.calls.items()},
        "env": dict(line.split("=") for line in own.env.lines.splitlines()),
        "is_private": "#" in file.read_text(encoding="utf-8"),
        "record": own.record,
        "is_constructed_by_event": hasattr(own, "construct"),
        "Settings": own.Settings,
        "stop_call": own.stop_call,
        "notifies": own.notifies,
        "stop_flow": staticmethod(own.stop_flow),
        own.stop_call: QuickDesign.stopped,
        "__module__": __name__,
    }
    if hasattr(own, "construct"):
        members["construct"] = QuickDesign.made
    for word in ("client", "page"):
        if hasattr(own, word):
            members[word] = getattr(own, word)
    made = type(own.__name__, (QuickDesign,), members)
    setattr(sys.modules[__name__], own.__name__, made)
    return DesignSpec(spec.name, made, spec.settings, spec.reference)
