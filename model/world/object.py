"""The object's runtime: its storage, its alarm, its input gate and its output gate.

The rules of `platform-rules` about who may run when are here, each named where it is kept. The
design's code runs as a `Program`; this module answers the effects that it awaits.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from model.errors import DesignError
from model.trace import events as e
from model.world.gates import OutputGate
from model.world.pending import Pending
from model.world.program import Done, Program, TaskId, clone, frozen
from reference_impl.contract import (
    COMPLETED,
    STATE_KEY,
    BlobPut,
    Blobs,
    Context,
    Delete,
    DeleteAlarm,
    Effect,
    Get,
    GetAlarm,
    Put,
    Response,
    SetAlarm,
    Storage,
    StreamBroken,
    Timer,
)

if TYPE_CHECKING:
    from model.design import DesignSpec
    from model.world.world import World

ALARM = "alarm"
SUSPENDS = object()


def build_program(design: DesignSpec) -> Program:
    """The program of the design's object side."""
    return Program(
        design.name,
        lambda now: design.cls(Context(Storage(), Blobs(), now), design.settings),
    )


class ObjectRuntime:
    """One Durable Object. ``world`` is where it reports, and where its delays are pending."""

    def __init__(self, world: World, program: Program) -> None:
        self.world = world
        self.program = program
        self.storage: dict[str, Any] = {}
        self.status = ""
        self.alarm_ms: int | None = None
        self.alarm_runs = 0
        self.alarm_task: TaskId | None = None
        self.alarm_waits: int | None = None
        self.gate_holder: TaskId | None = None
        self.waiting: list[tuple[str, TaskId, Any]] = []
        self.read: set[str] = set()
        self.awaiting_body: dict[TaskId, BlobPut] = {}
        self.output = OutputGate(world)

    # --- the input gate ----------------------------------------------------------------------

    def deliver(self, kind: str, task: TaskId, payload: Any = None) -> None:
        """An event for the object. Behind a closed gate it waits, first in, first out (R2)."""
        if self.gate_holder is not None:
            self.waiting.append((kind, task, payload))
            return
        self._admit(kind, task, payload)
        while self.waiting and self.gate_holder is None:
            self._admit(*self.waiting.pop(0))

    def _admit(self, kind: str, task: TaskId, payload: Any) -> None:
        now_ms = self.world.now_ms
        if kind == "request":
            method, chunk, attempt, _ = task
            self.world.trace.append(e.HandlerStarted(now_ms, method, chunk, attempt))
            self._drive(task, self.program.start(task, method, payload, now_ms))
        elif kind == "resume":
            self._drive(task, self.program.send(task, payload, now_ms))
        elif kind == "break":
            self._drive(task, self.program.throw(task, payload, now_ms))
        else:
            self._run_alarm(payload)

    def storage_answered(self, task: TaskId, answer: Any) -> None:
        """An uncached read came back: the gate opens as the code goes on (R3, R7)."""
        self.gate_holder = None
        self.deliver("resume", task, answer)

    # --- running the code --------------------------------------------------------------------

    def _drive(self, task: TaskId, effect: Effect[Any] | Done) -> None:
        """Answer effects until the code waits for something, or ends. Nothing gets in between."""
        send = self.program.send
        while type(effect) is not Done:
            handler = _ANSWERS.get(type(effect))
            if handler is None:
                raise DesignError(
                    f"{self.program.name}.{task[0]}() awaits {effect!r}, "
                    "which is for the page, not for the object"
                )
            answer = handler(self, task, effect)
            if answer is SUSPENDS:
                break
            effect = send(task, answer, self.world.now_ms)
        else:
            self._finish(task, effect)
        self.output.end_of_turn()

    def _finish(self, task: TaskId, done: Done) -> None:
        if task == self.alarm_task:
            self.alarm_task = None
            self.world.trace.append(e.AlarmEnded(self.world.now_ms))
            if self.alarm_waits is not None:
                due_ms, self.alarm_waits = self.alarm_waits, None
                self.alarm_due(due_ms)
            return
        method, chunk, attempt, _ = task
        response = Response(500) if done.error is not None else done.value
        if not isinstance(response, Response):
            raise DesignError(
                f"{self.program.name}.{method}() returned {response!r}; it must return a Response"
            )
        self.world.trace.append(
            e.HandlerEnded(self.world.now_ms, method, chunk, attempt, response.status)
        )
        self.output.send(self.world.network.respond, task, response)

    # --- storage -----------------------------------------------------------------------------

    def _get(self, task: TaskId, effect: Get) -> Any:
        answer = self.storage.get(effect.key)
        wait_ms = self.world.storage_read_ms
        if wait_ms == 0 or effect.key in self.read:
            return answer  # R7: SQLite, or cached: at once
        self.read.add(effect.key)
        self.gate_holder = task  # R3: closed while a storage operation is awaited
        self.world.add(Pending(("storage", *task), wait_ms, payload=answer))
        return SUSPENDS

    def _put(self, task: TaskId, effect: Put) -> None:
        self.storage[effect.key] = clone(effect.value)
        self.read.add(effect.key)
        self.output.dirty = True
        if effect.key == STATE_KEY:
            self._note_state(task, effect.value)

    def _note_state(self, task: TaskId, value: Any) -> None:
        try:
            status, count = value["status"], value["chunks_uploaded"]
        except (KeyError, TypeError) as error:
            raise DesignError(
                f"{self.program.name}.{task[0]}() put {value!r} under the key 'state'; "
                "the record needs 'status' and 'chunks_uploaded'"
            ) from error
        self.world.trace.append(e.StateWritten(self.world.now_ms, status, count, self.status))
        self.status = status
        if status == COMPLETED and self.world.end_at_completion:
            self.world.ended = "completion"

    def _delete(self, task: TaskId, effect: Delete) -> None:
        self.storage.pop(effect.key, None)
        self.output.dirty = True

    # --- the alarm ---------------------------------------------------------------------------

    def _set_alarm(self, task: TaskId, effect: SetAlarm) -> None:
        now_ms = self.world.now_ms
        if effect.at_ms <= 0:
            raise DesignError(
                f"{self.program.name}.{task[0]}() set the alarm to {effect.at_ms}; "
                "a time must be above 0 (A2)"
            )
        due_ms = max(effect.at_ms, now_ms)  # A2: the past is stored as now
        self.alarm_ms = due_ms  # A1: one alarm, replaced later or earlier
        self.output.dirty = True
        self.world.trace.append(e.AlarmSet(now_ms, due_ms))
        self.world.set_alarm(due_ms)

    def _get_alarm(self, task: TaskId, effect: GetAlarm) -> int | None:
        return self.alarm_ms  # A3: emptied as alarm() begins

    def _delete_alarm(self, task: TaskId, effect: DeleteAlarm) -> None:
        if self.alarm_ms is not None:
            self.alarm_ms = None
            self.output.dirty = True
            self.world.trace.append(e.AlarmDeleted(self.world.now_ms))
            self.world.cancel((ALARM,))

    def alarm_due(self, due_ms: int) -> None:
        """The scheduler delivers the alarm set for ``due_ms``. It looks at nothing else (R6)."""
        if self.alarm_task is not None:
            self.alarm_waits = due_ms  # R1, A4: two runs never overlap; the second waits
            return
        self.deliver(ALARM, (ALARM, e.NO_CHUNK, self.alarm_runs, 0), due_ms)

    def _run_alarm(self, due_ms: int) -> None:
        if self.alarm_ms is None or (self.alarm_ms != due_ms and self.alarm_ms > self.world.now_ms):
            return  # R8: replaced while the delivery waited at the gate
        task = (ALARM, e.NO_CHUNK, self.alarm_runs, 0)
        self.world.cancel((ALARM,))
        self.alarm_runs += 1
        self.alarm_ms = None
        self.alarm_task = task
        suspended = sum(other[0] == "upload" for other in self.program.tasks)
        self.world.trace.append(e.AlarmStarted(self.world.now_ms, due_ms, suspended))
        self._drive(task, self.program.start(task, ALARM, (), self.world.now_ms))

    # --- outside I/O: the gate is open (R4) --------------------------------------------------

    def _timer(self, task: TaskId, effect: Timer) -> Any:
        self.world.add(Pending(("timer", *task), effect.wait_ms))
        return SUSPENDS

    def _blob_put(self, task: TaskId, effect: BlobPut) -> Any:
        _, chunk, attempt, _ = task
        self.world.trace.append(e.BlobPutStarted(self.world.now_ms, chunk, attempt))
        if self.world.network.body_under_way(task):
            self.awaiting_body[task] = effect
        elif self.world.put_delay_ms == 0 and self.output.is_open():
            self.world.blob_stored(task, effect.chunk)
            return None  # no delay, no suspension: as a commit or a read that takes no time
        else:
            self.output.send(self.world.put_blob, task, effect.chunk)
        return SUSPENDS

    def body_arrived(self, call: TaskId) -> None:
        """The whole body is there: uploads that wait for it go on to the blob store."""
        for task in [task for task in self.awaiting_body if task[:3] == call]:
            effect = self.awaiting_body.pop(task)
            self.output.send(self.world.put_blob, task, effect.chunk)

    def body_broke(self, call: TaskId) -> None:
        """The body will never be whole: the put that streams it breaks (R12)."""
        for task in [task for task in self.awaiting_body if task[:3] == call]:
            del self.awaiting_body[task]
            _, chunk, attempt, _ = task
            self.world.trace.append(e.BlobPutBroken(self.world.now_ms, chunk, attempt))
            self.deliver("break", task, StreamBroken("the client went away"))

    # --- copies ------------------------------------------------------------------------------

    def copy(self, world: World) -> ObjectRuntime:
        """The same object in another world."""
        other = ObjectRuntime(world, self.program.copy())
        # Stored values are never changed in place, so both worlds may hold the same ones.
        other.storage = self.storage.copy()
        other.status = self.status
        other.alarm_ms = self.alarm_ms
        other.alarm_runs = self.alarm_runs
        other.alarm_task = self.alarm_task
        other.alarm_waits = self.alarm_waits
        other.gate_holder = self.gate_holder
        other.waiting = self.waiting.copy()
        other.read = self.read.copy()
        other.awaiting_body = self.awaiting_body.copy()
        other.output = self.output.copy(world)
        return other

    def fingerprint(self) -> Hashable:
        """The object's whole state, as something hashable."""
        return (
            frozen(self.storage),
            self.alarm_ms,
            self.alarm_runs,
            self.alarm_task,
            self.alarm_waits,
            self.gate_holder,
            frozen(self.waiting),
            frozen(self.read),
            tuple(sorted(map(repr, self.awaiting_body))),
            self.output.fingerprint(),
            self.program.fingerprint(),
        )


_ANSWERS: dict[type, Any] = {
    Get: ObjectRuntime._get,
    Put: ObjectRuntime._put,
    Delete: ObjectRuntime._delete,
    SetAlarm: ObjectRuntime._set_alarm,
    GetAlarm: ObjectRuntime._get_alarm,
    DeleteAlarm: ObjectRuntime._delete_alarm,
    BlobPut: ObjectRuntime._blob_put,
    Timer: ObjectRuntime._timer,
}
