"""The client host: the page that runs the recorder, its MediaRecorder, and the machine under it.

The recorder's code runs as a `Program`; this module answers the effects that it awaits. What holds
a page up is in `standstill.py`: what comes due meanwhile is told, in order, when it goes on. A tab
that is closed takes the queue and its requests with it.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from lastchunk.model.base.errors import DesignError
from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.code.checks import awaits_for_ever
from lastchunk.model.world.code.deeds import Done, TaskId
from lastchunk.model.world.code.program import Program
from lastchunk.model.world.code.thrown import CodeThrewError
from lastchunk.model.world.edge.answers import ANSWERS, SUSPENDED, TICK
from lastchunk.model.world.edge.standstill import ASLEEP, ENDS, FROZEN, PAUSED
from lastchunk.reference_impl.contract import (
    Browser,
    Chunk,
    Effect,
    NetworkError,
)
from lastchunk.reference_impl.recorder import Recorder, RecorderSettings

if TYPE_CHECKING:
    from lastchunk.model.design.load import DesignSpec
    from lastchunk.model.world.world import World

START: TaskId = ("start",)
STOP: TaskId = ("stop",)
PAGE_PENDING = (
    TICK,
    ("last_chunk",),
    ("stop",),
    ("pause",),
    ("unpause",),
    *((kind,) for kind in ENDS),
)


def page_program(design: DesignSpec, settings: RecorderSettings) -> Program:
    """The program of the page: the design's own class or the recorder, with its stop flow."""
    page = page_class(design.cls)

    async def stop_flow(page: Any) -> None:
        await design.cls.stop_flow(page, design.settings)

    return Program(design.name, lambda now: page(Browser(now), settings, stop_flow))


def page_class(design: Any) -> Any:
    """The class of a design's page."""
    return getattr(design, "page", Recorder)


