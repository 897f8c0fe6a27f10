"""The program whose code runs elsewhere: what the real object does, as effects.

The world's object drives it as it drives a design's code. Each line that the watcher has noted is
the effect that a design would have awaited. What suspends a handler (a put, a call to the outside,
a timer) is held until the world's own time and outcome. What no effect says is refused by name.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lastchunk.model.base.errors import InputError, InternalError
from lastchunk.model.conformance.own.adapter import Adapter, record_of
from lastchunk.model.conformance.own.bundled import line_with, taken_apart_reference
from lastchunk.model.conformance.own.real import NotedLine, RealObjects, real_objects
from lastchunk.model.conformance.runtime.clocks import EPOCH_MS
from lastchunk.model.world.code.deeds import Done, TaskId
from lastchunk.model.world.code.program import Program
from lastchunk.model.world.code.thrown import CodeThrewError
from lastchunk.model.world.object.alarms import ALARM
from lastchunk.model.world.object.delivery import RETRY_START_MS
from lastchunk.reference_impl.blobs import BlobPut
from lastchunk.reference_impl.clock import Time
from lastchunk.reference_impl.contract import (
    STATE_KEY,
    BlobStoreError,
    Chunk,
    Delete,
    DeleteAlarm,
    DeleteAll,
    Get,
    HandlerFailure,
    Notify,
    Put,
    Response,
    SetAlarm,
    StreamBroken,
    Timer,
)
from lastchunk.reference_impl.outbox import NOTIFICATION_KEY

if TYPE_CHECKING:
    from lastchunk.model.world.world import World

HELD_BYTES = 8
SUSPEND = ("blob", "notify", "timer")
DELETES = ("delete", "delete all")
HANDLER_ENDS = ("end", "alarm end", "alarm failed")
NO_SUCH_ROUTE = (404, 405, 501)
ADAPTER_LINES = {
    "create": "create",
    "upload": "upload",
    "signal_stop": "stop",
    "finalize_session": "finalize",
}
"""The line of the adapter that says how each call is sent."""
OF_UNDEFINED = re.compile(r"TypeError: .*(undefined|is not a function)")
"""How code fails that uses what is not there."""
OTHER_KEY = "own: "
"""Before each key but the record's: none of them is the one that the world knows."""


@dataclass(frozen=True)
class RealClass:
    """A class of somebody's worker, and its adapter: stands in for a design's object."""

    reference: str
    adapter: Adapter

    def program(self, name: str, world: World) -> RemoteProgram:
        """The program of a world's object, which is a new one on the runtime."""
        objects = real_objects(self.reference, self.adapter)
        objects.begin_session()
        return RemoteProgram(name, self, objects, world)

    def digest(self) -> str:
        """A digest of its file and of its adapter."""
        file, name = taken_apart_reference(self.reference)
        text = f"{name}\0{self.adapter.model_dump_json()}\0".encode()
        return hashlib.sha256(text + file.read_bytes()).hexdigest()


