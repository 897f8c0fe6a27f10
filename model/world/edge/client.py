"""The client host: the page that runs the recorder, its MediaRecorder, and the machine under it.

The recorder's code runs as a `Program`; `answers.py` answers what it awaits. What holds a page up
is in `standstill.py`: what comes due meanwhile is told, in order, when it goes on. How a tab is
closed, and there again, is in `lifecycle.py`.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from lastchunk.model.base.errors import DesignError, as_written
from lastchunk.model.design.own_page import HOOKS
from lastchunk.model.trace import events as e
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.code.checks import awaits_for_ever
from lastchunk.model.world.code.deeds import Done, TaskId
from lastchunk.model.world.code.program import Program
from lastchunk.model.world.code.thrown import CodeThrewError
from lastchunk.model.world.edge.answers import ANSWERS, RECORDER_BROKEN, SUSPENDED, TICK
from lastchunk.model.world.edge.sizes import sized
from lastchunk.model.world.edge.standstill import ASLEEP, FROZEN, PAUSED
from lastchunk.reference_impl.contract import Browser, Chunk, NetworkError
from lastchunk.reference_impl.effect import Effect
from lastchunk.reference_impl.recorder import Recorder, RecorderSettings

if TYPE_CHECKING:
    from lastchunk.model.design.load import DesignSpec
    from lastchunk.model.world.world import World

START: TaskId = ("start",)
STOP: TaskId = ("stop",)


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
        page = page_class(world.design.cls)
        self.hooks = frozenset(hook for hook, *_ in HOOKS if hasattr(page, hook))
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
        self.is_hidden = False
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

    @property
    def made(self) -> int:
        """How many chunks there are: the number of the next one."""
        return self.world.chunks_before + len(self.chunks)

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
            self.begin(task, "stop")
        elif verb in _ACTS:
            _ACTS[verb](self, task)
        else:
            self.begin(task, verb, payload or ())

    @property
    def keeps_queue(self) -> bool:
        """Whether a reloaded page goes on with its queue."""
        return self.settings.keeps_queue and "resume" in self.hooks

    def hear(self, hook: str, arguments: tuple[Any, ...] = ()) -> None:
        """The browser tells the page of something, if the page has a method for it."""
        if self.is_open and hook in self.hooks:
            taken = {*self.program.tasks, *(task for _, task, _ in self.kept_back)}
            number = 1
            while (hook, number) in taken:
                number += 1
            self.tell(hook, (hook, number), arguments)

    def hide(self) -> None:
        """The page cannot be seen any more."""
        if not self.is_hidden:
            self.is_hidden = True
            self.hear("visibility_change", ("hidden",))

    def show(self) -> None:
        """The page can be seen again, if nothing hides it."""
        if self.is_hidden and self.throttled is None and FROZEN not in self.stands:
            self.is_hidden = False
            self.hear("visibility_change", ("visible",))

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

    # --- running the code --------------------------------------------------------------------

    @staticmethod
    def method_of(task: TaskId) -> str:
        """The page's method that a task runs."""
        return "data_available" if task[0] == "data" else str(task[0])

    def begin(self, task: TaskId, method: str, arguments: tuple[Any, ...] = ()) -> None:
        """The browser calls a method of the page."""
        self._drive(task, self.program.start(task, method, arguments, self.clock_ms))

    def _drive(self, task: TaskId, effect: Effect[Any] | Done) -> None:
        clock_ms = self.clock_ms
        left = self.world.settings.awaits_max
        while type(effect) is not Done:
            left -= 1
            if left < 0:
                raise awaits_for_ever(self.program, task, self.world.settings.awaits_max)
            handler = ANSWERS.get(type(effect))
            if handler is None:
                method = "stop_flow" if task == STOP else self.method_of(task)
                raise DesignError(
                    f"{self.program.name}.{method}() awaits {as_written(effect)}, "
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
        due_ms = (self.made + 1) * self.settings.chunk_ms
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
        is_last = self.is_stopped or RECORDER_BROKEN in self.stands
        end_ms = self.recorded_ms if is_last else self.emitted_ms + self.settings.chunk_ms
        media_ms = end_ms - self.emitted_ms
        self.emitted_ms = end_ms
        index = self.made
        if self.is_stopped and self.settings.last_chunk == "empty":
            self.hand_out(self.world.chunk_with(index, 0))
            return
        chunk = self.world.chunk_of(index, self.settings.video_kbps, media_ms)
        self.hand_out(sized(self, chunk))

    def recorder_fails(self) -> None:
        """The recorder ends by an error: it hands out what it has, and nothing more."""
        if (
            not self.is_open
            or self.started_ms < 0
            or self.is_stopped
            or RECORDER_BROKEN in self.stands
        ):
            return
        self.world.trace.append(e.RecorderFailed(self.world.now_ms))
        self.recorded_ms = self.media_ms()
        self.stand_still(RECORDER_BROKEN)
        self.last_index = self.made
        self.emit()
        self.hear("recorder_error")

    def hand_out(self, chunk: Chunk) -> None:
        """Queue a chunk on the page."""
        self.chunks.append(chunk)
        now_ms = self.world.now_ms
        self.world.trace.append(e.ChunkRecorded(now_ms, chunk.index, chunk.size_bytes))
        self.tell("data_available", ("data", chunk.index), (chunk,))
        if chunk.index == self.last_index and self.awaits_last:
            waiting, self.awaits_last = self.awaits_last, ()
            for task in waiting:
                self.tell("send", task, self.made)

    def hand_out_chunks(self) -> None:
        """A scenario's chunks, in place of a recorder: all are queued at once."""
        for _ in range(self.world.scenario.recording.chunks or 0):
            self.hand_out(sized(self, self.world.queued_chunk(self.made, 1)))
        self.world.recording_started()

    # --- copies ------------------------------------------------------------------------------

    def copy(self, world: World) -> ClientHost:
        """The same page in another world."""
        other = ClientHost.__new__(ClientHost)
        fields = other.__dict__
        for name, value in self.__dict__.items():
            fields[name] = value.copy() if type(value) is list else value
        other.world, other.program = world, self.program.copy()
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
    "is_hidden",
    "clock_offset_ms",
)

_ACTS: dict[str, Any] = {
    "chunk": lambda page, _task: page.emit(),
    "pause": ClientHost._pause,
    "unpause": ClientHost._unpause,
    "timeout": ClientHost._time_out,
}
"""What is told to the page, and not to its code."""