def chunk_of(index: int, video_kbps: int, media_ms: int) -> Chunk:
    """The chunk that so much media makes."""
    return Chunk(index, video_kbps * media_ms // 8)


class ClientHost:
    """The page. ``chunks`` holds what the MediaRecorder has handed out so far.

    ``stands`` says why the recorder stands still, ``stood_ms`` for how long it has; ``throttled``
    since when timers are, and after how long they wait for whole minutes.
    """

    def __init__(self, world: World, program: Program, settings: RecorderSettings) -> None:
        self.world = world
        self.program = program
        self.settings = settings
        self.is_open = True
        self.stands: tuple[str, ...] = ()
        self.kept_back: list[tuple[Any, ...]] = []
        self.throttled: tuple[int, int] | None = None
        self.late_timers: list[tuple[str, TaskId]] = []
        self.chunks: list[Chunk] = []
        self.last_index: int | None = None
        self.started_ms = -1
        self.emitted_ms = 0
        self.stood_ms = 0
        self.stands_since_ms: int | None = None
        self.is_started = self.is_stopped = False
        self.recorded_ms = 0
        self.sleeps = 0
        self.awaits_last: tuple[TaskId, ...] = ()
        self.pages = 1
        self.clock_offset_ms = self._clock_offset(world)

    @staticmethod
    def _clock_offset(world: World) -> int:
        offset = world.scenario.browser.clock_offset_ms
        is_fixed = offset.low_ms == offset.high_ms
        return offset.quantile(0.5 if is_fixed else world.given("page clock offset"))

    @property
    def clock_ms(self) -> int:
        """What the user's clock shows; it need not be the world's."""
        return self.world.now_ms + self.clock_offset_ms

    # --- what the page is told ---------------------------------------------------------------

    def tell(self, verb: str, task: TaskId, payload: Any = None) -> None:
        """Tell the page something: an answer, an error, a chunk, the user's stop."""
        if not self.is_open:
            return
        if ASLEEP in self.stands or FROZEN in self.stands:
            self.kept_back.append((verb, task, payload))
            return
        if verb == "send":
            self._drive(task, self.program.send(task, payload, self.clock_ms))
        elif verb == "throw":
            self._drive(task, self.program.throw(task, NetworkError(payload), self.clock_ms))
        elif verb == "stop":
            self.world.trace.append(e.StopPressed(self.world.now_ms, self.media_ms()))
            self._begin(task, "stop")
        elif verb in _ACTS:
            _ACTS[verb](self, task)
        else:
            self._begin(task, verb)

    def stand_still(self, why: str) -> None:
        """The recorder stands still: media time does, and no chunk comes."""
        if not self.stands:
            self.stands_since_ms = self.world.now_ms
            self.world.cancel(TICK)
        self.stands += (why,)

    def go_on(self, why: str) -> None:
        """One reason to stand still is gone; with the last of them what was kept back is told."""
        self.stands = tuple(other for other in self.stands if other != why)
        if not self.stands:
            assert self.stands_since_ms is not None
            self.stood_ms += self.world.now_ms - self.stands_since_ms
            self.stands_since_ms = None
            if self.started_ms >= 0 and not self.is_stopped:
                self.plan_tick()
        if ASLEEP not in self.stands and FROZEN not in self.stands:
            kept_back, self.kept_back = self.kept_back, []
            for verb, task, payload in kept_back:
                self.tell(verb, task, payload)

    def _time_out(self, call: Any) -> None:
        """The page waits no longer for a call, if it still does."""
        if call in self.world.network.calls:
            self.world.network.cut(call, "timed out")

    def close(self, for_good: bool = True) -> None:
        """The tab is closed. What it holds is gone with it, unless it will be there again."""
        if not self.is_open:
            return
        arrived = self.world.network.arrived
        is_kept = self.settings.keeps_queue and not for_good
        in_tab = tuple(
            chunk.index for chunk in self.chunks if chunk.index not in arrived and not is_kept
        )
        self.world.trace.append(e.TabClosed(self.world.now_ms, in_tab))
        self.is_open = False
        self.stands, self.stands_since_ms, self.throttled = (), None, None
        self.kept_back, self.late_timers = [], []
        self.program.close()
        self.program = self.program.renewed()
        for key in PAGE_PENDING:
            self.world.cancel(key)
        for call in list(self.world.network.calls):
            self.world.network.cut(call, "tab closed")

    def reopen(self) -> None:
        """The page is there again, with the queue that it kept; its recorder is not.

        The media since the last chunk was the old recorder's, and is lost with it.
        """
        if not self.settings.keeps_queue or not self.listens("resume"):
            return
        for key in [key for key in self.world.pending if key[0] == "sleep"]:
            self.world.cancel(key)  # a timer of the page that is gone
        self.is_open, self.is_stopped = True, True
        self.last_index = len(self.chunks) - 1
        self.recorded_ms = self.emitted_ms
        self.world.trace.append(e.TabReopened(self.world.now_ms, self.recorded_ms))
        self.pages += 1
        kept = [chunk for chunk in self.chunks if chunk.index not in self.world.network.answered]
        self._begin(("resume", self.pages), "resume", (kept, self.recorded_ms))

    # --- running the code --------------------------------------------------------------------

    def listens(self, hook: str) -> bool:
        """Whether the page has a method for something that it need not be told."""
        return hasattr(page_class(self.world.design.cls), hook)

    @staticmethod
    def method_of(task: TaskId) -> str:
        """The page's method that a task runs."""
        return "data_available" if task[0] == "data" else str(task[0])

    def _begin(self, task: TaskId, method: str, arguments: tuple[Any, ...] = ()) -> None:
        """The browser calls a method of the page."""
        self._drive(task, self.program.start(task, method, arguments, self.clock_ms))

    def _drive(self, task: TaskId, effect: Effect[Any] | Done) -> None:
        clock_ms = self.clock_ms
        left = self.world.awaits_max
        while type(effect) is not Done:
            left -= 1
            if left < 0:
                raise awaits_for_ever(self.program, task, self.world.awaits_max)
            handler = ANSWERS.get(type(effect))
            if handler is None:
                method = "stop_flow" if task == STOP else self.method_of(task)
                raise DesignError(
                    f"{self.program.name}.{method}() awaits {effect!r}, "
                    "which is for the object, not for the page"
                )
            answer = handler(self, task, effect)
            if answer is SUSPENDED:
                return
            if isinstance(answer, NetworkError):
                effect = self.program.throw(task, answer, clock_ms)
            else:
                effect = self.program.send(task, answer, clock_ms)
        if effect.error is not None:
            self._threw(task, effect.error)

    def _threw(self, task: TaskId, error: BaseException) -> None:
        """A task of the page ends with an error that its code does not catch."""
        now_ms, words = self.world.now_ms, str(error)
        is_stop = task[0] in ("stop", "resume")
        if isinstance(error, CodeThrewError) or not is_stop:
            self.world.trace.append(e.CodeThrew(now_ms, task[0], e.NO_CHUNK, 0, words))
        if is_stop:
            self.world.trace.append(e.StopFlowFailed(now_ms, words))

    # --- the MediaRecorder -------------------------------------------------------------------

    def plan_tick(self) -> None:
        """A chunk each ``chunk_ms`` of media time; the last, partial one comes with the stop."""
        due_ms = (len(self.chunks) + 1) * self.settings.chunk_ms
        if due_ms < self.world.duration_ms:
            self.world.add(Pending(TICK, due_ms - self.media_ms()))

    def tick(self) -> None:
        """The MediaRecorder has a chunk ready, and begins the next one."""
        self.emit()
        self.plan_tick()

    def _pause(self, _task: TaskId) -> None:
        """The user pauses: media time stands still, no chunk comes."""
        self.world.trace.append(e.PauseStarted(self.world.now_ms))
        self.stand_still(PAUSED)

    def _unpause(self, _task: TaskId) -> None:
        """The user goes on recording."""
        self.world.trace.append(e.PauseEnded(self.world.now_ms))
        self.go_on(PAUSED)

    def media_ms(self) -> int:
        if self.started_ms < 0:
            return 0
        until_ms = self.world.now_ms if self.stands_since_ms is None else self.stands_since_ms
        return until_ms - self.started_ms - self.stood_ms

    def emit(self) -> None:
        """Hand the media since the last chunk to the page, which queues it."""
        whole_ms = self.emitted_ms + self.settings.chunk_ms
        end_ms = self.recorded_ms if self.is_stopped else whole_ms
        media_ms = end_ms - self.emitted_ms
        self.emitted_ms = end_ms
        self.hand_out(self.world.chunk_of(len(self.chunks), self.settings.video_kbps, media_ms))

    def hand_out(self, chunk: Chunk) -> None:
        """Queue a chunk on the page."""
        self.chunks.append(chunk)
        now_ms = self.world.now_ms
        self.world.trace.append(e.ChunkRecorded(now_ms, chunk.index, chunk.size_bytes))
        self._begin(("data", chunk.index), "data_available", (chunk,))
        if chunk.index == self.last_index and self.awaits_last:
            waiting, self.awaits_last = self.awaits_last, ()
            for task in waiting:
                self.tell("send", task, len(self.chunks))

    def hand_out_chunks(self) -> None:
        """A scenario's chunks, in place of a recorder: all are queued at once."""
        for _ in range(self.world.scenario.recording.chunks or 0):
            self.hand_out(self.world.queued_chunk(len(self.chunks), 1))
        self.world.recording_started()

    # --- copies ------------------------------------------------------------------------------

    def copy(self, world: World) -> ClientHost:
        """The same page in another world."""
        other = ClientHost(world, self.program.copy(), self.settings)
        for name in _PLAIN_FIELDS:
            value = getattr(self, name)
            setattr(other, name, value.copy() if isinstance(value, list) else value)
        return other

    def fingerprint(self) -> Hashable:
        """The page's whole state, as something hashable."""
        return (
            self.program.fingerprint(),
            tuple(repr(getattr(self, name)) for name in _PLAIN_FIELDS),
        )


_PLAIN_FIELDS = (
    "is_open",
    "stands",
    "kept_back",
    "throttled",
    "late_timers",
    "chunks",
    "last_index",
    "started_ms",
    "emitted_ms",
    "stood_ms",
    "stands_since_ms",
    "is_started",
    "is_stopped",
    "recorded_ms",
    "sleeps",
    "awaits_last",
    "pages",
    "clock_offset_ms",
)

_ACTS: dict[str, Any] = {
    "chunk": lambda page, _task: page.emit(),
    "pause": ClientHost._pause,
    "unpause": ClientHost._unpause,
    "timeout": ClientHost._time_out,
}
"""What is told to the page, and not to its code."""