class RemoteProgram(Program):
    """One instance of the real object."""

    __slots__ = (
        "chunks",
        "keys",
        "missing",
        "objects",
        "queues",
        "real",
        "status",
        "waits",
        "why",
        "world",
    )

    def __init__(self, name: str, real: RealClass, objects: RealObjects, world: World) -> None:
        super().__init__(name, lambda now: None)
        self.real = real
        self.objects = objects
        self.world = world
        self.chunks: dict[TaskId, Chunk] = {}
        self.queues: dict[str, deque[NotedLine]] = {}
        self.waits: dict[TaskId, str] = {}
        """What each handler waits for that is suspended."""
        self.why: dict[str, str] = {}
        """What a call to the outside threw into the code."""
        self.missing: dict[str, str] = {}
        """What each call has read in its env that is not there; '' has the constructor's."""
        self.keys: set[str] = set()
        self.status: str | None = None
        """What was stored so far, and the status in the record."""

    # --- what the world's object tells it -------------------------------------------------------

    def start(self, task: TaskId, method: str, arguments: tuple[Any, ...], at_ms: int) -> Any:
        """Send a request, or let the alarm run."""
        self.tasks[task] = None
        self.log = [("start", task)]  # its memory may hold anything: a cold start shows
        if method == ALARM:
            attempt = self.world.object.alarms.attempt
            back_off = 0 if attempt is None else attempt.delivery.back_off
            wait_ms = RETRY_START_MS << (back_off - 1) if back_off else 0
            self.objects.run_timers(at_ms, wait_ms)
            return self._next(task, at_ms)
        held = HELD_BYTES if self.world.network.body_under_way(task) else 0
        if method == "upload":
            self.chunks[task] = arguments[0]
        chunks = arguments[0] if method != "upload" and arguments else None
        self.objects.ask(at_ms, method, _words(task), task[1], chunks, held)
        return self._next(task, at_ms)

    def send(self, task: TaskId, answer: Any, at_ms: int) -> Any:
        """What the handler waits for is there; or the world has noted its last effect."""
        kind = self.waits.pop(task, "")
        if kind == "timer":
            self.objects.run_timers(at_ms)
        elif kind:
            self.objects.answer(at_ms, _words(task), 200, is_blob=kind == "blob")
        return self._next(task, at_ms)

    def throw(self, task: TaskId, error: Exception, at_ms: int) -> Any:
        """What the handler waits for has failed."""
        kind = self.waits.pop(task, "")
        if isinstance(error, StreamBroken):
            self.objects.hang_up(at_ms, _words(task))
        else:
            status = error.status if isinstance(error, BlobStoreError) else 500
            self.objects.answer(at_ms, _words(task), status, is_blob=kind == "blob")
        return self._next(task, at_ms)

    def close(self) -> None:
        """The instance is gone."""
        if self.log:
            self.objects.reset()
        self.tasks, self.log = {}, []

    def renewed(self) -> Program:
        """The next instance of the same object."""
        other = RemoteProgram(self.name, self.real, self.objects, self.world)
        other.keys, other.status = self.keys, self.status
        return other

    def copy(self) -> Program:
        """There is one real object: no other world can have its like."""
        allowed = "a design in Python, or a translation: one on the real runtime is not explored"
        raise InputError("--design", self.real.reference, allowed)

    def line_of(self, task: TaskId) -> str:
        """Where it is suspended is not known."""
        return ""

    # --- what it does ---------------------------------------------------------------------------

    def _next(self, task: TaskId, at_ms: int) -> Any:
        """The next effect of a handler, or `Done`."""
        queue = self.queues.setdefault(_words(task), deque())
        if not queue:
            self._look(task, queue)
        while queue:
            line = queue.popleft()
            if line["at"] != at_ms:
                raise self._differs(f"{line['event']} of {task[0]} at {line['at']} ms, not {at_ms}")
            if line["event"] in DELETES:
                self.status = ""
            effect = EFFECT_OF_LINE[line["event"]](self, task, line)
            if effect is None:
                continue
            if line["event"] in SUSPEND:
                self.waits[task] = line["event"]
                if queue:
                    raise self._refused(f"{task[0]} goes on while its {line['event']} is under way")
            elif type(effect) is Done:
                del self.tasks[task]
                if queue:
                    raise self._refused(f"{task[0]} goes on after its handler has ended")
            return effect
        if self.world.network.body_under_way(task):
            how = "reads its body before it stores it; with network.body = 'buffered' it may"
            raise self._refused(f"{task[0]} {how}")
        if task[0] == ALARM:
            raise self._differs("no alarm runs, and the world has one")
        said = self.objects.answered(_words(task))
        if said:
            raise self._refused(f"{task[0]} is answered before its code runs: {said}")
        raise self._refused(
            f"{task[0]} waits for something else than a put, a fetch or a timer, such as another "
            "handler"
        )

    def _look(self, task: TaskId, queue: deque[NotedLine]) -> None:
        """Wait until the handler has ended or waits for the outside; whose is each line?"""
        words = _words(task)

        def rests(lines: list[NotedLine]) -> bool:
            own = [line["event"] for line in lines if line["call"] == words]
            return bool(own) and own[-1] in (*SUSPEND, *HANDLER_ENDS, "refused")

        for line in self.objects.lines_until(rests):
            whose = line["call"] or words  # what a constructor does belongs to its first event
            if whose == words:
                queue.append(line)
            else:
                self.queues.setdefault(whose, deque()).append(line)

    def _effect_of_write(self, line: NotedLine) -> Any:
        adapter = self.real.adapter
        entries = line["entries"] if "entries" in line else {line["key"]: line["value"]}
        known: dict[str, Any] = {OTHER_KEY + key: True for key in entries if key != adapter.record}
        self.keys.update(entries)
        if adapter.record in entries:
            status, count = record_of(adapter, entries[adapter.record])
            self.status = status
            known[STATE_KEY] = {"status": status, "chunks_uploaded": count}
        return Put(known, ...)

    def _key(self, key: Any) -> Any:
        if isinstance(key, list):
            return [self._key(one) for one in key]
        return STATE_KEY if key == self.real.adapter.record else OTHER_KEY + str(key)

    def _ended(self, task: TaskId, line: NotedLine) -> Done:
        why = line.get("why")
        if line["event"] == "end":
            self._check_adapter(task, line.get("status", 200))
        self._check_environment(task, line)
        if why is None:
            return Done(Response(line.get("status", 200)) if line["event"] == "end" else None)
        if why == self.why.get(_words(task)):
            return Done(None, HandlerFailure(why))  # it was thrown into the code, which let it pass
        return Done(None, CodeThrewError(why))

    def _check_environment(self, task: TaskId, line: NotedLine) -> None:
        """A handler that fails for what its environment lacks says nothing of the class."""
        words, why = _words(task), line.get("why")
        name = self.missing.pop(words, None) or self.missing.get("")
        if name is None or words in self.why:
            return
        if line.get("status", 200) >= 500 if why is None else OF_UNDEFINED.search(why):
            given = (*self.real.adapter.buckets, *self.real.adapter.services)
            allowed = f"with {name}, which the class reads in its env; {task[0]} fails without it"
            raise InputError("adapter: buckets, services, [texts]", ", ".join(given), allowed)

    def _note_missing(self, _task: TaskId, line: NotedLine) -> None:
        self.missing[line["call"]] = line["what"]

    def _check_adapter(self, task: TaskId, status: int) -> None:
        """A request that the class does not know is a line of the adapter that is wrong.

        So is a record that is not there once a session has begun.
        """
        adapter, method = self.real.adapter, task[0]
        if status in NO_SUCH_ROUTE and self.status == "active":
            name = ADAPTER_LINES[method]
            allowed = f"a request that the class knows: it answers {status}"
            raise InputError(f"adapter: {name}", getattr(adapter, name), allowed)
        if method == "create" and status >= 400 and not self.keys:
            allowed = f"a request that begins a session: it answers {status}, and stores nothing"
            raise InputError("adapter: create", adapter.create, allowed)
        if method == "create" and status < 300 and self.status is None:
            stored = ", ".join(sorted(self.keys)) or "nothing"
            allowed = f"what the record is stored under once a session has begun: {stored} is"
            raise InputError("adapter: record", adapter.record, allowed)

    def _put_begins(self, task: TaskId, line: NotedLine) -> BlobPut:
        if task[0] != "upload":
            raise self._refused(f"{task[0]} stores a blob; an upload does, and no more")
        return BlobPut(self.chunks[task])

    def _put_failed(self, task: TaskId, line: NotedLine) -> None:
        self.why[_words(task)] = line["why"]

    def _refused_line(self, task: TaskId, line: NotedLine) -> Any:
        file, _ = taken_apart_reference(self.real.reference)
        raise self._refused(f"no {line['what']}{line_with(file, line['what'])}")

    def _set_alarm(self, line: NotedLine) -> SetAlarm:
        return SetAlarm(Time(line["due"] - EPOCH_MS - self.objects.origin_ms))

    def _refused(self, what: str) -> InputError:
        return InputError(
            "--design", self.real.reference, f"what a co-simulation can follow: {what}"
        )

    def _differs(self, how: str) -> InternalError:
        return InternalError(f"the real object and the world differ: {how}")


