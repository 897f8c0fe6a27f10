"""The real object of one session after the other: one process of the runtime, and its clocks.

A world asks one thing at a time. The wall clock shows the world's time as it asks. The timers move
for an alarm, or a timer of the code, alone: so nothing comes that the world has not decided.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from lastchunk.model.base.errors import InputError
from lastchunk.model.conformance.own.adapter import Adapter
from lastchunk.model.conformance.own.bundled import bundle_own, taken_apart_reference
from lastchunk.model.conformance.runtime.held import CallName
from lastchunk.model.conformance.runtime.requests import PlayedRequest
from lastchunk.model.conformance.runtime.toolbox import toolbox
from lastchunk.model.conformance.runtime.workerd import Workerd, WorkerFailedError, path_of

APART_MS = 1_000_000
"""So much time lies between two sessions: nothing of one is due in the next."""
LOOKS_MAX = 60
"""So often is looked for what a handler does next: the runtime answers each look."""
LOOKS_AT_ONCE = 3
LOOK_AGAIN_SECONDS = 0.0005
LOOK_AGAIN_SECONDS_MAX = 0.02
CHUNK_BODY = b"0123456789abcdef"
atexit.register(lambda: end_real_objects())
T = TypeVar("T")
NotedLine = dict[str, Any]


class RealObjects:
    """A process of the runtime whose objects follow worlds, one session at a time."""

    def __init__(self, reference: str, adapter: Adapter) -> None:
        file, name = taken_apart_reference(reference)
        tools = toolbox(lambda text: None)
        worker = bundle_own(tools, file, name, adapter)
        self.adapter = adapter
        self.reference = reference
        # A thread of its own: whoever asks may have a loop that runs, as a notebook has.
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.runtime = self._do(_started(lambda: Workerd(tools, worker)))
        self.sessions = 0
        self.object = ""
        self.origin_ms = self.lead_ms = 0
        self.lines_read = 0
        self.requests: dict[str, PlayedRequest] = {}

    def stop(self) -> None:
        """End the process."""
        if not self.loop.is_closed():
            self._do(self.runtime.stop())
            self.loop.call_soon_threadsafe(self.loop.stop)
            self.thread.join()
            self.loop.close()

    def begin_session(self) -> None:
        """Another object, and a time in which nothing of the last one is left."""
        if self.object:
            self._do(self._leave())
        self.sessions += 1
        self.object = f"session-{self.sessions}"
        clocks = self.runtime.clocks
        self.origin_ms = max(clocks.wall_ms, clocks.timers_ms) + APART_MS
        self.lead_ms = self.lines_read = 0
        self.requests = {}

    async def _leave(self) -> None:
        for request in self.requests.values():
            if not request.task.done():
                await request.hang_up()
        await self.runtime.get(path_of("takeAlarm", self.object))
        self.runtime.logs.clear()

    # --- what a world does to it ---------------------------------------------------------------

    def ask(self, at_ms: int, method: str, call: str, chunk: int, chunks: Any, held: int) -> None:
        """Send one of its requests."""
        self._show(at_ms)
        verb, path, own_body = self.adapter.call(method, chunk, chunks, self.object)
        kind = "rpc" if self.adapter.is_rpc(method) else "do"
        body = CHUNK_BODY if method == "upload" else own_body.encode()

        async def send() -> None:
            request = self.runtime.request(
                verb,
                f"{path_of(kind, self.object)}{path}",
                body,
                call,
                held,
                self.adapter.headers,
            )
            self.requests[call] = request
            await request.begun()

        self._do(send())

    def run_timers(self, at_ms: int, back_off_ms: int = 0) -> None:
        """Let what is due run; a retry whatever its jitter was."""
        self._show(at_ms)
        self.lead_ms += back_off_ms // 4 + 2 if back_off_ms else 0
        self.runtime.clocks.move_timers(self.origin_ms + at_ms + self.lead_ms)

    def answer(self, at_ms: int, call: str, status: int, is_blob: bool) -> None:
        """A call of the object to the outside ends; all of its request's body is there by then."""
        self._show(at_ms)
        name = CallName(self.object, call)
        outside = self.runtime.blobs if is_blob else self.runtime.consumer

        async def end() -> None:
            if call in self.requests:
                await self.requests[call].rest()
            outside.answer(name, status)

        self._do(end())

    def hang_up(self, at_ms: int, call: str) -> None:
        """The body of a request breaks off."""
        self._show(at_ms)
        self._do(self.requests[call].hang_up())

    def reset(self) -> None:
        """The object loses its memory, and what is under way in it."""
        self._do(self.runtime.get(path_of("reset", self.object)))

    # --- what it shows -------------------------------------------------------------------------

    def lines_until(self, rests: Callable[[list[NotedLine]], bool]) -> list[NotedLine]:
        """What it has shown, once it ``rests`` by that and shows no more; else all it has shown."""
        return self._do(self._lines_until(rests))

    async def _lines_until(self, rests: Callable[[list[NotedLine]], bool]) -> list[NotedLine]:
        found: list[NotedLine] = []
        still = 0
        for look in range(LOOKS_MAX):
            new = await self._new_lines()
            found += new
            still = 0 if new else still + 1
            if still and rests(found):
                break
            if look > LOOKS_AT_ONCE:
                await asyncio.sleep(min(LOOK_AGAIN_SECONDS_MAX, LOOK_AGAIN_SECONDS * look))
        return found

    async def _new_lines(self) -> list[NotedLine]:
        await self.runtime.drain()
        lines = self.runtime.logs.get(self.object, [])
        new = lines[self.lines_read :]
        self.lines_read = len(lines)
        for line in new:
            line["at"] -= self.origin_ms
        return new

    def _show(self, at_ms: int) -> None:
        self.runtime.clocks.move_wall(self.origin_ms + at_ms)

    def answered(self, call: str) -> str:
        """How a request was answered, in words; '' where it was not."""
        request = self.requests.get(call)
        if request is None or not request.task.done() or request.task.cancelled():
            return ""
        error = request.task.exception()
        if error is not None:
            return type(error).__name__
        answer = request.task.result()
        return f"{answer.status} {answer.body.decode('utf-8', 'replace')[:120]}".strip()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return asyncio.run_coroutine_threadsafe(work, self.loop).result()
        except WorkerFailedError as error:
            raise not_run(self.reference, error) from error


def not_run(reference: str, error: WorkerFailedError) -> InputError:
    """A class that the runtime cannot run is wrong input."""
    return InputError("--design", reference, f"a class that the runtime can run: {error.said}")


async def _started(make: Callable[[], Workerd]) -> Workerd:
    runtime = make()
    await runtime.start()
    return runtime


RUNNING: dict[tuple[int, str, str], RealObjects] = {}


def real_objects(reference: str, adapter: Adapter) -> RealObjects:
    """The process for a class, one in each of our own processes; started when it is needed."""
    key = (os.getpid(), reference, adapter.model_dump_json())
    if key not in RUNNING:
        RUNNING[key] = RealObjects(reference, adapter)
    return RUNNING[key]


def end_real_objects() -> None:
    """End the processes that run here; the next session starts its own."""
    for key in [key for key in RUNNING if key[0] == os.getpid()]:
        RUNNING.pop(key).stop()
