"""The object's runtime: its input gate, its handlers, and the effects that they await.

The rules of `platform-rules` about who may run when are here, each named where it is kept;
`storage` keeps those of writes, `alarms` those of the alarm, `instances` those of losing memory.
The design's code runs as a `Program`; this module answers the effects that it awaits.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from lastchunk.model.base.errors import DesignError, as_written
from lastchunk.model.design.load import takes_info
from lastchunk.model.trace import events as e
from lastchunk.model.world.base.frozen import frozen
from lastchunk.model.world.base.pending import Pending
from lastchunk.model.world.code import crossing
from lastchunk.model.world.code.checks import awaits_for_ever, checked_response, checked_time
from lastchunk.model.world.code.deeds import Done, TaskId
from lastchunk.model.world.code.program import Program
from lastchunk.model.world.code.thrown import CodeThrewError
from lastchunk.model.world.object import deploys, instances, keys, outside, transactions
from lastchunk.model.world.object.alarms import ALARM, LIMIT, Alarms
from lastchunk.model.world.object.delivery import RUN_MS_MAX
from lastchunk.model.world.object.instances import CONSTRUCT
from lastchunk.model.world.object.meter import IDLE, Meter
from lastchunk.model.world.object.outside import SUSPENDS
from lastchunk.model.world.object.storage import Storage
from lastchunk.reference_impl.at_once import StoredNow
from lastchunk.reference_impl.blobs import BlobPut, PutPart
from lastchunk.reference_impl.clock import Time
from lastchunk.reference_impl.contract import (
    COMPLETED,
    AlarmInfo,
    CloseGate,
    Delete,
    DeleteAlarm,
    DeleteAll,
    Get,
    GetAlarm,
    ListKeys,
    Notify,
    OpenGate,
    Put,
    Response,
    SetAlarm,
    Sync,
    Timer,
)
from lastchunk.reference_impl.detached import DETACHED
from lastchunk.reference_impl.effect import Effect
from lastchunk.reference_impl.transaction import BeginTransaction, EndTransaction, RollBack

if TYPE_CHECKING:
    from lastchunk.model.design.load import DesignSpec
    from lastchunk.model.world.world import World

TO_TASKS = frozenset(("resume", "break", "begin"))
"""What is delivered to a task that is there."""


class ObjectRuntime:
    """One Durable Object. ``world`` is where it reports, and where its delays are pending.

    ``replaced`` holds the instances that were replaced and still run, by number (R11). ``critical``
    is the task inside ``blockConcurrencyWhile``; ``offset_ms`` how far its clock is ahead;
    ``deploys`` the deploys that wait (R19).
    """

    def __init__(self, world: World, design: DesignSpec) -> None:
        self.world = world
        self.design = design
        self.has_construct = hasattr(design.cls, CONSTRUCT)
        self.takes_info = takes_info(design.cls)
        self.program = instances.object_program(design, world)
        self.instance = 0
        self.is_new = self.has_construct
        self.replaced: list[tuple[int, Program]] = []
        self.offset_ms = world.clock_offset(0)
        self.is_down = False
        self.storage: Storage = Storage(self, world.settings.commits_wait)
        self.alarms: Alarms = Alarms(self)
        self.meter = Meter()
        self.status = ""
        self.gate_holder: TaskId | None = None
        self.critical: TaskId | None = None
        self.gates_closed = 0
        self.deploys: tuple[int, ...] = ()
        self.waiting: list[tuple[str, TaskId, Any]] = []
        self.awaiting_body: dict[TaskId, BlobPut | PutPart] = {}

    @property
    def clock_ms(self) -> int:
        """What the object's clock shows; it need not be the world's."""
        return self.world.now_ms + self.offset_ms

    # --- the input gate ----------------------------------------------------------------------

    def deliver(self, kind: str, task: TaskId, payload: Any = None) -> None:
        """An event for the object. Behind a closed gate it waits, first in, first out (R2)."""
        if self.is_new or self.instance > 0:  # else there was never another instance to ask for
            if self.replaced and instances.deliver_to_replaced(self, kind, task, payload):
                return
            if kind in TO_TASKS and task not in self.program.tasks:
                return  # its handler went with its instance
            if self.is_new:
                # The event that wakes the object waits behind its own constructor (R3).
                self.waiting.append((kind, task, payload))
                self._construct()
                self.serve()
                return
        if (
            self.gate_holder is not None
            or (self.critical is not None and task != self.critical)
            or (self.waiting and kind == ALARM)  # R2: others came before
        ):
            self.waiting.append((kind, task, payload))
            return
        self._admit(kind, task, payload)
        if self.waiting:
            self.serve()

    def serve(self) -> None:
        """Let in what waits, as long as the gate is open."""
        while self.waiting and self.gate_holder is None and self.critical is None:
            self._admit(*self.waiting.pop(0))

    def _construct(self) -> None:
        """R3: the constructor runs before the first event, behind a closed gate."""
        self._awake()
        self.is_new = False
        task = (CONSTRUCT, e.NO_CHUNK, self.instance, 0)
        self.critical = task
        self.drive(task, self.program.start(task, CONSTRUCT, (), self.clock_ms))

    def _admit(self, kind: str, task: TaskId, payload: Any) -> None:
        program, clock_ms = self.program, self.world.now_ms + self.offset_ms
        if kind == "request":
            meter = self.meter
            if meter.active_since_ms == IDLE:
                self._awake()
            meter.requests += 1
            method, chunk, attempt, _ = task
            self.world.trace.append(e.HandlerStarted(self.world.now_ms, method, chunk, attempt))
            self.drive(task, program.start(task, method, payload, clock_ms))
        elif kind == "resume":
            self.drive(task, program.send(task, payload, clock_ms))
        elif kind == "begin":
            self.drive(task, program.begin(task, clock_ms))
        elif kind == "break":
            self.drive(task, program.throw(task, payload, clock_ms))
        else:
            self._run_alarm(*payload)

    def _awake(self) -> None:
        """An event has come to an idle object: it is active, and not about to be put to sleep."""
        self.meter.active_since_ms = self.world.now_ms
        self.world.cancel(instances.IDLE_END)

    def storage_answered(self, task: TaskId, answer: Any) -> None:
        """An uncached read came back: the gate opens as the code goes on (R3, R7)."""
        if self.gate_holder != task:  # of an instance that was replaced meanwhile (R11)
            self.deliver("break", task, instances.replaced_error())
            return
        self.gate_holder = None
        self.deliver("resume", task, answer)

    # --- running the code --------------------------------------------------------------------

    def drive(self, task: TaskId, effect: Effect[Any] | Done) -> None:
        """Answer effects until the code waits for something, or ends. Nothing gets in between."""
        program = self.program
        send, clock_ms = program.send, self.world.now_ms + self.offset_ms
        left = self.world.settings.awaits_max
        while type(effect) is not Done:
            left -= 1
            if left < 0:
                raise awaits_for_ever(program, task, self.world.settings.awaits_max)
            handler = _ANSWERS.get(type(effect))
            if handler is None:
                raise self._not_for_objects(task, effect)
            answer = handler(self, task, effect)
            if answer is SUSPENDS:
                break
            if self.program is not program:
                return  # the code has reset the object
            effect = send(task, answer, clock_ms)
        else:
            self._finish(task, effect)
        if self.storage.dirty:
            self.storage.end_of_turn()
        if program.to_begin:
            self.begin_detached(program)

    def begin_detached(self, program: Program) -> None:
        """R20: the code waits or has ended; what it left begins, once the gate lets it in."""
        while program.to_begin:
            self.deliver("begin", program.to_begin.pop(0))

    def answer(self, task: TaskId, effect: Effect[Any]) -> Any:
        """Answer one effect, or let it suspend."""
        return _ANSWERS[type(effect)](self, task, effect)

    def _not_for_objects(self, task: TaskId, effect: object) -> DesignError:
        return DesignError(
            f"{self.program.name}.{task[0]}() awaits {as_written(effect)}"
            f"{self.program.line_of(task)}, which is for the page, not for the object"
        )

    def _finish(self, task: TaskId, done: Done) -> None:
        self.report(task, done.error)
        if not self.program.tasks and not self.replaced:
            instances.fall_idle(self)
        if self.deploys and not self.program.tasks:
            deploys.look(self)
        if task[0] == ALARM:
            self.alarms.finish(done)
        elif task[0] == CONSTRUCT:
            self._constructed(done)
        elif task[0] != DETACHED:
            response = self.end_handler(task, done)
            if self.storage.waits:
                self.storage.send("respond", task, response)
            else:
                self.world.network.respond(task, response)

    def report(self, task: TaskId, error: Exception | None) -> None:
        """Say it where code threw what it did not catch; the caller is told 500, no more."""
        if isinstance(error, CodeThrewError):
            method, chunk, attempt, _ = task
            words = str(error)
            self.world.trace.append(e.CodeThrew(self.world.now_ms, method, chunk, attempt, words))

    def end_handler(self, task: TaskId, done: Done) -> Response:
        """A request's handler has ended; its response."""
        method, chunk, attempt, _ = task
        response = Response(500) if done.error is not None else done.value
        response = checked_response(self.program, method, response)
        response = crossing.body(self.program, task, response)
        self.world.trace.append(
            e.HandlerEnded(self.world.now_ms, method, chunk, attempt, response.status)
        )
        return response

    def _constructed(self, done: Done) -> None:
        self.critical = None
        if done.error is not None:
            instances.lose(self, "the constructor threw")
            return
        self.storage.end_of_turn()
        self.serve()

    def leave(self, kind: str, task: TaskId, payload: Any) -> None:
        """Something leaves the object: the output gate has let it pass (R10)."""
        if kind == "respond":
            self.world.network.respond(task, payload)
        elif kind == "put_blob":
            self.world.put_blob(task, payload)
        elif kind == "call_blobs":
            self.world.call_blobs(task, payload)
        elif kind == "notify":
            self.world.consumer.send(task, payload)
        elif kind == "sync":
            self.deliver("resume", task)
        else:
            self.alarms.acknowledge()

    def tell_state(self, status: str, count: int) -> None:
        """The session's public record is another one from now on."""
        self.world.trace.append(e.StateWritten(self.world.now_ms, status, count, self.status))
        self.status = status
        if status == COMPLETED and self.world.settings.end_at_completion:
            self.world.ended = "completion"

    # --- the alarm ---------------------------------------------------------------------------

    def _set_alarm(self, task: TaskId, effect: SetAlarm) -> None:
        at_ms = checked_time(self.program, task, effect.at_ms)
        self.meter.rows_written += 1
        self.alarms.set(at_ms)

    def _get_alarm(self, task: TaskId, effect: GetAlarm) -> Time | None:
        at_ms = self.alarms.get()
        return None if at_ms is None else Time(at_ms)

    def _delete_alarm(self, task: TaskId, effect: DeleteAlarm) -> None:
        self.meter.rows_written += self.alarms.delete()

    def _run_alarm(self, delivery: Any, outcome: str) -> None:
        attempt = self.alarms.admit(delivery, outcome)
        if attempt is None:
            return
        if self.meter.active_since_ms == IDLE:
            self._awake()
        self.meter.requests += 1
        self.meter.alarm_runs += 1
        suspended = sum(other[0] == "upload" for other in self.program.tasks)
        due_ms, retry = attempt.delivery.due_ms, attempt.delivery.retry
        now_ms = self.world.now_ms
        self.world.trace.append(e.AlarmStarted(now_ms, due_ms, suspended, retry))
        told = (AlarmInfo(Time(due_ms), retry, retry > 0),) if self.takes_info else ()
        self.drive(attempt.task, self.program.start(attempt.task, ALARM, told, self.clock_ms))
        if self.alarms.is_running and self.alarms.attempt is attempt:
            self.world.add(Pending(LIMIT, RUN_MS_MAX))  # D4

    # --- the gate, held by the code (R3) -----------------------------------------------------

    def _close_gate(self, task: TaskId, effect: CloseGate) -> None:
        if self.critical is not None and self.critical != task:
            where = self.program.line_of(task)
            raise DesignError(
                f"{self.program.name}.{task[0]}() closes a gate that is closed{where}"
            )
        self.critical = task
        self.gates_closed += 1

    def _open_gate(self, task: TaskId, effect: OpenGate) -> None:
        self.gates_closed -= 1  # one within another opens nothing as it ends
        if not self.gates_closed and task[0] != CONSTRUCT and self.storage.open is None:
            self.critical = None
        if effect.failed:
            instances.lose(self, "blockConcurrencyWhile threw")

    # --- copies ------------------------------------------------------------------------------

    def copy(self, world: World) -> ObjectRuntime:
        """The same object in another world."""
        other = ObjectRuntime.__new__(ObjectRuntime)
        other.__dict__.update(self.__dict__)
        other.world = world
        other.program = self.program.copy()
        other.replaced = [(number, program.copy()) for number, program in self.replaced]
        other.storage = self.storage.copy(other)
        other.alarms = self.alarms.copy(other)
        other.meter = self.meter.copy()
        other.waiting = self.waiting.copy()
        other.awaiting_body = self.awaiting_body.copy()
        return other

    def fingerprint(self) -> Hashable:
        """The object's whole state but its meter, as something hashable."""
        return (
            self.storage.fingerprint(),
            self.alarms.fingerprint(),
            self.status,
            self.instance,
            self.is_new,
            self.is_down,
            self.offset_ms,
            self.gate_holder,
            self.critical,
            self.gates_closed,
            self.deploys,
            frozen(self.waiting),
            tuple(sorted(map(repr, self.awaiting_body))),
            self.program.fingerprint(),
            tuple((number, program.fingerprint()) for number, program in self.replaced),
        )


_ANSWERS: dict[type, Any] = {
    Get: keys.get,
    Put: keys.put,
    Delete: keys.delete,
    DeleteAll: keys.delete_all,
    ListKeys: keys.list_keys,
    Sync: keys.sync,
    StoredNow: keys.stored_now,
    SetAlarm: ObjectRuntime._set_alarm,
    GetAlarm: ObjectRuntime._get_alarm,
    DeleteAlarm: ObjectRuntime._delete_alarm,
    BlobPut: outside.blob_put,
    PutPart: outside.blob_put,
    **dict.fromkeys(outside.BLOB_ARGUMENTS, outside.blob_call),
    Timer: outside.timer,
    Notify: outside.notify,
    CloseGate: ObjectRuntime._close_gate,
    OpenGate: ObjectRuntime._open_gate,
    BeginTransaction: transactions.begin,
    RollBack: transactions.roll_back,
    EndTransaction: transactions.end,
}