def _words(task: TaskId) -> str:
    return ALARM if task[0] == ALARM else " ".join(map(str, task))


def _nothing(program: RemoteProgram, task: TaskId, line: NotedLine) -> None:
    """What tells the world nothing."""


EFFECT_OF_LINE: dict[str, Callable[[RemoteProgram, TaskId, NotedLine], Any]] = {
    "enter": _nothing,
    "alarm": _nothing,
    "stored": _nothing,
    "unstored": RemoteProgram._put_failed,
    "get": lambda program, _, line: Get(program._key(line["key"])),
    "put": lambda program, _, line: program._effect_of_write(line),
    "delete": lambda program, _, line: Delete(program._key(line["key"])),
    "delete all": lambda *_: DeleteAll(),
    "set": lambda program, _, line: program._set_alarm(line),
    "unset": lambda *_: DeleteAlarm(),
    "blob": RemoteProgram._put_begins,
    "notify": lambda *_: Notify(NOTIFICATION_KEY),
    "timer": lambda _program, _task, line: Timer(int(line["ms"])),
    "missing": RemoteProgram._note_missing,
    "refused": RemoteProgram._refused_line,
    "end": RemoteProgram._ended,
    "alarm end": RemoteProgram._ended,
    "alarm failed": RemoteProgram._ended,
}
"""The effect of each line; None where it has none."""
